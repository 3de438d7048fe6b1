//! The published schemas say what events look like, as an independent validator understands them.
use std::fs;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::{
    contracts::{ENVELOPE, contracts, root},
    corpus::samples_in,
    documents::REWRITE,
};

/// The published schema of a type.
pub fn published(kind: &str) -> Value {
    let file = root().join(format!("docs/events/{kind}.json"));
    let text =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}: {REWRITE}", file.display()));
    serde_json::from_str(&text).unwrap()
}

/// The validator for a type's published schema.
pub fn validator(kind: &str) -> Validator {
    let schema = published(kind);
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{kind} is no JSON Schema: {error}"));
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

#[track_caller]
pub fn assert_valid(validator: &Validator, value: &Value, name: &dyn std::fmt::Display) {
    let errors: Vec<_> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

/// Everything that breaks one rule of `schema` in `value`, with the name of the rule.
fn broken(schema: &Value, value: &Value) -> Vec<(String, Value)> {
    let mut mutants = vec![("another type".to_owned(), json!(["of", 1.5, "another type"]))];
    match value {
        Value::Object(fields) => of_object(schema, fields, &mut mutants),
        Value::Array(items) => {
            if let Some(first) = items.first() {
                let bad_items = broken(&schema["items"], first).into_iter();
                mutants.extend(bad_items.map(|(rule, item)| (format!("[]: {rule}"), json!([item]))));
            }
            if let Some(most) = schema["maxItems"].as_u64() {
                let many = (0..=most).map(|i| json!(format!("scope{i}"))).collect();
                mutants.push(("maxItems".to_owned(), many));
            }
            mutants.remove(0);
            mutants.push(("another type".to_owned(), json!("a text")));
        }
        Value::String(text) => of_text(schema, text, &mut mutants),
        Value::Number(_) => {
            mutants.extend(schema["minimum"].as_i64().map(|least| ("minimum".to_owned(), json!(least - 1))));
            mutants.extend(schema["maximum"].as_i64().map(|most| ("maximum".to_owned(), json!(most + 1))));
            mutants.push(("a fraction".to_owned(), json!(1.5)));
        }
        _ => {}
    }
    mutants
}

fn of_object(schema: &Value, fields: &Map<String, Value>, mutants: &mut Vec<(String, Value)>) {
    for name in schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()) {
        let mut without = fields.clone();
        without.remove(name);
        mutants.push((format!("no {name}"), Value::Object(without)));
        mutants.push((format!("{name}: null"), with(fields, name, Value::Null)));
    }
    for (name, value) in fields {
        let Some(field) = schema["properties"].get(name) else { continue };
        let bad_fields = broken(field, value).into_iter();
        mutants.extend(bad_fields.map(|(rule, bad)| (format!("{name}: {rule}"), with(fields, name, bad))));
    }
}

/// The `fields` with another `value` in one of them.
pub fn with(fields: &Map<String, Value>, name: &str, value: Value) -> Value {
    let mut changed = fields.clone();
    changed.insert(name.to_owned(), value);
    Value::Object(changed)
}

fn of_text(schema: &Value, text: &str, mutants: &mut Vec<(String, Value)>) {
    if let Some(most) = schema["maxLength"].as_u64() {
        let missing = usize::try_from(most).unwrap() + 1 - text.chars().count();
        mutants.push(("maxLength".to_owned(), json!(format!("{}{text}", "A".repeat(missing)))));
    }
    if schema["minLength"].as_u64() > Some(0) {
        mutants.push(("minLength".to_owned(), json!("")));
    }
    for rule in ["pattern", "format", "const"].into_iter().filter(|rule| schema.get(rule).is_some()) {
        mutants.push((rule.to_owned(), json!("\u{1F41D} no")));
    }
}

#[track_caller]
fn assert_tells_good_from_bad(kind: &str, value: &Value, name: &dyn std::fmt::Display) -> usize {
    let (validator, schema) = (validator(kind), published(kind));
    assert_valid(&validator, value, name);
    let mutants = broken(&schema, value);
    for (rule, mutant) in &mutants {
        assert!(!validator.is_valid(mutant), "{name} is valid even with {rule}: {mutant:#}");
    }
    mutants.len()
}

#[test]
fn samples_fit_the_schema_of_their_type_and_what_breaks_a_rule_does_not() {
    let mut broken = 0;
    for kind in contracts().into_iter().map(|contract| contract.kind) {
        for sample in samples_in(&kind) {
            broken += assert_tells_good_from_bad(&kind, sample.data(), &sample.file.display());
        }
    }
    assert!(broken > 500, "only {broken} rules were broken");
}

#[test]
fn an_envelope_fits_its_schema_and_a_broken_one_does_not() {
    for sample in samples_in(ENVELOPE) {
        assert!(assert_tells_good_from_bad(ENVELOPE, &sample.json, &sample.file.display()) > 30);
    }
}

#[test]
fn fields_that_nobody_knows_yet_fit_every_schema() {
    for kind in contracts().into_iter().map(|contract| contract.kind) {
        for sample in samples_in(&kind) {
            let more = with(sample.data().as_object().unwrap(), "added_later", json!(1));
            assert_valid(&validator(&kind), &more, &sample.file.display());
        }
    }
}
