//! Registration where nobody is to learn which addresses have an account.
use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    actions::json_of,
    world::{PASSWORD, Stores, World, eventually},
};

fn shape(user: &Value) -> Vec<(String, bool)> {
    user.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.is_null())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn enu_04_a_taken_address_is_answered_like_a_new_one_and_its_owner_is_told() {
    let world = World::prepare(Stores::Sqlite, &[("REGISTRATION_REVEALS_EMAILS", "false")]).await;
    world.run_all().await;
    world.newcomer("ada").await;
    let root = world.superuser().await;
    let register = |email: String, username: &str| {
        let body = json!({ "email": email, "username": username, "password": PASSWORD });
        world.at_auth(Method::POST, "/register").json(&body).send()
    };
    let new = register(world.address("eve"), "eve").await.unwrap();
    let taken = register(world.address("ada"), "mallory").await.unwrap();
    let names = |headers: &reqwest::header::HeaderMap| -> BTreeSet<String> {
        headers.keys().map(ToString::to_string).collect()
    };
    assert_eq!(names(new.headers()), names(taken.headers()));
    assert_eq!(new.headers()["etag"], taken.headers()["etag"]);
    let (new, taken) = (json_of(new, 201).await, json_of(taken, 201).await);
    assert_eq!(shape(&new), shape(&taken));
    assert_eq!((&taken["username"], &taken["email"]), (&json!("mallory"), &json!(world.address("ada"))));

    let id = taken["id"].as_str().unwrap();
    assert_eq!(json_of(world.verify(id, "123456").await, 400).await["code"], "invalid_or_expired_code");
    assert_eq!(world.log_in("mallory", PASSWORD).await.status(), 401);
    let found =
        world.at_auth(Method::GET, &format!("/users/{id}")).bearer_auth(&root.access).send().await.unwrap();
    assert_eq!(found.status(), 404);

    let told = || -> Vec<String> {
        let mails = world.mails.texts_to(&world.address("ada"));
        mails.into_iter().filter(|text| text.contains("tried to register")).collect()
    };
    eventually("the owner is told", async || told().len() == 1).await;
    assert!(told()[0].contains("ada") && !told()[0].contains("mallory"));
    for again in ["mallory2", "mallory3"] {
        assert_eq!(register(world.address("ada"), again).await.unwrap().status(), 201);
    }
    for (address, name) in [("ada", "eve"), ("ada", "mallory"), ("other", "mallory"), ("other", "eve")] {
        let name = register(world.address(address), name).await.unwrap();
        assert_eq!(
            json_of(name, 409).await["code"],
            "username_taken",
            "whether or not there is such an account"
        );
    }
    world.sign_in("ada").await;
    assert_eq!(told().len(), 1, "once an hour");
}
