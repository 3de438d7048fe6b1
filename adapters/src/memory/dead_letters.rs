use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_shared::{BrokerError, DeadLetter, DeadLetterBox, DeadLetters, StoreError, StoredEvent};
use uuid::Uuid;

use super::MemoryStore;

/// A delivery that was given up.
#[derive(Debug, Clone)]
pub(super) struct Buried {
    reactor: String,
    event: StoredEvent,
    reason: String,
    at: DateTime<Utc>,
    requeued: bool,
}

impl Buried {
    pub(super) const fn aggregate_id(&self) -> Uuid {
        self.event.event.aggregate_id
    }

    fn is(&self, reactor: &str, id: &str) -> bool {
        self.reactor == reactor && Uuid::try_parse(id).is_ok_and(|id| self.event.event.id == id)
    }
}

#[async_trait]
impl DeadLetters for MemoryStore {
    async fn list(&self, limit: usize) -> Result<Vec<DeadLetter>, BrokerError> {
        let state = self.state();
        let buried = state.dead_letters.iter().filter(|buried| !buried.requeued).take(limit);
        buried.map(|b| DeadLetter::of(&b.reactor, &b.event, b.reason.clone(), b.at)).collect()
    }

    async fn requeue(&self, reactor: &str, id: &str) -> Result<bool, BrokerError> {
        let mut state = self.state();
        let found = state.dead_letters.iter_mut().find(|buried| !buried.requeued && buried.is(reactor, id));
        Ok(found.map(|buried| buried.requeued = true).is_some())
    }

    async fn discard(&self, reactor: &str, id: &str) -> Result<bool, BrokerError> {
        let mut state = self.state();
        let before = state.dead_letters.len();
        state.dead_letters.retain(|buried| !buried.is(reactor, id));
        Ok(state.dead_letters.len() < before)
    }
}

#[async_trait]
impl DeadLetterBox for MemoryStore {
    async fn bury(
        &self,
        reactor: &str,
        event: &StoredEvent,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (reactor, reason) = (reactor.to_owned(), reason.to_owned());
        let buried = Buried { reactor, event: event.clone(), reason, at, requeued: false };
        let letters = &mut self.state().dead_letters;
        letters.retain(|b| (&b.reactor, b.event.event.id) != (&buried.reactor, event.event.id));
        letters.push(buried);
        Ok(())
    }

    async fn requeued(&self, reactor: &str) -> Result<Vec<StoredEvent>, StoreError> {
        let state = self.state();
        let requeued = state.dead_letters.iter().filter(|b| b.requeued && b.reactor == reactor);
        let mut events: Vec<_> = requeued.map(|b| b.event.clone()).collect();
        events.sort_by_key(|event| event.position);
        Ok(events)
    }
}
