//! What the services need goes away under load, and comes back: they recover by themselves.
use reqwest::{Method, Response};
use serde_json::json;

use super::{
    Stage, Stores,
    load::{come_and_go, move_stock, shelves},
    proxy::Proxy,
};
use crate::world::{World, eventually};

async fn readiness(world: &World, service: &str) -> Response {
    world.client.get(format!("{service}/health/ready")).send().await.unwrap()
}

fn asks_to_come_back_later(answer: &Response) -> bool {
    answer.status() == 503 && answer.headers().contains_key("retry-after")
}

#[tokio::test(flavor = "multi_thread")]
async fn evt_03_dep_05_without_the_broker_work_goes_on_and_events_follow_later() {
    let mut world = Stage::world(Stores::Postgres).await;
    let broker = Proxy::before(&mut world, "AMQP_URL").await;
    let stage = Stage::start(world, "product-service", Some("auth-service")).await;
    let (world, root) = (&stage.world, &stage.root);
    let mut shelves = shelves(world, root, 0).await;
    move_stock(world, root, &mut shelves).await;

    broker.go_down();
    let ((), mut people) = tokio::join!(move_stock(world, root, &mut shelves), come_and_go(world, "0"));
    for service in [&world.auth, &world.product] {
        assert_eq!(readiness(world, service).await.status(), 200);
        let metrics = world.client.get(format!("{service}/metrics")).send().await.unwrap();
        let metrics = metrics.text().await.unwrap();
        assert!(!metrics.contains("event_backlog{reader=\"relay\"} 0\n"), "events wait: {metrics}");
    }
    broker.come_back();
    move_stock(world, root, &mut shelves).await;
    let found = stage.look(&mut shelves, &mut people).await;
    assert_eq!(found.account.unknown, 0, "everybody was answered meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn evt_04_dep_01_without_the_database_callers_are_told_to_come_back_and_it_recovers() {
    const CUTS: usize = 6;
    let mut world = Stage::world(Stores::Postgres).await;
    let database = Proxy::before(&mut world, "DATABASE_URL").await;
    let stage = Stage::start(world, "product-service", Some("auth-service")).await;
    let (world, root) = (&stage.world, &stage.root);
    let mut shelves = shelves(world, root, 0).await;
    let id = shelves[0].id.clone();
    let cuts = async {
        for _ in 0..CUTS {
            database.cut();
            eventually("it is answered again", async || {
                let stock = world.at_products(Method::GET, &format!("/{id}/stock"));
                stock.send().await.unwrap().status() == 200
            })
            .await;
        }
    };
    let ((), mut people, ()) =
        tokio::join!(move_stock(world, root, &mut shelves), come_and_go(world, "0"), cuts);

    database.go_down();
    for service in [&world.auth, &world.product] {
        eventually("it isn't ready", async || asks_to_come_back_later(&readiness(world, service).await))
            .await;
    }
    let add = world.at_products(Method::POST, &format!("/{id}/stock/add")).bearer_auth(&root.access);
    assert!(asks_to_come_back_later(&add.json(&json!({ "amount": 1 })).send().await.unwrap()));
    database.come_back();
    for service in [&world.auth, &world.product] {
        world.ready(service).await;
    }
    move_stock(world, root, &mut shelves).await;
    stage.look(&mut shelves, &mut people).await;
}
