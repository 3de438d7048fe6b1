use async_trait::async_trait;
use uuid::Uuid;

use crate::{StoreError, StoredEvent};

/// The append-only log of everything that happened. Repositories write it; everybody else only reads.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// Up to `limit` events after `position`, in order of position, which keeps the order of each aggregate. An event
    /// never shows up at or before a position that was already returned, so a reader that remembers its last position
    /// misses nothing.
    async fn after(&self, position: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError>;

    /// Up to `limit` events of one aggregate before version `before` (the newest where `None`), newest first; only of
    /// the types in `kinds`, unless that is empty.
    async fn newest_of(
        &self,
        aggregate_id: Uuid,
        kinds: &[&str],
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError>;
}

/// How far each subscriber has read the log.
#[async_trait]
pub trait Checkpoints: Send + Sync + 'static {
    /// The position that `subscriber` last stored, or 0.
    async fn load(&self, subscriber: &str) -> Result<u64, StoreError>;

    /// Remembers that `subscriber` has handled everything up to `position`. Never moves back.
    async fn store(&self, subscriber: &str, position: u64) -> Result<(), StoreError>;
}
