//! INP: what comes in by the byte.
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::world::World;

async fn connect(service: &str) -> TcpStream {
    TcpStream::connect(service.trim_start_matches("http://")).await.unwrap()
}

/// All that is answered to `request` until the connection is closed, or for `patience`.
async fn answered(service: &str, request: &[u8], patience: Duration) -> String {
    let (mut stream, mut said) = (connect(service).await, Vec::new());
    stream.write_all(request).await.ok();
    timeout(patience, stream.read_to_end(&mut said)).await.ok();
    String::from_utf8_lossy(&said).into_owned()
}

fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}\r\n\r\n{body}"
    )
    .into()
}

pub async fn inp_02_a_lying_length_and_a_deep_nest_are_cut(world: &World) {
    let login = "/api/v1/auth/login";
    let huge =
        answered(&world.auth, &post(login, "Content-Length: 99999999999", "{}"), Duration::from_secs(5))
            .await;
    assert!(huge.starts_with("HTTP/1.1 413") || huge.starts_with("HTTP/1.1 400"), "{huge}");
    for headers in ["Content-Length: -1", "Content-Length: x", "Content-Length: 2\r\nContent-Length: 3"] {
        let bad = answered(&world.auth, &post(login, headers, "{}"), Duration::from_secs(5)).await;
        assert!(bad.starts_with("HTTP/1.1 400"), "{headers}: {bad}");
    }
    let nest = "[".repeat(60_000);
    let request = world.at_auth(Method::POST, "/login").header("Content-Type", "application/json").body(nest);
    assert_eq!(request.send().await.unwrap().status(), 400);
    let large = format!("{{\"username\": \"{}\"}}", "a".repeat(1_100_000));
    let request =
        world.at_auth(Method::POST, "/login").header("Content-Type", "application/json").body(large);
    assert_eq!(request.send().await.unwrap().status(), 413);
}

pub async fn inp_03_a_nul_is_refused_wherever_it_is(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 5).await;
    let at_auth = |method: Method, path: &str| world.at_auth(method, path).bearer_auth(&root.access);
    let at_products = |method: Method, path: &str| world.at_products(method, path).bearer_auth(&root.access);
    let nul = "a\u{0}b";
    let add = format!("/{id}/stock/add");
    for request in [
        at_auth(Method::POST, "/register")
            .json(&json!({ "email": nul, "username": "xyz", "password": "correct horse" })),
        at_auth(Method::POST, "/register")
            .json(&json!({ "email": "x@example.com", "username": nul, "password": "correct horse" })),
        at_auth(Method::POST, "/register").json(
            &json!({ "email": "x@example.com", "username": "xyz", "password": "correct horse", "full_name": nul }),
        ),
        at_auth(Method::POST, "/login").json(&json!({ "username": nul, "password": "correct horse" })),
        at_auth(Method::POST, "/verify-code").json(&json!({ "user_id": nul, "code": "123456" })),
        at_auth(Method::POST, "/verify-code").json(&json!({ "username": "root", "code": nul })),
        at_auth(Method::POST, "/refresh").json(&json!({ "refresh_token": nul })),
        at_auth(Method::PUT, "/profile").json(&json!({ "full_name": nul })),
        at_auth(Method::GET, "/users?search=%00"),
        at_products(Method::POST, "").json(&json!({ "name": nul, "price": 1 })),
        at_products(Method::POST, "").json(&json!({ "name": "x", "price": 1, "description": nul })),
        at_products(Method::POST, "").json(&json!({ "name": "x", "price": 1, "sku": nul })),
        at_products(Method::POST, "").json(&json!({ "name": "x", "price": 1, "category": nul })),
        at_products(Method::POST, &add).json(&json!({ "amount": 1, "reason": nul })),
        at_products(Method::POST, &add).json(&json!({ "amount": 1, "reference": nul })),
        at_products(Method::GET, "?search=%00"),
        at_products(Method::GET, "?category=%00"),
        at_products(Method::GET, "/%00"),
    ] {
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_client_error(), "{}: {}", answer.url(), answer.status());
    }
}

pub async fn inp_10_slow_and_idle_connections_hold_nobody_up(world: &World) {
    let (root, began) = (world.superuser().await, Instant::now());
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = connect(&world.auth).await;
        let head =
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    let mut idle = Vec::new();
    for _ in 0..700 {
        idle.push(connect(&world.auth).await);
    }
    let mut open = 200;
    while open > 0 {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "{open} of 200 never-ending requests are still served"
        );
        for _ in 0..20 {
            let me = world.at_auth(Method::GET, "/me").bearer_auth(&root.access).send().await.unwrap();
            assert_eq!(me.status(), 200);
        }
        open = 0;
        for stream in &mut slow {
            // A drip now and then; whoever was cut off is told when trying to write or to read.
            let cut = stream.write_all(b"X-a: b\r\n").await.is_err() || {
                let mut said = [0; 64];
                matches!(timeout(Duration::from_millis(1), stream.read(&mut said)).await, Ok(Ok(0) | Err(_)))
            };
            open += usize::from(!cut);
        }
    }
}
