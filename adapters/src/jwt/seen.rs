//! Tokens whose signature was checked before, so that each costs that once.
use std::{fmt, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::sync::Cache;

use super::payload::Payload;

/// How many are remembered; a few megabytes at most. Only authentic ones are, so nobody can fill it with others.
const MOST: usize = 4096;

/// What an authentic token says, and what that rests on.
pub(super) struct Authentic {
    /// Which key it is of.
    pub(super) key: String,
    /// Which keys there were.
    pub(super) generation: u64,
    pub(super) payload: Payload,
}

/// Authentic tokens by their digest: what is kept is of no use to whoever reads it. Clones share it.
#[derive(Clone)]
pub(super) struct Seen(Arc<Cache<[u8; 32], Arc<Authentic>>>);

impl Default for Seen {
    fn default() -> Self {
        Self(Arc::new(Cache::new(MOST)))
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").field("tokens", &self.0.len()).finish()
    }
}

impl Seen {
    /// What `token` says, if it was found authentic while there were the keys of this `generation`; or else what `check`
    /// finds.
    pub(super) fn or(
        &self,
        token: &str,
        generation: u64,
        check: impl FnOnce() -> Option<Authentic>,
    ) -> Option<Arc<Authentic>> {
        let digest = digest(&SHA256, token.as_bytes()).as_ref().try_into().ok()?;
        if let Some(known) = self.0.get(&digest).filter(|known| known.generation == generation) {
            return Some(known);
        }
        let found = Arc::new(check()?);
        self.0.insert(digest, Arc::clone(&found));
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use chrono::TimeDelta;
    use domain_auth::TokenAlgorithm;
    use domain_shared::{TokenError, TokenVerifier};

    use super::*;
    use crate::jwt::{KeyRing, RingKey, tests::World};

    #[test]
    fn a_token_is_checked_once_as_long_as_the_keys_are_the_same() {
        let (world, seen, checked) = (World::new(TokenAlgorithm::EdDsa), Seen::default(), Cell::new(0));
        let look = |token: &str, generation| {
            let check = || {
                checked.set(checked.get() + 1);
                let payload = Payload::new(&world.claims(), "us", "them");
                Some(Authentic { key: "key".to_owned(), generation, payload })
            };
            seen.or(token, generation, check).unwrap();
            checked.get()
        };
        assert_eq!([look("a", 1), look("a", 1), look("b", 1), look("a", 2), look("a", 2)], [1, 1, 2, 3, 3]);
    }

    #[test]
    fn what_is_not_authentic_is_not_kept() {
        let seen = Seen::default();
        assert!(seen.or("a", 1, || None).is_none());
        assert_eq!(seen.0.len(), 0);
    }

    #[test]
    fn a_token_that_was_seen_dies_as_any_other() {
        for algorithm in [TokenAlgorithm::EdDsa, TokenAlgorithm::Es256, TokenAlgorithm::Hs256] {
            let world = World::new(algorithm);
            let token = world.signed();
            let verify = |minutes| world.verifier.verify(&token, world.now + TimeDelta::minutes(minutes));
            assert!(verify(0).is_ok() && verify(14).is_ok());
            assert_eq!(verify(15), Err(TokenError::Expired));
            let spoiled = format!("{token}x");
            assert_eq!(world.verify(&spoiled), Err(TokenError::Invalid));

            let until = Some(world.now + TimeDelta::minutes(5));
            let retired = RingKey { until, ..RingKey::from(world.key.verifying().clone()) };
            world.ring.replace(vec![retired]);
            assert!(verify(4).is_ok());
            assert_eq!(verify(5), Err(TokenError::Invalid), "its key counts no more");
            world.ring.replace(vec![World::new(algorithm).key.verifying().clone().into()]);
            assert_eq!(verify(0), Err(TokenError::Invalid), "its key is gone");
            world.ring.replace(Vec::new());
            assert_eq!(verify(0), Err(TokenError::Unchecked));
        }
    }

    #[test]
    fn a_verifier_believes_no_other_verifiers_issuer() {
        let world = World::new(TokenAlgorithm::EdDsa);
        let ring = KeyRing::from(world.key.clone());
        let other = crate::jwt::JwtVerifier::new(ring, "somebody else", "them");
        let token = world.signed();
        assert!(world.verify(&token).is_ok());
        assert_eq!(other.verify(&token, world.now), Err(TokenError::Invalid));
    }
}
