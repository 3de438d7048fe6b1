//! What auth-service ends, product-service no longer accepts.
use reqwest::Method;
use serde_json::json;

use super::{
    actions::{Session, json_of},
    world::{PASSWORD, World, eventually},
};

/// Whether product-service takes the session for one of ours; who may write is another matter.
async fn is_known(world: &World, session: &Session) -> bool {
    let list = world.at_products(Method::GET, "").bearer_auth(&session.access).send().await.unwrap();
    list.status() == 200
}

/// The users who will be signed out, and somebody who won't.
pub async fn what_ends_at_one_service_ends_at_the_other(world: &World) {
    let root = world.superuser().await;
    let (out, fired, elsewhere) =
        (world.newcomer("out").await, world.newcomer("fired").await, world.newcomer("elsewhere").await);
    let here = world.sign_in("elsewhere").await;
    for session in [&out, &fired, &elsewhere, &here, &root] {
        assert!(is_known(world, session).await);
    }
    let logout = world.at_auth(Method::POST, "/logout").bearer_auth(&out.access);
    json_of(logout.send().await.unwrap(), 200).await;
    let deactivate = world.at_auth(Method::POST, &format!("/users/{}/deactivate", fired.user_id));
    json_of(deactivate.bearer_auth(&root.access).send().await.unwrap(), 200).await;
    let change = json!({ "old_password": PASSWORD, "new_password": "another pass phrase" });
    let change = world.at_auth(Method::PUT, "/change-password").bearer_auth(&here.access).json(&change);
    json_of(change.send().await.unwrap(), 200).await;

    for (session, why) in [
        (&out, "whoever signed out is out"),
        (&fired, "whoever was deactivated is out"),
        (&elsewhere, "a new password ends the other sessions"),
    ] {
        eventually(why, async || !is_known(world, session).await).await;
    }
    for session in [&here, &root] {
        assert!(is_known(world, session).await, "the others go on");
    }
    world.stop_all();
    world.run_all().await;
    if world.outlives_its_process() {
        assert!(!is_known(world, &out).await, "a restart forgets nothing");
        assert!(is_known(world, &here).await);
    }
}
