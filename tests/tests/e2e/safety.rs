//! What holds for every request and every answer, whatever it is about.
use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{
    actions::json_of,
    world::{PASSWORD, Stores, World},
};

fn is_protected(answer: &Response) {
    let (url, headers) = (answer.url(), answer.headers());
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(headers.get(name).map(|v| v.to_str().unwrap()), Some(value), "{url}: {name}");
    }
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{url}: {policy}"
    );
    assert!(!policy.contains("unsafe-eval") && !headers.contains_key("server"), "{url}");
    assert!(!headers.contains_key("strict-transport-security"), "{url}: not in development");
}

pub async fn every_answer_is_protected(world: &World) {
    let origin = "https://evil.example";
    for service in [&world.auth, &world.product] {
        for path in
            ["/", "/health", "/health/ready", "/metrics", "/openapi.json", "/docs/", "/docs/index.css", "/no"]
        {
            is_protected(&world.client.get(format!("{service}{path}")).send().await.unwrap());
        }
    }
    for (answer, status) in [
        (world.at_auth(Method::GET, "/me"), 401),
        (world.at_auth(Method::DELETE, "/login"), 405),
        (world.at_auth(Method::POST, "/login").json(&json!({})), 422),
        (world.at_auth(Method::POST, "/login").body("x"), 415),
        (
            world
                .at_auth(Method::OPTIONS, "/login")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST"),
            400,
        ),
        (world.at_products(Method::GET, &format!("?search={}", "a".repeat(9000))), 414),
        (world.at_products(Method::GET, "").header("X-Long", "a".repeat(17_000)), 431),
        (world.at_products(Method::GET, "?limit=x"), 422),
    ] {
        let answer = answer.send().await.unwrap();
        is_protected(&answer);
        assert_eq!(answer.headers()["cache-control"], "no-store", "{}", answer.url());
        json_of(answer, status).await;
    }
}

pub async fn tokens_are_never_kept_on_their_way(world: &World) {
    assert_eq!(world.register("ada").await.headers()["cache-control"], "no-store");
    let (id, code) = world.start_login("ada", PASSWORD).await;
    let verified = world.verify(&id, &code).await;
    assert_eq!(verified.headers()["cache-control"], "no-store");
    let tokens = json_of(verified, 200).await;
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    let refreshed = world.at_auth(Method::POST, "/refresh").json(&refresh).send().await.unwrap();
    assert_eq!(
        (refreshed.status().as_u16(), &refreshed.headers()["cache-control"]),
        (200, &"no-store".parse().unwrap())
    );
    let me = world.at_auth(Method::GET, "/me").bearer_auth(tokens["access_token"].as_str().unwrap());
    let me = me.send().await.unwrap();
    let vary: Vec<_> = me.headers().get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(vary.iter().any(|value| value.contains("Authorization")), "{vary:?}");
}

pub async fn what_only_looks_like_a_token_is_refused(world: &World) {
    let at = world.newcomer("ada").await.access;
    let mut cases: Vec<String> = [
        &".".repeat(4000),
        &"a.".repeat(2000),
        "..",
        ".",
        "",
        " ",
        "null",
        "undefined",
        "e30.e30.",
        "e30.e30.e30",
        &"A".repeat(7000),
    ]
    .map(|token| format!("Bearer {token}"))
    .into();
    cases.extend([" x", ",", ".", "=", "=="].map(|end| format!("Bearer {at}{end}")));
    cases.extend([format!("Bearer Bearer {at}"), format!("Basic {at}"), format!("Bearer{at}"), at.clone()]);
    cases.extend([format!("Bearer {}", at.replace('.', ". ")), format!("Bearer {}", &at[..at.len() / 2])]);
    cases.push(format!("Bearer {}", at.to_lowercase()));
    let product = json!({ "name": "x", "price": 1 });
    for case in cases {
        let shown: String = case.chars().take(40).collect();
        let me = world.at_auth(Method::GET, "/me").header("Authorization", &case);
        let create = world.at_products(Method::POST, "").header("Authorization", &case).json(&product);
        for request in [me, create] {
            let status = request.send().await.unwrap().status().as_u16();
            assert!([400, 401, 431].contains(&status), "{shown}: {status}");
        }
    }
    let twice = world.at_auth(Method::GET, "/me").header("Authorization", "Bearer x").bearer_auth(&at);
    assert_eq!(twice.send().await.unwrap().status(), 401);
    let in_url = world.at_auth(Method::GET, &format!("/me?access_token={at}&token={at}"));
    assert_eq!(in_url.send().await.unwrap().status(), 401);
}

/// The status line that `request`, as it is, gets.
async fn raw(world: &World, request: &str) -> String {
    let mut stream = TcpStream::connect(world.auth.trim_start_matches("http://")).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    timeout(Duration::from_secs(5), stream.read_exact(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_services_answer_to_their_own_names_only() {
    let hosts = "api.example.com, 127.0.0.1";
    let world = World::prepare(Stores::Memory, &[("ALLOWED_HOSTS", hosts)]).await;
    world.run_all().await;
    for (request, status) in [
        ("GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n", "200"),
        ("GET / HTTP/1.1\r\nHost: API.example.com:8001\r\n\r\n", "200"),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: api.example.com\r\n\r\n", "421"),
        ("GET / HTTP/1.1\r\nHost: api.example.com\r\nHost: evil.example\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\n\r\n", "400"),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n", "421"),
        ("GET http://api.example.com/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", "200"),
        ("GET /health/live HTTP/1.1\r\nHost: 10.1.2.3:8001\r\n\r\n", "200"),
    ] {
        assert_eq!(raw(&world, request).await, format!("HTTP/1.1 {status}"), "{request}");
    }
    let misdirected = world.client.get(&world.auth).header("Host", "evil.example").send().await.unwrap();
    assert_eq!(json_of(misdirected, 421).await["code"], "misdirected_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn header_fields_without_end_are_refused() {
    let world = World::start(Stores::Memory).await;
    let many = "X-A: b\r\n".repeat(97);
    let status = raw(&world, &format!("GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n")).await;
    assert!(["HTTP/1.1 400", "HTTP/1.1 431"].contains(&status.as_str()), "{status}");
    let endless = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-A: {}", "a".repeat(140_000));
    assert_eq!(raw(&world, &endless).await, "HTTP/1.1 431");
    assert_eq!(world.client.get(&world.auth).send().await.unwrap().status(), 200, "others are served");
}
