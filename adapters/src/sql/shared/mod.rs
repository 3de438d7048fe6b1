//! The queries and ports of both SQL stores. Each store includes this module as its own, and it takes from the store
//! what it names after `super`: its connection, its way to run a query, and the store itself.
mod audit_chain;
mod catalogue;
mod checkpoints;
mod dead_letters;
mod events;
mod history;
mod idempotency;
mod inbox;
mod login_codes;
mod personal;
#[cfg(test)]
mod plan;
mod projected;
mod projections;
mod query;
mod revocations;
mod save_all;
mod security_log;
mod sessions;
mod sets;
mod signing_keys;
mod snapshots;
mod stored;
mod throttle;
mod users;

use super::{Conn, Db, RunQueryDsl, Store};
pub(super) use audit_chain::{Extend, RowsAfter};
pub(super) use checkpoints::{Advance, Load};
pub(super) use events::{After, append};
pub(super) use personal::Forget;
#[cfg(test)]
pub(super) use plan::Explained;
pub(super) use projected::Projected;
pub(super) use query::Query;
pub(super) use save_all::{CHUNK, add_all, commit_journals};
pub(super) use security_log::Alone;
pub(super) use sets::{advance, begin_shadow, claim, swap};
pub(super) use stored::{Find, Stored};
