use std::collections::BTreeSet;

use async_trait::async_trait;
use domain_shared::{Snapshots, StoreError};
use uuid::Uuid;

use super::{MemoryStore, repository::Kept};

#[async_trait]
impl<A: Kept> Snapshots<A> for MemoryStore {
    async fn ids_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        let state = self.state();
        let of_this_kind = state.events.iter().filter(|stored| stored.event.aggregate_type == A::TYPE);
        let ids: BTreeSet<_> = of_this_kind
            .map(|stored| stored.event.aggregate_id)
            .chain(A::all(&state).keys().copied())
            .collect();
        Ok(ids.into_iter().filter(|id| after.is_none_or(|after| *id > after)).take(limit).collect())
    }

    async fn rows(&self, ids: &[Uuid]) -> Result<Vec<A>, StoreError> {
        let state = self.state();
        Ok(ids.iter().filter_map(|id| A::all(&state).get(id).cloned()).collect())
    }
}
