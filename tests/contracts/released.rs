//! The schemas as they were last released, to hold the present ones to.
use std::{collections::BTreeMap, fs};

use serde_json::{Map, Value};

use super::{
    Contract, ENVELOPE, breaks, contracts,
    documents::{RELEASED, root},
    envelope,
};

/// The schemas that events were emitted under, by type; that of the envelope is among them.
#[must_use]
pub fn released() -> BTreeMap<String, Value> {
    let Ok(folder) = fs::read_dir(root().join(RELEASED)) else { return BTreeMap::new() };
    let files = folder.map(|entry| entry.expect("the folder can be read").path());
    let read = |file: std::path::PathBuf| {
        let name = file.file_stem().and_then(|name| name.to_str()).expect("file names are plain").to_owned();
        let text = fs::read_to_string(&file).expect("the file can be read");
        (name, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
    };
    files.map(read).collect()
}

/// The schemas of the code at hand, by type; that of the envelope is among them.
#[must_use]
pub fn present() -> BTreeMap<String, Value> {
    let types = contracts().into_iter().map(|Contract { kind, data, .. }| (kind, data));
    types.chain([(ENVELOPE.to_owned(), envelope())]).map(|(name, schema)| (name, bare(&schema))).collect()
}

/// Every promise of a released schema that the code at hand breaks, with what to do about it.
#[must_use]
pub fn broken_promises(released: &BTreeMap<String, Value>) -> Vec<String> {
    let present = present();
    let both = released.iter().filter_map(|(kind, old)| Some((kind, old, present.get(kind)?)));
    both.filter_map(|(kind, old, new)| {
        let broken = breaks(old, new);
        (!broken.is_empty()).then(|| {
            format!(
                "{kind} breaks what it promised:\n  {}\n  Events of this type are in logs and queues already: leave it as \
                 it is, add a new version of it,\n  and an upcast from the old one (CONTRIBUTING.md, \"An event\").",
                broken.join("\n  ")
            )
        })
    })
    .collect()
}

/// A schema without its prose, which may change.
fn bare(schema: &Value) -> Value {
    const PROSE: [&str; 2] = ["description", "title"];
    let object = |object: &Map<String, Value>| -> Map<String, Value> {
        let kept =
            object.iter().filter(|(name, value)| !(PROSE.contains(&name.as_str()) && value.is_string()));
        kept.map(|(name, value)| (name.clone(), bare(value))).collect()
    };
    match schema {
        Value::Object(map) => Value::Object(object(map)),
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        other => other.clone(),
    }
}
