use async_trait::async_trait;
use domain_auth::{TokenKey, TokenKeys};
use domain_shared::StoreError;

use super::MemoryStore;

#[async_trait]
impl TokenKeys for MemoryStore {
    async fn add(&self, key: &TokenKey) -> Result<bool, StoreError> {
        let mut state = self.state();
        let is_new = state.signing_keys.iter().all(|known| known.id != key.id);
        if is_new {
            state.signing_keys.push(key.clone());
            state.signing_keys.sort_by(|a, b| (a.signs_from, &a.id).cmp(&(b.signs_from, &b.id)));
        }
        Ok(is_new)
    }

    async fn all(&self) -> Result<Vec<TokenKey>, StoreError> {
        Ok(self.state().signing_keys.clone())
    }

    async fn retire(&self, id: &str) -> Result<(), StoreError> {
        let mut state = self.state();
        for key in state.signing_keys.iter_mut().filter(|key| key.id == id) {
            key.sealed = None;
        }
        Ok(())
    }
}
