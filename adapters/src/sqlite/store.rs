use std::{
    collections::HashSet,
    path::Path,
    sync::{Arc, Mutex},
};

use diesel::{connection::SimpleConnection, sqlite::SqliteConnection};
use domain_shared::{ChainedRow, ChangeError, Changed, Decision, StoreError, StoredEvent, seal};
use futures_util::FutureExt;

use super::{
    Conn,
    connection::{self, transaction},
    error::store_error,
    lane::Lane,
    migrate,
    shared::{After, Alone, Extend, Find, Forget, Query, RowsAfter, Stored, append},
};
use crate::{
    Connections,
    crash_point::crash_point,
    growth::Growth,
    sql::{
        Tables,
        failure::{Failure, Undone},
        rows::to_column,
    },
};

/// How many connections read. More would only compete for the same pages.
const READERS: usize = 2;

/// One service's tables in a `SQLite` file. Implements every repository and log port; clones share the connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pub(super) writer: Arc<Lane>,
    readers: Arc<Lane>,
    /// Told whenever events were added.
    pub(super) grown: Growth,
    /// Readers whose checkpoint somebody has.
    pub(super) taken: Arc<Mutex<HashSet<String>>>,
}

impl SqliteStore {
    /// Opens the file at `path`, which is made if it isn't there, and brings `tables` in it up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the file can't be used.
    pub fn open(path: &Path, tables: Tables) -> Result<Self, StoreError> {
        connection::create(path)?;
        let mut writer = connection::open(path)?;
        migrate::run(&mut writer, tables).map_err(store_error)?;
        let readers = (0..READERS).map(|_| connection::open(path)).collect::<Result<_, _>>()?;
        let start = |name, connections| Lane::start(name, connections).map_err(StoreError::unavailable);
        Ok(Self {
            writer: Arc::new(start("sqlite-writer", vec![writer])?),
            readers: Arc::new(start("sqlite-reader", readers)?),
            grown: Growth::default(),
            taken: Arc::default(),
        })
    }

    /// Whether the file can be read.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.readers
            .run(|conn| SimpleConnection::batch_execute(conn, "SELECT 1"))
            .await?
            .map_err(StoreError::unavailable)
    }

    /// How its connections are used.
    #[must_use]
    pub fn connections(&self) -> Vec<Connections> {
        vec![self.writer.used("changes"), self.readers.used("reads")]
    }

    pub(super) async fn read<Q: Query + 'static>(&self, query: Q) -> Result<Q::Answer, StoreError> {
        self.readers.run(move |conn| now(query.run(conn))).await?.map_err(store_error)
    }

    /// The aggregate with this id.
    pub(super) async fn one<A: Stored>(&self, id: A::Id) -> Result<Option<A>, StoreError> {
        self.read(Find::<A>(id)).await
    }

    pub(super) async fn write<Q: Query + 'static>(&self, query: Q) -> Result<Q::Answer, StoreError> {
        self.writer.run(move |conn| now(query.run(conn))).await?.map_err(store_error)
    }

    /// Carries `order` out, then moves everything out of the write-ahead log, which still has what was there before. If
    /// somebody reads just now, that happens the next time nobody does.
    pub(super) async fn destroy(&self, order: Forget) -> Result<(), StoreError> {
        let destroy = move |conn: Conn<'_>| transaction(conn, |conn| now(order.run(conn)));
        self.writer.run(destroy).await?.map_err(store_error)?;
        self.writer
            .run(|conn| SimpleConnection::batch_execute(conn, "PRAGMA wal_checkpoint(TRUNCATE)"))
            .await?
            .map_err(StoreError::unavailable)
    }

    pub(super) async fn add<A: Stored>(&self, aggregate: &mut A) -> Result<(), StoreError> {
        let (new, events) = (aggregate.clone(), seal(aggregate)?);
        let add = move |conn: Conn<'_>| {
            transaction(conn, |conn| {
                // Asked first, since of several constraints it isn't said which one is checked first.
                if now(A::find(conn, new.id()))?.is_some() {
                    return Err(StoreError::Stale.into());
                }
                now(new.insert(conn))?;
                now(append(conn, events))?;
                crash_point("store.before_commit");
                Ok(())
            })
        };
        self.writer.run(add).await?.map_err(store_error)?;
        crash_point("store.after_commit");
        self.grown.tell();
        aggregate.journal_mut().commit();
        Ok(())
    }

    pub(super) async fn decide<A: Stored>(
        &self,
        id: A::Id,
        decide: Decision<A>,
    ) -> Result<Option<Changed<A>>, ChangeError<A::Error>> {
        let change = move |conn: Conn<'_>| transaction(conn, |conn| change(conn, id, &decide));
        let changed = self.writer.run(change).await?.map_err(|undone| match undone {
            Undone::Refused(error) => ChangeError::Refused(error),
            Undone::Failed(failure) => ChangeError::Store(store_error(failure)),
        })?;
        if changed.as_ref().is_some_and(|changed| !changed.events.is_empty()) {
            crash_point("store.after_commit");
        }
        self.grown.tell();
        Ok(changed)
    }

    /// One writer at a time: what a reader sees is in order, and complete up to its last position.
    pub(super) async fn settled_after(
        &self,
        position: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(After { position, up_to: u64::MAX, limit }).await
    }

    pub(super) async fn settled_rows_after(
        &self,
        position: u64,
        limit: usize,
    ) -> Result<Vec<ChainedRow>, StoreError> {
        self.read(RowsAfter { position: to_column(position), up_to: u64::MAX, limit }).await
    }

    pub(super) async fn add_alone(&self, event: Alone) -> Result<(), StoreError> {
        let add = move |conn: Conn<'_>| transaction(conn, |conn| now(event.run(conn)));
        self.writer.run(add).await?.map_err(store_error)?;
        self.grown.tell();
        Ok(())
    }

    pub(super) async fn extend_chain(&self, links: Extend) -> Result<(), StoreError> {
        let extend = move |conn: Conn<'_>| transaction(conn, |conn| now(links.run(conn)));
        self.writer.run(extend).await?.map_err(store_error)
    }
}

fn change<A: Stored>(
    conn: &mut SqliteConnection,
    id: A::Id,
    decide: &Decision<A>,
) -> Result<Option<Changed<A>>, Undone<A::Error>> {
    let Some(mut aggregate) = now(A::lock(conn, id))? else { return Ok(None) };
    decide(&mut aggregate).map_err(Undone::Refused)?;
    if !aggregate.journal().pending().is_empty() {
        now(aggregate.update(conn))?;
        now(append(conn, seal(&aggregate)?))?;
        crash_point("store.before_commit");
    }
    let events = aggregate.journal_mut().commit();
    Ok(Some(Changed { aggregate, events }))
}

/// The outcome of a query, which on this connection is there at once.
pub(super) fn now<T>(query: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    query.now_or_never().unwrap_or_else(|| Err(StoreError::unavailable("a query of SQLite waits").into()))
}
