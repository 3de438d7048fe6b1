use diesel::prelude::{Insertable, Queryable, Selectable};
use domain_shared::{EventEnvelope, StoredEvent};

use super::{from_column, to_column};
use crate::sql::{
    schema::events,
    types::{Id, Json, Time},
};

#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct EventRow {
    id: Id,
    aggregate_type: String,
    aggregate_id: Id,
    sequence: i64,
    kind: String,
    occurred_at: Time,
    actor: Option<Id>,
    command_id: Id,
    traceparent: Option<String>,
    data: Json,
}

/// An event that has its place in the log. What is personal in it is sealed, so nobody takes it for a [`StoredEvent`] but
/// whoever opens it: see `shared::open`.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct StoredEventRow {
    position: i64,
    #[diesel(embed)]
    event: EventRow,
}

impl From<EventEnvelope> for EventRow {
    fn from(event: EventEnvelope) -> Self {
        Self {
            id: Id(event.id),
            aggregate_type: event.aggregate_type,
            aggregate_id: Id(event.aggregate_id),
            sequence: to_column(event.sequence),
            kind: event.kind,
            occurred_at: Time(event.occurred_at),
            actor: event.actor.map(Id),
            command_id: Id(event.command_id),
            traceparent: event.traceparent,
            data: Json(event.data),
        }
    }
}

impl StoredEventRow {
    /// The event, sealed.
    pub fn into_sealed(self) -> StoredEvent {
        let Self { position, event } = self;
        let event = EventEnvelope {
            id: event.id.0,
            aggregate_type: event.aggregate_type,
            aggregate_id: event.aggregate_id.0,
            sequence: from_column(event.sequence),
            kind: event.kind,
            occurred_at: event.occurred_at.0,
            actor: event.actor.map(|id| id.0),
            command_id: event.command_id.0,
            traceparent: event.traceparent,
            data: event.data.0,
        };
        StoredEvent { position: from_column(position), event }
    }
}
