//! [`TokenKeys`].
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain_auth::{TokenAlgorithm, TokenKey, TokenKeys};

use crate::support::{at_once, id, number, time};

fn key(algorithm: TokenAlgorithm, signs_from: DateTime<Utc>) -> TokenKey {
    let sealed = Some(number().to_be_bytes().into());
    TokenKey { id: id().to_string(), algorithm, sealed, created_at: time(), signs_from }
}

pub async fn what_is_kept_is_given_in_the_order_of_turns(keys: impl TokenKeys) {
    assert!(keys.all().await.unwrap().is_empty());
    let (early, late) = (time(), time());
    let all = [
        key(TokenAlgorithm::Es256, early),
        key(TokenAlgorithm::EdDsa, late),
        key(TokenAlgorithm::Hs256, late),
    ];
    for key in all.iter().rev() {
        assert!(keys.add(key).await.unwrap());
    }
    assert_eq!(keys.all().await.unwrap(), all);
}

pub async fn a_key_is_kept_once(keys: impl TokenKeys) {
    let first = key(TokenAlgorithm::EdDsa, time());
    let again = TokenKey { sealed: Some(vec![0]), signs_from: time(), ..first.clone() };
    assert!(keys.add(&first).await.unwrap());
    assert!(!keys.add(&again).await.unwrap());
    assert_eq!(keys.all().await.unwrap(), [first], "and stays as it is");
}

pub async fn of_twenty_who_keep_one_key_one_is_first(keys: impl TokenKeys) {
    let (keys, key) = (Arc::new(keys), key(TokenAlgorithm::EdDsa, time()));
    let adds = at_once(20, |_| {
        let (keys, key) = (keys.clone(), key.clone());
        async move { keys.add(&key).await.unwrap() }
    });
    assert_eq!(adds.await.into_iter().filter(|first| *first).count(), 1);
}

pub async fn a_retired_key_no_longer_signs_and_does_not_come_back(keys: impl TokenKeys) {
    let (old, new) = (key(TokenAlgorithm::EdDsa, time()), key(TokenAlgorithm::EdDsa, time()));
    for key in [&old, &new] {
        keys.add(key).await.unwrap();
    }
    keys.retire(&old.id).await.unwrap();
    keys.retire("nobody's").await.unwrap();
    let retired = TokenKey { sealed: None, ..old.clone() };
    assert_eq!(keys.all().await.unwrap(), [retired.clone(), new.clone()]);
    assert!(!keys.add(&old).await.unwrap());
    assert_eq!(keys.all().await.unwrap(), [retired, new]);
}
