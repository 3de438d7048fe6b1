//! Events as the world outside sees them: CloudEvents 1.0 in structured JSON.
//!
//! What the specification has no attribute for travels in extension attributes, whose names may only have lower-case
//! letters and digits. Numbers of 64 bits are strings there, since the specification's integers have 32; `sequence`
//! (its own extension) is padded so that it sorts as text. For those who read nothing but `data`, the aggregate's id
//! stands there, too, as `product_id`, `user_id` or `session_id`.
use chrono::{DateTime, Utc};
use domain_shared::{EventEnvelope, Origin, StoredEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// The media type of an encoded event.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

const VERSION: &str = "1.0";
const JSON: &str = "application/json";

#[derive(Serialize, Deserialize)]
struct Attributes {
    specversion: String,
    id: Uuid,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: Uuid,
    time: DateTime<Utc>,
    #[serde(default = "json", skip_serializing_if = "String::is_empty")]
    datacontenttype: String,
    sequence: String,
    aggregatetype: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor: Option<Uuid>,
    commandid: Uuid,
    position: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    data: Value,
}

fn json() -> String {
    JSON.to_owned()
}

/// Why something isn't one of our events.
#[derive(Debug, thiserror::Error)]
pub enum CloudEventError {
    /// It isn't JSON, or an attribute is missing or not what it should be.
    #[error("it is no CloudEvent")]
    Malformed(#[from] serde_json::Error),
    /// It is of a version of the specification that isn't spoken here.
    #[error("it is a CloudEvent of another version than {VERSION}")]
    Version,
    /// Its data aren't JSON.
    #[error("its data are not {JSON}")]
    ContentType,
    /// The attribute of this name is no number.
    #[error("its {0} is no number")]
    Number(&'static str),
}

/// `event` as JSON. `source` is the service it comes from, such as `/product-service`.
///
/// # Errors
/// [`CloudEventError::Malformed`], if the data can't be written as JSON.
pub fn encode(event: &StoredEvent, source: &str) -> Result<Vec<u8>, CloudEventError> {
    let StoredEvent { position, event } = event;
    let mut data = event.data.clone();
    if let Value::Object(members) = &mut data {
        members.entry(id_member(event)).or_insert_with(|| Value::String(event.aggregate_id.to_string()));
    }
    let attributes = Attributes {
        specversion: VERSION.to_owned(),
        id: event.id,
        source: source.to_owned(),
        kind: event.kind.clone(),
        subject: event.aggregate_id,
        time: event.occurred_at,
        datacontenttype: json(),
        sequence: format!("{:020}", event.sequence),
        aggregatetype: event.aggregate_type.clone(),
        actor: event.actor,
        commandid: event.command_id,
        position: position.to_string(),
        traceparent: event.traceparent.clone(),
        data,
    };
    Ok(serde_json::to_vec(&attributes)?)
}

/// The event that [`encode`] made `body` of.
///
/// # Errors
/// [`CloudEventError`], if it was something else.
pub fn decode(body: &[u8]) -> Result<StoredEvent, CloudEventError> {
    #[derive(Deserialize)]
    struct Version {
        specversion: String,
    }
    if serde_json::from_slice::<Version>(body)?.specversion != VERSION {
        return Err(CloudEventError::Version);
    }
    let attributes: Attributes = serde_json::from_slice(body)?;
    if attributes.datacontenttype != JSON {
        return Err(CloudEventError::ContentType);
    }
    let mut event = EventEnvelope {
        id: attributes.id,
        aggregate_type: attributes.aggregatetype,
        aggregate_id: attributes.subject,
        sequence: number("sequence", &attributes.sequence)?,
        kind: attributes.kind,
        occurred_at: attributes.time,
        actor: attributes.actor,
        command_id: attributes.commandid,
        traceparent: attributes.traceparent,
        // It doesn't travel: it is about a person.
        origin: Origin::default(),
        data: attributes.data,
    };
    let (member, id) = (id_member(&event), event.aggregate_id.to_string());
    if let Value::Object(members) = &mut event.data
        && members.get(&member).and_then(Value::as_str) == Some(&id)
    {
        members.remove(&member);
    }
    Ok(StoredEvent { position: number("position", &attributes.position)?, event })
}

/// Where the data name the aggregate.
fn id_member(event: &EventEnvelope) -> String {
    format!("{}_id", event.aggregate_type)
}

fn number(name: &'static str, text: &str) -> Result<u64, CloudEventError> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(CloudEventError::Number(name))
}

#[cfg(test)]
#[path = "cloud_event/tests.rs"]
mod tests;
