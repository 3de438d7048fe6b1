use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::DeadLetters;
use crate::{StoreError, StoredEvent};

/// Where deliveries that were given up are kept beside the log they come from, when there is no broker to keep them.
#[async_trait]
pub trait DeadLetterBox: DeadLetters {
    /// Puts the delivery of `event` to `reactor` among the dead letters; once more if it was requeued from there.
    async fn bury(
        &self,
        reactor: &str,
        event: &StoredEvent,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// The events that were requeued for `reactor`, oldest first. Each stays requeued until it is discarded or buried.
    async fn requeued(&self, reactor: &str) -> Result<Vec<StoredEvent>, StoreError>;
}
