use async_trait::async_trait;
use domain_shared::{Checkpoints, EventLog, StoreError, StoredEvent};
use uuid::Uuid;

use super::MemoryStore;

#[async_trait]
impl EventLog for MemoryStore {
    async fn after(&self, position: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let state = self.state();
        let start = state.events.partition_point(|stored| stored.position <= position);
        Ok(state.events.iter().skip(start).take(limit).cloned().collect())
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
}

#[async_trait]
impl Checkpoints for MemoryStore {
    async fn load(&self, subscriber: &str) -> Result<u64, StoreError> {
        Ok(self.state().checkpoints.get(subscriber).copied().unwrap_or_default())
    }

    async fn store(&self, subscriber: &str, position: u64) -> Result<(), StoreError> {
        let mut state = self.state();
        let reached = state.checkpoints.entry(subscriber.to_owned()).or_default();
        *reached = position.max(*reached);
        Ok(())
    }
}
