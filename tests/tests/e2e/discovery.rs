//! Services that find each other in etcd.
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::{
    etcd_server::EtcdServer,
    place::free_port,
    token_keys::{keys_command, refreshed_until, state},
    world::{Running, SUPERUSER, Stores, World, eventually},
};

/// The addresses of the instances of `service` that etcd knows, in order.
async fn instances(etcd: &EtcdServer, service: &str) -> Vec<String> {
    let place = format!("panal/services/{service}/");
    let end = format!("panal/services/{service}0");
    let question = json!({ "key": STANDARD.encode(place), "range_end": STANDARD.encode(end) });
    let found = etcd.ask("kv/range", &question).await.unwrap();
    let kept = found["kvs"].as_array().cloned().unwrap_or_default();
    let address = |kept: &Value| {
        let entry = STANDARD.decode(kept["value"].as_str().unwrap()).unwrap();
        let entry: Value = serde_json::from_slice(&entry).unwrap();
        format!("http://{}:{}", entry["host"].as_str().unwrap(), entry["port"])
    };
    let mut found: Vec<String> = kept.iter().map(address).collect();
    found.sort();
    found
}

async fn there_are(etcd: &EtcdServer, service: &str, expected: &[&str]) {
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    eventually(&format!("{expected:?} are found"), async || instances(etcd, service).await == expected).await;
}

/// Another auth-service in `world`, and where it is.
fn another(world: &World) -> (Running, String) {
    let port = free_port().to_string();
    let running = world.spawn("auth-service", &[("AUTH_PORT", &port)]);
    (running, format!("http://127.0.0.1:{port}"))
}

/// Makes a new key, and waits until both services take tokens that it signs.
async fn rotated(world: &World, session: &super::actions::Session) {
    let said = keys_command(world, &["rotate"]);
    let new = said.split_whitespace().nth(2).unwrap().to_owned();
    refreshed_until(world, session, &new).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn product_service_goes_on_with_whichever_auth_service_there_is() {
    let mut etcd = EtcdServer::start().await;
    let registry = format!("etcd://127.0.0.1:{}", etcd.url.port().unwrap());
    let settings = [
        ("SERVICE_REGISTRY", &*registry),
        ("SERVICE_REGISTRY_LEASE_SECONDS", "2"),
        ("JWT_KEY_LEAD_SECONDS", "4"),
    ];
    let mut world = World::prepare(Stores::Postgres, &settings).await;
    let (first, (mut second, second_at)) = (world.auth.clone(), another(&world));
    world.ready(&second_at).await;
    let mut first_running = world.spawn("auth-service", &[]);
    world.ready(&first).await;
    there_are(&etcd, "auth-service", &[&first, &second_at]).await;

    let product = world.spawn("product-service", &[]);
    world.ready(&world.product).await;
    there_are(&etcd, "product-service", &[&world.product]).await;
    eventually("it has the keys", async || state(&world).await["dependencies"]["token_keys"] == "up").await;
    let sessions = [
        world.superuser().await,
        world.sign_in(SUPERUSER).await,
        world.sign_in(SUPERUSER).await,
        world.sign_in(SUPERUSER).await,
    ];
    rotated(&world, &sessions[0]).await;

    second.kill();
    there_are(&etcd, "auth-service", &[&first]).await;
    rotated(&world, &sessions[1]).await;

    let (third, third_at) = another(&world);
    there_are(&etcd, "auth-service", &[&first, &third_at]).await;
    first_running.kill();
    world.auth.clone_from(&third_at);
    rotated(&world, &sessions[2]).await;
    there_are(&etcd, "auth-service", &[&third_at]).await;

    etcd.stop();
    eventually("it says that the registry is away", async || {
        let state = state(&world).await;
        state["status"] == "degraded" && state["dependencies"]["registry"] == "down"
    })
    .await;
    rotated(&world, &sessions[3]).await;
    etcd.start_again().await;
    there_are(&etcd, "auth-service", &[&third_at]).await;
    eventually("all is well", async || state(&world).await["dependencies"]["registry"] == "up").await;
    for mut running in [third, product] {
        assert_eq!(spawn_blocking(move || running.terminate()).await.unwrap(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_told_to_stop_leaves_at_once() {
    let etcd = EtcdServer::start().await;
    let registry = format!("etcd://127.0.0.1:{}/shop", etcd.url.port().unwrap());
    // Nobody leaves because their time is up.
    let settings = [("SERVICE_REGISTRY", &*registry), ("SERVICE_REGISTRY_LEASE_SECONDS", "600")];
    let world = World::prepare(Stores::Memory, &settings).await;
    let mut running = world.spawn("panal", &[]);
    let count = async || {
        let all = json!({ "key": STANDARD.encode("shop/"), "range_end": STANDARD.encode("shop0") });
        etcd.ask("kv/range", &all).await.unwrap()["count"].clone()
    };
    eventually("both services are there", async || count().await == "2").await;
    let began = std::time::Instant::now();
    let ended = spawn_blocking(move || running.terminate());
    eventually("neither is there", async || count().await.is_null()).await;
    assert_eq!(ended.await.unwrap(), Some(0));
    assert!(began.elapsed() < std::time::Duration::from_secs(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_is_not_there_keeps_nobody_from_serving() {
    let registry = format!("consul://127.0.0.1:{}", free_port());
    let world = World::prepare(Stores::Memory, &[("SERVICE_REGISTRY", &*registry)]).await;
    let mut running = world.spawn("panal", &[]);
    world.ready(&world.auth).await;
    eventually("it says so", async || state(&world).await["dependencies"]["registry"] == "down").await;
    assert_eq!(world.register("ada").await.status(), 201);
    assert_eq!(world.at_products(Method::GET, "").send().await.unwrap().status(), 200);
    assert_eq!(spawn_blocking(move || running.terminate()).await.unwrap(), Some(0));
}
