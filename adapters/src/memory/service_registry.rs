use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use domain_shared::{Instance, RegistryError, ServiceRegistry};
use tokio::time::Instant;
use uuid::Uuid;

/// A registry in memory: for tests, and for services that share a process. Nobody's health is looked after. Clones share it.
#[derive(Debug, Clone)]
pub struct MemoryRegistry {
    term: Duration,
    entries: Arc<Mutex<Entries>>,
}

/// Each instance, and until when it is found.
type Entries = BTreeMap<Uuid, (Instance, Instant)>;

impl MemoryRegistry {
    /// An empty one, in which an instance is found for `term` after anything was heard of it.
    #[must_use]
    pub fn new(term: Duration) -> Self {
        Self { term, entries: Arc::default() }
    }

    /// Those that are still found.
    fn entries(&self) -> MutexGuard<'_, Entries> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        entries.retain(|_, (_, until)| *until > now);
        entries
    }
}

#[async_trait]
impl ServiceRegistry for MemoryRegistry {
    async fn register(&self, instance: &Instance) -> Result<(), RegistryError> {
        self.entries().insert(instance.id, (instance.clone(), Instant::now() + self.term));
        Ok(())
    }

    async fn keep_alive(&self, instance: &Instance) -> Result<bool, RegistryError> {
        let mut entries = self.entries();
        let entry = entries.get_mut(&instance.id);
        Ok(entry.map(|(_, until)| *until = Instant::now() + self.term).is_some())
    }

    async fn deregister(&self, instance: &Instance) -> Result<(), RegistryError> {
        self.entries().remove(&instance.id);
        Ok(())
    }

    async fn find(&self, service: &str) -> Result<Vec<Instance>, RegistryError> {
        let entries = self.entries();
        let of_service = entries.values().map(|(instance, _)| instance).filter(|it| it.service == service);
        Ok(of_service.cloned().collect())
    }

    fn term(&self) -> Duration {
        self.term
    }
}
