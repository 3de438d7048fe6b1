use async_trait::async_trait;
use domain_shared::{Backlog, EventLog, LogWatch, StoreError, StoredEvent};
use uuid::Uuid;

use super::MemoryStore;

#[async_trait]
impl EventLog for MemoryStore {
    async fn after(&self, position: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let state = self.state();
        let start = state.events.partition_point(|stored| stored.position <= position);
        Ok(state.events.iter().skip(start).take(limit).cloned().collect())
    }

    async fn end(&self) -> Result<u64, StoreError> {
        Ok(self.state().events.last().map_or(0, |stored| stored.position))
    }

    async fn newest_of(
        &self,
        aggregate_id: Uuid,
        kinds: &[&str],
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let wanted = |stored: &&StoredEvent| {
            let event = &stored.event;
            event.aggregate_id == aggregate_id
                && before.is_none_or(|before| event.sequence < before)
                && (kinds.is_empty() || kinds.contains(&event.kind.as_str()))
        };
        Ok(self.state().events.iter().rev().filter(wanted).take(limit).cloned().collect())
    }

    async fn history(&self, aggregate_ids: &[Uuid]) -> Result<Vec<StoredEvent>, StoreError> {
        let concerns = |stored: &&StoredEvent| aggregate_ids.contains(&stored.event.aggregate_id);
        let mut history: Vec<_> = self.state().events.iter().filter(concerns).cloned().collect();
        history.sort_by_key(|stored| (stored.event.aggregate_id, stored.event.sequence));
        Ok(history)
    }

    async fn oldest_of(
        &self,
        aggregate_id: Uuid,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let wanted = |stored: &&StoredEvent| {
            stored.event.aggregate_id == aggregate_id && stored.event.sequence > after
        };
        Ok(self.state().events.iter().filter(wanted).take(limit).cloned().collect())
    }

    async fn of_command(&self, command_id: Uuid) -> Result<Vec<StoredEvent>, StoreError> {
        let (state, first) = (self.state(), command_id.as_u128());
        // The ids of a command's events are its own and those right after it.
        let ids = (0..).map(|offset| Uuid::from_u128(first.wrapping_add(offset)));
        let found = ids.map_while(|id| state.events.get(*state.event_ids.get(&id)?));
        Ok(found.take_while(|stored| stored.event.command_id == command_id).cloned().collect())
    }

    async fn backlog(&self, position: u64) -> Result<Backlog, StoreError> {
        let state = self.state();
        let start = state.events.partition_point(|stored| stored.position <= position);
        let oldest = state.events.get(start).map(|stored| stored.event.occurred_at);
        Ok(Backlog { events: u64::try_from(state.events.len() - start).unwrap_or(u64::MAX), oldest })
    }

    fn watch(&self) -> Box<dyn LogWatch> {
        self.state().grown.watch()
    }
}
