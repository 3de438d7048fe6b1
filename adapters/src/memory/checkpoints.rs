use async_trait::async_trait;
use domain_shared::{Checkpoint, Checkpoints, StoreError};

use super::MemoryStore;

#[async_trait]
impl Checkpoints for MemoryStore {
    async fn load(&self, reader: &str) -> Result<u64, StoreError> {
        Ok(self.state().checkpoints.get(reader).copied().unwrap_or_default())
    }

    async fn take(&self, reader: &str) -> Result<Option<Box<dyn Checkpoint>>, StoreError> {
        let mut state = self.state();
        if !state.taken.insert(reader.to_owned()) {
            return Ok(None);
        }
        let position = state.checkpoints.get(reader).copied().unwrap_or_default();
        Ok(Some(Box::new(Taken { store: self.clone(), reader: reader.to_owned(), position })))
    }
}

struct Taken {
    store: MemoryStore,
    reader: String,
    position: u64,
}

#[async_trait]
impl Checkpoint for Taken {
    fn position(&self) -> u64 {
        self.position
    }

    async fn advance(self: Box<Self>, position: u64) -> Result<(), StoreError> {
        self.store.state().checkpoints.insert(self.reader.clone(), position.max(self.position));
        Ok(())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.store.state().taken.remove(&self.reader);
    }
}
