use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{EndReason, Session, SessionRepository, UserId};
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

    async fn addresses_of(&self, user: UserId, since: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        let state = self.state();
        let recent = state.sessions.values().filter(|session| {
            let is_doubtful = session.ended.is_some_and(|reason| EndReason::DOUBTFUL.contains(&reason));
            session.user == user && session.started_at >= since && !is_doubtful
        });
        let addresses: BTreeSet<String> =
            recent.filter_map(|session| session.client.address.clone()).collect();
        Ok(addresses.into_iter().collect())
    }
}
