//! What a collector of traces sees of what people do.
mod collector;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tokio::{io::AsyncReadExt, net::TcpListener};

use self::collector::{Collector, Seen};
use super::{
    place::free_port,
    world::{PASSWORD, Stores, World, eventually},
};

/// The kinds of spans, by their numbers in OTLP.
const SERVER: i32 = 2;
const CLIENT: i32 = 3;
const PRODUCER: i32 = 4;
const CONSUMER: i32 = 5;

const ROOT: &str = "";

async fn world(stores: Stores, collector: &Collector, more: &[(&str, &str)]) -> World {
    let settings = [&[("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address.as_str())][..], more].concat();
    let mut world = World::prepare(stores, &settings).await;
    world.env.push(("AUTH_SERVICE_URL".to_owned(), world.auth.clone()));
    world
}

/// Registers `name` as part of the trace that `traceparent` tells of.
async fn register(world: &World, name: &str, traceparent: &str) {
    let body = json!({ "email": world.address(name), "username": name, "password": PASSWORD });
    let request = world.at_auth(Method::POST, "/register").header("traceparent", traceparent).json(&body);
    assert_eq!(request.send().await.unwrap().status(), 201);
}

async fn welcome(world: &World, name: &str) {
    let address = world.address(name);
    eventually("somebody is welcomed", async || !world.mails.texts_to(&address).is_empty()).await;
}

fn is_about(span: &Seen, kind: &str) -> bool {
    span.attributes.get("messaging.rabbitmq.destination.routing_key").is_some_and(|key| key == kind)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_shows_request_transaction_event_consumer_and_mail() {
    let collector = Collector::open().await;
    let world = world(Stores::Postgres, &collector, &[]).await;
    world.run_all().await;
    assert_eq!(world.register("ada").await.status(), 201);
    welcome(&world, "ada").await;
    let ada = world.sign_in("ada").await;
    let list = world.at_products(Method::GET, "").bearer_auth(&ada.access).send().await.unwrap();
    assert_eq!(list.status(), 200);
    let logout = world.at_auth(Method::POST, "/logout").bearer_auth(&ada.access).send().await.unwrap();
    assert!(logout.status().is_success());
    eventually("product-service has heard of it", async || {
        let asked = world.at_products(Method::GET, "").bearer_auth(&ada.access).send().await.unwrap();
        asked.status() == 401
    })
    .await;
    world.stop_all();

    let exchange = format!("publish {}", world.setting("AMQP_EXCHANGE").unwrap());
    let request = collector.the("POST /api/v1/auth/register", |span| span.parent == ROOT);
    assert_eq!((request.kind, request.service.as_str()), (SERVER, "auth-service"));
    assert_eq!(request.attributes["http.response.status_code"], "201");
    let transaction = collector.child(&request, "save user");
    assert_eq!(transaction.attributes["db.system.name"], "postgresql");
    let event = collector.child(&transaction, &exchange);
    assert!(event.kind == PRODUCER && is_about(&event, "user.registered.v1"), "{event:?}");
    let consumer = collector.child(&event, "process welcome-mail");
    assert_eq!((consumer.kind, &consumer.attributes["messaging.system"]), (CONSUMER, &"rabbitmq".to_owned()));
    assert_eq!(consumer.attributes["messaging.message.id"], event.attributes["messaging.message.id"]);
    let mail = collector.child(&consumer, "send mail");
    assert_eq!((mail.kind, mail.service.as_str()), (CLIENT, "auth-service"));

    // What ends at one service ends at the other, in the same trace.
    let request = collector.the("POST /api/v1/auth/logout", |span| span.parent == ROOT);
    let transaction = collector.child(&request, "change session");
    let event = collector.child(&transaction, &exchange);
    assert_eq!(collector.child(&event, "process revoke-tokens").service, "product-service");

    // And what one service asks of the other.
    let asked = collector.spans().into_iter().find(|span| span.name == "GET" && span.kind == CLIENT).unwrap();
    assert_eq!(asked.service, "product-service");
    assert_eq!(collector.child(&asked, "GET /.well-known/jwks.json").service, "auth-service");

    let is_list =
        |span: &Seen| span.attributes.get("http.response.status_code").is_some_and(|status| status == "200");
    let mut lists = collector.spans().into_iter().filter(|span| span.name == "GET /api/v1/products");
    let list = lists.find(is_list).expect("a list");
    assert_eq!(collector.child(&list, "list product").attributes["db.operation.name"], "list");

    let all = format!("{:?}", collector.spans());
    for secret in [world.address("ada").as_str(), "@", "\"ada\"", PASSWORD, &ada.access, &ada.refresh] {
        assert!(!all.contains(secret), "{secret} is in {all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_somebody_began_goes_on_and_one_that_nobody_is_to_see_isnt_exported() {
    let collector = Collector::open().await;
    let named = [("OTEL_SERVICE_NAME", "shop"), ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc")];
    let world = world(Stores::Sqlite, &collector, &named).await;
    world.run_all().await;
    let (seen, unseen) = ("4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c");
    register(&world, "eve", &format!("00-{unseen}-b7ad6b7169203331-00")).await;
    register(&world, "ada", &format!("00-{seen}-00f067aa0ba902b7-01")).await;
    welcome(&world, "eve").await;
    welcome(&world, "ada").await;
    world.stop_all();

    let request = collector.the("POST /api/v1/auth/register", |span| span.parent == "00f067aa0ba902b7");
    assert_eq!((request.trace.as_str(), request.service.as_str()), (seen, "shop"));
    let transaction = collector.child(&request, "save user");
    let consumer = collector.child(&transaction, "process welcome-mail");
    collector.child(&consumer, "send mail");
    assert!(collector.of_trace(unseen).is_empty());
    assert!(collector.spans().iter().all(|span| !span.name.contains("/health")), "nobody asked for that");
    let heads = collector.heads();
    assert!(heads.iter().all(|head| head.starts_with("post /v1/traces ") && head.contains("bearer abc")));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_share_of_none_nothing_is_exported() {
    let collector = Collector::open().await;
    let none = [("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0")];
    let world = world(Stores::Sqlite, &collector, &none).await;
    world.run_all().await;
    register(&world, "ada", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").await;
    welcome(&world, "ada").await;
    world.stop_all();
    assert!(collector.spans().is_empty());
}

/// Takes in whatever comes to it, and never answers.
async fn black_hole() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move { while stream.read_u8().await.is_ok() {} });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_or_silent_holds_up_nothing() {
    for port in [free_port(), black_hole().await] {
        let endpoint = format!("http://127.0.0.1:{port}");
        let world = World::prepare(Stores::Sqlite, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]).await;
        world.run_all().await;
        let began = Instant::now();
        for number in 0..20 {
            assert_eq!(world.register(&format!("ada{number}")).await.status(), 201);
        }
        world.sign_in("ada0").await;
        assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
        let began = Instant::now();
        world.stop_all();
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
}
