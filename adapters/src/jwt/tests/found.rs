//! Keys that any of several instances publishes.
use std::{sync::Arc, time::Duration};

use domain_auth::TokenAlgorithm;
use domain_shared::{Instance, ServiceRegistry, TokenVerifier};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use uuid::Uuid;

use super::World;
use crate::{
    jwt::{FetchError, FetchedKeys, JwtVerifier, KeyRing},
    memory::MemoryRegistry,
    registry::Found,
};

/// An instance that publishes the key of `world` for as long as the answer lives.
async fn publishing(world: &World) -> (Instance, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let body = serde_json::json!({ "keys": [world.key.verifying().jwk()] }).to_string();
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    let serving = tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let _ = connection.read(&mut [0; 4096]).await;
            let _ = connection.write_all(answer.as_bytes()).await;
        }
    });
    (instance(port), serving)
}

fn instance(port: u16) -> Instance {
    let (service, host, health) = ("auth".to_owned(), "127.0.0.1".to_owned(), "/health".to_owned());
    Instance { service, id: Uuid::from_u128(port.into()), host, port, health }
}

#[tokio::test]
async fn whoever_answers_is_asked_and_whoever_comes_later_is_found() {
    let registry = MemoryRegistry::new(Duration::from_mins(1));
    let ring = KeyRing::new(Vec::new());
    let found = Found::of("auth", Arc::new(registry.clone()));
    let (keys, verifier) =
        (FetchedKeys::of_any(found, "/keys", ring.clone()).unwrap(), JwtVerifier::new(ring, "us", "them"));
    assert!(matches!(keys.fetch().await, Err(FetchError::Nobody)));

    let (old, new) = (World::new(TokenAlgorithm::EdDsa), World::new(TokenAlgorithm::EdDsa));
    let (first, serving) = publishing(&old).await;
    // Nobody listens there.
    for dead in [instance(1), instance(2), first.clone(), instance(9)] {
        registry.register(&dead).await.unwrap();
    }
    keys.fetch().await.unwrap();
    assert!(verifier.verify(&old.signed(), old.now).is_ok());

    serving.abort();
    let _ = serving.await;
    keys.fetch().await.unwrap_err();
    assert!(verifier.verify(&old.signed(), old.now).is_ok(), "what was known goes on");
    let (second, _serving) = publishing(&new).await;
    registry.register(&second).await.unwrap();
    keys.fetch().await.unwrap();
    assert!(verifier.verify(&new.signed(), new.now).is_ok());
}
