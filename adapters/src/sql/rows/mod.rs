//! Rows, and what they are of.
mod challenge;
mod event;
mod idempotency;
mod product;
mod session;
mod user;

use domain_shared::StoreError;
use serde::de::{DeserializeOwned, IntoDeserializer, value};

pub use challenge::ChallengeRow;
pub use event::{EventRow, StoredEventRow};
pub use idempotency::ClaimRow;
pub use product::ProductRow;
pub use session::SessionRow;
pub use user::UserRow;

/// A value object as a store remembers it. The rules for new ones aren't asked again: they may have changed since.
fn restored<T: DeserializeOwned>(raw: String) -> Result<T, StoreError> {
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
