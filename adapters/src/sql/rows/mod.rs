//! Rows, and what they are of.
mod activity;
mod challenge;
mod event;
mod idempotency;
mod inventory;
mod ledger;
mod link;
mod product;
mod session;
mod user;

use domain_shared::StoreError;
use serde::de::{DeserializeOwned, IntoDeserializer, value};

pub use activity::UserActivityRow;
pub use challenge::ChallengeRow;
pub use event::{EventRow, StoredEventRow};
pub use idempotency::ClaimRow;
pub use inventory::InventoryRow;
pub use ledger::LedgerRow;
pub use link::LinkRow;
pub use product::ProductRow;
pub use session::SessionRow;
pub use user::UserRow;

/// A row of a read model, in one of its sets.
pub trait Generational<R>: Sized {
    /// The row in the set `generation`.
    fn of(row: R, generation: i64) -> Self;

    /// The row.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it holds what it can't.
    fn read(self) -> Result<R, StoreError>;
}

/// A value object as a store remembers it. The rules for new ones aren't asked again: they may have changed since.
pub fn restored<T: DeserializeOwned>(raw: String) -> Result<T, StoreError> {
    let raw: value::StringDeserializer<value::Error> = raw.into_deserializer();
    T::deserialize(raw).map_err(StoreError::unavailable)
}

/// The greatest number a column holds is far beyond any version or position.
pub fn to_column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The other way round.
pub fn from_column(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
