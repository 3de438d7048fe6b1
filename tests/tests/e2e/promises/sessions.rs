//! TOK: which sessions go on.
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::{
    actions::{Session, json_of},
    world::{PASSWORD, World, eventually},
};

async fn refresh(world: &World, token: &str) -> Response {
    let body = json!({ "refresh_token": token });
    world.at_auth(Method::POST, "/refresh").json(&body).send().await.unwrap()
}

async fn successor(world: &World, token: &str) -> String {
    let tokens = json_of(refresh(world, token).await, 200).await;
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

/// Whether the session's access token opens a door at either service.
async fn opens(world: &World, session: &Session) -> [bool; 2] {
    let me = world.at_auth(Method::GET, "/me").bearer_auth(&session.access);
    let list = world.at_products(Method::GET, "").bearer_auth(&session.access);
    [me.send().await.unwrap().status() == 200, list.send().await.unwrap().status() == 200]
}

pub async fn tok_08_a_refresh_token_used_twice_ends_its_session_and_no_other(world: &World) {
    let (stolen, other) = (world.newcomer("ada").await, world.sign_in("ada").await);
    let first = successor(world, &stolen.refresh).await;
    assert_eq!(successor(world, &stolen.refresh).await, first, "its answer may have got lost");
    let second = successor(world, &first).await;
    assert_eq!(refresh(world, &stolen.refresh).await.status(), 401, "its successor was used");
    assert_eq!(refresh(world, &second).await.status(), 401, "nobody knows who has the newest");
    eventually("the access token is dead at both", async || opens(world, &stolen).await == [false, false])
        .await;
    assert_eq!(opens(world, &other).await, [true, true]);
    assert_eq!(refresh(world, &other.refresh).await.status(), 200);
    for nonsense in
        [json!(""), json!("x"), json!("a.b.c"), Value::Null, json!(7), json!([]), json!("x".repeat(20_000))]
    {
        let body = json!({ "refresh_token": nonsense });
        let answer = world.at_auth(Method::POST, "/refresh").json(&body).send().await.unwrap();
        assert!(answer.status().is_client_error(), "{nonsense}: {}", answer.status());
    }
}

pub async fn tok_11_a_new_password_ends_every_other_session(world: &World) {
    let (here, there) = (world.newcomer("ada").await, world.sign_in("ada").await);
    let change = async |old: &str| {
        let body = json!({ "old_password": old, "new_password": "battery staple" });
        world
            .at_auth(Method::PUT, "/change-password")
            .bearer_auth(&here.access)
            .json(&body)
            .send()
            .await
            .unwrap()
    };
    assert!(change("wrong horse").await.status().is_client_error());
    assert_eq!(opens(world, &there).await, [true, true], "nothing has changed");
    assert_eq!(change(PASSWORD).await.status(), 200);
    assert_eq!(refresh(world, &there.refresh).await.status(), 401);
    eventually("the other session is dead at both", async || opens(world, &there).await == [false, false])
        .await;
    assert_eq!(opens(world, &here).await, [true, true]);
    assert_eq!(world.log_in("ada", PASSWORD).await.status(), 401);
    world.start_login("ada", "battery staple").await;
}

pub async fn tok_12_whoever_is_deactivated_is_out(world: &World) {
    let (root, ada) = (world.superuser().await, world.newcomer("ada").await);
    let deactivate = world.at_auth(Method::POST, &format!("/users/{}/deactivate", ada.user_id));
    assert_eq!(deactivate.bearer_auth(&root.access).send().await.unwrap().status(), 200);
    let verify = world.at_auth(Method::GET, "/verify").bearer_auth(&ada.access).send().await.unwrap();
    assert_eq!(json_of(verify, 200).await["valid"], false);
    assert_eq!(refresh(world, &ada.refresh).await.status(), 401);
    eventually("the access token is dead at both", async || opens(world, &ada).await == [false, false]).await;
    let mails = world.mails.codes_to(&world.address("ada")).len();
    assert_eq!(world.log_in("ada", PASSWORD).await.status(), 401);
    assert_eq!(world.mails.codes_to(&world.address("ada")).len(), mails, "no code goes out");
}
