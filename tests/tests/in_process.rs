//! The in-process bus: reactors follow the log of their store, on each store. `scripts/test` starts a Postgres.
use std::{path::PathBuf, sync::Arc, time::Duration};

use adapters::{
    Tables,
    in_process::{LogSubscriber, Patience},
    memory::MemoryStore,
    postgres::{PgConfig, PgStore},
    sqlite::SqliteStore,
    system::SystemClock,
    tally::Tally,
};
use async_trait::async_trait;
use conformance::EventBus;
use domain_product::Product;
use domain_shared::{
    Checkpoints, DeadLetterBox, DeadLetters, EventLog, EventSubscriber, Repository, StoredEvent,
};
use tokio_util::sync::CancellationToken;

/// A store whose log is followed, and where its file is, if it has one.
struct Bus<S>(Arc<S>, Option<PathBuf>);

#[async_trait]
impl<S: Repository<Product> + EventLog + Checkpoints + DeadLetterBox> EventBus for Bus<S> {
    async fn publish(&self, mut product: Product) -> Vec<StoredEvent> {
        self.0.save(&mut product).await.unwrap();
        self.0.history(&[domain_shared::Aggregate::id(&product).0]).await.unwrap()
    }

    fn subscriber(&self) -> Arc<dyn EventSubscriber> {
        let soon = Duration::from_millis(5);
        Arc::new(LogSubscriber {
            log: self.0.clone(),
            checkpoints: self.0.clone(),
            dead_letters: self.0.clone(),
            clock: SystemClock,
            patience: Patience {
                pause: soon,
                longest_pause: soon * 4,
                tries: 3,
                poll: Duration::from_millis(50),
                ..Patience::default()
            },
            given_up: Tally::default(),
            until: CancellationToken::new(),
        })
    }

    fn dead_letters(&self) -> Arc<dyn DeadLetters> {
        self.0.clone()
    }
}

impl<S> Drop for Bus<S> {
    fn drop(&mut self) {
        if let Some(folder) = &self.1 {
            // What is left of a test does no harm.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn memory() -> Bus<MemoryStore> {
    Bus(Arc::default(), None)
}

fn sqlite() -> Bus<SqliteStore> {
    let folder = tempfile::tempdir().unwrap().keep();
    Bus(Arc::new(SqliteStore::open(&folder.join("product.db"), Tables::Product).unwrap()), Some(folder))
}

async fn postgres() -> Bus<PgStore> {
    let url = std::env::var("TEST_DATABASE_URL");
    let url = url.expect("TEST_DATABASE_URL names no database for tests: run them with scripts/test");
    let schema = format!("test_{}", uuid::Uuid::now_v7().simple());
    let store =
        PgStore::connect(PgConfig { url, schema, pool_size: 4, ..PgConfig::default() }).await.unwrap();
    store.migrate(Tables::Product).await.expect("the server that TEST_DATABASE_URL names answers");
    Bus(Arc::new(store), None)
}

macro_rules! bus {
    ($name:ident: $fresh:expr) => {
        mod $name {
            mod subscriber {
                use super::super::*;
                conformance::event_subscriber!($fresh);
            }
            mod dead_letters {
                use super::super::*;
                conformance::dead_letters!($fresh);
            }
        }
    };
}

bus!(on_memory: memory());
bus!(on_sqlite: sqlite());
bus!(on_postgres: postgres().await);
