use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::{Jwk, SigningKey, VerifyingKey};

/// The keys of the moment. Clones share them; whoever looks waits for nobody, also while they are replaced.
#[derive(Debug, Clone)]
pub struct KeyRing(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    keys: ArcSwap<Vec<RingKey>>,
    /// How often they were replaced.
    generation: AtomicU64,
    missed: Notify,
}

/// A key and when it counts.
#[derive(Debug, Clone)]
pub struct RingKey {
    /// What checks.
    pub verifying: VerifyingKey,
    /// What signs, and from when on it does, until that of the next one.
    pub signing: Option<(Arc<SigningKey>, DateTime<Utc>)>,
    /// From when on nothing that it signed counts any more.
    pub until: Option<DateTime<Utc>>,
}

impl From<VerifyingKey> for RingKey {
    fn from(verifying: VerifyingKey) -> Self {
        Self { verifying, signing: None, until: None }
    }
}

impl RingKey {
    fn counts_at(&self, now: DateTime<Utc>) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl KeyRing {
    /// A ring of `keys`, those that sign in the order of their turns.
    #[must_use]
    pub fn new(keys: Vec<RingKey>) -> Self {
        Self(Arc::new(Shared {
            keys: ArcSwap::from_pointee(keys),
            generation: AtomicU64::default(),
            missed: Notify::new(),
        }))
    }

    /// From now on `keys` count, and no others.
    pub fn replace(&self, keys: Vec<RingKey>) {
        self.0.keys.store(Arc::new(keys));
        self.0.generation.fetch_add(1, Ordering::Release);
    }

    /// Another number after each replacement. What is found with keys that were looked at after this was asked rests on
    /// these, or on newer ones.
    pub(super) fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    /// Whether the key `id` counts.
    pub(super) fn has(&self, id: &str, now: DateTime<Utc>) -> bool {
        self.with(id, now, |_| ()).is_some()
    }

    /// Whether nothing can be checked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.keys.load().is_empty()
    }

    /// The keys that others check tokens with: those that sign, will sign, or have signed what is alive.
    #[must_use]
    pub fn published(&self, now: DateTime<Utc>) -> Vec<Jwk> {
        let keys = self.0.keys.load();
        keys.iter().filter(|key| key.counts_at(now)).filter_map(|key| key.verifying.jwk()).collect()
    }

    /// Returns once a token named a key that could be one of ours and isn't here; at once if that was since the last time.
    pub async fn missed(&self) {
        self.0.missed.notified().await;
    }

    /// What `judge` makes of the key `id`; `None` if there is none that counts.
    pub(super) fn with<T>(
        &self,
        id: &str,
        now: DateTime<Utc>,
        judge: impl FnOnce(&VerifyingKey) -> T,
    ) -> Option<T> {
        let keys = self.0.keys.load();
        let key = keys.iter().find(|key| key.verifying.id() == id);
        if key.is_none() && could_be_ours(id) {
            self.0.missed.notify_one();
        }
        key.filter(|key| key.counts_at(now)).map(|key| judge(&key.verifying))
    }

    /// The key that signs at `now`: that whose turn came last; the first if none has come.
    pub(super) fn signer(&self, now: DateTime<Utc>) -> Option<Arc<SigningKey>> {
        let keys = self.0.keys.load();
        let mut signing = keys.iter().filter_map(|key| key.signing.as_ref());
        let first = signing.next()?;
        let last = signing.take_while(|(_, from)| *from <= now).last();
        Some(Arc::clone(&last.unwrap_or(first).0))
    }
}

/// Ours are named by 32 bytes in base64url; nothing is looked up for any other name.
fn could_be_ours(id: &str) -> bool {
    id.len() == 43 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
