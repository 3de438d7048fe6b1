use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, StoredEvent};

/// The append-only log of everything that happened. Repositories write it; everybody else only reads.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// Up to `limit` events after `position`, in order of position, which keeps the order of each aggregate. An event
    /// never shows up at or before a position that was already returned, so a reader that remembers its last position
    /// misses nothing.
    async fn after(&self, position: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError>;

    /// The position of the last event there is, 0 where there is none: every event whose adding begins from now on comes
    /// after it.
    async fn end(&self) -> Result<u64, StoreError>;

    /// Up to `limit` events of one aggregate before version `before` (the newest where `None`), newest first; only of
    /// the types in `kinds`, unless that is empty.
    async fn newest_of(
        &self,
        aggregate_id: Uuid,
        kinds: &[&str],
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError>;

    /// Everything that happened to these aggregates, ordered by aggregate and version.
    async fn history(&self, aggregate_ids: &[Uuid]) -> Result<Vec<StoredEvent>, StoreError>;

    /// Up to `limit` events of one aggregate after its version `after`, oldest first.
    async fn oldest_of(
        &self,
        aggregate_id: Uuid,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError>;

    /// What came of a command, in order of position; nothing if it wasn't carried out, or changed nothing.
    async fn of_command(&self, command_id: Uuid) -> Result<Vec<StoredEvent>, StoreError>;

    /// What a reader at `position` still has before it.
    async fn backlog(&self, position: u64) -> Result<Backlog, StoreError>;

    /// Notices when events are added from now on.
    fn watch(&self) -> Box<dyn LogWatch>;
}

/// What a reader still has before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many events.
    pub events: u64,
    /// When the first of them happened.
    pub oldest: Option<DateTime<Utc>>,
}

/// Notices when events are added to a log.
#[async_trait]
pub trait LogWatch: Send + Sync {
    /// Returns soon after events were added since the watch began, or since this returned last; now and then for
    /// nothing. News from another process may get lost, so whoever waits also looks for itself from time to time.
    async fn changed(&mut self);
}
