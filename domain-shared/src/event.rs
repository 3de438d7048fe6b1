//! Events on their way to the log and back.
use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::Error as _};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Aggregate, DomainEvent, Origin, StoreError};

/// A domain event in the form the log keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventEnvelope {
    /// The event's own id.
    pub id: Uuid,
    /// The kind of aggregate, such as `product`.
    pub aggregate_type: String,
    /// The aggregate it happened to.
    pub aggregate_id: Uuid,
    /// The aggregate's version once it had happened; starts at 1, without gaps.
    pub sequence: u64,
    /// What kind of event, with its version, such as `product.stock_removed.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// The user who asked for it, if one was signed in.
    pub actor: Option<Uuid>,
    /// The command it came from.
    pub command_id: Uuid,
    /// The W3C trace context of the request it came from.
    pub traceparent: Option<String>,
    /// From where it was asked for.
    #[serde(default, skip_serializing_if = "Origin::is_unknown")]
    pub origin: Origin,
    /// What happened.
    pub data: Value,
}

/// An event the log has accepted, with its place in the log's total order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// The place in the log; later events have higher positions, with gaps where a transaction was rolled back.
    pub position: u64,
    /// The event.
    #[serde(flatten)]
    pub event: EventEnvelope,
}

/// The pending events of an aggregate, sealed for the log.
///
/// # Errors
/// [`StoreError::Unavailable`] if an event can't be written as adjacently tagged JSON, which is a programming error.
pub fn seal<A: Aggregate>(aggregate: &A) -> Result<Vec<EventEnvelope>, StoreError> {
    let (id, pending) = (aggregate.id().into(), aggregate.journal().pending());
    pending.iter().map(|recorded| envelope(A::TYPE, id, recorded)).collect()
}

/// An event of one aggregate, sealed for the log.
///
/// # Errors
/// [`StoreError::Unavailable`] if it can't be written as adjacently tagged JSON, which is a programming error.
pub fn envelope<E: DomainEvent>(
    aggregate_type: &str,
    aggregate_id: Uuid,
    recorded: &crate::Recorded<E>,
) -> Result<EventEnvelope, StoreError> {
    let mut tagged = serde_json::to_value(&recorded.event).map_err(StoreError::unavailable)?;
    let Some(Value::String(kind)) = tagged.get_mut("type").map(Value::take) else {
        return Err(StoreError::unavailable("an event without a type"));
    };
    Ok(EventEnvelope {
        id: recorded.id,
        aggregate_type: aggregate_type.to_owned(),
        aggregate_id,
        sequence: recorded.sequence,
        kind,
        occurred_at: recorded.context.at,
        actor: recorded.context.actor,
        command_id: recorded.context.command_id,
        traceparent: recorded.context.traceparent.clone(),
        origin: recorded.context.origin.clone(),
        data: tagged.get_mut("data").map_or_else(|| Value::Object(Map::new()), Value::take),
    })
}

/// Reads a domain event out of its envelope; one of a retired type is brought up to date first
/// ([`DomainEvent::upcast`]).
///
/// # Errors
/// [`EventDecodeError`] if the type is unknown to `E` or the data don't fit it.
pub fn decode<E: DomainEvent>(envelope: &EventEnvelope) -> Result<E, EventDecodeError> {
    let failed = |source| EventDecodeError { kind: envelope.kind.clone(), id: envelope.id, source };
    let (kind, data) = up_to_date::<E>(&envelope.kind, &envelope.data).map_err(failed)?;
    serde_json::from_value(serde_json::json!({ "type": kind, "data": data })).map_err(failed)
}

/// More steps than any type of event will ever take; whoever takes more is going round in circles.
const MOST_UPCASTS: usize = 100;

fn up_to_date<'a, E: DomainEvent>(
    kind: &'a str,
    data: &'a Value,
) -> Result<(&'a str, Cow<'a, Value>), serde_json::Error> {
    let (mut kind, mut data) = (kind, Cow::Borrowed(data));
    for _ in 0..=MOST_UPCASTS {
        match E::upcast(kind, &data) {
            Some((newer, upcast)) => (kind, data) = (newer, Cow::Owned(upcast)),
            None => return Ok((kind, data)),
        }
    }
    Err(serde_json::Error::custom("its upcasts lead to no present type"))
}

/// An event that this version of the domain can't read.
#[derive(Debug, thiserror::Error)]
#[error("the event {id} of type {kind} can't be read")]
pub struct EventDecodeError {
    kind: String,
    pub(crate) id: Uuid,
    #[source]
    pub(crate) source: serde_json::Error,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Amounts were whole euros in v1, had a currency from v2, and are cents since v3.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type", content = "data")]
    enum Till {
        #[serde(rename = "till.paid.v3")]
        Paid { cents: u64, currency: String },
        #[serde(rename = "till.closed.v1")]
        Closed {},
    }

    impl DomainEvent for Till {
        fn upcast(kind: &str, data: &Value) -> Option<(&'static str, Value)> {
            match kind {
                "till.paid.v1" => {
                    Some(("till.paid.v2", json!({ "amount": data["euros"], "currency": "EUR" })))
                }
                "till.paid.v2" => Some((
                    "till.paid.v3",
                    json!({ "cents": data["amount"].as_u64()? * 100, "currency": data["currency"] }),
                )),
                "till.jammed.v1" => Some(("till.stuck.v1", data.clone())),
                "till.stuck.v1" => Some(("till.jammed.v1", data.clone())),
                _ => None,
            }
        }
    }

    fn read(kind: &str, data: Value) -> Result<Till, EventDecodeError> {
        decode(&EventEnvelope {
            id: Uuid::nil(),
            aggregate_type: "till".to_owned(),
            aggregate_id: Uuid::nil(),
            sequence: 1,
            kind: kind.to_owned(),
            occurred_at: DateTime::UNIX_EPOCH,
            actor: None,
            command_id: Uuid::nil(),
            traceparent: None,
            origin: Origin::default(),
            data,
        })
    }

    fn paid(cents: u64, currency: &str) -> Till {
        Till::Paid { cents, currency: currency.to_owned() }
    }

    #[test]
    fn an_event_of_a_present_type_is_read_as_it_is() {
        let data = json!({ "cents": 250, "currency": "CHF" });
        assert_eq!(read("till.paid.v3", data).unwrap(), paid(250, "CHF"));
        assert_eq!(read("till.closed.v1", json!({})).unwrap(), Till::Closed {});
    }

    #[test]
    fn an_event_of_a_retired_type_is_brought_up_to_date_step_by_step() {
        let data = json!({ "amount": 3, "currency": "CHF" });
        assert_eq!(read("till.paid.v2", data).unwrap(), paid(300, "CHF"));
        assert_eq!(read("till.paid.v1", json!({ "euros": 2 })).unwrap(), paid(200, "EUR"));
    }

    #[test]
    fn an_event_of_an_unknown_type_or_with_data_that_do_not_fit_is_an_error_that_names_its_type() {
        for (kind, data) in [
            ("till.paid.v4", json!({ "cents": 1, "currency": "EUR" })),
            ("till.paid.v3", json!({ "cents": "1", "currency": "EUR" })),
            ("till.paid.v1", json!({ "francs": 1 })),
        ] {
            let error = read(kind, data).unwrap_err();
            assert!(error.to_string().ends_with(&format!("of type {kind} can't be read")), "{error}");
        }
    }

    #[test]
    fn upcasts_that_go_round_in_circles_are_an_error_too() {
        assert!(read("till.jammed.v1", json!({})).is_err());
    }
}
