//! The ring of the service that signs: kept in its store, so that all of its instances have the same.
use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{TokenAlgorithm, TokenKey, TokenKeys};
use domain_shared::{Clock, StoreError};
use tokio::time::sleep;

use super::{JwtKeyError, KeyRing, RingKey, SigningKey};
use crate::keyed::{Seal, SecretKey};

mod concern;

pub use concern::KeyConcern;

/// How long things take around a key.
#[derive(Debug, Clone, Copy)]
pub struct KeyTerms {
    /// How long a key is published before it signs: as long as those who check tokens may go without looking.
    pub lead: TimeDelta,
    /// How long a token lives.
    pub lifetime: TimeDelta,
}

/// The keys that a store keeps, and the one that was configured. Clones share them.
#[derive(Debug, Clone)]
pub struct KeptKeys<K, T> {
    store: K,
    clock: T,
    seal: Seal,
    configured: Arc<SigningKey>,
    terms: KeyTerms,
    ring: KeyRing,
}

/// How often to look for what other instances have done.
const POLL: Duration = Duration::from_secs(1);

/// How often at most, whatever tokens say.
const LEAST: Duration = Duration::from_millis(200);

/// How much longer than its tokens a key counts: instances notice its end a little later, and by clocks of their own.
const SLACK: TimeDelta = TimeDelta::seconds(60);

/// No token lives longer, whatever is configured. What signs is destroyed only after that.
const LONGEST: TimeDelta = TimeDelta::days(1);

/// What a key does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is published, and its turn will come.
    Waits,
    /// It signs.
    Signs,
    /// It signs no more, and checks what it has signed until then.
    Checks(DateTime<Utc>),
    /// Nothing that it signed counts any more.
    Retired,
    /// It was sealed with another secret, so it does nothing.
    Unreadable,
}

/// A key, as it is shown to those who look after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStatus {
    /// What tokens call it.
    pub id: String,
    /// What it is for.
    pub algorithm: TokenAlgorithm,
    /// When its turn comes, or came.
    pub signs_from: DateTime<Utc>,
    /// What it does at the moment.
    pub state: KeyState,
}

/// Why there is no new key.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// Nobody could be told of it.
    #[error("a key of HS256 can't be published: give every service another secret instead")]
    Secret,
    /// It couldn't be made.
    #[error(transparent)]
    Key(#[from] JwtKeyError),
    /// It couldn't be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key that this instance can use, and its turn.
type Turn = (Arc<SigningKey>, DateTime<Utc>);

impl<K: TokenKeys, T: Clock> KeptKeys<K, T> {
    /// Loads what `store` keeps, sealed with a key derived from `secret`. If `configured` is new there, it is as good as a key
    /// that was made by [`rotate`](Self::rotate): it is published first and signs later, unless there is no other.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn open(
        store: K,
        clock: T,
        secret: &SecretKey,
        configured: SigningKey,
        terms: KeyTerms,
    ) -> Result<Self, StoreError> {
        let (seal, ring) = (Seal::new(secret, "token keys"), KeyRing::new(Vec::new()));
        let keys = Self { store, clock, seal, configured: Arc::new(configured), terms, ring };
        let kept = keys.store.all().await?;
        if kept.iter().all(|key| key.id != keys.configured.id()) {
            let has_others = kept.iter().any(|key| keys.restored(key).is_some());
            // A secret can't be published, so whoever checks has it already.
            let waits = has_others && keys.configured.algorithm().is_asymmetric();
            keys.keep(&keys.configured, if waits { terms.lead } else { TimeDelta::zero() }).await?;
        }
        keys.load().await?;
        Ok(keys)
    }

    /// The keys of the moment.
    #[must_use]
    pub const fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// Makes a key and publishes it; when others have had the time to learn of it, it signs. Its name, and when that is.
    ///
    /// # Errors
    /// [`RotateError`].
    pub async fn rotate(&self, algorithm: TokenAlgorithm) -> Result<(String, DateTime<Utc>), RotateError> {
        if !algorithm.is_asymmetric() {
            return Err(RotateError::Secret);
        }
        let key = SigningKey::generate(algorithm)?;
        let signs_from = self.keep(&key, self.terms.lead).await?;
        self.load().await?;
        Ok((key.id().to_owned(), signs_from))
    }

    /// All keys there ever were, in the order of their turns.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn list(&self) -> Result<Vec<KeyStatus>, StoreError> {
        let (kept, now) = (self.store.all().await?, self.clock.now());
        let turns = self.turns(&kept);
        let signs = self.ring.signer(now).map(|key| key.id().to_owned());
        let status = |key: TokenKey| {
            let place = turns.iter().position(|(turn, _)| turn.id() == key.id);
            let ends = place.and_then(|place| self.end(&turns, place));
            let state = match (place, ends) {
                (Some(_), _) if signs.as_ref() == Some(&key.id) => KeyState::Signs,
                (Some(_), Some(end)) if end <= now => KeyState::Retired,
                (Some(_), _) if key.signs_from > now => KeyState::Waits,
                (Some(_), Some(end)) => KeyState::Checks(end),
                (None, _) if key.sealed.is_some() => KeyState::Unreadable,
                _ => KeyState::Retired,
            };
            KeyStatus { id: key.id, algorithm: key.algorithm, signs_from: key.signs_from, state }
        };
        Ok(kept.into_iter().map(status).collect())
    }

    /// Learns what other instances do, for as long as this is polled, and destroys what is over.
    pub async fn keep_up(&self) {
        let mut is_well = true;
        loop {
            tokio::select! {
                () = sleep(POLL) => {}
                () = self.ring.missed() => {}
            }
            let done = self.load().await;
            if let (Err(error), true) = (&done, is_well) {
                tracing::warn!(%error, "the token keys can't be loaded; those that are known go on");
            }
            is_well = done.is_ok();
            sleep(LEAST).await;
        }
    }

    /// Keeps `key`, whose turn comes after `wait`; when that is.
    async fn keep(&self, key: &SigningKey, wait: TimeDelta) -> Result<DateTime<Utc>, StoreError> {
        let (now, id) = (self.clock.now(), key.id().to_owned());
        let sealed = self.seal.seal(&id, key.secret().to_vec());
        let sealed = Some(sealed.ok_or_else(|| StoreError::unavailable("nothing can be sealed"))?);
        let (algorithm, signs_from) = (key.algorithm(), now + wait);
        self.store.add(&TokenKey { id, algorithm, sealed, created_at: now, signs_from }).await?;
        Ok(signs_from)
    }

    async fn load(&self) -> Result<(), StoreError> {
        let kept = self.store.all().await?;
        let turns = self.turns(&kept);
        let ring = turns.iter().enumerate().map(|(place, (key, from))| RingKey {
            verifying: key.verifying().clone(),
            signing: Some((Arc::clone(key), *from)),
            until: self.end(&turns, place),
        });
        self.ring.replace(ring.collect());
        let now = self.clock.now();
        for ((key, _), (_, next)) in turns.iter().zip(turns.iter().skip(1)) {
            let is_kept = kept.iter().any(|kept| kept.id == key.id() && kept.sealed.is_some());
            if is_kept && *next + LONGEST.max(self.terms.lifetime) + SLACK <= now {
                self.store.retire(key.id()).await?;
            }
        }
        Ok(())
    }

    /// When the last token of the key at `place` is over, if another one's turn ends its own.
    fn end(&self, turns: &[Turn], place: usize) -> Option<DateTime<Utc>> {
        turns.get(place + 1).map(|(_, next)| *next + self.terms.lifetime + SLACK)
    }

    /// The keys that this instance can use. What was sealed with another secret counts for nothing, here and in every instance
    /// with this secret; the configured key is then there to sign, since it counts as the first of all if it isn't kept. If it was
    /// retired nothing signs, until `keys rotate` has made a key.
    fn turns(&self, kept: &[TokenKey]) -> Vec<Turn> {
        let mut turns: Vec<Turn> =
            kept.iter().filter_map(|key| Some((self.restored(key)?, key.signs_from))).collect();
        // One that was retired doesn't come back: who took it may be why.
        let is_retired = kept.iter().any(|key| key.id == self.configured.id() && key.sealed.is_none());
        if !is_retired && turns.iter().all(|(key, _)| key.id() != self.configured.id()) {
            turns.insert(0, (Arc::clone(&self.configured), DateTime::UNIX_EPOCH));
        }
        turns
    }

    fn restored(&self, key: &TokenKey) -> Option<Arc<SigningKey>> {
        let sealed = key.sealed.as_ref()?;
        if key.id == self.configured.id() {
            return Some(Arc::clone(&self.configured));
        }
        let secret = self.seal.open(&key.id, sealed)?;
        let restored = SigningKey::restore(key.algorithm, &secret).ok()?;
        (restored.id() == key.id).then(|| Arc::new(restored))
    }
}
