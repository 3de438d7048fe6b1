//! Users see their sessions and end them.
use reqwest::Method;
use serde_json::json;

use super::{
    actions::{Session, json_of},
    world::{Stores, World, eventually},
};

async fn status(world: &World, session: &Session) -> u16 {
    let me = world.at_auth(Method::GET, "/me").bearer_auth(&session.access).send().await.unwrap();
    me.status().as_u16()
}

async fn refresh(world: &World, token: &str) -> reqwest::Response {
    let body = json!({ "refresh_token": token });
    world.at_auth(Method::POST, "/refresh").json(&body).send().await.unwrap()
}

async fn end(world: &World, id: &str, by: &Session) -> reqwest::Response {
    world.at_auth(Method::DELETE, &format!("/sessions/{id}")).bearer_auth(&by.access).send().await.unwrap()
}

pub async fn they_are_listed_and_ended(world: &World) {
    let (here, there, eve) =
        (world.newcomer("ada").await, world.sign_in("ada").await, world.newcomer("eve").await);
    let listed = world.sessions(&here).await;
    assert_eq!(listed.len(), 2, "hers, and nobody else's: {listed:?}");
    assert_eq!((&listed[0]["current"], &listed[1]["current"]), (&json!(true), &json!(false)));
    assert_eq!(listed[0]["ip"], "127.0.0.1");
    assert_eq!(listed[0]["created_at"], listed[0]["last_used_at"]);
    let (own, other) = (listed[0]["id"].as_str().unwrap(), listed[1]["id"].as_str().unwrap());

    json_of(refresh(world, &there.refresh).await, 200).await;
    let listed = world.sessions(&here).await;
    assert_ne!(listed[1]["created_at"], listed[1]["last_used_at"], "it was refreshed");

    let refused = json_of(end(world, other, &eve).await, 404).await;
    assert_eq!(refused["code"], "session_not_found", "somebody else's");
    assert_eq!(status(world, &there).await, 200);
    for nobodys in ["00000000-0000-0000-0000-000000000000", "x"] {
        assert_eq!(end(world, nobodys, &here).await.status(), 404, "{nobodys}");
    }
    json_of(end(world, other, &here).await, 200).await;
    assert_eq!(status(world, &there).await, 401, "at once");
    assert_eq!(refresh(world, &there.refresh).await.status(), 401);
    assert_eq!(end(world, other, &here).await.status(), 404, "it is over");
    let list = async || world.at_products(Method::GET, "").bearer_auth(&there.access).send().await.unwrap();
    eventually("product-service hears of it", async || list().await.status() == 401).await;

    assert_eq!(world.sessions(&here).await.len(), 1);
    json_of(end(world, own, &here).await, 200).await;
    assert_eq!(status(world, &here).await, 401, "the own one may be it");
}

pub async fn superusers_see_those_of_others(world: &World) {
    let (root, ada, eve) =
        (world.superuser().await, world.newcomer("ada").await, world.newcomer("eve").await);
    let path = format!("/users/{}/sessions", ada.user_id);
    let list = |by: &Session| world.at_auth(Method::GET, &path).bearer_auth(&by.access).send();
    let listed = json_of(list(&root).await.unwrap(), 200).await;
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["current"]), (1, &json!(false)));
    assert_eq!(json_of(list(&ada).await.unwrap(), 200).await[0]["current"], true);
    assert_eq!(list(&eve).await.unwrap().status(), 403);
    let nobody = "/users/00000000-0000-0000-0000-000000000000/sessions";
    let nobody = world.at_auth(Method::GET, nobody).bearer_auth(&root.access).send().await.unwrap();
    assert_eq!(nobody.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_used_twice_is_reported_by_mail() {
    let world = World::prepare(Stores::Sqlite, &[("REFRESH_GRACE_SECONDS", "0")]).await;
    world.run_all().await;
    let session = world.newcomer("ada").await;
    let second = json_of(refresh(&world, &session.refresh).await, 200).await;
    assert_eq!(refresh(&world, &session.refresh).await.status(), 401, "there is no grace");
    assert_eq!(refresh(&world, second["refresh_token"].as_str().unwrap()).await.status(), 401);
    assert_eq!(status(&world, &session).await, 401);
    let told = || world.mails.texts_to(&world.address("ada"));
    eventually("a mail tells of it", async || told().iter().any(|text| text.contains("was used twice")))
        .await;
}
