//! The ring through its rotations.
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{TokenAlgorithm, TokenKeys, TokenSigner};
use domain_shared::{Claims, Clock, TokenError, TokenVerifier};
use serde_json::Value;

use super::{World, decode};
use crate::{
    jwt::{JwtSigner, JwtVerifier, KeptKeys, KeyConcern, KeyState, KeyTerms, RotateError, SigningKey},
    keyed::SecretKey,
    memory::MemoryStore,
};

/// A clock that is set.
#[derive(Debug, Clone)]
struct Watch(Arc<Mutex<DateTime<Utc>>>);

impl Clock for Watch {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

impl Watch {
    fn wait(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

type Keys = KeptKeys<MemoryStore, Watch>;

const LEAD: TimeDelta = TimeDelta::minutes(10);
const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// A store and its instances.
struct Fleet {
    store: MemoryStore,
    watch: Watch,
    configured: SigningKey,
}

impl Fleet {
    fn new() -> Self {
        let watch = Watch(Arc::new(Mutex::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap())));
        Self {
            store: MemoryStore::default(),
            watch,
            configured: SigningKey::generate(TokenAlgorithm::EdDsa).unwrap(),
        }
    }

    async fn instance(&self) -> Keys {
        self.with(1, &self.configured).await
    }

    async fn with(&self, secret: u8, configured: &SigningKey) -> Keys {
        let secret = SecretKey::new(vec![secret; 32]).unwrap();
        let terms = KeyTerms { lead: LEAD, lifetime: LIFETIME };
        KeptKeys::open(self.store.clone(), self.watch.clone(), &secret, configured.clone(), terms)
            .await
            .unwrap()
    }

    fn claims(&self) -> Claims {
        let issued_at = self.watch.now();
        Claims { issued_at, expires_at: issued_at + LIFETIME, ..World::new(TokenAlgorithm::EdDsa).claims() }
    }

    fn sign(&self, keys: &Keys) -> String {
        JwtSigner::new(keys.ring().clone(), "us", "them").sign(&self.claims()).unwrap()
    }

    fn verify(&self, keys: &Keys, token: &str) -> Result<(), TokenError> {
        JwtVerifier::new(keys.ring().clone(), "us", "them").verify(token, self.watch.now()).map(|_| ())
    }

    fn published(&self, keys: &Keys) -> Vec<String> {
        keys.ring().published(self.watch.now()).into_iter().map(|key| key.kid).collect()
    }
}

fn signed_by(token: &str) -> String {
    let header: Value = serde_json::from_slice(&decode(token.split('.').next().unwrap())).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_key_is_published_first_then_signs_and_the_old_one_stays_for_its_tokens() {
    let fleet = Fleet::new();
    let keys = fleet.instance().await;
    let old = fleet.configured.id().to_owned();
    assert_eq!(fleet.published(&keys), std::slice::from_ref(&old));
    let (new, signs_from) = keys.rotate(TokenAlgorithm::Es256).await.unwrap();
    assert_eq!(signs_from, fleet.watch.now() + LEAD);
    assert_eq!(fleet.published(&keys), [old.clone(), new.clone()], "both are published");

    fleet.watch.wait(LEAD - TimeDelta::seconds(1));
    let last = fleet.sign(&keys);
    assert_eq!(signed_by(&last), old, "the old one signs until its time is over");
    fleet.watch.wait(TimeDelta::seconds(1));
    let first = fleet.sign(&keys);
    assert_eq!(signed_by(&first), new);
    for token in [&last, &first] {
        assert_eq!(fleet.verify(&keys, token), Ok(()));
    }
    fleet.watch.wait(LIFETIME - TimeDelta::seconds(2));
    assert_eq!(fleet.verify(&keys, &last), Ok(()), "to its last second");
    assert_eq!(fleet.published(&keys), [old, new.clone()]);
    fleet.watch.wait(TimeDelta::seconds(63));
    assert_eq!(fleet.published(&keys), [new], "and then it is gone");
    assert_eq!(fleet.verify(&keys, &last), Err(TokenError::Invalid), "with all that it ever signed");
}

#[tokio::test]
async fn every_instance_has_the_same_keys_before_and_after_a_restart() {
    let fleet = Fleet::new();
    let (one, other) = (fleet.instance().await, fleet.instance().await);
    let (new, _) = one.rotate(TokenAlgorithm::EdDsa).await.unwrap();
    let keeping_up = tokio::spawn({
        let other = other.clone();
        async move { other.keep_up().await }
    });
    let learnt = async {
        while fleet.published(&other).len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), learnt).await.expect("it learns of the key");
    keeping_up.abort();
    fleet.watch.wait(LEAD);
    let restarted = fleet.instance().await;
    for keys in [&one, &other, &restarted] {
        let token = fleet.sign(keys);
        assert_eq!(signed_by(&token), new);
        assert!([&one, &other, &restarted].iter().all(|keys| fleet.verify(keys, &token) == Ok(())));
    }
    fleet.watch.wait(TimeDelta::days(2));
    drop(fleet.instance().await);
    let kept = fleet.store.all().await.unwrap();
    assert_eq!(kept[0].sealed, None, "what is over can't sign ever again");
    let late = fleet.instance().await;
    assert_eq!(signed_by(&fleet.sign(&late)), new, "nor does the key in the file come back");
    assert_eq!(late.list().await.unwrap()[0].state, KeyState::Retired);
}

#[tokio::test]
async fn another_key_in_the_file_is_a_rotation_too() {
    let fleet = Fleet::new();
    let before = fleet.instance().await;
    let token = fleet.sign(&before);
    let replaced = SigningKey::generate(TokenAlgorithm::EdDsa).unwrap();
    let after = fleet.with(1, &replaced).await;
    assert_eq!(signed_by(&fleet.sign(&after)), fleet.configured.id(), "it waits for its turn");
    assert_eq!(fleet.verify(&after, &token), Ok(()));
    fleet.watch.wait(LEAD);
    assert_eq!(signed_by(&fleet.sign(&after)), replaced.id());
    let states: Vec<KeyState> = after.list().await.unwrap().into_iter().map(|key| key.state).collect();
    let end = fleet.watch.now() + LIFETIME + TimeDelta::seconds(60);
    assert_eq!(states, [KeyState::Checks(end), KeyState::Signs]);
}

#[tokio::test]
async fn without_its_secret_a_kept_key_is_nothing_and_the_file_signs_again() {
    let fleet = Fleet::new();
    let keys = fleet.instance().await;
    let (new, _) = keys.rotate(TokenAlgorithm::EdDsa).await.unwrap();
    fleet.watch.wait(LEAD + TimeDelta::hours(1));
    drop(fleet.instance().await);
    let changed = fleet.with(2, &fleet.configured).await;
    let token = fleet.sign(&changed);
    assert_eq!(signed_by(&token), fleet.configured.id());
    assert_eq!(fleet.verify(&changed, &token), Ok(()));
    assert!(!fleet.published(&changed).contains(&new));
    assert_eq!(changed.list().await.unwrap()[1].state, KeyState::Unreadable);
    let stored = format!(
        "{:?}",
        fleet.store.all().await.unwrap().iter().map(|key| key.sealed.clone()).collect::<Vec<_>>()
    );
    assert!(
        !stored.contains(&format!("{:?}", fleet.configured.secret()).trim_matches(['[', ']']).to_owned())
    );
}

#[tokio::test]
async fn a_retired_key_does_not_come_back_with_another_secret() {
    let fleet = Fleet::new();
    let keys = fleet.instance().await;
    keys.rotate(TokenAlgorithm::EdDsa).await.unwrap();
    fleet.watch.wait(LEAD + TimeDelta::days(2));
    drop(fleet.instance().await);
    let changed = fleet.with(2, &fleet.configured).await;
    assert!(fleet.published(&changed).is_empty(), "nothing signs until there is a new key");
    let (new, _) = changed.rotate(TokenAlgorithm::EdDsa).await.unwrap();
    assert_eq!(fleet.published(&changed), [new]);
}

#[tokio::test]
async fn a_secret_is_never_published_and_not_rotated() {
    let fleet = Fleet::new();
    let secret = SigningKey::generate(TokenAlgorithm::Hs256).unwrap();
    let keys = fleet.with(1, &secret).await;
    let token = fleet.sign(&keys);
    assert_eq!((signed_by(&token).as_str(), fleet.verify(&keys, &token)), (secret.id(), Ok(())));
    assert!(fleet.published(&keys).is_empty());
    assert!(matches!(keys.rotate(TokenAlgorithm::Hs256).await, Err(RotateError::Secret)));
}

#[tokio::test]
async fn whoever_starts_with_a_key_that_signs_nothing_is_told() {
    let fleet = Fleet::new();
    let keys = fleet.instance().await;
    assert_eq!(keys.concern().await.unwrap(), None);
    keys.rotate(TokenAlgorithm::EdDsa).await.unwrap();
    assert_eq!(keys.concern().await.unwrap(), None, "the other's turn has still to come");
    fleet.watch.wait(LEAD);
    assert_eq!(keys.concern().await.unwrap(), Some(KeyConcern::ConfiguredIsOver));
    let newer = fleet.with(1, &SigningKey::generate(TokenAlgorithm::EdDsa).unwrap()).await;
    assert_eq!(newer.concern().await.unwrap(), None, "a new file waits for its turn");

    // With another secret the other keys are unreadable, and what was retired doesn't come back.
    let fleet = Fleet::new();
    let (keys, id) = (fleet.instance().await, fleet.configured.id().to_owned());
    keys.rotate(TokenAlgorithm::EdDsa).await.unwrap();
    fleet.store.retire(&id).await.unwrap();
    let other = fleet.with(2, &fleet.configured).await;
    assert_eq!(other.concern().await.unwrap(), Some(KeyConcern::NothingSigns));
}
