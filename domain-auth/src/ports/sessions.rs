use async_trait::async_trait;
use domain_shared::{Repository, StoreError};

use crate::{Session, UserId};

/// Where sessions are kept.
#[async_trait]
pub trait SessionRepository: Repository<Session> {
    /// The sessions of `user` that haven't been ended, the oldest first. Some may be past their time.
    async fn of_user(&self, user: UserId) -> Result<Vec<Session>, StoreError>;
}
