//! LOG: a password and a code.
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::{
    actions::json_of,
    world::{PASSWORD, World},
};

/// Codes that are not `code`.
fn others(code: &str) -> impl Iterator<Item = String> {
    let code: u32 = code.parse().unwrap();
    (1..).map(move |n| format!("{:06}", (code + n) % 1_000_000))
}

pub async fn log_01_a_password_gets_one_mail_with_a_code_and_no_token(world: &World) {
    world.register("ada").await;
    let answer = world.log_in("ada", PASSWORD).await;
    let headers = format!("{:?}", answer.headers());
    let started = json_of(answer, 200).await;
    let code = world.mails.code_to(&world.address("ada"), 0).await;
    assert_eq!(world.mails.codes_to(&world.address("ada")).len(), 1);
    assert!(started.get("access_token").is_none() && started.get("refresh_token").is_none(), "{started}");
    assert!(!started.to_string().contains(&code) && !headers.contains(&code));
    let tokens = json_of(world.verify(started["user_id"].as_str().unwrap(), &code).await, 200).await;
    assert_ne!(tokens["access_token"], tokens["refresh_token"]);
    let me = world.at_auth(Method::GET, "/me").bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_eq!(json_of(me.send().await.unwrap(), 200).await["username"], "ada");
}

pub async fn log_02_a_code_works_once_and_for_its_own_user_only(world: &World) {
    world.register("ada").await;
    world.register("eve").await;
    let (ada, code) = world.start_login("ada", PASSWORD).await;
    let (eve, hers) = world.start_login("eve", PASSWORD).await;
    if code != hers {
        assert_eq!(world.verify(&eve, &code).await.status(), 400);
    }
    assert_eq!(world.verify(&ada, &code).await.status(), 200);
    for _ in 0..3 {
        let again = json_of(world.verify(&ada, &code).await, 400).await;
        assert_eq!(again["code"], "invalid_or_expired_code");
    }
}

pub async fn log_03_of_20_uses_of_one_code_at_once_one_succeeds(world: &World) {
    world.register("ada").await;
    for _ in 0..3 {
        let (ada, code) = world.start_login("ada", PASSWORD).await;
        let answers = join_all((0..20).map(|_| world.verify(&ada, &code))).await;
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status().as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
    }
}

pub async fn log_04_five_wrong_codes_kill_a_code_and_two_do_not(world: &World) {
    world.register("ada").await;
    let (ada, code) = world.start_login("ada", PASSWORD).await;
    for wrong in others(&code).take(2) {
        assert_eq!(world.verify(&ada, &wrong).await.status(), 400);
    }
    assert_eq!(world.verify(&ada, &code).await.status(), 200, "typos are forgiven");
    world.register("eve").await;
    let (eve, code) = world.start_login("eve", PASSWORD).await;
    for wrong in others(&code).take(5) {
        assert!(world.verify(&eve, &wrong).await.status().is_client_error());
    }
    assert!(world.verify(&eve, &code).await.status().is_client_error(), "the code is dead");
}

pub async fn log_08_a_login_kills_the_code_before_it(world: &World) {
    world.register("ada").await;
    let (_, first) = world.start_login("ada", PASSWORD).await;
    let (ada, second) = world.start_login("ada", PASSWORD).await;
    if first != second {
        assert_eq!(world.verify(&ada, &first).await.status(), 400);
    }
    let by_name =
        world.at_auth(Method::POST, "/verify-code").json(&json!({ "username": "ada", "code": second }));
    assert_eq!(by_name.send().await.unwrap().status(), 200);
}

pub async fn log_10_wrong_passwords_are_throttled_and_then_the_right_one_sends_no_mail(world: &World) {
    world.register("ada").await;
    let mut refused = None;
    for _ in 0..30 {
        let answer = world.log_in("ada", "wrong horse").await;
        if answer.status() == 429 {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status(), 401);
    }
    let refused = refused.expect("30 wrong passwords are too many");
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    let right = world.log_in("ada", PASSWORD).await;
    if right.status() == 429 {
        assert!(world.mails.codes_to(&world.address("ada")).is_empty());
    }
}

pub async fn log_12_mails_with_codes_are_capped(world: &World) {
    world.register("ada").await;
    let mut sent = 0;
    while world.log_in("ada", PASSWORD).await.status() == 200 {
        sent += 1;
        assert!(sent <= 10, "{sent} mails went out");
    }
    let capped = world.log_in("ada", PASSWORD).await;
    assert_eq!(capped.status(), 429);
    assert!(capped.headers().contains_key("retry-after"));
    assert!(world.mails.codes_to(&world.address("ada")).len() <= sent);
}
