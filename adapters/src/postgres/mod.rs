//! `PostgreSQL` 13 or newer, without libpq.
//!
//! Changes are transactions on pooled connections. What is a single statement that only reads is pipelined over one
//! connection per thread, which costs the least. The queries are those of `sql/shared`, compiled for this connection.
use diesel::pg::Pg;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Keeps the row from everybody else until the transaction ends.
macro_rules! for_update {
    ($query:expr) => {
        $query.for_update()
    };
}

/// Keeps the row from everybody else, unless somebody else has it already.
macro_rules! claim {
    ($query:expr) => {
        $query.for_update().skip_locked()
    };
}

/// Adds rows by one statement.
macro_rules! insert_all {
    ($conn:ident, $table:expr, $rows:expr) => {
        diesel::insert_into($table).values($rows).execute(&mut $conn).await?;
    };
}

/// Adds the rows of a read model by one statement, of fixed text.
macro_rules! project_all {
    ($conn:ident, $table:expr, $rows:expr) => {
        super::super::columns::add_rows($conn, $rows).await?
    };
}

/// Adds events by one statement.
macro_rules! log_all {
    ($conn:ident, $rows:expr) => {
        super::super::columns::add_events($conn, $rows).await?;
    };
}

/// Adds those rows that break no constraint, by one statement, and gives the ids of those it added.
macro_rules! insert_new {
    ($conn:ident, $table:expr, $id:expr, $rows:expr) => {{
        let all = diesel::insert_into($table).values($rows).on_conflict_do_nothing().returning($id);
        all.load::<crate::sql::types::Id>(&mut $conn).await?
    }};
}

mod batch;
mod bell;
mod checkpoint;
mod columns;
mod config;
mod connection;
mod crowd;
mod error;
mod horizon;
mod line;
mod migrate;
mod pool;
mod projection;
mod replica;
mod repository;
mod save_all;
#[path = "../sql/shared/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "compiled once for each database")]
mod shared;
mod store;
#[cfg(test)]
mod tests;
mod transaction;

pub use config::{PgConfig, Timeouts};
pub use error::is_hopeless;
pub use replica::PgReplica;
pub use store::PgStore;
use store::PgStore as Store;

/// Shared: whoever has it may send a statement while others wait for their answers.
type Conn<'a> = &'a AsyncPgConnection;
type Db = Pg;

/// A line of a plan.
#[cfg(test)]
type Explanation = diesel::sql_types::Text;
