use domain_shared::Aggregate;

use super::*;

#[tokio::test]
async fn dep_07_a_read_only_database_serves_reads_refuses_writes_and_recovers() {
    let world = World::in_own_database().await;
    let product = world.product().await;
    let admin = client(&test_url(), "public").await;
    let (_, database) = world.config.url.rsplit_once('/').unwrap();
    let set = |state: &str| format!("ALTER DATABASE {database} SET default_transaction_read_only = {state}");

    admin.batch_execute(&set("on")).await.unwrap();
    world.terminate_connections(&admin).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(find(&world.store, product.id()).await.unwrap().is_some());
    world.store.migrate(Tables::Product).await.unwrap();
    for _ in 0..5 {
        let writes = futures_util::future::join_all((0..4).map(|_| remove_one(&world.store, product.id())));
        for outcome in writes.await {
            assert!(matches!(outcome, Err(ChangeError::Store(StoreError::Unavailable(_)))), "{outcome:?}");
        }
        let saved = world.store.save(&mut super::product(1)).await;
        assert!(unavailable(&saved), "{saved:?}");
    }

    admin.batch_execute(&set("off")).await.unwrap();
    remove_one(&world.store, product.id()).await.unwrap().unwrap();
}
