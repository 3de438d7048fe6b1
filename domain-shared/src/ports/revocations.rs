use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Revocation, StoreError};

/// Keeps the revocations that a service was told of, so that a restart forgets none and every instance learns of all.
#[async_trait]
pub trait Revocations: Send + Sync + 'static {
    /// Keeps what `event` told; `false` if that was kept before. Whether an event was dealt with and what came of it are
    /// one row, so no inbox is needed beside.
    async fn keep(&self, event: Uuid, revocation: &Revocation) -> Result<bool, StoreError>;

    /// Those kept after `place`, with the place of each, in that order. One that shows up may be followed by some with
    /// an earlier place, kept at the same time by others: whoever reads on does so from a little before.
    async fn after(&self, place: u64) -> Result<Vec<(u64, Revocation)>, StoreError>;

    /// Drops those of before `at`.
    async fn drop_before(&self, at: DateTime<Utc>) -> Result<(), StoreError>;
}
