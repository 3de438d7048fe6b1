use async_trait::async_trait;
use domain_shared::{Inbox, StoreError};
use uuid::Uuid;

use super::MemoryStore;

#[async_trait]
impl Inbox for MemoryStore {
    async fn has(&self, consumer: &str, event: Uuid) -> Result<bool, StoreError> {
        Ok(self.state().inbox.contains(&(consumer.to_owned(), event)))
    }

    async fn record(&self, consumer: &str, event: Uuid) -> Result<bool, StoreError> {
        Ok(self.state().inbox.insert((consumer.to_owned(), event)))
    }

    async fn forget_before(&self, event: Uuid) -> Result<(), StoreError> {
        self.state().inbox.retain(|(_, known)| *known >= event);
        Ok(())
    }
}
