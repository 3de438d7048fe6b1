use async_trait::async_trait;
use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use domain_shared::{EventEnvelope, EventLog, StoreError, StoredEvent};
use uuid::Uuid;

use super::{Conn, Db, Query, RunQueryDsl, Store};
use crate::sql::{
    failure::Failure,
    rows::{EventRow, StoredEventRow, to_column},
    schema::events,
    types::Id,
};

/// Adds events to the log. Each goes alone, since only a statement of fixed text is prepared once and for all; there are
/// seldom two.
pub async fn append(mut conn: Conn<'_>, envelopes: Vec<EventEnvelope>) -> Result<(), Failure> {
    for envelope in envelopes {
        diesel::insert_into(events::table).values(EventRow::from(envelope)).execute(&mut conn).await?;
    }
    Ok(())
}

/// The events after a position, up to and with another.
#[derive(Debug, Clone, Copy)]
pub struct After {
    pub position: u64,
    pub up_to: u64,
    pub limit: usize,
}

impl Query for After {
    type Answer = Vec<StoredEvent>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<StoredEvent>, Failure> {
        let rows = events::table
            .filter(events::position.gt(to_column(self.position)))
            .filter(events::position.le(to_column(self.up_to)))
            .order(events::position)
            .limit(i64::try_from(self.limit).unwrap_or(i64::MAX))
            .select(StoredEventRow::as_select())
            .load(&mut conn)
            .await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

#[derive(Debug)]
struct NewestOf {
    aggregate_id: Uuid,
    kinds: Vec<String>,
    before: Option<u64>,
    limit: usize,
}

impl Query for NewestOf {
    type Answer = Vec<StoredEvent>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<StoredEvent>, Failure> {
        let mut query = events::table
            .filter(events::aggregate_id.eq(Id(self.aggregate_id)))
            .order(events::sequence.desc())
            .limit(i64::try_from(self.limit).unwrap_or(i64::MAX))
            .select(StoredEventRow::as_select())
            .into_boxed::<Db>();
        if !self.kinds.is_empty() {
            query = query.filter(events::kind.eq_any(&self.kinds));
        }
        if let Some(before) = self.before {
            query = query.filter(events::sequence.lt(to_column(before)));
        }
        let rows = query.load(&mut conn).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

#[async_trait]
impl EventLog for Store {
    async fn after(&self, position: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.settled_after(position, limit).await
    }

    async fn newest_of(
        &self,
        aggregate_id: Uuid,
        kinds: &[&str],
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        self.read(NewestOf { aggregate_id, kinds, before, limit }).await
    }
}
