//! Every file that describes the events, as it should be.
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use super::{Contract, ENVELOPE, asyncapi::asyncapi, contracts, envelope, readme::readme, released::present};

/// Where the documents are.
const DOCUMENTS: &str = "docs/events";
/// Where the schemas are kept as they were last released.
pub const RELEASED: &str = "tests/fixtures/events/schemas";

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn file_of(kind: &str) -> String {
    format!("{DOCUMENTS}/{kind}.json")
}

/// What there should be in each file, by its path from the root. `released` are the types that were ever emitted.
#[must_use]
pub fn documents<'a>(released: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let contracts = contracts();
    let present = present();
    let retired: Vec<&str> = released.filter(|kind| !present.contains_key(*kind)).collect();
    let mut files = BTreeMap::new();
    for Contract { kind, when, data, .. } in &contracts {
        files.insert(file_of(kind), pretty(&document(kind, when, data)));
    }
    let envelope = document(ENVELOPE, "The envelope events are published in.", &envelope());
    files.insert(file_of(ENVELOPE), pretty(&envelope));
    files.insert(file_of("asyncapi"), pretty(&asyncapi(&contracts)));
    files.insert(format!("{DOCUMENTS}/README.md"), readme(&contracts, &retired));
    for (kind, schema) in &present {
        files.insert(format!("{RELEASED}/{kind}.json"), pretty(schema));
    }
    files
}

fn document(kind: &str, what: &str, schema: &Value) -> Value {
    let mut document = Map::from_iter([
        ("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema")),
        ("$id".to_owned(), json!(format!("urn:panal:event:{kind}"))),
        ("title".to_owned(), json!(kind)),
    ]);
    document.extend(schema.as_object().cloned().unwrap_or_default());
    document.insert("description".to_owned(), json!(what));
    Value::Object(document)
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
