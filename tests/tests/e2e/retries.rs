//! `Idempotency-Key`: what is sent again takes effect once.
use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use super::{
    actions::{Session, json_of},
    world::{PASSWORD, World},
};

pub const REPLAYED: &str = "idempotent-replayed";

/// Sends a request until it isn't in flight any more, nor the service overloaded, as a client would.
pub async fn sent(request: RequestBuilder) -> Response {
    loop {
        let answer = request.try_clone().unwrap().send().await.unwrap();
        if ![StatusCode::CONFLICT, StatusCode::SERVICE_UNAVAILABLE].contains(&answer.status()) {
            return answer;
        }
        assert!(answer.headers().contains_key("retry-after"), "{answer:?}");
        let problem = answer.json::<Value>().await.unwrap();
        let code = problem["code"].as_str().unwrap();
        assert!(["request_in_progress", "unavailable"].contains(&code), "{problem}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

pub fn removal(world: &World, who: &Session, product: &str, key: &str, amount: i64) -> RequestBuilder {
    let removal = world.at_products(Method::POST, &format!("/{product}/stock/remove"));
    removal.bearer_auth(&who.access).header("Idempotency-Key", key).json(&json!({ "amount": amount }))
}

pub async fn stock(world: &World, product: &str, who: &Session) -> i64 {
    world.get_product(product, who).await["stock"].as_i64().unwrap()
}

pub async fn of_12_at_once_one_takes_effect_and_all_get_its_answer(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 100).await;
    let answers = join_all((0..12).map(|_| sent(removal(world, &root, &id, "k-1", 5)))).await;
    let first = answers.iter().filter(|answer| !answer.headers().contains_key(REPLAYED)).count();
    assert_eq!(first, 1, "one is the first");
    let tags: HashSet<_> = answers.iter().map(|answer| answer.headers()["etag"].clone()).collect();
    let bodies = join_all(answers.into_iter().map(|answer| json_of(answer, 200))).await;
    assert!(tags.len() == 1 && bodies.iter().all(|body| *body == bodies[0]), "{tags:?} {bodies:?}");
    assert_eq!(stock(world, &id, &root).await, 95);

    let create = || {
        let create = world.at_products(Method::POST, "").bearer_auth(&root.access);
        create.header("Idempotency-Key", "k-1").json(&json!({ "name": "Once", "price": 1 }))
    };
    let answers = join_all((0..8).map(|_| sent(create()))).await;
    let places: HashSet<_> = answers.iter().map(|answer| answer.headers()["location"].clone()).collect();
    assert!(answers.iter().all(|answer| answer.status() == 201) && places.len() == 1, "{places:?}");
}

pub async fn another_body_is_refused(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 100).await;
    let first = json_of(removal(world, &root, &id, "k-1", 5).send().await.unwrap(), 200).await;
    let other = removal(world, &root, &id, "k-1", 7).header("Accept-Language", "es").send().await.unwrap();
    let other = json_of(other, 422).await;
    assert_eq!(other["code"], "idempotency_key_reused");
    assert_eq!(other["detail"], "esta clave ya se usó para otra petición");
    let quoted = removal(world, &root, &id, "\"k-1\"", 5).send().await.unwrap();
    assert_eq!(quoted.headers()[REPLAYED], "true");
    assert_eq!(json_of(quoted, 200).await, first, "the key belongs to the first request");
    for bad in ["", "a b", &"x".repeat(256)] {
        let bad = removal(world, &root, &id, bad, 5).send().await.unwrap();
        assert_eq!(json_of(bad, 400).await["code"], "invalid_idempotency_key");
    }
    assert_eq!(stock(world, &id, &root).await, 95);
}

pub async fn a_refused_attempt_does_not_burn_the_key(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 5).await;
    let refused = removal(world, &root, &id, "k-1", 9).send().await.unwrap();
    assert_eq!(json_of(refused, 409).await["code"], "insufficient_stock");
    let malformed = removal(world, &root, &id, "k-1", 0).send().await.unwrap();
    assert_eq!(json_of(malformed, 422).await["code"], "invalid");
    let moved = removal(world, &root, &id, "k-1", 3).send().await.unwrap();
    assert!(!moved.headers().contains_key(REPLAYED));
    assert_eq!(json_of(moved, 200).await["stock"], 2);
    let again = removal(world, &root, &id, "k-1", 3).send().await.unwrap();
    assert_eq!(again.headers()[REPLAYED], "true");
    assert_eq!(json_of(again, 200).await["stock"], 2, "what was answered, whatever is there now");
}

pub async fn a_key_is_its_owners_for_one_path_as_long_as_they_may_use_it(world: &World) {
    let root = world.superuser().await;
    let ada = world.newcomer("ada").await;
    let grant = |scopes: Value| {
        let path = format!("/users/{}/scopes", ada.user_id);
        world.at_auth(Method::PUT, &path).bearer_auth(&root.access).json(&json!({ "scopes": scopes })).send()
    };
    assert_eq!(grant(json!(["products:write"])).await.unwrap().status(), 200);
    let (before, ada) = (ada, world.sign_in("ada").await);
    let (one, other) = (world.laptop(&root, 10).await, world.laptop(&root, 10).await);
    for (who, product, left) in [(&root, &one, 9), (&ada, &one, 8), (&ada, &other, 9)] {
        let moved = removal(world, who, product, "k-1", 1).send().await.unwrap();
        assert!(!moved.headers().contains_key(REPLAYED), "{product}");
        assert_eq!(json_of(moved, 200).await["stock"], left);
    }
    // A token without the scope, one that is none, and none: no answer is given to those.
    let without = removal(world, &before, &one, "k-1", 1).send().await.unwrap();
    assert_eq!(without.status(), 403);
    let removal = world.at_products(Method::POST, &format!("/{one}/stock/remove"));
    let removal = removal.header("Idempotency-Key", "k-1").json(&json!({ "amount": 1 }));
    assert_eq!(removal.try_clone().unwrap().bearer_auth("x.y.z").send().await.unwrap().status(), 401);
    assert_eq!(removal.send().await.unwrap().status(), 401);
    assert_eq!(stock(world, &one, &root).await, 8);
}

pub async fn accounts_and_sign_ins_are_made_once(world: &World) {
    let post = |path: &str, key: &str, body: Value| {
        world.at_auth(Method::POST, path).header("Idempotency-Key", key).json(&body)
    };
    let address = world.address("ada");
    let ada = json!({ "email": address, "username": "ada", "password": PASSWORD });
    let answers = join_all((0..6).map(|_| sent(post("/register", "k-1", ada.clone())))).await;
    let users = join_all(answers.into_iter().map(|answer| json_of(answer, 201))).await;
    assert!(users.iter().all(|user| *user == users[0]), "{users:?}");
    let again = post("/register", "k-2", ada).send().await.unwrap();
    assert_eq!(json_of(again, 409).await["code"], "email_taken", "another key is another request");

    let login = || post("/login", "k-1", json!({ "username": "ada", "password": PASSWORD }));
    let started = join_all((0..6).map(|_| sent(login()))).await;
    assert!(started.iter().all(|answer| answer.status() == 200));
    let code = world.mails.code_to(&address, 0).await;
    assert_eq!(world.mails.codes_to(&address).len(), 1, "one login, one mail");

    let verify = |code: &str| post("/verify-code", "k-1", json!({ "username": "ada", "code": code }));
    let answers = join_all((0..6).map(|_| sent(verify(&code)))).await;
    let tokens = join_all(answers.into_iter().map(|answer| json_of(answer, 200))).await;
    assert!(tokens.iter().all(|pair| *pair == tokens[0]), "one session");
    let refresh = || post("/refresh", "k-1", json!({ "refresh_token": tokens[0]["refresh_token"] }));
    let first = json_of(refresh().send().await.unwrap(), 200).await;
    assert_eq!(json_of(refresh().send().await.unwrap(), 200).await, first);

    // Nobody finds the code out by the key: a wrong one makes it worthless.
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    assert_eq!(verify(&wrong).send().await.unwrap().status(), 422);
    let right = verify(&code).send().await.unwrap();
    assert_eq!(json_of(right, 400).await["code"], "invalid_or_expired_code");
    let me = world.at_auth(Method::GET, "/me").bearer_auth(first["access_token"].as_str().unwrap());
    assert_eq!(me.send().await.unwrap().status(), 200, "the session goes on");
}
