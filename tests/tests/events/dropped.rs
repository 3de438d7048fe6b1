//! The check for broken promises overlooks none: each promise of each released schema is dropped once.
use serde_json::{Map, Value};

use crate::{
    contracts::{breaks, released},
    validation::with,
};

/// `schema` without one of its promises, for each of them, with what was dropped.
fn with_one_less(schema: &Value) -> Vec<(String, Value)> {
    let keywords = schema.as_object().expect("a schema is an object");
    keywords.iter().flat_map(|(keyword, value)| one_less_in(keywords, keyword, value)).collect()
}

fn one_less_in(schema: &Map<String, Value>, keyword: &str, value: &Value) -> Vec<(String, Value)> {
    let replaced =
        |(what, value): (String, Value)| (format!("{keyword} {what}"), with(schema, keyword, value));
    match (keyword, value) {
        ("properties", Value::Object(fields)) => {
            let gone = fields.keys().map(|name| (name.clone(), without(fields, name)));
            let less = fields.iter().flat_map(|(name, field)| {
                let less = with_one_less(field).into_iter();
                less.map(move |(what, field)| (format!("{name}.{what}"), with(fields, name, field)))
            });
            gone.chain(less).map(replaced).collect()
        }
        ("items", items) => with_one_less(items).into_iter().map(replaced).collect(),
        ("required" | "type" | "x-extensible-enum", Value::Array(list)) => {
            let fewer = |gone: &Value| list.iter().filter(|kept| *kept != gone).cloned().collect();
            list.iter().map(|gone| replaced((gone.to_string(), fewer(gone)))).collect()
        }
        _ => vec![(keyword.to_owned(), without(schema, keyword))],
    }
}

fn without(fields: &Map<String, Value>, name: &str) -> Value {
    let kept = fields.iter().filter(|(kept, _)| *kept != name);
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[test]
fn no_promise_of_a_released_schema_can_be_dropped_unnoticed() {
    let mut dropped = 0;
    for (kind, schema) in released() {
        assert_eq!(breaks(&schema, &schema), [""; 0], "{kind}");
        for (promise, less) in with_one_less(&schema) {
            dropped += 1;
            assert!(!breaks(&schema, &less).is_empty(), "{kind}: nobody notices that it lacks {promise}");
        }
    }
    assert!(dropped > 500, "only {dropped} promises were dropped");
}
