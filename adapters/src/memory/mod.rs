//! Everything in memory: for tests, for trying out, and for embedding where nothing need outlive the process.
mod catalogue;
mod checkpoints;
mod dead_letters;
mod event_log;
mod history;
mod idempotency;
mod inbox;
mod login_codes;
mod personal_data;
mod plain_hasher;
mod projections;
mod repository;
mod revocations;
mod security_log;
mod service_registry;
mod sessions;
mod signing_keys;
mod snapshots;
mod throttle;
mod users;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain_auth::{ActivityRow, CodePurpose, Session, TokenKey, User, UserId};
use domain_product::{InventoryItem, LedgerEntry, Product};
use domain_shared::{Bucket, Debt, Digest, Revocation, StoreError, StoredEvent};
use uuid::Uuid;

use crate::growth::Growth;
use dead_letters::Buried;
use idempotency::Kept;
use login_codes::Pending;
pub use plain_hasher::PlainHasher;
use projections::Rows;
pub use service_registry::MemoryRegistry;

/// A store in memory. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<State>>);

/// Ids sort by age, so ordered maps list in the order things were made.
#[derive(Debug, Default)]
struct State {
    users: BTreeMap<Uuid, User>,
    sessions: BTreeMap<Uuid, Session>,
    signing_keys: Vec<TokenKey>,
    codes: HashMap<(UserId, CodePurpose), Pending>,
    products: BTreeMap<Uuid, Product>,
    events: Vec<StoredEvent>,
    /// Where in `events` the one with an id is.
    event_ids: HashMap<Uuid, usize>,
    /// Told whenever events were added.
    grown: Growth,
    checkpoints: HashMap<String, u64>,
    /// Readers whose checkpoint somebody has.
    taken: HashSet<String>,
    inbox: HashSet<(String, Uuid)>,
    ledger: Rows<LedgerEntry>,
    inventory: Rows<InventoryItem>,
    activity: Rows<ActivityRow>,
    revocations: Vec<(u64, Uuid, Revocation)>,
    dead_letters: Vec<Buried>,
    keys: HashMap<Digest, Kept>,
    debts: HashMap<Bucket, Debt>,
    /// Users about whom nothing is kept any more.
    forgotten: HashSet<Uuid>,
}

impl MemoryStore {
    /// Whether it answers; it does.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unused_async, reason = "stores are asked alike")]
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The state; nothing that holds this lock can leave it half changed, so a panic elsewhere spoils nothing.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
