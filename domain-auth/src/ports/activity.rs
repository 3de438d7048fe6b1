use async_trait::async_trait;
use domain_shared::StoreError;

use crate::{ActivityRow, UserId};

/// What users have done, for reading.
#[async_trait]
pub trait Activity: Send + Sync + 'static {
    /// What `user` has done; `None` if nothing is known of them yet. It follows the log, a moment behind.
    async fn of(&self, user: UserId) -> Result<Option<ActivityRow>, StoreError>;
}
