use async_trait::async_trait;
use uuid::Uuid;

use crate::StoreError;

/// Which events each consumer has dealt with, so that one that is delivered twice takes effect once.
#[async_trait]
pub trait Inbox: Send + Sync + 'static {
    /// Whether `consumer` has dealt with `event`.
    async fn has(&self, consumer: &str, event: Uuid) -> Result<bool, StoreError>;

    /// Notes that `consumer` has dealt with `event`; `false` if that was noted before.
    async fn record(&self, consumer: &str, event: Uuid) -> Result<bool, StoreError>;

    /// Forgets events that are older than `event`, by their ids, which grow with time.
    async fn forget_before(&self, event: Uuid) -> Result<(), StoreError>;
}
