//! Requests with an `Idempotency-Key` whose process died.
use std::collections::HashSet;

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::{
    actions::json_of,
    retries::{REPLAYED, removal, sent, stock},
    world::{PASSWORD, Stores, World},
};

/// Kills the services while removals are under way, and sends each again with its key: it is done exactly once.
async fn killed_under_way(stores: Stores) {
    const STOCK: i64 = 100_000;
    let world = World::prepare(stores, &[]).await;
    world.run_all().await;
    let root = world.superuser().await;
    let id = world.laptop(&root, STOCK).await;
    let (mut sent_before, mut unknown) = (0, 0);
    for round in 0..2 {
        let request = |n: i64| removal(&world, &root, &id, &format!("k-{round}-{n}"), 1 + n % 3);
        let amount = |n: i64| 1 + n % 3;
        // The first answers are awaited so that the rest is under way when the process dies.
        let removals = (0..200).map(|n| {
            let request = request(n);
            tokio::spawn(async move {
                let answer = request.send().await.ok()?;
                (answer.status() == 200).then_some(answer.json::<Value>().await.ok()?)
            })
        });
        let removals: Vec<_> = removals.collect();
        let started = stock_below(&world, &id, STOCK - sent_before).await;
        assert!(started, "some are done already");
        world.kill_all();
        let known: Vec<Option<Value>> = join_all(removals).await.into_iter().map(Result::unwrap).collect();
        unknown += known.iter().filter(|answer| answer.is_none()).count();
        world.run_all().await;

        // A lease of the process that died may still have to run out.
        let again = join_all((0..200).map(|n| sent(request(n)))).await;
        for (n, (again, known)) in again.into_iter().zip(&known).enumerate() {
            let again = json_of(again, 200).await;
            assert!(known.as_ref().is_none_or(|known| *known == again), "{n}: {known:?}, then {again}");
        }
        sent_before += (0..200).map(amount).sum::<i64>();
        assert_eq!(stock(&world, &id, &root).await, STOCK - sent_before, "each is done exactly once");
    }
    assert!(unknown > 0, "the case is about requests whose answers were lost");
    let ledger = world.at_products(Method::GET, &format!("/{id}/movements?limit=200")).send().await.unwrap();
    let ledger = json_of(ledger, 200).await;
    let ids: HashSet<_> =
        ledger.as_array().unwrap().iter().map(|movement| movement["id"].to_string()).collect();
    assert_eq!(ids.len(), 200);
}

/// Whether the stock falls below what it was, soon.
async fn stock_below(world: &World, id: &str, before: i64) -> bool {
    for _ in 0..2000 {
        let answer = world.at_products(Method::GET, &format!("/{id}/stock")).send().await;
        if let Ok(answer) = answer
            && answer.status() == StatusCode::OK
            && answer.json::<Value>().await.is_ok_and(|body| body["stock"].as_i64() < Some(before))
        {
            return true;
        }
    }
    false
}

/// What a process leaves that dies between commit and answer, wherever it does.
async fn forget_answers(world: &World) {
    let mut database = AsyncPgConnection::establish(world.database()).await.unwrap();
    for schema in ["auth", "product"] {
        let lapsed = "SET answer = NULL, leased_until = 'epoch'";
        database.batch_execute(&format!("UPDATE {schema}.idempotency_keys {lapsed}")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_not_kept_is_found_in_the_log() {
    let world = World::start(Stores::Postgres).await;
    let root = world.superuser().await;
    let id = world.laptop(&root, 5).await;
    let keyed = |request: RequestBuilder| request.header("Idempotency-Key", "k-1");
    let by_root = |path: &str| keyed(world.at_products(Method::POST, path)).bearer_auth(&root.access);
    let register = json!({ "email": world.address("ada"), "username": "ada", "password": PASSWORD });
    let register = keyed(world.at_auth(Method::POST, "/register")).json(&register);
    let ada = sent(register.try_clone().unwrap()).await;
    let (ada_tag, ada) = (ada.headers()["etag"].clone(), json_of(ada, 201).await);
    let (user_id, code) = world.start_login("ada", PASSWORD).await;
    let verify = json!({ "user_id": user_id, "code": code });
    let verify = keyed(world.at_auth(Method::POST, "/verify-code")).json(&verify);
    let tokens = json_of(sent(verify.try_clone().unwrap()).await, 200).await;
    let deactivate = keyed(world.at_auth(Method::POST, &format!("/users/{user_id}/deactivate")));
    let deactivate = deactivate.bearer_auth(&root.access);

    let requests = [
        removal(&world, &root, &id, "k-1", 5),
        by_root(&format!("/{id}/stock/add")).json(&json!({ "amount": 2 })),
        by_root("").json(&json!({ "name": "Mouse", "price": 1, "sku": "M-1" })),
        by_root(&format!("/{id}/deactivate")),
        by_root(&format!("/{id}/activate")),
    ];
    let mut firsts = Vec::new();
    for request in &requests {
        let first = sent(request.try_clone().unwrap()).await;
        firsts.push((first.status(), first.headers()["etag"].clone(), first.text().await.unwrap()));
    }
    let mut database = AsyncPgConnection::establish(world.database()).await.unwrap();
    for (schema, text, shows) in [("product", "movement_id", true), ("auth", "access_token", false)] {
        let found = format!("FROM {schema}.idempotency_keys WHERE position('{text}'::bytea IN answer) > 0");
        let check = format!("ASSERT EXISTS (SELECT {found}) = {shows}, 'answers of {schema}'");
        database.batch_execute(&format!("DO $$ BEGIN {check}; END $$")).await.unwrap();
    }
    forget_answers(&world).await;
    for (request, first) in requests.iter().zip(firsts) {
        let again = sent(request.try_clone().unwrap()).await;
        assert!(!again.headers().contains_key(REPLAYED), "it is no longer kept");
        assert_eq!((again.status(), again.headers()["etag"].clone(), again.text().await.unwrap()), first);
    }
    assert_eq!(stock(&world, &id, &root).await, 2);

    let again = sent(register).await;
    assert_eq!((again.headers()["etag"].clone(), json_of(again, 201).await), (ada_tag, ada));
    let again = json_of(sent(verify).await, 200).await;
    assert_eq!(again["refresh_token"], tokens["refresh_token"], "the same session");
    let off = json_of(sent(deactivate.try_clone().unwrap()).await, 200).await;
    forget_answers(&world).await;
    assert_eq!(json_of(sent(deactivate).await, 200).await, off);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_under_way_when_the_process_was_killed_is_done_once_on_sqlite() {
    killed_under_way(Stores::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_under_way_when_the_process_was_killed_is_done_once_on_postgres() {
    killed_under_way(Stores::Postgres).await;
}
