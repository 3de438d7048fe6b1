//! What the two SQL stores have in common.
//!
//! `types`, `schema` and `rows` are plain data that both databases understand. The queries and the ports are in
//! `shared`, which each store includes as a module of its own: they are written once and compiled once for each
//! connection, since Diesel checks a query against the database it is for. To add a query, add a struct that implements
//! `Query` there; to add a column, edit `schema`, its row, and add a migration for each database.
pub(crate) mod containing;
pub(crate) mod failure;
pub(crate) mod keyset;
pub(crate) mod origin;
#[cfg(test)]
pub(crate) mod pages;
pub(crate) mod rows;
pub(crate) mod schema;
pub(crate) mod sealed;
pub(crate) mod search;
mod tables;
pub(crate) mod types;

pub use tables::Tables;
pub(crate) use tables::{Dialect, Migration, migration};
