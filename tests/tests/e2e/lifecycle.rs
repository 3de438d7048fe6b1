//! Starting and stopping.
use std::{
    process::Stdio,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

use reqwest::Method;
use serde_json::json;

use super::{
    actions::json_of,
    place::free_port,
    world::{PASSWORD, Stores, World, eventually},
};

async fn data_survives_a_restart(stores: Stores) {
    let world = World::start(stores).await;
    let (root, ada) = (world.superuser().await, world.newcomer("ada").await);
    let id = world.laptop(&root, 7).await;
    world.stop_all();
    world.run_all().await;
    assert_eq!(world.get_product(&id, &ada).await["stock"], 7);
    let me = world.at_auth(Method::GET, "/me").bearer_auth(&ada.access).send().await.unwrap();
    assert_eq!(json_of(me, 200).await["username"], "ada", "a session goes on");
    assert_eq!(world.log_in("ada", PASSWORD).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_survives_a_restart_on_sqlite() {
    data_survives_a_restart(Stores::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_survives_a_restart_on_postgres() {
    data_survives_a_restart(Stores::Postgres).await;
}

async fn what_was_begun_is_finished(stores: Stores) {
    let world = World::start(stores).await;
    let root = world.superuser().await;
    let id = world.laptop(&root, 1_000_000).await;
    let (removed, stop) = (AtomicU32::new(0), AtomicBool::new(false));
    let hammer = async || {
        while !stop.load(Ordering::Relaxed) {
            let removal =
                world.at_products(Method::POST, &format!("/{id}/stock/remove")).bearer_auth(&root.access);
            match removal.json(&json!({ "amount": 1 })).send().await {
                Ok(answer) => {
                    assert_eq!(answer.status(), 200);
                    removed.fetch_add(1, Ordering::Relaxed);
                }
                // The door is closed; a request that was let in is answered.
                Err(error) => assert!(error.is_connect(), "{error:?}"),
            }
        }
    };
    let terminate = async {
        eventually("the hammer strikes", async || removed.load(Ordering::Relaxed) > 50).await;
        tokio::task::block_in_place(|| world.stop_all());
        stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(hammer(), hammer(), hammer(), hammer(), terminate);
    world.run_all().await;
    let stock = world.get_product(&id, &root).await["stock"].as_u64().unwrap();
    assert_eq!(1_000_000 - stock, u64::from(removed.load(Ordering::Relaxed)), "answered = stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn lif_01_what_was_begun_is_finished_on_sqlite() {
    what_was_begun_is_finished(Stores::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lif_01_what_was_begun_is_finished_on_postgres() {
    what_was_begun_is_finished(Stores::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lif_03_five_first_starts_at_once_on_an_empty_database_all_succeed() {
    let world = World::prepare(Stores::Postgres, &[]).await;
    let ports: Vec<_> = (0..5).map(|_| (free_port().to_string(), free_port().to_string())).collect();
    let _running: Vec<_> = ports
        .iter()
        .map(|(auth, product)| {
            world.spawn("panal", &[("AUTH_PORT", auth.as_str()), ("PRODUCT_PORT", product.as_str())])
        })
        .collect();
    for (auth, product) in &ports {
        world.ready(&format!("http://127.0.0.1:{auth}")).await;
        world.ready(&format!("http://127.0.0.1:{product}")).await;
    }
    let migrated = world.command("panal").arg("migrate").stdout(Stdio::null()).status().unwrap();
    assert!(migrated.success(), "migrating again changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_has_gone_breaks_nothing() {
    let world = World::prepare(Stores::Sqlite, &[]).await;
    for task in ["--help", "migrate"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let done = world.command("panal").arg(task).stdout(writer).status().unwrap();
        assert!(done.success(), "{task}: {done}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_asks_its_own_program_whether_it_is_well() {
    let world = World::start(Stores::Sqlite).await;
    let healthy = |program| {
        let mut asking = world.command(program);
        asking.arg("health").stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
    };
    assert!(["auth-service", "product-service", "panal"].map(healthy).iter().all(|well| *well));
    world.stop_all();
    assert!(!["auth-service", "product-service", "panal"].map(healthy).iter().any(|well| *well));
}
