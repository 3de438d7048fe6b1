use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_shared::{Revocation, Revocations, StoreError};
use uuid::Uuid;

use super::MemoryStore;

#[async_trait]
impl Revocations for MemoryStore {
    async fn keep(&self, event: Uuid, revocation: &Revocation) -> Result<bool, StoreError> {
        let mut state = self.state();
        let is_new = state.revocations.iter().all(|(_, known, _)| *known != event);
        if is_new {
            let place = state.revocations.last().map_or(1, |(place, ..)| place + 1);
            state.revocations.push((place, event, *revocation));
        }
        Ok(is_new)
    }

    async fn after(&self, place: u64) -> Result<Vec<(u64, Revocation)>, StoreError> {
        let state = self.state();
        let later = state.revocations.iter().filter(|(at, ..)| *at > place);
        Ok(later.map(|(place, _, revocation)| (*place, *revocation)).collect())
    }

    async fn drop_before(&self, at: DateTime<Utc>) -> Result<(), StoreError> {
        // The last stays, so that places go on growing.
        let mut state = self.state();
        let last = state.revocations.last().map(|(place, ..)| *place);
        state.revocations.retain(|(place, _, revocation)| revocation.at >= at || Some(*place) == last);
        Ok(())
    }
}
