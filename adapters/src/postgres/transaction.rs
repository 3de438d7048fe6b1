//! What happens inside a transaction. Diesel's own isn't used: it would wait for BEGIN before it sends anything else.
use diesel_async::SimpleAsyncConnection;
use domain_shared::{Changed, Decision, EventEnvelope, seal};
use futures_util::future::join;

use super::{
    Conn,
    shared::{Stored, append},
};
use crate::sql::failure::{Failure, Undone};

async fn run(mut conn: Conn<'_>, sql: &str) -> Result<(), Failure> {
    Ok(conn.batch_execute(sql).await?)
}

/// Has everything from here on happen together.
pub(super) async fn begin(conn: Conn<'_>) -> Result<(), Failure> {
    run(conn, "BEGIN").await
}

/// The same for what follows from the log and can be done again: should the server die, it is as it was before, whole.
pub(super) async fn begin_unsynced(conn: Conn<'_>) -> Result<(), Failure> {
    run(conn, "BEGIN; SET LOCAL synchronous_commit = off").await
}

/// Makes what was done last.
pub(super) async fn commit(conn: Conn<'_>) -> Result<(), Failure> {
    run(conn, "COMMIT").await
}

/// Undoes whatever was done; harmless if nothing was.
pub(super) async fn roll_back(conn: Conn<'_>) -> Result<(), Failure> {
    run(conn, "ROLLBACK").await
}

/// Stores a new aggregate with its events, but for the commit.
pub(super) async fn add<A: Stored>(
    conn: Conn<'_>,
    new: &A,
    events: Vec<EventEnvelope>,
) -> Result<(), Failure> {
    begin(conn).await?;
    new.insert(conn).await?;
    append(conn, events).await
}

/// Runs `decide` on an aggregate that nobody else can change meanwhile, and stores what came of it, but for the commit.
pub(super) async fn change<A: Stored>(
    conn: Conn<'_>,
    id: A::Id,
    decide: Decision<A>,
) -> Result<Option<Changed<A>>, Undone<A::Error>> {
    // Sent together: should BEGIN fail, a lock that lasts for one statement does no harm.
    let (begun, locked) = join(begin(conn), A::lock(conn, id)).await;
    begun?;
    let Some(mut aggregate) = locked? else { return Ok(None) };
    decide(&mut aggregate).map_err(Undone::Refused)?;
    if !aggregate.journal().pending().is_empty() {
        let events = seal(&aggregate)?;
        let (updated, appended) = join(aggregate.update(conn), append(conn, events)).await;
        updated.and(appended)?;
    }
    let events = aggregate.journal_mut().commit();
    Ok(Some(Changed { aggregate, events }))
}
