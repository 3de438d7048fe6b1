//! The SQLite store, a file per test.
use std::cell::RefCell;

use adapters::{Tables, sqlite::SqliteStore};
use tempfile::TempDir;

/// A store in a folder that is removed when the test ends.
fn fresh(tables: Tables) -> SqliteStore {
    thread_local! { static FOLDERS: RefCell<Vec<TempDir>> = const { RefCell::new(Vec::new()) }; }
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(&folder.path().join("made/if/need/be.db"), tables).unwrap();
    FOLDERS.with_borrow_mut(|folders| folders.push(folder));
    store
}

mod auth {
    use super::*;
    conformance::auth_store!(fresh(Tables::Auth));
}

mod audit_chain {
    use super::*;
    conformance::audit_chain!(fresh(Tables::Auth));
}

mod product {
    use super::*;
    conformance::product_store!(fresh(Tables::Product));
}

#[tokio::test]
async fn what_is_stored_outlives_the_process() {
    use domain_shared::{Checkpoints, EventLog};
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("panal.db");
    let first = SqliteStore::open(&file, Tables::Auth).unwrap();
    first.take("somebody").await.unwrap().unwrap().advance(7).await.unwrap();
    first.ping().await.unwrap();
    drop(first);
    let second = SqliteStore::open(&file, Tables::Auth).unwrap();
    assert_eq!(second.load("somebody").await.unwrap(), 7);
    assert!(second.after(0, 1).await.unwrap().is_empty());
}
