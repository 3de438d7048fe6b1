use diesel::prelude::{Insertable, Queryable, Selectable};
use domain_shared::{ChainedRow, EventEnvelope, Origin, StoreError, StoredEvent};

use super::{from_column, to_column};
use crate::sql::{
    origin::KeptOrigin,
    schema::events,
    types::{Id, Json, Time},
};

#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct EventRow {
    pub(crate) id: Id,
    pub(crate) aggregate_type: String,
    pub(crate) aggregate_id: Id,
    pub(crate) sequence: i64,
    pub(crate) kind: String,
    pub(crate) occurred_at: Time,
    pub(crate) actor: Option<Id>,
    pub(crate) command_id: Id,
    pub(crate) traceparent: Option<String>,
    pub(crate) data: Json,
    pub(crate) origin: Option<Json>,
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

impl EventRow {
    /// The row of an event in which everything personal is sealed, `origin` too.
    pub fn of(event: EventEnvelope, origin: Option<KeptOrigin>) -> Result<Self, StoreError> {
        let origin = origin.map(|kept| kept.to_json().map(Json)).transpose()?;
        Ok(Self {
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
            origin,
        })
    }
}

impl StoredEventRow {
    /// All that is stored of it, each part after its length, so that nothing can move from one part to the next.
    pub fn chained(&self) -> ChainedRow {
        let Self { position, event } = self;
        let text = |json: &Json| json.0.to_string().into_bytes();
        let parts = [
            Some(position.to_be_bytes().to_vec()),
            Some(event.id.0.as_bytes().to_vec()),
            Some(event.aggregate_type.clone().into_bytes()),
            Some(event.aggregate_id.0.as_bytes().to_vec()),
            Some(event.sequence.to_be_bytes().to_vec()),
            Some(event.kind.clone().into_bytes()),
            Some(event.occurred_at.0.timestamp_micros().to_be_bytes().to_vec()),
            event.actor.as_ref().map(|actor| actor.0.as_bytes().to_vec()),
            Some(event.command_id.0.as_bytes().to_vec()),
            event.traceparent.clone().map(String::into_bytes),
            Some(text(&event.data)),
            event.origin.as_ref().map(text),
        ];
        let mut bytes = Vec::new();
        for part in parts {
            // What isn't there has no length, which is another thing than nothing.
            let length = part.as_ref().map_or(-1, |part| i64::try_from(part.len()).unwrap_or(i64::MAX));
            bytes.extend(length.to_be_bytes());
            bytes.extend(part.unwrap_or_default());
        }
        ChainedRow { position: from_column(*position), event: event.id.0, bytes }
    }

    /// The event, sealed, and from where it was asked for, which is sealed, too.
    pub fn into_sealed(self) -> (StoredEvent, Option<KeptOrigin>) {
        let Self { position, event } = self;
        let kept = event.origin.map(|Json(origin)| KeptOrigin::from_json(origin));
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
            origin: Origin::default(),
        };
        (StoredEvent { position: from_column(position), event }, kept)
    }
}
