//! The keys of access tokens: several at once, changed while the services run.
use std::{process::Stdio, sync::Mutex};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{
    actions::{Session, json_of},
    world::{Running, Stores, World, eventually},
};

/// As short as it may be.
const LEAD: (&str, &str) = ("JWT_KEY_LEAD_SECONDS", "4");

/// A world whose product-service fetches the keys.
async fn prepare(stores: Stores, settings: &[(&str, &str)]) -> World {
    let mut world = World::prepare(stores, settings).await;
    world.env.push(("AUTH_SERVICE_URL".to_owned(), world.auth.clone()));
    world
}

fn part(token: &str, n: usize) -> Value {
    let part = URL_SAFE_NO_PAD.decode(token.split('.').nth(n).unwrap()).unwrap();
    serde_json::from_slice(&part).unwrap()
}

fn key_of(token: &str) -> String {
    part(token, 0)["kid"].as_str().unwrap().to_owned()
}

async fn jwks(world: &World) -> Response {
    world.client.get(format!("{}/.well-known/jwks.json", world.auth)).send().await.unwrap()
}

async fn published(world: &World) -> Vec<String> {
    let set = json_of(jwks(world).await, 200).await;
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// What each service answers to somebody with `token`.
async fn statuses(world: &World, token: &str) -> (u16, u16) {
    let me = world.at_auth(Method::GET, "/me").bearer_auth(token).send().await.unwrap();
    let product = world.at_products(Method::POST, "").bearer_auth(token);
    let product = product.json(&json!({ "name": "Mouse", "price": 1 })).send().await.unwrap();
    (me.status().as_u16(), product.status().as_u16())
}

pub fn keys_command(world: &World, args: &[&str]) -> String {
    let done = world.command("auth-service").arg("keys").args(args).stderr(Stdio::piped()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Refreshes until the access token is of the key `wanted`; that token.
pub async fn refreshed_until(world: &World, session: &Session, wanted: &str) -> String {
    let last = Mutex::new((session.access.clone(), session.refresh.clone()));
    eventually("the new key signs", async || {
        let refresh = last.lock().unwrap().1.clone();
        let answer = world.at_auth(Method::POST, "/refresh").json(&json!({ "refresh_token": refresh }));
        let tokens = json_of(answer.send().await.unwrap(), 200).await;
        let text = |field: &str| tokens[field].as_str().unwrap().to_owned();
        let access = text("access_token");
        assert_eq!(
            statuses(world, &access).await,
            (200, 201),
            "every token counts at once, at both services"
        );
        *last.lock().unwrap() = (access.clone(), text("refresh_token"));
        key_of(&access) == wanted
    })
    .await;
    last.into_inner().unwrap().0
}

async fn a_rotation_kills_nothing_that_lives(stores: Stores) {
    let world = prepare(stores, &[LEAD]).await;
    world.run_all().await;
    let root = world.superuser().await;
    let old = key_of(&root.access);
    assert_eq!(published(&world).await, std::slice::from_ref(&old));

    let said = keys_command(&world, &["rotate", "--algorithm", "ES256"]);
    let new = said.split_whitespace().nth(2).unwrap().to_owned();
    eventually("the new key is published", async || published(&world).await.len() == 2).await;
    let token = refreshed_until(&world, &root, &new).await;
    assert_eq!(part(&token, 0), json!({ "alg": "ES256", "typ": "at+jwt", "kid": new }));
    assert_eq!(statuses(&world, &root.access).await, (200, 201), "the old token lives");

    let answer = jwks(&world).await;
    let (caching, tag) = (answer.headers()["cache-control"].clone(), answer.headers()["etag"].clone());
    assert_eq!(caching, "public, max-age=2");
    let keys = json_of(answer, 200).await["keys"].clone();
    for (key, members) in keys.as_array().unwrap().iter().zip([6, 7]) {
        assert_eq!(key.as_object().unwrap().len(), members, "public parts only: {key}");
    }
    assert_eq!(published(&world).await, [old.clone(), new.clone()]);
    let again = world.client.get(format!("{}/.well-known/jwks.json", world.auth));
    assert_eq!(again.header("If-None-Match", tag).send().await.unwrap().status(), 304);

    let (_, rest) = token.split_once('.').unwrap();
    let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": "x".repeat(43) });
    let unknown = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()));
    assert_eq!(statuses(&world, &unknown).await, (401, 401), "an unknown key's token is dead");

    world.stop_all();
    world.run_all().await;
    for living in [&root.access, &token] {
        assert_eq!(statuses(&world, living).await, (200, 201), "a restart kills nothing, either");
    }
    let listed = keys_command(&world, &["list"]);
    let line = |key: &str| listed.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(line(&old).contains("checks tokens until") && line(&new).ends_with("signs"), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tok_15_a_rotation_kills_nothing_that_lives_on_sqlite() {
    a_rotation_kills_nothing_that_lives(Stores::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tok_15_a_rotation_kills_nothing_that_lives_on_postgres() {
    a_rotation_kills_nothing_that_lives(Stores::Postgres).await;
}

/// How product-service says it is.
pub async fn state(world: &World) -> Value {
    let answer = world.client.get(format!("{}/health/ready", world.product)).send().await;
    match answer {
        Ok(answer) => answer.json().await.unwrap(),
        Err(_) => Value::Null,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dep_06_product_service_begins_and_goes_on_without_auth_service() {
    let world = prepare(Stores::Postgres, &[LEAD]).await;
    let _product = world.spawn("product-service", &[]);
    world.ready(&world.product).await;
    assert_eq!(state(&world).await["status"], "degraded");
    assert_eq!(state(&world).await["dependencies"]["token_keys"], "down");
    let list = world.at_products(Method::GET, "").bearer_auth("a.b.c").send().await.unwrap();
    assert!(list.headers().contains_key("retry-after"));
    assert_eq!(json_of(list, 503).await["code"], "tokens_unchecked", "there is no way to tell");
    assert_eq!(world.at_products(Method::GET, "").send().await.unwrap().status(), 200, "all else works");

    let mut auth: Running = world.spawn("auth-service", &[]);
    world.ready(&world.auth).await;
    let root = world.superuser().await;
    eventually("it has found the keys", async || statuses(&world, &root.access).await.1 == 201).await;
    eventually("and says so", async || state(&world).await["dependencies"]["token_keys"] == "up").await;
    auth.kill();
    eventually("it notices", async || state(&world).await["dependencies"]["token_keys"] == "down").await;
    let product = world.at_products(Method::POST, "").bearer_auth(&root.access);
    let product = product.json(&json!({ "name": "Mouse", "price": 1 })).send().await.unwrap();
    assert_eq!(product.status(), 201, "what was fetched counts on");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_signed_as_configured() {
    for (algorithm, keys) in [("ES256", 1), ("HS256", 0)] {
        let world = prepare(Stores::Postgres, &[("JWT_ALGORITHM", algorithm)]).await;
        world.run_all().await;
        let root = world.superuser().await;
        assert_eq!(part(&root.access, 0)["alg"], algorithm);
        assert_eq!(statuses(&world, &root.access).await, (200, 201));
        assert_eq!(published(&world).await.len(), keys, "secrets are never published");
        world.stop_all();
    }
}
