//! The corpus has everything: each type, and of each type what there can be in it.
use std::fs;

use serde_json::Value;

use crate::{
    contracts::{contracts, released, root},
    corpus::{Sample, corpus, samples_in},
};

/// A place in the data of a type: the schema there, and what the samples have there.
fn walk(path: &str, schema: &Value, found: &[&Value], visit: &mut impl FnMut(&str, &Value, &[&Value])) {
    visit(path, schema, found);
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let there: Vec<&Value> = found.iter().filter_map(|value| value.get(name)).collect();
        walk(&format!("{path}.{name}"), field, &there, visit);
    }
    if let Some(items) = schema.get("items") {
        let there: Vec<&Value> = found.iter().filter_map(|value| value.as_array()).flatten().collect();
        walk(&format!("{path}[]"), items, &there, visit);
    }
}

fn everywhere(mut visit: impl FnMut(&str, &Value, &[&Value])) {
    for contract in contracts() {
        let samples = samples_in(&contract.kind);
        let data: Vec<&Value> = samples.iter().map(Sample::data).collect();
        walk(&contract.kind, &contract.data, &data, &mut visit);
    }
}

#[test]
fn every_type_that_can_be_emitted_has_samples() {
    for kind in contracts().into_iter().map(|contract| contract.kind) {
        let count = samples_in(&kind).len();
        assert!(count >= 2, "{kind} has {count} samples in tests/fixtures/events/{kind}; it takes several");
    }
}

#[test]
fn every_type_that_was_released_has_samples_for_good() {
    for kind in released().into_keys() {
        assert!(!samples_in(&kind).is_empty(), "{kind} was released, and may be in somebody's log");
    }
}

#[test]
fn a_sample_is_of_the_type_that_its_folder_says() {
    for (kind, samples) in corpus() {
        for sample in samples {
            let event = sample.event().event;
            assert_eq!(event.kind, kind, "{}", sample.file.display());
            assert_eq!(
                kind.split('.').next(),
                Some(event.aggregate_type.as_str()),
                "{}",
                sample.file.display()
            );
        }
    }
}

#[test]
fn every_field_is_filled_in_one_sample_and_every_optional_one_is_empty_in_another() {
    everywhere(|path, schema, found| {
        assert!(found.iter().any(|value| !value.is_null()), "{path} is in no sample");
        let optional = schema["type"].as_array().is_some_and(|types| types.contains(&"null".into()));
        assert!(!optional || found.iter().any(|value| value.is_null()), "{path} is null in no sample");
    });
}

#[test]
fn every_text_and_list_is_as_long_in_a_sample_as_it_may_be() {
    everywhere(|path, schema, found| {
        let length = |value: &Value| match value {
            Value::String(text) => Some(text.chars().count()),
            Value::Array(items) => Some(items.len()),
            _ => None,
        };
        let longest = found.iter().filter_map(|value| length(value)).max();
        for limit in ["maxLength", "maxItems"].into_iter().filter_map(|limit| schema.get(limit)) {
            assert_eq!(longest.map(Value::from).as_ref(), Some(limit), "{path}");
        }
    });
}

#[test]
fn every_word_of_a_short_vocabulary_is_in_a_sample() {
    everywhere(|path, schema, found| {
        let words = schema["x-extensible-enum"].as_array().filter(|words| words.len() < 20);
        for word in words.into_iter().flatten() {
            assert!(found.contains(&word), "{path} is {word} in no sample");
        }
    });
}

#[test]
fn every_kind_of_event_in_the_code_is_looked_at_here() {
    let known = include_str!("reading.rs");
    for source in ["domain-auth/src", "domain-product/src", "domain-shared/src"] {
        let mut folders = vec![root().join(source)];
        while let Some(folder) = folders.pop() {
            for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if file.is_dir() {
                    folders.push(file);
                    continue;
                }
                let code = fs::read_to_string(&file).unwrap();
                let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                for line in
                    code.lines().filter_map(|line| line.trim_start().strip_prefix("impl DomainEvent for "))
                {
                    let name = line.split([' ', '<', '{']).next().unwrap();
                    assert!(known.contains(&format!("::<{name}>(event)")), "{name} isn't in reading.rs");
                }
            }
        }
    }
}
