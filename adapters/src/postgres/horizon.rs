//! How far the event log can be read without missing anything.
//!
//! An event gets its position before its transaction commits, so a higher position may show up before a lower one.
//! Whoever read past the gap would never come back for it. A position is *settled* once every position up to it has
//! either committed or never will:
//!
//! 1. read the last position given out;
//! 2. see which transactions may have written to the log: they hold a lock on it from before they get a position until
//!    after they have committed;
//! 3. once none of those holds it any more, everything up to that position is settled.
//!
//! With nobody writing that is at once. Transactions that have nothing to do with the log hold nothing up.
use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use diesel::{QueryDsl, QueryableByName, sql_query, sql_types::Text};
use diesel_async::RunQueryDsl;
use domain_shared::{ChainedRow, StoredEvent};
use tokio::sync::Mutex;

use super::{
    Conn,
    shared::{After, Query, RowsAfter},
};
use crate::sql::{
    failure::Failure,
    rows::{from_column, to_column},
};

/// How many observations are kept while nothing settles; later ones are made when these have settled.
const MOST: usize = 64;

/// Every statement that adds rows to a table holds this lock on it, to the end of its transaction.
const WRITERS: &str = "SELECT virtualtransaction AS id FROM pg_locks \
                       WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND relation = 'events'::regclass \
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// What one store knows about its log. It starts with nothing, as a new process does.
#[derive(Debug, Default)]
pub(super) struct Horizon(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    settled: i64,
    /// Positions that will be settled once the transactions beside them have ended; oldest first.
    pending: VecDeque<(i64, HashSet<Writer>)>,
}

/// A transaction that may be adding events.
#[derive(Debug, Clone, PartialEq, Eq, Hash, QueryableByName)]
struct Writer {
    #[diesel(sql_type = Text)]
    id: String,
}

impl Horizon {
    /// The last position that is settled, after looking how things are.
    async fn advance(&self, mut conn: Conn<'_>) -> Result<i64, Failure> {
        let mut seen = self.0.lock().await;
        let (last, used, standby): (i64, bool, bool) = events_position_seq::table
            .select((events_position_seq::last_value, events_position_seq::is_called, pg_is_in_recovery()))
            .get_result(&mut conn)
            .await?;
        let last = if used { last } else { 0 };
        if last < seen.settled {
            // This is another database than before: a backup, or a standby that hadn't heard of everything.
            *seen = Seen::default();
        }
        // A standby doesn't know who is writing.
        if !standby && (last > seen.settled || !seen.pending.is_empty()) {
            let writers: Vec<Writer> = sql_query(WRITERS).load(&mut conn).await?;
            seen.observe(last, writers.into_iter().collect());
        }
        Ok(seen.settled)
    }
}

impl Seen {
    /// Takes note that the last position was `last`, and that of all transactions only `writers` may be writing since.
    fn observe(&mut self, last: i64, writers: HashSet<Writer>) {
        while let Some((settled, _)) = self.pending.pop_front_if(|(_, theirs)| theirs.is_disjoint(&writers)) {
            self.settled = settled;
        }
        let newest = self.pending.back().map_or(self.settled, |(position, _)| *position);
        if writers.is_empty() {
            self.settled = last;
        } else if last > newest && self.pending.len() < MOST {
            self.pending.push_back((last, writers));
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

/// The same as they are stored.
#[derive(Debug)]
pub(super) struct SettledRowsAfter {
    pub(super) horizon: Arc<Horizon>,
    pub(super) position: u64,
    pub(super) limit: usize,
}

impl Query for SettledRowsAfter {
    type Answer = Vec<ChainedRow>;

    async fn run(&self, conn: Conn<'_>) -> Result<Vec<ChainedRow>, Failure> {
        let Self { position, limit, .. } = *self;
        let up_to = from_column(self.horizon.advance(conn).await?);
        RowsAfter { position: to_column(position), up_to, limit }.run(conn).await
    }
}

diesel::table! {
    events_position_seq (last_value) {
        last_value -> BigInt,
        is_called -> Bool,
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn pg_is_in_recovery() -> Bool;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writers(ids: &[&str]) -> HashSet<Writer> {
        ids.iter().map(|id| Writer { id: (*id).to_owned() }).collect()
    }

    #[test]
    fn with_nobody_writing_everything_is_settled_at_once() {
        let mut seen = Seen::default();
        seen.observe(7, writers(&[]));
        assert_eq!(seen.settled, 7);
    }

    #[test]
    fn a_position_is_settled_once_those_who_wrote_then_have_ended() {
        let mut seen = Seen::default();
        seen.observe(7, writers(&["a", "b"]));
        seen.observe(9, writers(&["b", "c"]));
        assert_eq!(seen.settled, 0);
        seen.observe(12, writers(&["c", "d"]));
        assert_eq!(seen.settled, 7);
        seen.observe(12, writers(&["e"]));
        assert_eq!(seen.settled, 12);
    }

    #[test]
    fn what_is_kept_is_bounded_and_settles_all_the_same() {
        let mut seen = Seen::default();
        for last in 1..1000 {
            seen.observe(last, writers(&["endless"]));
        }
        assert_eq!((seen.settled, seen.pending.len()), (0, MOST));
        seen.observe(1000, writers(&["another"]));
        assert_eq!(seen.settled, 64);
        seen.observe(1000, writers(&[]));
        assert_eq!(seen.settled, 1000);
    }
}
