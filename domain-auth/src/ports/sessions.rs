use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Repository, StoreError};

use crate::{Session, UserId};

/// Where sessions are kept.
#[async_trait]
pub trait SessionRepository: Repository<Session> {
    /// The sessions of `user` that can be used at that moment, the oldest first: neither ended nor past their time, and
    /// refreshed within `idle`.
    async fn of_user(
        &self,
        user: UserId,
        at: DateTime<Utc>,
        idle: TimeDelta,
    ) -> Result<Vec<Session>, StoreError>;

    /// The addresses from which `user` has signed in since that moment, each once, whether or not the sessions have ended,
    /// but for those that ended for a [doubtful](crate::EndReason::DOUBTFUL) reason.
    async fn addresses_of(&self, user: UserId, since: DateTime<Utc>) -> Result<Vec<String>, StoreError>;
}
