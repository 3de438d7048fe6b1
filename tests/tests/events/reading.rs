//! Whatever was ever emitted can be read.
use std::error::Error as _;

use domain_auth::{SecurityEvent, Session, SessionEvent, User, UserEvent};
use domain_product::{Product, ProductEvent};
use domain_shared::{Aggregate, DomainEvent, EventEnvelope, decode};
use serde_json::{Value, json};

use crate::{
    contracts::contracts,
    corpus::{corpus, samples_in},
};

/// The event as the code at hand understands it and would write it, and as its upcasts say it should be.
fn reread(event: &EventEnvelope) -> Result<[(String, Value); 2], String> {
    match event.aggregate_type.as_str() {
        User::TYPE => reread_as::<UserEvent>(event),
        Session::TYPE => reread_as::<SessionEvent>(event),
        SecurityEvent::TYPE => reread_as::<SecurityEvent>(event),
        Product::TYPE => reread_as::<ProductEvent>(event),
        other => Err(format!("{other} is no aggregate of ours")),
    }
}

fn reread_as<E: DomainEvent>(event: &EventEnvelope) -> Result<[(String, Value); 2], String> {
    let (mut kind, mut data) = (event.kind.clone(), event.data.clone());
    while let Some((newer, upcast)) = E::upcast(&kind, &data) {
        (kind, data) = (newer.to_owned(), upcast);
    }
    if !contracts().iter().any(|contract| contract.kind == kind) {
        return Err(format!(
            "missing upcaster: there are events of type {kind}, but no variant and no upcast for it"
        ));
    }
    let understood = decode::<E>(event).map_err(|error| format!("{error}: {}", error.source().unwrap()))?;
    let mut written = serde_json::to_value(understood).unwrap();
    let written_data = written.get_mut("data").map_or_else(|| json!({}), Value::take);
    Ok([
        (written["type"].as_str().unwrap().to_owned(), without_nulls(&written_data)),
        (kind, without_nulls(&data)),
    ])
}

/// An optional field that is absent is as good as `null`.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let there = fields.iter().filter(|(_, value)| !value.is_null());
            there.map(|(name, value)| (name.clone(), without_nulls(value))).collect()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_event_ever_emitted_is_read_and_nothing_of_it_is_lost() {
    for sample in corpus().into_values().flatten() {
        let (file, event) = (sample.file.display(), sample.event().event);
        let [understood, expected] = reread(&event).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(understood, expected, "{file}");
    }
}

#[test]
fn the_stored_form_of_an_event_keeps_all_of_it() {
    for sample in corpus().into_values().flatten() {
        assert_eq!(serde_json::to_value(sample.event()).unwrap(), sample.json, "{}", sample.file.display());
    }
}

#[test]
fn an_optional_field_may_be_absent_as_well_as_null() {
    for sample in corpus().into_values().flatten() {
        let with_nulls = sample.event().event;
        let without = EventEnvelope { data: without_nulls(&with_nulls.data), ..with_nulls.clone() };
        assert_eq!(reread(&without), reread(&with_nulls), "{}", sample.file.display());
    }
}

#[test]
fn an_old_type_that_nobody_can_read_any_more_is_noticed() {
    let created = samples_in("product.created.v1").remove(0).event().event;
    let unknown = EventEnvelope { kind: "product.created.v0".to_owned(), ..created };
    assert!(
        reread(&unknown)
            .unwrap_err()
            .starts_with("missing upcaster: there are events of type product.created.v0")
    );
}
