//! A password that was forgotten.
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{
    actions::json_of,
    place::free_port,
    world::{PASSWORD, Stores, World, eventually},
};

const NEW: &str = "battery staple";

pub async fn a_forgotten_password_is_reset_once(world: &World) {
    let (here, there) = (world.newcomer("ada").await, world.sign_in("ada").await);
    let (_, login) = world.start_login("ada", PASSWORD).await;
    let code = world.reset_code("ada").await;
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let refusals = [
        world.reset("ada", &wrong, NEW).await,
        world.reset("nobody", &code, NEW).await,
        world.reset("ada", &login, NEW).await,
    ];
    for refused in refusals {
        assert_eq!(json_of(refused, 400).await["code"], "invalid_or_expired_code");
    }
    let body = json!({ "email": world.address("ada"), "code": code, "new_password": NEW });
    for (field, value) in [
        ("new_password", "short"),
        ("new_password", "password"),
        ("confirm_password", "another"),
        ("code", "x"),
    ] {
        let mut body = body.clone();
        body[field] = json!(value);
        let refused = world.at_auth(Method::POST, "/reset-password").json(&body).send().await.unwrap();
        assert_eq!(json_of(refused, 422).await["errors"][0]["field"], field);
    }
    json_of(world.reset("ada", &code, NEW).await, 200).await;
    assert_eq!(world.reset("ada", &code, "staple battery").await.status(), 400, "it works once");

    for session in [&here, &there] {
        let me = world.at_auth(Method::GET, "/me").bearer_auth(&session.access).send().await.unwrap();
        assert_eq!(me.status(), 401, "every session ends");
        let list = world.at_products(Method::GET, "").bearer_auth(&session.access);
        let list = || list.try_clone().unwrap().send();
        eventually("there, too", async || list().await.unwrap().status() == 401).await;
    }
    assert_eq!(world.verify(&here.user_id, &login).await.status(), 400, "the pending login, too");
    assert_eq!(world.log_in("ada", PASSWORD).await.status(), 401);
    assert_eq!(world.log_in("ada", NEW).await.status(), 200);
    let told = || world.mails.texts_to(&world.address("ada"));
    eventually("a mail tells of it", async || told().iter().any(|text| text.contains("was reset on"))).await;
}

pub async fn whoever_asks_learns_nothing(world: &World) {
    let root = world.superuser().await;
    let eve = world.newcomer("eve").await;
    assert_eq!(world.register("ada").await.status(), 201);
    let deactivate = world.at_auth(Method::POST, &format!("/users/{}/deactivate", eve.user_id));
    json_of(deactivate.bearer_auth(&root.access).send().await.unwrap(), 200).await;
    let before = world.mails.codes_to(&world.address("eve")).len();
    let mut answers = Vec::new();
    for name in ["nobody", "eve", "ada", "ada"] {
        let answer = world.forget(&world.address(name)).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        answers.push(answer.text().await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    world.mails.code_to(&world.address("ada"), 0).await;
    // What was asked for first would have been sent first.
    assert_eq!(world.mails.codes_to(&world.address("eve")).len(), before);
    assert_eq!(world.mails.codes_to(&world.address("ada")).len(), 1, "nor is it sent again at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn dep_03_nobody_waits_for_a_mail_server_that_is_away() {
    let port = free_port().to_string();
    let mail = [("MAIL_SERVER", "127.0.0.1"), ("MAIL_PORT", &*port), ("MAIL_STARTTLS", "false")];
    let world = World::prepare(Stores::Sqlite, &mail).await;
    world.run_all().await;
    assert_eq!(world.register("ada").await.status(), 201);
    for name in ["ada", "nobody"] {
        let asked = Instant::now();
        assert_eq!(world.forget(&world.address(name)).await.status(), StatusCode::ACCEPTED);
        assert!(asked.elapsed() < Duration::from_secs(3), "{name}: {:?}", asked.elapsed());
    }
}
