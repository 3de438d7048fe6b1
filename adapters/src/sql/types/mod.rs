//! Portable column types: one schema serves both databases, each of which keeps a value its own way.
//!
//! | type | PostgreSQL | SQLite |
//! |---|---|---|
//! | [`SqlUuid`] | `uuid` | `BLOB`, 16 bytes |
//! | [`SqlTime`] | `timestamptz` | `INTEGER`, microseconds since 1970 |
//! | [`SqlJson`] | `jsonb` | `TEXT` |
mod json;
mod time;
mod uuid;

pub use json::{Json, SqlJson};
pub use time::{SqlTime, Time};
pub use uuid::{Id, SqlUuid};
