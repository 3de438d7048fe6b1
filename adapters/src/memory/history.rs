use async_trait::async_trait;
use domain_auth::{SessionEvent, UserHistory, UserId};
use domain_shared::{StoreError, StoredEvent};

use super::MemoryStore;

#[async_trait]
impl UserHistory for MemoryStore {
    async fn newest_of_user(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let state = self.state();
        let wanted = |stored: &&StoredEvent| {
            let subject = stored.event.aggregate_id;
            let concerns =
                subject == user.0 || state.sessions.get(&subject).is_some_and(|session| session.user == user);
            concerns
                && before.is_none_or(|before| stored.position < before)
                && stored.event.kind != SessionEvent::REFRESHED
        };
        Ok(state.events.iter().rev().filter(wanted).take(limit).cloned().collect())
    }
}
