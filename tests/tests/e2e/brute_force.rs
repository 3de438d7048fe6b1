//! Whoever guesses gets few guesses, from however many addresses, and locks nobody out.
use std::net::Ipv4Addr;

use futures_util::future::join_all;
use reqwest::{Client, Method, Response};
use serde_json::json;

use super::{
    actions::json_of,
    world::{PASSWORD, World},
};

/// Clients at addresses of their own: all of 127.0.0.0/8 is this machine.
fn zombies(count: u8) -> Vec<Client> {
    (1..=count).map(|n| Client::builder().local_address(at(7, n)).build().unwrap()).collect()
}

fn at(net: u8, host: u8) -> std::net::IpAddr {
    Ipv4Addr::new(127, net, net, host).into()
}

impl World {
    async fn log_in_by(&self, client: &Client, name: &str, password: &str) -> Response {
        let body = json!({ "username": name, "password": password });
        client.post(format!("{}/api/v1/auth/login", self.auth)).json(&body).send().await.unwrap()
    }

    /// Everybody tries a wrong password: how many were compared, and how long the others are told to wait.
    async fn attack(&self, zombies: &[Client], name: &str) -> (usize, Vec<u64>) {
        let (mut compared, mut waits) = (0, Vec::new());
        for answer in join_all(zombies.iter().map(|zombie| self.log_in_by(zombie, name, "wrong horse"))).await
        {
            if answer.status() == 401 {
                compared += 1;
                continue;
            }
            waits.push(answer.headers()["retry-after"].to_str().unwrap().parse().unwrap());
            assert_eq!(json_of(answer, 429).await["code"], "too_many_attempts");
        }
        assert!(waits.iter().all(|wait| (1..=900).contains(wait)), "{waits:?}");
        (compared, waits)
    }
}

pub async fn many_addresses_get_few_guesses_and_the_owner_goes_on(world: &World) {
    let session = world.newcomer("ada").await;
    let mails = world.mails.codes_to(&world.address("ada")).len();
    let zombies = zombies(40);
    let (mut compared, mut waits) = (0, Vec::new());
    while waits.iter().max() < Some(&4) {
        let (more, longer) = world.attack(&zombies, "ada").await;
        (compared, waits) = (compared + more, longer);
    }
    assert!((7..=9).contains(&compared), "five at once, then one after 1, 2, 4 seconds: {compared}");

    let stranger = Client::builder().local_address(at(8, 1)).build().unwrap();
    let answer = world.log_in_by(&stranger, "ada", PASSWORD).await;
    assert_eq!(answer.status(), 429, "the right password isn't looked at either");
    assert_eq!(world.mails.codes_to(&world.address("ada")).len(), mails, "and sends no mail");

    let me = world.at_auth(Method::GET, "/me").bearer_auth(&session.access).send().await.unwrap();
    assert_eq!(me.status(), 200, "who is in stays in");
    let refresh = world.at_auth(Method::POST, "/refresh").json(&json!({ "refresh_token": session.refresh }));
    assert_eq!(refresh.send().await.unwrap().status(), 200);
    world.sign_in("ada").await;

    let metrics = world.client.get(format!("{}/metrics", world.auth)).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("throttled_total{kind=\"password\"}"), "{metrics}");
}

pub async fn nobody_is_throttled_like_somebody(world: &World) {
    let (compared, waits) = world.attack(&zombies(40), "nobody").await;
    assert!((5..=7).contains(&compared) && waits.len() + compared == 40, "{compared}");
    let body = json!({ "username": "nobody", "password": "x" });
    let answer = world.at_auth(Method::POST, "/login").header("Accept-Language", "es").json(&body).send();
    let answer = answer.await.unwrap();
    if answer.status() == 429 {
        let told = json_of(answer, 429).await;
        assert_eq!(told["detail"], "se ha intentado demasiadas veces; espera un poco");
    }
}

/// The statuses of many codes tried at once for `name`, who has no login that waits for one.
async fn codes_tried(world: &World, name: &str) -> Vec<u16> {
    let body = json!({ "username": name, "code": "000000" });
    let tries = (0..60).map(|_| world.at_auth(Method::POST, "/verify-code").json(&body).send());
    let mut statuses: Vec<u16> =
        join_all(tries).await.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

pub async fn codes_tried_at_nobody_and_at_somebody_look_alike(world: &World) {
    world.register("ada").await;
    let (somebody, nobody) = (codes_tried(world, "ada").await, codes_tried(world, "nobody").await);
    for statuses in [&somebody, &nobody] {
        assert!(statuses.iter().all(|status| matches!(status, 400 | 429 | 503)), "{somebody:?} {nobody:?}");
    }
    assert_eq!(somebody.contains(&429), nobody.contains(&429), "{somebody:?} {nobody:?}");
}

pub async fn a_code_gets_five_guesses(world: &World) {
    world.register("ada").await;
    let (user_id, code) = world.start_login("ada", PASSWORD).await;
    let wrong = |n: u32| format!("{:06}", (code.parse::<u32>().unwrap() + n) % 1_000_000);
    let guesses: Vec<String> = (1..=20).map(wrong).collect();
    for answer in join_all(guesses.iter().map(|guess| world.verify(&user_id, guess))).await {
        // Of so many, some may wait for the database in vain.
        assert!(matches!(answer.status().as_u16(), 400 | 429 | 503), "{}", answer.status());
    }
    assert_ne!(world.verify(&user_id, &code).await.status(), 200, "it has had its guesses");
    let (user_id, code) = world.start_login("ada", PASSWORD).await;
    assert_eq!(world.verify(&user_id, &code).await.status(), 200, "the next code works");
}
