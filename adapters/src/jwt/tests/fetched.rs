//! Keys that are fetched.
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain_auth::TokenAlgorithm;
use domain_shared::{TokenError, TokenVerifier};
use futures_util::FutureExt;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{World, encode};
use crate::jwt::{FetchedKeys, JwtVerifier, KeyRing};

/// Answers whatever it is asked with what was put there last.
struct Publisher {
    url: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Publisher {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let (answer, asked) = (Arc::<Mutex<String>>::default(), Arc::<AtomicUsize>::default());
        tokio::spawn({
            let (answer, asked) = (answer.clone(), asked.clone());
            async move {
                while let Ok((mut connection, _)) = listener.accept().await {
                    let _ = connection.read(&mut [0; 4096]).await;
                    asked.fetch_add(1, Ordering::SeqCst);
                    let answer = answer.lock().unwrap().clone();
                    let _ = connection.write_all(answer.as_bytes()).await;
                }
            }
        });
        Self { url, answer, asked }
    }

    fn answers(&self, head: &str, body: &str) {
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        *self.answer.lock().unwrap() = answer;
    }

    fn publishes(&self, worlds: &[&World]) {
        let keys: Vec<_> = worlds.iter().map(|world| world.key.verifying().jwk()).collect();
        self.answers("200 OK\r\nCache-Control: public, max-age=7", &json!({ "keys": keys }).to_string());
    }

    fn keys(&self, ring: &KeyRing) -> Arc<FetchedKeys> {
        Arc::new(FetchedKeys::new(self.url.parse().unwrap(), ring.clone()).unwrap())
    }
}

async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect(what);
}

#[tokio::test]
async fn what_is_published_checks_tokens_and_what_no_longer_is_does_not() {
    let (publisher, ring) = (Publisher::start().await, KeyRing::new(Vec::new()));
    let (old, new) = (World::new(TokenAlgorithm::EdDsa), World::new(TokenAlgorithm::Es256));
    let (verifier, keys) = (JwtVerifier::new(ring.clone(), "us", "them"), publisher.keys(&ring));
    let judged = |world: &World| verifier.verify(&world.signed(), world.now).map(|_| ());
    assert_eq!(judged(&old), Err(TokenError::Unchecked), "nobody knows yet");
    publisher.publishes(&[&old, &new]);
    assert_eq!(keys.fetch().await.unwrap(), Duration::from_secs(7));
    assert_eq!((judged(&old), judged(&new)), (Ok(()), Ok(())));
    publisher.publishes(&[&new]);
    keys.fetch().await.unwrap();
    assert_eq!((judged(&old), judged(&new)), (Err(TokenError::Invalid), Ok(())));
}

#[tokio::test]
async fn what_is_no_answer_changes_nothing() {
    let (publisher, ring) = (Publisher::start().await, KeyRing::new(Vec::new()));
    let world = World::new(TokenAlgorithm::EdDsa);
    let (verifier, keys) = (JwtVerifier::new(ring.clone(), "us", "them"), publisher.keys(&ring));
    publisher.publishes(&[&world]);
    keys.fetch().await.unwrap();
    let secret = json!({ "keys": [{ "kty": "oct", "k": encode("secret"), "kid": "a" }] }).to_string();
    let elsewhere = format!("302 Found\r\nLocation: {}", publisher.url);
    for (head, body) in [
        ("200 OK", ""),
        ("200 OK", "{}"),
        ("200 OK", "[]"),
        ("200 OK", r#"{"keys":[]}"#),
        ("200 OK", r#"{"keys":[7,null,{}]}"#),
        ("200 OK", &secret),
        ("200 OK", &" ".repeat(100_000)),
        ("500 Internal Server Error", ""),
        ("404 Not Found", r#"{"keys":[]}"#),
        (&elsewhere, ""),
    ] {
        publisher.answers(head, body);
        let asked = publisher.asked.load(Ordering::SeqCst);
        assert!(keys.fetch().await.is_err(), "{head}: {body:.40}");
        assert_eq!(publisher.asked.load(Ordering::SeqCst), asked + 1, "it is asked once, and follows nobody");
        assert!(verifier.verify(&world.signed(), world.now).is_ok(), "what was known goes on");
    }
}

#[test]
fn nothing_is_asked_for_because_of_a_name_that_is_none_of_ours() {
    let (world, stranger) = (World::new(TokenAlgorithm::EdDsa), World::new(TokenAlgorithm::EdDsa));
    let elsewhere = "http://127.0.0.1:1/keys";
    for kid in ["", "a", "../../keys", elsewhere, &"a".repeat(42), &"!".repeat(43), &"a".repeat(44)] {
        let header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid, "jku": elsewhere, "x5u": elsewhere});
        assert_eq!(world.verify(&stranger.mint(&header.to_string(), "{}")), Err(TokenError::Invalid));
        assert!(world.ring.missed().now_or_never().is_none(), "{kid}");
    }
    let header = json!({"alg": "EdDSA", "typ": "JWT", "kid": stranger.key.id()});
    assert_eq!(world.verify(&stranger.mint(&header.to_string(), "{}")), Err(TokenError::Invalid));
    assert!(world.ring.missed().now_or_never().is_none(), "nor because of another kind of token");
    assert_eq!(world.verify(&stranger.signed()), Err(TokenError::Invalid));
    assert!(world.ring.missed().now_or_never().is_some(), "but this one could be ours");
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once() {
    let (publisher, ring) = (Publisher::start().await, KeyRing::new(Vec::new()));
    let (old, new) = (World::new(TokenAlgorithm::EdDsa), World::new(TokenAlgorithm::EdDsa));
    let (verifier, keys) = (JwtVerifier::new(ring.clone(), "us", "them"), publisher.keys(&ring));
    // It is good for longer than the case takes.
    publisher.answers("200 OK", &json!({ "keys": [old.key.verifying().jwk()] }).to_string());
    let task = tokio::spawn(async move { keys.keep_up(|_| {}).await });
    eventually("it asks at once", || !ring.is_empty()).await;
    let ask = || publisher.asked.load(Ordering::SeqCst);
    assert_eq!(ask(), 1);
    publisher.publishes(&[&old, &new]);
    for _ in 0..100 {
        assert!(verifier.verify(&new.signed(), new.now).is_err());
    }
    eventually("it learns of the key", || verifier.verify(&new.signed(), new.now).is_ok()).await;
    assert_eq!(ask(), 2, "however many asked for it");
    task.abort();
}

#[tokio::test]
async fn while_the_publisher_is_away_it_is_left_alone_and_found_again() {
    let (publisher, ring) = (Publisher::start().await, KeyRing::new(Vec::new()));
    let (world, told) = (World::new(TokenAlgorithm::EdDsa), Arc::new(Mutex::new(Vec::new())));
    publisher.answers("503 Service Unavailable", "");
    let (keys, heard) = (publisher.keys(&ring), told.clone());
    let task =
        tokio::spawn(
            async move { keys.keep_up(move |went_well| heard.lock().unwrap().push(went_well)).await },
        );
    eventually("it gives up for a while", || told.lock().unwrap().len() >= 4).await;
    publisher.publishes(&[&world]);
    eventually("it finds it again", || !ring.is_empty()).await;
    let told = told.lock().unwrap().clone();
    assert!(told.starts_with(&[false, false, false, false]) && told.ends_with(&[true]), "{told:?}");
    task.abort();
}
