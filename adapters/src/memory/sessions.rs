use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{Session, SessionRepository, UserId};
use domain_shared::StoreError;

use super::MemoryStore;

#[async_trait]
impl SessionRepository for MemoryStore {
    async fn of_user(
        &self,
        user: UserId,
        at: DateTime<Utc>,
        idle: TimeDelta,
    ) -> Result<Vec<Session>, StoreError> {
        let state = self.state();
        let of_user = state.sessions.values().filter(|session| session.user == user);
        Ok(of_user.filter(|session| session.is_alive(at, idle)).cloned().collect())
    }
}
