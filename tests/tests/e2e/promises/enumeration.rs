//! ENU: nobody learns who has an account.
use reqwest::{Method, Response};
use serde_json::Value;

use crate::world::{PASSWORD, World};

/// All of an answer but what differs from request to request.
async fn shown(answer: Response) -> (u16, Vec<(String, String)>, Value) {
    let status = answer.status().as_u16();
    let changing = ["date", "x-request-id", "content-length"];
    let mut headers: Vec<_> = answer
        .headers()
        .iter()
        .filter(|(name, _)| !changing.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    let mut body: Value = answer.json().await.unwrap();
    body.as_object_mut().unwrap().remove("request_id");
    (status, headers, body)
}

pub async fn enu_01_nobody_a_wrong_password_and_an_inactive_account_look_alike(world: &World) {
    let root = world.superuser().await;
    world.register("ada").await;
    let eve = world.newcomer("eve").await;
    let deactivate = world.at_auth(Method::POST, &format!("/users/{}/deactivate", eve.user_id));
    assert_eq!(deactivate.bearer_auth(&root.access).send().await.unwrap().status(), 200);
    let wrong = shown(world.log_in("ada", "wrong horse").await).await;
    assert_eq!(wrong.0, 401);
    assert_eq!(shown(world.log_in("nobody", PASSWORD).await).await, wrong);
    assert_eq!(shown(world.log_in("eve", PASSWORD).await).await, wrong);
    assert_eq!(shown(world.log_in(&world.address("nobody"), PASSWORD).await).await, wrong);
}
