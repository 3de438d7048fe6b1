use async_trait::async_trait;
use domain_auth::{SecurityEvent, SecurityLog};
use domain_shared::{Context, StoreError, StoredEvent};

use super::MemoryStore;

#[async_trait]
impl SecurityLog for MemoryStore {
    async fn note(&self, event: SecurityEvent, context: &Context) -> Result<(), StoreError> {
        let mut event = event.envelope(context)?;
        let mut state = self.state();
        if state.event_ids.contains_key(&event.id) {
            return Err(StoreError::Repeated);
        }
        state.censor(&mut event);
        let position = state.events.last().map_or(1, |last| last.position + 1);
        let place = state.events.len();
        state.event_ids.insert(event.id, place);
        state.events.push(StoredEvent { position, event });
        state.grown.tell();
        Ok(())
    }
}
