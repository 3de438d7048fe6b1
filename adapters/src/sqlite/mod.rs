//! Everything in one `SQLite` file: nothing to install, for development and for small installations.
//!
//! Diesel's `SQLite` connection is synchronous, so each connection has a thread of its own: one writes, the others read.
//! The queries are those of `sql/shared`, compiled for this connection; their futures never wait for anything.
use diesel::sqlite::{Sqlite, SqliteConnection};

/// `SQLite` locks the whole database for a writer, so a row needs no lock.
macro_rules! for_update {
    ($query:expr) => {
        $query
    };
}

/// The same goes for a row that nobody else may have.
macro_rules! claim {
    ($query:expr) => {
        $query
    };
}

/// Adds rows one by one: Diesel would begin a transaction of its own for several.
macro_rules! insert_all {
    ($conn:ident, $table:expr, $rows:expr) => {
        for row in $rows {
            diesel::insert_into($table).values(row).execute(&mut $conn).await?;
        }
    };
}

/// Adds the rows of a read model the same way.
macro_rules! project_all {
    ($conn:ident, $table:expr, $rows:expr) => {
        insert_all!($conn, $table, $rows)
    };
}

/// Adds events the same way, which is by a statement that is prepared once and for all.
macro_rules! log_all {
    ($conn:ident, $rows:expr) => {
        insert_all!($conn, crate::sql::schema::events::table, $rows)
    };
}

/// Adds those rows that break no constraint and gives the ids of those it added, one by one for the same reason.
macro_rules! insert_new {
    ($conn:ident, $table:expr, $id:expr, $rows:expr) => {{
        let mut added: Vec<crate::sql::types::Id> = Vec::new();
        for row in $rows {
            let one = diesel::insert_into($table).values(row).on_conflict_do_nothing().returning($id);
            added.extend(one.load::<crate::sql::types::Id>(&mut $conn).await?);
        }
        added
    }};
}

mod connection;
mod error;
mod follow;
mod lane;
mod migrate;
mod projection;
mod repository;
mod run;
mod save_all;
#[path = "../sql/shared/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "compiled once for each database")]
mod shared;
mod store;
#[cfg(test)]
mod tests;

use run::RunQueryDsl;
pub use store::SqliteStore;
use store::SqliteStore as Store;

type Conn<'a> = &'a mut SqliteConnection;
type Db = Sqlite;

/// A step of a plan: its number, that of the step it belongs to, nothing, and what it is.
#[cfg(test)]
type Explanation = (
    diesel::sql_types::Integer,
    diesel::sql_types::Integer,
    diesel::sql_types::Integer,
    diesel::sql_types::Text,
);
