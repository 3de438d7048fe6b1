//! Events on their way to the log and back.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Aggregate, DomainEvent, StoreError};

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
    let seal_one = |recorded: &crate::Recorded<A::Event>| {
        let mut tagged = serde_json::to_value(&recorded.event).map_err(StoreError::unavailable)?;
        let Some(Value::String(kind)) = tagged.get_mut("type").map(Value::take) else {
            return Err(StoreError::unavailable("an event without a type"));
        };
        Ok(EventEnvelope {
            id: recorded.id,
            aggregate_type: A::TYPE.to_owned(),
            aggregate_id: aggregate.id().into(),
            sequence: recorded.sequence,
            kind,
            occurred_at: recorded.context.at,
            actor: recorded.context.actor,
            command_id: recorded.context.command_id,
            traceparent: recorded.context.traceparent.clone(),
            data: tagged.get_mut("data").map_or_else(|| Value::Object(Map::new()), Value::take),
        })
    };
    aggregate.journal().pending().iter().map(seal_one).collect()
}

/// Reads a domain event out of its envelope.
///
/// # Errors
/// [`EventDecodeError`] if the type is unknown to `E` or the data don't fit it.
pub fn decode<E: DomainEvent>(envelope: &EventEnvelope) -> Result<E, EventDecodeError> {
    let tagged = serde_json::json!({ "type": envelope.kind, "data": envelope.data });
    serde_json::from_value(tagged).map_err(|source| EventDecodeError { kind: envelope.kind.clone(), source })
}

/// An event that this version of the domain can't read.
#[derive(Debug, thiserror::Error)]
#[error("an event of type {kind} can't be read")]
pub struct EventDecodeError {
    kind: String,
    #[source]
    source: serde_json::Error,
}
