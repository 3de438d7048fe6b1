//! The documents are what the code says.
use std::{collections::BTreeSet, fs};

use serde_json::{Value, json};

use crate::{
    contracts::{ENVELOPE, contracts, documents, envelope, released, root},
    corpus::samples_in,
    validation::{assert_valid, published},
};

/// What to do about a document that is behind.
pub const REWRITE: &str = "run `cargo run -p tests --example event-docs` and look at what changed";

#[test]
fn the_documents_are_what_the_generator_writes() {
    for (path, text) in documents(released().keys().map(String::as_str)) {
        let found = fs::read_to_string(root().join(&path)).unwrap_or_default();
        assert!(found == text, "{path} isn't what the code says: {REWRITE}");
    }
}

#[test]
fn what_was_released_stays_documented() {
    for kind in released().into_keys() {
        assert!(root().join(format!("docs/events/{kind}.json")).exists(), "{kind} may be in somebody's log");
    }
}

#[test]
fn no_document_is_about_something_that_never_was() {
    let released = released();
    let documents = documents(released.keys().map(String::as_str));
    for folder in ["docs/events", "tests/fixtures/events/schemas"] {
        for file in fs::read_dir(root().join(folder)).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let retired = released.contains_key(name.trim_end_matches(".json"));
            assert!(
                retired || documents.contains_key(&format!("{folder}/{name}")),
                "{folder}/{name} is left over"
            );
        }
    }
}

#[test]
fn the_page_lists_retired_types_as_such() {
    let documents = documents(["product.created.v1", "product.created.v0"].into_iter());
    let page = &documents["docs/events/README.md"];
    let (types, retired) = page.split_once("## Retired").unwrap();
    assert!(types.contains("[product.created.v1]") && retired.contains("[product.created.v0]"));
    assert!(!retired.contains("product.created.v1"));
}

/// The names of all fields in a schema, however deep.
fn fields(schema: &Value) -> BTreeSet<String> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut names: BTreeSet<_> =
        properties.flat_map(|(name, field)| fields(field).into_iter().chain([name.clone()])).collect();
    names.extend(schema.get("items").map(fields).into_iter().flatten());
    names
}

fn smells(name: &str) -> bool {
    const SECRETS: [&str; 9] =
        ["password", "passwd", "hash", "digest", "code", "token", "secret", "otp", "credential"];
    SECRETS.iter().any(|secret| name.to_lowercase().contains(secret))
}

#[test]
fn no_event_has_a_field_that_smells_of_a_secret() {
    let mut seen = 0;
    for (kind, schema) in contracts()
        .into_iter()
        .map(|contract| (contract.kind, contract.data))
        .chain([(ENVELOPE.to_owned(), envelope())])
    {
        for name in fields(&schema) {
            seen += 1;
            assert!(!smells(&name), "{kind} has a field {name}: events are for everybody to read");
        }
    }
    assert!(seen > 40 && smells("refresh_token") && smells("passwordHash"));
}

#[test]
fn every_reference_in_the_asyncapi_document_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let (document, mut found) = (published("asyncapi"), Vec::new());
    references(&document, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads outside"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn a_published_event_is_what_the_asyncapi_document_says() {
    let mut document = published("asyncapi");
    for sample in samples_in(ENVELOPE) {
        let kind = sample.json["type"].as_str().unwrap();
        document["$ref"] = json!(format!("#/components/messages/{kind}/payload"));
        let validator = jsonschema::options().should_validate_formats(true).build(&document).unwrap();
        assert_valid(&validator, &sample.json, &sample.file.display());
        for (pointer, wrong) in
            [("/type", "product.created.v1"), ("/source", "/auth-service"), ("/data/quantity", "3")]
        {
            let mut broken = sample.json.clone();
            *broken.pointer_mut(pointer).unwrap() = json!(wrong);
            assert!(!validator.is_valid(&broken), "{pointer}");
        }
    }
}

#[test]
fn every_type_is_a_channel_that_its_service_sends_to_and_others_receive_from() {
    let document = published("asyncapi");
    let count = |part: &str| document[part].as_object().unwrap().len();
    assert_eq!((count("channels"), count("operations")), (contracts().len(), 2 * contracts().len()));
    for kind in contracts().into_iter().map(|contract| contract.kind) {
        assert_eq!(document["channels"][&kind]["address"], *kind);
        assert_eq!(document["operations"][format!("send.{kind}")]["action"], "send");
        assert_eq!(document["operations"][format!("receive.{kind}")]["action"], "receive");
    }
}
