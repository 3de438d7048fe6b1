use actix_web::{HttpRequest, HttpResponse, http::header::LINK};
use chrono::{DateTime, Utc};
use domain_shared::{Invalid, StoredEvent};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::query::Query;

/// Something that happened. The trace and the command it was part of are for those who run the service, not for those who
/// use it.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventBody {
    /// The event's id.
    id: Uuid,
    /// What kind of event, with its version.
    #[serde(rename = "type")]
    #[schema(example = "product.stock_removed.v1")]
    kind: String,
    /// To what it happened.
    subject: Uuid,
    /// The subject's version once it had happened.
    #[schema(example = 2)]
    sequence: u64,
    /// Its place among all events of the service, as in the ids of the event stream.
    #[schema(example = 4711)]
    position: u64,
    /// When.
    occurred_at: DateTime<Utc>,
    /// Who did it, if they were signed in.
    actor: Option<Uuid>,
    /// What happened, in terms of its type.
    #[schema(value_type = Object)]
    data: Value,
}

/// Something that happened, for those who run the service.
#[derive(Serialize, ToSchema)]
#[schema(as = TracedEvent)]
pub struct TracedEventBody {
    #[serde(flatten)]
    event: EventBody,
    /// The command it came from; events of one command have it in common.
    command_id: Uuid,
}

impl From<StoredEvent> for TracedEventBody {
    fn from(stored: StoredEvent) -> Self {
        Self { command_id: stored.event.command_id, event: stored.into() }
    }
}

impl From<StoredEvent> for EventBody {
    fn from(StoredEvent { position, event }: StoredEvent) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            subject: event.aggregate_id,
            sequence: event.sequence,
            position,
            occurred_at: event.occurred_at,
            actor: event.actor,
            data: event.data,
        }
    }
}

/// A cursor: a number that the log can count to.
///
/// # Errors
/// If `raw` is none.
pub fn cursor(raw: &str) -> Result<u64, Invalid> {
    countable(raw).ok_or(Invalid::Malformed("a cursor"))
}

/// An event's id in the stream: its position in the log.
///
/// # Errors
/// If `raw` is none.
pub fn event_id(raw: &str) -> Result<u64, Invalid> {
    countable(raw).ok_or(Invalid::Malformed("the id of an event in the stream"))
}

fn countable(raw: &str) -> Option<u64> {
    raw.parse().ok().filter(|number| i64::try_from(*number).is_ok())
}

/// A page of a history, each entry shown as a `Body`. After a full one comes another, from the `cursor` of its last entry
/// on.
pub fn page<Body: Serialize + From<Entry>, Entry>(
    request: &HttpRequest,
    query: &Query,
    limit: usize,
    entries: Vec<Entry>,
    cursor: impl Fn(&Entry) -> u64,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(last) = entries.last().filter(|_| entries.len() == limit) {
        response.insert_header((LINK, query.with_cursor(request.path(), &cursor(last).to_string())));
    }
    response.json(entries.into_iter().map(Body::from).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_number_that_the_log_can_count_to() {
        for (raw, expected) in [("0", 0), ("42", 42), ("9223372036854775807", 9_223_372_036_854_775_807)] {
            assert_eq!(cursor(raw), Ok(expected));
        }
        for raw in ["", "-1", "x", "4 2", "4.2", "9223372036854775808", "99999999999999999999"] {
            assert!(cursor(raw).is_err(), "{raw:?}");
        }
    }
}
