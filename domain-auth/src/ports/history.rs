use async_trait::async_trait;
use domain_shared::{StoreError, StoredEvent};

use crate::UserId;

/// What happened to users, for those who look after them.
#[async_trait]
pub trait UserHistory: Send + Sync + 'static {
    /// Up to `limit` events of `user` and of their sessions, whether these have ended or not, before the position `before`
    /// (the newest where `None`), newest first. That a session was refreshed, which happens all the time, is left out.
    async fn newest_of_user(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError>;
}
