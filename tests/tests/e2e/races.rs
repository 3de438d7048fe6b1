//! Many at once.
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{
    actions::{Session, json_of},
    world::{PASSWORD, World},
};

fn count(statuses: &[StatusCode], status: u16) -> usize {
    statuses.iter().filter(|got| got.as_u16() == status).count()
}

pub async fn of_200_removals_from_100_exactly_100_succeed(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 100).await;
    let path = format!("/{id}/stock/remove");
    let removals = (0..200).map(|_| {
        world.at_products(Method::POST, &path).bearer_auth(&root.access).json(&json!({ "amount": 1 })).send()
    });
    let answers: Vec<_> =
        join_all(removals).await.into_iter().map(|answer| answer.unwrap().status()).collect();
    assert_eq!((count(&answers, 200), count(&answers, 409)), (100, 100), "{answers:?}");
    assert_eq!(world.get_product(&id, &root).await["stock"], 0);
    let ledger = world.at_products(Method::GET, &format!("/{id}/movements?limit=200")).send().await.unwrap();
    let ledger = json_of(ledger, 200).await;
    let after: Vec<_> =
        ledger.as_array().unwrap().iter().map(|m| m["stock_after"].as_i64().unwrap()).collect();
    assert_eq!(after, (0..100).collect::<Vec<_>>(), "each movement saw the one before it");
}

pub async fn of_20_registrations_one_succeeds(world: &World) {
    let registrations = (0..20).map(|i| {
        let body =
            json!({ "email": world.address("ada"), "username": format!("ada{i}"), "password": PASSWORD });
        world.at_auth(Method::POST, "/register").json(&body).send()
    });
    let answers: Vec<_> =
        join_all(registrations).await.into_iter().map(|answer| answer.unwrap().status()).collect();
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 19), "{answers:?}");
}

pub async fn of_two_verifications_one_succeeds(world: &World) {
    world.register("ada").await;
    let (user_id, code) = world.start_login("ada", PASSWORD).await;
    let (first, second) = tokio::join!(world.verify(&user_id, &code), world.verify(&user_id, &code));
    let answers = [first.status(), second.status()];
    assert_eq!((count(&answers, 200), count(&answers, 400)), (1, 1), "{answers:?}");
}

pub async fn of_a_hundred_refreshes_all_get_the_same_successor(world: &World) {
    let session = world.newcomer("ada").await;
    let body = json!({ "refresh_token": session.refresh });
    let refreshes = (0..100).map(|_| world.at_auth(Method::POST, "/refresh").json(&body).send());
    let mut successors = std::collections::HashSet::new();
    for answer in join_all(refreshes).await {
        let answer = answer.unwrap();
        if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
            // Of so many, some may wait for the database in vain.
            continue;
        }
        let tokens = json_of(answer, 200).await;
        successors.insert(tokens["refresh_token"].as_str().unwrap().to_owned());
    }
    assert_eq!(successors.len(), 1);
}

pub async fn of_a_hundred_resets_with_one_code_one_succeeds(world: &World) {
    let session: Session = world.newcomer("ada").await;
    let code = world.reset_code("ada").await;
    let passwords: Vec<String> = (0..100).map(|number| format!("battery staple {number}")).collect();
    let resets = passwords.iter().map(|new| world.reset("ada", &code, new));
    let answers: Vec<_> = join_all(resets).await.into_iter().map(|answer| answer.status()).collect();
    let refused: usize = [400, 429, 503].map(|status| count(&answers, status)).iter().sum();
    assert_eq!((count(&answers, 200), refused), (1, 99), "{answers:?}");
    let winner = answers.iter().position(StatusCode::is_success).unwrap();
    assert_eq!(world.log_in("ada", &passwords[winner]).await.status(), 200);
    let me = world.at_auth(Method::GET, "/me").bearer_auth(&session.access).send().await.unwrap();
    assert_eq!(me.status(), 401);
}

pub async fn of_a_hundred_who_end_a_session_one_does(world: &World) {
    let (here, there) = (world.newcomer("ada").await, world.sign_in("ada").await);
    let doomed = world.session_id(&there).await;
    let path = format!("/sessions/{doomed}");
    let ends = (0..100).map(|_| world.at_auth(Method::DELETE, &path).bearer_auth(&here.access).send());
    let answers: Vec<_> = join_all(ends).await.into_iter().map(|answer| answer.unwrap().status()).collect();
    assert_eq!((count(&answers, 200), count(&answers, 404) + count(&answers, 503)), (1, 99), "{answers:?}");
}

pub async fn of_ten_edits_of_one_version_one_succeeds(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 5).await;
    let edits = (0..10).map(|i| {
        let edit = world.at_products(Method::PUT, &format!("/{id}")).bearer_auth(&root.access);
        edit.header("If-Match", "\"1\"").json(&json!({ "name": format!("edit {i}") })).send()
    });
    let answers: Vec<_> = join_all(edits).await.into_iter().map(|answer| answer.unwrap().status()).collect();
    assert_eq!((count(&answers, 200), count(&answers, 412)), (1, 9), "{answers:?}");
}

pub async fn of_two_password_changes_one_succeeds(world: &World) {
    let sessions = [world.newcomer("ada").await, world.sign_in("ada").await];
    let changes = sessions.iter().zip(["battery staple", "staple battery"]).map(|(session, new)| {
        let body = json!({ "old_password": PASSWORD, "new_password": new });
        world.at_auth(Method::PUT, "/change-password").bearer_auth(&session.access).json(&body).send()
    });
    let answers: Vec<_> =
        join_all(changes).await.into_iter().map(|answer| answer.unwrap().status()).collect();
    assert_eq!(count(&answers, 200), 1, "{answers:?}");
    assert!(answers.iter().all(|status| status.is_success() || status.is_client_error()), "{answers:?}");
}

pub async fn of_100_logins_at_once_some_may_be_told_to_wait(world: &World) {
    world.register("ada").await;
    let attempts = (0..100).map(|i| world.log_in(["ada", "nobody"][i % 2], PASSWORD));
    let mut answered = 0;
    for answer in join_all(attempts).await {
        match answer.status().as_u16() {
            200 | 401 => answered += 1,
            // Too many wait for their hash already; or, where logins are counted, there were too many.
            503 | 429 => assert!(answer.headers().contains_key("Retry-After"), "{answer:?}"),
            other => panic!("{other}: {answer:?}"),
        }
    }
    assert!(answered > 0, "those whose turn it was are served");
    assert_eq!(world.client.get(format!("{}/health/ready", world.auth)).send().await.unwrap().status(), 200);
}
