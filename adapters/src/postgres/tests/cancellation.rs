use domain_auth::User;
use domain_shared::{Aggregate, EventLog};

use super::{
    personal::{auth, somebody},
    *,
};

/// Waits until one of the store's statements waits for a lock.
pub(super) async fn one_waits(world: &World) {
    so_many_wait(world, 1).await;
}

async fn so_many_wait(world: &World, count: i64) {
    let sql =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
    for _ in 0..500 {
        // Within a transaction it would be told the same all the time.
        world.client.batch_execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
        let waiting: i64 = world.client.query_one(sql, &[&world.application()]).await.unwrap().get(0);
        if waiting >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing waits");
}

#[tokio::test]
async fn a_change_that_is_cancelled_while_it_waits_leaves_no_transaction_open() {
    let world = World::with(PgConfig { url: test_url(), pool_size: 1, ..PgConfig::default() }).await;
    let product = world.product().await;
    world.client.batch_execute("BEGIN; SELECT * FROM products FOR UPDATE").await.unwrap();
    let (store, id) = (world.store.clone(), product.id());
    let change = tokio::spawn(async move { remove_one(&store, id).await });
    one_waits(&world).await;
    change.abort();
    let _ = change.await;
    world.client.batch_execute("ROLLBACK").await.unwrap();

    let changed = remove_one(&world.store, product.id()).await.unwrap().unwrap();
    assert_eq!(changed.aggregate.stock.get(), 999);
    world.leaves_no_transaction_open().await;
}

#[tokio::test]
async fn a_change_may_be_cancelled_anywhere_and_is_done_wholly_or_not_at_all() {
    let world = World::with(PgConfig { url: test_url(), pool_size: 2, ..PgConfig::default() }).await;
    let product = world.product().await;
    remove_one(&world.store, product.id()).await.unwrap();
    for step in 0..150 {
        let patience = Duration::from_micros(step * 20);
        let _ = tokio::time::timeout(patience, remove_one(&world.store, product.id())).await;
    }
    let left = recovers(async || find(&world.store, product.id()).await).await.unwrap();
    remove_one(&world.store, product.id()).await.unwrap().unwrap();
    let history = world.store.newest_of(product.id().0, &[], None, 1000).await.unwrap();
    let removals = u64::try_from(1000 - left.stock.get()).unwrap();
    assert_eq!(left.version(), removals + 1);
    assert_eq!(u64::try_from(history.len()).unwrap(), left.version() + 1);
    world.leaves_no_transaction_open().await;
}

/// Users are changed by the task of whoever asks, products by one of the store's.
#[tokio::test]
async fn a_change_of_a_user_may_be_cancelled_anywhere_too() {
    let world = auth().await;
    let user = somebody(&world.store).await.id();
    let toggle = || {
        let context = context();
        let toggle = move |user: &mut User| {
            if user.is_active { user.deactivate(&context) } else { user.activate(&context) }
        };
        world.store.change(user, Arc::new(toggle))
    };
    for step in 0..100 {
        // Afterwards there is a connection, so that the next one is cancelled at its work.
        toggle().await.unwrap().unwrap();
        let _ = tokio::time::timeout(Duration::from_micros(step * 20), toggle()).await;
    }
    world.leaves_no_transaction_open().await;
    let left: User = world.store.find(user).await.unwrap().unwrap();
    let history = world.store.newest_of(user.0, &[], None, 1000).await.unwrap();
    assert!(left.version() > 100, "none that was waited for is lost");
    assert_eq!(u64::try_from(history.len()).unwrap(), left.version(), "each version has its event");
}

#[tokio::test]
async fn whoever_waits_too_long_for_a_lock_is_told_so_and_the_store_goes_on() {
    let world = World::new().await;
    let (locked, free) = (world.product().await, world.product().await);
    let lock = format!("BEGIN; SELECT * FROM products WHERE id = '{}' FOR UPDATE", locked.id().0);
    world.client.batch_execute(&lock).await.unwrap();
    let started = std::time::Instant::now();
    let (waiting, other) = futures_util::future::join(
        remove_one(&world.store, locked.id()),
        remove_one(&world.store, free.id()),
    )
    .await;
    assert!(matches!(waiting, Err(ChangeError::Store(StoreError::Unavailable(_)))), "{waiting:?}");
    assert!(started.elapsed() < Duration::from_secs(4));
    other.unwrap().unwrap();
    world.client.batch_execute("ROLLBACK").await.unwrap();
    remove_one(&world.store, locked.id()).await.unwrap().unwrap();
}

#[tokio::test]
async fn products_that_somebody_else_has_hold_up_no_others() {
    let world = World::new().await;
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        theirs.push(world.product().await.id());
        ours.push(world.product().await.id());
    }
    world.client.batch_execute("BEGIN").await.unwrap();
    for id in &theirs {
        let lock = format!("SELECT * FROM products WHERE id = '{}' FOR UPDATE", id.0);
        world.client.batch_execute(&lock).await.unwrap();
    }
    let mut waiting = Vec::new();
    for id in theirs {
        let store = world.store.clone();
        waiting.push(tokio::spawn(async move { remove_one(&store, id).await }));
    }
    // Two alone, and then the others together, as the first two have stepped aside.
    so_many_wait(&world, 3).await;
    let made = futures_util::future::join_all(ours.iter().map(|id| remove_one(&world.store, *id))).await;
    assert!(made.iter().all(Result::is_ok), "{made:?}");
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()), "nobody had to wait for them");
    world.client.batch_execute("ROLLBACK").await.unwrap();
    for waiting in waiting {
        waiting.await.unwrap().unwrap();
    }
}
