//! Whether a schema keeps the promises of an older one.
//!
//! Backward: events written under the old schema are in the log for good, so the new one takes all that the old one took.
//! Forward: those who read events know the old schema, so whatever the new one describes, the old one takes as well.
//! Both together leave one way to change: an optional field more. Vocabularies (`x-extensible-enum`) may grow, too: those
//! who read them were told so.
use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What changes no promise.
const ANNOTATIONS: [&str; 7] =
    ["$id", "$schema", "default", "deprecated", "description", "examples", "title"];

/// Each promise of `old` that `new` breaks, as `path: reason`.
#[must_use]
pub fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("data", old, new, &mut found);
    found
}

fn compare(path: &str, old: &Value, new: &Value, found: &mut Vec<String>) {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        if old != new {
            found.push(format!("{path}: was {old} and is {new}"));
        }
        return;
    };
    properties(path, old, new, found);
    let keywords: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for keyword in keywords.into_iter().filter(|keyword| !ANNOTATIONS.contains(&keyword.as_str())) {
        let (before, after) = (old.get(keyword), new.get(keyword));
        if before == after {
            continue;
        }
        let complaint = match (keyword.as_str(), before, after) {
            ("properties" | "required", ..) => None,
            ("items", Some(before), Some(after)) => {
                compare(&format!("{path}[]"), before, after, found);
                None
            }
            ("type", ..) => members("its type", &types(before), &types(after)),
            ("enum", ..) => members("its values", &list(before), &list(after)),
            ("x-extensible-enum", Some(_), Some(_)) => lost("its vocabulary", &list(before), &list(after)),
            ("minLength" | "minItems" | "minimum" | "exclusiveMinimum", ..) => {
                Some(limit(keyword, before, after, false))
            }
            ("maxLength" | "maxItems" | "maximum" | "exclusiveMaximum", ..) => {
                Some(limit(keyword, before, after, true))
            }
            _ => Some(format!("{keyword} was {} and is {}", shown(before), shown(after))),
        };
        found.extend(complaint.map(|complaint| format!("{path}: {complaint}")));
    }
}

fn properties(path: &str, old: &Map<String, Value>, new: &Map<String, Value>, found: &mut Vec<String>) {
    let fields = |schema: &Map<String, Value>| -> Map<String, Value> {
        schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let (before, after) = (fields(old), fields(new));
    let (needed, needs) = (list(old.get("required")), list(new.get("required")));
    for (name, schema) in &before {
        let here = format!("{path}.{name}");
        let Some(now) = after.get(name) else {
            let new_name = after.iter().find(|(other, now)| !before.contains_key(*other) && *now == schema);
            let renamed =
                new_name.map(|(other, _)| format!(" (is it called {other} now?)")).unwrap_or_default();
            found.push(format!("{here}: is gone{renamed}, and those who read events count on it"));
            continue;
        };
        compare(&here, schema, now, found);
    }
    for name in needs.difference(&needed) {
        found.push(format!("{path}.{}: became required, and events in the log lack it", plain(name)));
    }
    for name in needed.difference(&needs).filter(|name| after.contains_key(&plain(name))) {
        found.push(format!("{path}.{}: became optional, and those who read events count on it", plain(name)));
    }
}

/// What is wrong with a set that may neither shrink nor grow.
fn members(what: &str, before: &BTreeSet<String>, after: &BTreeSet<String>) -> Option<String> {
    let gained: Vec<_> = after.difference(before).cloned().collect();
    lost(what, before, after).or_else(|| {
        let more = gained.join(", ");
        (!gained.is_empty())
            .then(|| format!("{what} gained {more}, which those who read events don't expect"))
    })
}

/// What is wrong with a set that may not shrink.
fn lost(what: &str, before: &BTreeSet<String>, after: &BTreeSet<String>) -> Option<String> {
    let lost: Vec<_> = before.difference(after).cloned().collect();
    (!lost.is_empty()).then(|| format!("{what} lost {}, which events in the log have", lost.join(", ")))
}

fn limit(keyword: &str, before: Option<&Value>, after: Option<&Value>, upper: bool) -> String {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    let unlimited = if upper { f64::INFINITY } else { f64::NEG_INFINITY };
    let (was, is) = (number(before).unwrap_or(unlimited), number(after).unwrap_or(unlimited));
    let narrowed = if upper { is < was } else { is > was };
    let why = if narrowed {
        "events in the log may not keep to that"
    } else {
        "those who read events count on the old limit"
    };
    format!("{keyword} was {} and is {}; {why}", shown(before), shown(after))
}

fn types(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        Some(Value::String(one)) => BTreeSet::from([one.clone()]),
        several => list(several).iter().map(|name| plain(name)).collect(),
    }
}

fn list(value: Option<&Value>) -> BTreeSet<String> {
    value.and_then(Value::as_array).into_iter().flatten().map(Value::to_string).collect()
}

fn plain(name: &str) -> String {
    name.trim_matches('"').to_owned()
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "absent".to_owned(), Value::to_string)
}
