//! What traces show, if they are made: the adapters behind some ports, each with what shows it around it.
use std::sync::Arc;

use adapters::traces::TracedRepository;

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
            users: Arc::new(TracedRepository::new(self.users, system)),
            sessions: Arc::new(TracedRepository::new(self.sessions, system)),
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
        Self { products: Arc::new(TracedRepository::new(self.products, system(store))), ..self }
    }
}
