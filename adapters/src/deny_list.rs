//! Access tokens are refused once a revocation tells so, in every instance within a moment.
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_shared::{
    Claims, Clock, DenyList, Revocation, Revocations, StoreError, TokenError, TokenVerifier,
};
use tokio::time::sleep;
use uuid::Uuid;

/// A verifier that knows which tokens are dead before their time. Clones share what they know.
#[derive(Debug, Clone)]
pub struct RevocationGuard<V, R, T> {
    verifier: V,
    revocations: R,
    clock: T,
    known: Arc<RwLock<DenyList>>,
}

/// How often to look for what other instances were told.
const POLL: Duration = Duration::from_millis(300);

/// How far back to look each time, for those whose place was given out earlier than it could be seen.
const OVERLAP: u64 = 100;

impl<V: TokenVerifier, R: Revocations, T: Clock> RevocationGuard<V, R, T> {
    /// Loads what `revocations` has kept, so that a restart forgets nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn load(verifier: V, revocations: R, clock: T) -> Result<Self, StoreError> {
        let guard = Self { verifier, revocations, clock, known: Arc::default() };
        guard.learn(0).await?;
        Ok(guard)
    }

    /// Learns what other instances are told, for as long as this is polled, and forgets what no longer matters.
    pub async fn keep_up(&self) {
        /// Every hour, or so.
        const ROUNDS: u32 = 12_000;
        let (mut place, mut round) = (0, 0_u32);
        loop {
            // A store that is away for a moment is asked again after the pause.
            if let Ok(seen) = self.learn(place).await {
                place = seen.saturating_sub(OVERLAP).max(place);
            }
            if round.is_multiple_of(ROUNDS) {
                let old = self.clock.now() - DenyList::MEMORY;
                self.known.write().unwrap_or_else(PoisonError::into_inner).forget_old(self.clock.now());
                let _ = self.revocations.drop_before(old).await;
            }
            round = round.wrapping_add(1);
            sleep(POLL).await;
        }
    }

    /// Learns what was kept after `place`; the last place there is.
    async fn learn(&self, place: u64) -> Result<u64, StoreError> {
        let news = self.revocations.after(place).await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for (_, revocation) in &news {
            known.add(revocation);
        }
        Ok(news.last().map_or(place, |(last, _)| *last))
    }
}

impl<V: TokenVerifier, R: Revocations, T: Clock> TokenVerifier for RevocationGuard<V, R, T> {
    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        let claims = self.verifier.verify(token, now)?;
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.refuses(&claims) { Err(TokenError::Ended) } else { Ok(claims) }
    }
}

/// What this instance is told it knows at once.
#[async_trait]
impl<V: TokenVerifier, R: Revocations, T: Clock> Revocations for RevocationGuard<V, R, T> {
    async fn keep(&self, event: Uuid, revocation: &Revocation) -> Result<bool, StoreError> {
        self.known.write().unwrap_or_else(PoisonError::into_inner).add(revocation);
        self.revocations.keep(event, revocation).await
    }

    async fn after(&self, place: u64) -> Result<Vec<(u64, Revocation)>, StoreError> {
        self.revocations.after(place).await
    }

    async fn drop_before(&self, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.revocations.drop_before(at).await
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::{Revoked, Scopes};

    use super::*;
    use crate::{memory::MemoryStore, system::SystemClock};

    /// Takes a token for the id of its session.
    #[derive(Clone)]
    struct Sessions;

    impl TokenVerifier for Sessions {
        fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
            Ok(Claims {
                subject: Uuid::nil(),
                session: token.parse().map_err(|_| TokenError::Invalid)?,
                id: Uuid::nil(),
                scopes: Scopes::default(),
                issued_at: now,
                expires_at: now,
            })
        }
    }

    async fn guard(store: &MemoryStore) -> RevocationGuard<Sessions, MemoryStore, SystemClock> {
        RevocationGuard::load(Sessions, store.clone(), SystemClock).await.unwrap()
    }

    fn is_refused(guard: &impl TokenVerifier, session: Uuid) -> bool {
        guard.verify(&session.to_string(), SystemClock.now()).is_err()
    }

    fn end(session: Uuid) -> Revocation {
        Revocation { of: Revoked::Session(session), at: SystemClock.now() }
    }

    #[tokio::test]
    async fn what_an_instance_is_told_it_knows_at_once_and_after_a_restart() {
        let (store, session) = (MemoryStore::default(), Uuid::from_u128(5));
        let first = guard(&store).await;
        assert!(!is_refused(&first, session));
        first.keep(Uuid::from_u128(1), &end(session)).await.unwrap();
        assert!(is_refused(&first, session));
        assert!(is_refused(&guard(&store).await, session));
        assert!(!is_refused(&first, Uuid::from_u128(6)), "another session goes on");
    }

    #[tokio::test]
    async fn other_instances_learn_of_it() {
        let (store, session) = (MemoryStore::default(), Uuid::from_u128(5));
        let (told, other) = (guard(&store).await, guard(&store).await);
        let keeping_up = tokio::spawn({
            let other = other.clone();
            async move { other.keep_up().await }
        });
        told.keep(Uuid::from_u128(1), &end(session)).await.unwrap();
        tokio::time::timeout(Duration::from_secs(20), async {
            while !is_refused(&other, session) {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("it learns of it");
        keeping_up.abort();
    }
}
