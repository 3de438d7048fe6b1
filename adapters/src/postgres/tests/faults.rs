use std::time::Instant;

use domain_shared::Aggregate;

use super::{proxy::Proxy, *};

/// A read, a write and a ping, and how long the slowest took.
async fn ask_everything(store: &PgStore, id: ProductId) -> (bool, bool, bool, Duration) {
    let started = Instant::now();
    let (read, write, ping) =
        tokio::join!(find(store, id), async { store.save(&mut product(1)).await }, store.ping());
    (unavailable(&read), unavailable(&write), unavailable(&ping), started.elapsed())
}

const PATIENCE: Duration = Duration::from_secs(4);

#[tokio::test]
async fn terminated_connections_are_replaced_and_reads_do_not_even_notice() {
    let world = World::new().await;
    let product = world.product().await;
    for _ in 0..20 {
        world.terminate_connections(&world.client).await;
        assert!(find(&world.store, product.id()).await.unwrap().is_some());
    }
    world.terminate_connections(&world.client).await;
    recovers(async || world.store.save(&mut super::product(1)).await).await;
}

#[tokio::test]
async fn a_terminated_idle_connection_is_not_handed_out() {
    let world = World::new().await;
    let product = world.product().await;
    world.terminate_connections(&world.client).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    remove_one(&world.store, product.id()).await.unwrap().unwrap();
}

#[tokio::test]
async fn while_the_database_takes_no_connections_everything_is_unavailable_and_then_recovers() {
    let world = World::in_own_database().await;
    let product = world.product().await;
    let admin = client(&test_url(), "public").await;
    let (_, database) = world.config.url.rsplit_once('/').unwrap();
    admin.batch_execute(&format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false")).await.unwrap();
    world.terminate_connections(&admin).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    for _ in 0..3 {
        let (read, write, ping, took) = ask_everything(&world.store, product.id()).await;
        assert!(read && write && ping && took < PATIENCE, "{read} {write} {ping} {took:?}");
    }
    admin.batch_execute(&format!("ALTER DATABASE {database} ALLOW_CONNECTIONS true")).await.unwrap();
    assert!(find(&world.store, product.id()).await.unwrap().is_some());
    remove_one(&world.store, product.id()).await.unwrap().unwrap();
    world.store.ping().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable_at_once() {
    let url = "postgres://nobody:secret@127.0.0.1:1/x".to_owned();
    let store = PgStore::connect(PgConfig { url, ..PgConfig::default() }).await.unwrap();
    let (read, write, ping, took) = ask_everything(&store, product(1).id()).await;
    assert!(read && write && ping && took < Duration::from_secs(1), "{took:?}");
    let error = store.migrate(Tables::Auth).await.unwrap_err();
    assert_eq!(error.to_string(), "the store is unavailable");
}

#[tokio::test]
async fn a_server_that_never_answers_is_unavailable_soon() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://nobody:secret@{}/x", silent.local_addr().unwrap());
    let store = PgStore::connect(PgConfig { url, ..PgConfig::default() }).await.unwrap();
    let (read, write, ping, took) = ask_everything(&store, product(1).id()).await;
    assert!(read && write && ping && took < PATIENCE, "{took:?}");
}

#[tokio::test]
async fn a_network_that_swallows_everything_is_survived() {
    let proxy = Proxy::start().await;
    let world = World::with(PgConfig { url: proxy.url.clone(), ..PgConfig::default() }).await;
    let product = world.product().await;
    // Fills the pool.
    futures_util::future::join_all((0..8).map(|_| remove_one(&world.store, product.id()))).await;
    world.store.ping().await.unwrap();
    proxy.turn();
    for _ in 0..2 {
        let (read, write, ping, took) = ask_everything(&world.store, product.id()).await;
        assert!(read && write && ping && took < PATIENCE, "{read} {write} {ping} {took:?}");
    }
    proxy.turn();
    assert!(find(&world.store, product.id()).await.unwrap().is_some());
    remove_one(&world.store, product.id()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_store_outlives_the_runtimes_that_ask_it() {
    let world = World::new().await;
    let product = world.product().await;
    for _ in 0..3 {
        let (store, id) = (world.store.clone(), product.id());
        let asked = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                find(&store, id).await.unwrap().unwrap();
                remove_one(&store, id).await.unwrap().unwrap();
            });
        });
        tokio::task::spawn_blocking(|| asked.join().unwrap()).await.unwrap();
        remove_one(&world.store, product.id()).await.unwrap().unwrap();
    }
}

#[test]
fn a_thread_may_run_one_runtime_and_then_another() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let (world, id) = first.block_on(async {
        let world = World::new().await;
        let id = world.product().await.id();
        find(&world.store, id).await.unwrap().unwrap();
        (world, id)
    });
    second.block_on(async { find(&world.store, id).await }).unwrap().unwrap();
    first.block_on(async { find(&world.store, id).await }).unwrap().unwrap();
}
