//! What traces show, if they are made: the adapters behind some ports, each with what shows it around it.
use std::sync::Arc;

use adapters::traces::TracedStore;

use super::{AuthStore, ProductStore};
use crate::config::{Config, Store};

/// What the semantic conventions of `OpenTelemetry` call it.
const fn system(store: &Store) -> &'static str {
    match store {
        Store::Memory => "memory",
        Store::Sqlite(_) => "sqlite",
        Store::Postgres(_) => "postgresql",
    }
}

impl AuthStore {
    /// This one, which is the `store` that was chosen, shown if `config` wants traces.
    pub(super) fn traced(self, config: &Config, store: &Store) -> Self {
        if !config.settings.is_traced() {
            return self;
        }
        let system = system(store);
        Self {
            users: Arc::new(TracedStore::new(self.users, system)),
            directory: Arc::new(TracedStore::new(self.directory, system)),
            sessions: Arc::new(TracedStore::new(self.sessions, system)),
            ..self
        }
    }
}

impl ProductStore {
    /// This one, which is the `store` that was chosen, shown if `config` wants traces.
    pub(super) fn traced(self, config: &Config, store: &Store) -> Self {
        if !config.settings.is_traced() {
            return self;
        }
        let system = system(store);
        Self {
            products: Arc::new(TracedStore::new(self.products, system)),
            catalogue: Arc::new(TracedStore::new(self.catalogue, system)),
            ledger: Arc::new(TracedStore::new(self.ledger, system)),
            summary: Arc::new(TracedStore::new(self.summary, system)),
            ..self
        }
    }
}
