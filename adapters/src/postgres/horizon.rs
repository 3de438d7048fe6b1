//! How far the event log can be read without missing anything.
//!
//! An event has its position before its transaction commits, so that a higher position may show up before a lower one.
//! Whoever read past the gap would never come back for it. A position is *settled* once every position up to it has
//! either committed or never will:
//!
//! 1. read the last position given out, `last`;
//! 2. get a transaction id, `xid`. Whoever has a position up to `last` got a lower id before that, see the migration;
//! 3. once no transaction below `xid` is running, everything up to `last` is settled.
//!
//! With nobody writing all three happen in one go. A transaction that stays open holds the log up, in any table and any
//! database of the server; the server ends ours when they idle.
use std::{collections::VecDeque, sync::Arc};

use diesel::{
    QueryDsl,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    query_builder::QueryId,
    select,
    sql_types::{BigInt, SqlType},
};
use diesel_async::RunQueryDsl;
use domain_shared::StoredEvent;
use tokio::sync::Mutex;

use super::{
    Conn,
    shared::{After, Query},
};
use crate::sql::{failure::Failure, rows::from_column};

/// How many observations are kept while nothing settles; any of them will do in the end.
const MOST: usize = 1024;

/// What one store knows about its log. It starts with nothing, as a new process does.
#[derive(Debug, Default)]
pub(super) struct Horizon(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    settled: i64,
    /// Positions that will be settled once the transaction ids beside them are the oldest; oldest first.
    pending: VecDeque<(i64, Xid)>,
}

impl Horizon {
    /// The last position that is settled, after looking how things are.
    async fn advance(&self, mut conn: Conn<'_>) -> Result<i64, Failure> {
        let mut seen = self.0.lock().await;
        let (last, used): (i64, bool) = events_position_seq::table
            .select((events_position_seq::last_value, events_position_seq::is_called))
            .get_result(&mut conn)
            .await?;
        let last = if used { last } else { 0 };
        if last < seen.settled {
            // This is another database than before: a backup, or a standby that hadn't heard of everything.
            *seen = Seen::default();
        }
        let newest = seen.pending.back().map_or(seen.settled, |(last, _)| *last);
        if last > newest && seen.pending.len() < MOST {
            let xid = select(pg_current_xact_id()).get_result(&mut conn).await?;
            seen.pending.push_back((last, xid));
        }
        if !seen.pending.is_empty() {
            let oldest = select(pg_snapshot_xmin(pg_current_snapshot())).get_result(&mut conn).await?;
            seen.settle(oldest);
        }
        Ok(seen.settled)
    }
}

impl Seen {
    /// Takes note that every transaction before `oldest` has ended.
    fn settle(&mut self, oldest: Xid) {
        while let Some((last, _)) = self.pending.pop_front_if(|(_, xid)| *xid <= oldest) {
            self.settled = last;
        }
    }
}

/// The settled events after a position.
#[derive(Debug)]
pub(super) struct SettledAfter {
    pub(super) horizon: Arc<Horizon>,
    pub(super) position: u64,
    pub(super) limit: usize,
}

impl Query for SettledAfter {
    type Answer = Vec<StoredEvent>;

    async fn run(&self, conn: Conn<'_>) -> Result<Vec<StoredEvent>, Failure> {
        let Self { position, limit, .. } = *self;
        let up_to = from_column(self.horizon.advance(conn).await?);
        if up_to <= position {
            return Ok(Vec::new());
        }
        After { position, up_to, limit }.run(conn).await
    }
}

diesel::table! {
    events_position_seq (last_value) {
        last_value -> BigInt,
        is_called -> Bool,
    }
}

/// A transaction id that never wraps around.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Xid8)]
struct Xid(i64);

impl FromSql<Xid8, Pg> for Xid {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <i64 as FromSql<BigInt, Pg>>::from_sql(value).map(Self)
    }
}

/// See [`Xid`].
#[derive(Debug, Clone, Copy, QueryId, SqlType)]
#[diesel(postgres_type(oid = 5069, array_oid = 271))]
pub struct Xid8;

/// Which transactions are running.
#[derive(Debug, Clone, Copy, QueryId, SqlType)]
#[diesel(postgres_type(oid = 5038, array_oid = 5039))]
pub struct PgSnapshot;

#[diesel::declare_sql_function]
extern "SQL" {
    fn pg_current_xact_id() -> Xid8;
    fn pg_current_snapshot() -> PgSnapshot;
    fn pg_snapshot_xmin(snapshot: PgSnapshot) -> Xid8;
}
