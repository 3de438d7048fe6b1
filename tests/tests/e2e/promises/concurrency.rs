//! CON: many at once, beyond what `races` and `retries` show.
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::{
    actions::json_of,
    world::{PASSWORD, World},
};

pub async fn con_01_a_storm_of_movements_loses_nothing_and_shows_nothing_negative(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 40).await;
    let move_stock = async |verb: &str, amount: u32| {
        let path = format!("/{id}/stock/{verb}");
        let request = world.at_products(Method::POST, &path).bearer_auth(&root.access);
        request.json(&json!({ "amount": amount })).send().await.unwrap().status().as_u16()
    };
    let moves = join_all((0..120_u32).map(async |n| match n % 3 {
        0 => (i64::from(n % 4 + 1), move_stock("add", n % 4 + 1).await),
        _ => (-i64::from(n % 5 + 1), move_stock("remove", n % 5 + 1).await),
    }));
    let watch = async {
        let mut seen = Vec::new();
        for _ in 0..40 {
            seen.push(world.get_product(&id, &root).await["stock"].as_i64().unwrap());
        }
        seen
    };
    let (answers, seen) = tokio::join!(moves, watch);
    assert!(answers.iter().all(|(_, status)| matches!(status, 200 | 409)), "{answers:?}");
    let sum: i64 = answers.iter().filter(|(_, status)| *status == 200).map(|(delta, _)| delta).sum();
    assert_eq!(world.get_product(&id, &root).await["stock"], 40 + sum);
    assert!(seen.iter().all(|stock| *stock >= 0), "{seen:?}");
}

pub async fn con_02_of_30_registrations_of_one_name_one_succeeds(world: &World) {
    let registrations = (0..30).map(|n| {
        let body =
            json!({ "email": world.address(&format!("ada{n}")), "username": "ada", "password": PASSWORD });
        world.at_auth(Method::POST, "/register").json(&body).send()
    });
    let answers: Vec<_> =
        join_all(registrations).await.into_iter().map(|a| a.unwrap().status().as_u16()).collect();
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| *status < 500), "{answers:?}");
}

pub async fn con_07_of_two_password_changes_one_succeeds_each_time(world: &World) {
    let mut password = PASSWORD.to_owned();
    let sessions = [world.newcomer("ada").await, world.sign_in("ada").await];
    let mut open: Vec<_> = sessions.into_iter().collect();
    for round in 0..3 {
        let news: Vec<String> = (0..2).map(|n| format!("pass phrase {round} {n}")).collect();
        let changes = join_all(open.iter().zip(&news).map(|(session, new)| {
            let body = json!({ "old_password": password, "new_password": new });
            world.at_auth(Method::PUT, "/change-password").bearer_auth(&session.access).json(&body).send()
        }));
        let won: Vec<bool> =
            changes.await.into_iter().map(|answer| answer.unwrap().status() == 200).collect();
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
        password = news[usize::from(won[1])].clone();
        let winner = open.swap_remove(usize::from(won[1]));
        let (user, code) = world.start_login("ada", &password).await;
        let tokens = json_of(world.verify(&user, &code).await, 200).await;
        let text = |field: &str| tokens[field].as_str().unwrap().to_owned();
        let (access, refresh) = (text("access_token"), text("refresh_token"));
        open = vec![winner, crate::actions::Session { user_id: user, access, refresh }];
    }
}
