use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_auth::{Session, SessionRepository, UserId};
use domain_shared::StoreError;

use super::MemoryStore;

#[async_trait]
impl SessionRepository for MemoryStore {
    async fn of_user(&self, user: UserId, at: DateTime<Utc>) -> Result<Vec<Session>, StoreError> {
        let state = self.state();
        let live = state.sessions.values().filter(|session| session.user == user && session.is_alive(at));
        Ok(live.cloned().collect())
    }
}
