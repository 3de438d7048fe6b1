use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper, dsl::max};
use domain_shared::{Backlog, EventEnvelope, EventLog, LogWatch, StoreError, StoredEvent};
use uuid::Uuid;

use super::{Conn, Db, Query, RunQueryDsl, Store, personal};
use crate::sql::{
    failure::Failure,
    rows::{StoredEventRow, from_column, to_column},
    schema::events,
    types::{Id, Time},
};

/// Adds events to the log, in their order.
pub async fn append(mut conn: Conn<'_>, envelopes: Vec<EventEnvelope>) -> Result<(), Failure> {
    let rows = personal::seal(&mut conn, envelopes).await?;
    log_all!(conn, rows);
    Ok(())
}

/// Adds many events to the log, those of new aggregates.
pub async fn append_all(mut conn: Conn<'_>, envelopes: Vec<EventEnvelope>) -> Result<(), Failure> {
    /// A statement has at most 65,535 values on one database, 32,766 on the other.
    const ROWS: usize = 1000;
    let mut rows = personal::seal(&mut conn, envelopes).await?;
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(ROWS));
        insert_all!(conn, events::table, rows);
        rows = rest;
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
        let rows = rows_between(&mut conn, to_column(self.position), self.up_to, self.limit).await?;
        personal::open(&mut conn, rows).await
    }
}

/// The rows after a position, as it is in the column, up to and with another, still sealed.
pub async fn rows_between(
    conn: &mut Conn<'_>,
    after: i64,
    up_to: u64,
    limit: usize,
) -> Result<Vec<StoredEventRow>, Failure> {
    Ok(events::table
        .filter(events::position.gt(after))
        .filter(events::position.le(to_column(up_to)))
        .order(events::position)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(StoredEventRow::as_select())
        .load(conn)
        .await?)
}

#[derive(Debug)]
struct End;

impl Query for End {
    type Answer = u64;

    async fn run(&self, mut conn: Conn<'_>) -> Result<u64, Failure> {
        let last: Option<i64> = events::table.select(max(events::position)).get_result(&mut conn).await?;
        Ok(last.map_or(0, from_column))
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
        personal::open(&mut conn, rows).await
    }
}

#[derive(Debug)]
struct History(Vec<Id>);

impl Query for History {
    type Answer = Vec<StoredEvent>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<StoredEvent>, Failure> {
        let rows = events::table
            .filter(events::aggregate_id.eq_any(&self.0))
            .order((events::aggregate_id, events::sequence))
            .select(StoredEventRow::as_select())
            .load(&mut conn)
            .await?;
        personal::open(&mut conn, rows).await
    }
}

#[derive(Debug)]
struct OldestOf {
    aggregate_id: Uuid,
    after: u64,
    limit: usize,
}

impl Query for OldestOf {
    type Answer = Vec<StoredEvent>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<StoredEvent>, Failure> {
        let rows = events::table
            .filter(events::aggregate_id.eq(Id(self.aggregate_id)))
            .filter(events::sequence.gt(to_column(self.after)))
            .order(events::sequence)
            .limit(i64::try_from(self.limit).unwrap_or(i64::MAX))
            .select(StoredEventRow::as_select())
            .load(&mut conn)
            .await?;
        personal::open(&mut conn, rows).await
    }
}

/// The ids of a command's events are its own and those right after it, and they have an index.
#[derive(Debug)]
struct OfCommand(Uuid);

impl Query for OfCommand {
    type Answer = Vec<StoredEvent>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<StoredEvent>, Failure> {
        const MOST: u128 = 1 << 16;
        let last = Uuid::from_u128(self.0.as_u128().saturating_add(MOST));
        let rows = events::table
            .filter(events::id.between(Id(self.0), Id(last)))
            .filter(events::command_id.eq(Id(self.0)))
            .order(events::position)
            .select(StoredEventRow::as_select())
            .load(&mut conn)
            .await?;
        personal::open(&mut conn, rows).await
    }
}

#[derive(Debug)]
struct Behind(u64);

impl Query for Behind {
    type Answer = Backlog;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Backlog, Failure> {
        let ahead = events::table.filter(events::position.gt(to_column(self.0)));
        let events: i64 = ahead.count().get_result(&mut conn).await?;
        let oldest = ahead.order(events::position).select(events::occurred_at).limit(1);
        let oldest: Option<Time> = oldest.get_result(&mut conn).await.optional()?;
        Ok(Backlog { events: from_column(events), oldest: oldest.map(|time| time.0) })
    }
}

#[async_trait]
impl EventLog for Store {
    async fn after(&self, position: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.settled_after(position, limit).await
    }

    async fn end(&self) -> Result<u64, StoreError> {
        self.read(End).await
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

    async fn history(&self, aggregate_ids: &[Uuid]) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(History(aggregate_ids.iter().copied().map(Id).collect())).await
    }

    async fn oldest_of(
        &self,
        aggregate_id: Uuid,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(OldestOf { aggregate_id, after, limit }).await
    }

    async fn of_command(&self, command_id: Uuid) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(OfCommand(command_id)).await
    }

    async fn backlog(&self, position: u64) -> Result<Backlog, StoreError> {
        self.read(Behind(position)).await
    }

    fn watch(&self) -> Box<dyn LogWatch> {
        self.watch_log()
    }
}
