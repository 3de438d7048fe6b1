use std::collections::BTreeSet;

use domain_shared::{Aggregate, EventLog};
use futures_util::future::{join, join_all};
use tokio::task::JoinError;

use super::{proxy::Proxy, *};

type Outcome = Result<Option<Changed<Product>>, ChangeError<ProductError>>;

/// In how many transactions the events after the first of each product were added.
async fn transactions(world: &World) -> usize {
    let sql = "SELECT DISTINCT xmin::text FROM events WHERE sequence > 1";
    world.client.query(sql, &[]).await.unwrap().len()
}

/// Has `count` commands come while somebody else has `product`, and lets it go once all have been given.
async fn crowd<F>(
    world: &World,
    product: ProductId,
    count: usize,
    command: impl Fn(usize) -> F,
) -> Vec<Result<Outcome, JoinError>>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let lock = format!("BEGIN; SELECT * FROM products WHERE id = '{}' FOR UPDATE", product.0);
    world.client.batch_execute(&lock).await.unwrap();
    let given = join_all((0..count).map(&command).map(tokio::spawn));
    let (outcomes, ()) = join(given, async {
        cancellation::one_waits(world).await;
        world.client.batch_execute("ROLLBACK").await.unwrap();
    })
    .await;
    outcomes
}

/// Which connections the stores have.
async fn connections(world: &World) -> BTreeSet<i32> {
    let sql = "SELECT pid FROM pg_stat_activity WHERE application_name = $1";
    world.client.query(sql, &[&world.application()]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// What the stock came to after each removal, as the log tells.
async fn stock_after(store: &PgStore, product: ProductId) -> Vec<i64> {
    let history = store.history(&[product.0]).await.unwrap();
    let stock = |event: &domain_shared::StoredEvent| event.event.data.get("stock_after")?.as_i64();
    history.iter().filter_map(stock).collect()
}

#[tokio::test]
async fn commands_that_wait_for_one_product_share_a_transaction() {
    let world = World::new().await;
    let id = world.product().await.id();
    let outcomes = crowd(&world, id, 40, |_| {
        let store = world.store.clone();
        async move { remove_one(&store, id).await }
    })
    .await;
    let mut left: Vec<_> =
        outcomes.into_iter().map(|o| o.unwrap().unwrap().unwrap().aggregate.stock.get()).collect();
    left.sort_unstable();
    assert!(left.into_iter().eq(960..1000));
    assert!(stock_after(&world.store, id).await.into_iter().eq((960..1000).rev()));
    assert_eq!(transactions(&world).await, 2, "the first goes alone, the others together");
}

#[tokio::test]
async fn commands_for_different_products_share_a_transaction() {
    let world = World::new().await;
    let (first, second) = (world.product().await.id(), world.product().await.id());
    let mut others = Vec::new();
    for _ in 0..20 {
        others.push(world.product().await.id());
    }
    let both =
        format!("BEGIN; SELECT * FROM products WHERE id IN ('{}', '{}') FOR UPDATE", first.0, second.0);
    world.client.batch_execute(&both).await.unwrap();
    // As many as are on their way at once.
    let waiting = [first, second].map(|id| {
        let store = world.store.clone();
        tokio::spawn(async move { remove_one(&store, id).await })
    });
    cancellation::one_waits(&world).await;
    let given = join_all(others.iter().map(|id| remove_one(&world.store, *id)));
    let (outcomes, ()) = join(given, async { world.client.batch_execute("ROLLBACK").await.unwrap() }).await;
    for outcome in outcomes.into_iter().chain(join_all(waiting).await.into_iter().map(Result::unwrap)) {
        assert_eq!(outcome.unwrap().unwrap().aggregate.stock.get(), 999);
    }
    let transactions = transactions(&world).await;
    assert!((3..=5).contains(&transactions), "{transactions}: at most four go alone, the others together");
    for id in others {
        assert_eq!(stock_after(&world.store, id).await, [999]);
    }
}

#[tokio::test]
async fn new_products_that_come_at_once_share_a_transaction() {
    let world = World::new().await;
    world.client.batch_execute("BEGIN; LOCK TABLE products IN SHARE MODE").await.unwrap();
    let saves = (0..30).map(|_| {
        let store = world.store.clone();
        tokio::spawn(async move { store.save(&mut product(1)).await })
    });
    let (outcomes, ()) = join(join_all(saves), async {
        cancellation::one_waits(&world).await;
        world.client.batch_execute("ROLLBACK").await.unwrap();
    })
    .await;
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap().is_ok()));
    let sql =
        "SELECT DISTINCT p.xmin::text, e.xmin::text FROM products p JOIN events e ON e.aggregate_id = p.id";
    assert_eq!(world.client.query(sql, &[]).await.unwrap().len(), 3, "two go alone, the others together");
    assert_eq!(world.store.end().await.unwrap(), 30);
}

#[tokio::test]
async fn whoever_panics_in_a_batch_does_so_alone() {
    let world = World::new().await;
    let id = world.product().await.id();
    let outcomes = crowd(&world, id, 11, |i| {
        let store = world.store.clone();
        async move {
            match i {
                5 => store.change(id, Arc::new(|_: &mut Product| panic!("on purpose"))).await,
                _ => remove_one(&store, id).await,
            }
        }
    })
    .await;
    for (i, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(made) => assert!(made.is_ok(), "{made:?}"),
            Err(failed) => assert!(i == 5 && failed.is_panic(), "{failed:?}"),
        }
    }
    assert!(stock_after(&world.store, id).await.into_iter().eq((990..1000).rev()));
    assert_eq!(transactions(&world).await, 2);
}

#[tokio::test]
async fn two_processes_with_a_crowd_each_lose_nothing() {
    let world = World::new().await;
    let other = PgStore::connect(world.config.clone()).await.unwrap();
    let id = world.product().await.id();
    let commands = (0..400).map(|i| {
        let store = if i % 2 == 0 { world.store.clone() } else { other.clone() };
        tokio::spawn(async move { remove_one(&store, id).await })
    });
    let mut left = Vec::new();
    for outcome in join_all(commands).await {
        left.push(outcome.unwrap().unwrap().unwrap().aggregate.stock.get());
    }
    left.sort_unstable();
    assert!(left.into_iter().eq(600..1000), "each is told what it left");
    assert!(stock_after(&world.store, id).await.into_iter().eq((600..1000).rev()));
    let found = find(&other, id).await.unwrap().unwrap();
    assert_eq!((found.stock.get(), found.version()), (600, 401));
}

#[tokio::test]
async fn two_processes_that_change_the_same_products_do_not_wait_for_each_other_in_a_circle() {
    let world = World::new().await;
    let other = PgStore::connect(world.config.clone()).await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..12 {
        ids.push(world.product().await.id());
    }
    let round = async || {
        let commands = (0..480).map(|i| {
            // One goes through them forwards, the other backwards.
            let (store, id) =
                if i % 2 == 0 { (&world.store, ids[i / 2 % 12]) } else { (&other, ids[11 - i / 2 % 12]) };
            let store = store.clone();
            tokio::spawn(async move { remove_one(&store, id).await })
        });
        assert!(join_all(commands).await.into_iter().all(|outcome| matches!(outcome, Ok(Ok(Some(_))))));
    };
    round().await;
    let before = connections(&world).await;
    round().await;
    let after = connections(&world).await;
    assert!(before.is_subset(&after), "whoever waits in a circle loses its connection");
    for id in ids {
        assert!(stock_after(&other, id).await.into_iter().eq((920..1000).rev()));
    }
}

#[tokio::test]
async fn a_batch_whose_connection_is_terminated_is_carried_out_all_the_same_or_told() {
    let world = World::new().await;
    let id = world.product().await.id();
    world.client.batch_execute("BEGIN; SELECT * FROM products FOR UPDATE").await.unwrap();
    let commands = (0..20).map(|_| {
        let store = world.store.clone();
        tokio::spawn(async move { remove_one(&store, id).await })
    });
    let (outcomes, ()) = join(join_all(commands), async {
        cancellation::one_waits(&world).await;
        world.terminate_connections(&world.client).await;
        world.client.batch_execute("ROLLBACK").await.unwrap();
    })
    .await;
    let made = outcomes.into_iter().filter(|outcome| outcome.as_ref().unwrap().is_ok()).count();
    assert!(made >= 19, "{made}: only whoever was on the way may be told that it failed");
    let left = 1000 - i64::try_from(made).unwrap();
    assert!(stock_after(&world.store, id).await.into_iter().eq((left..1000).rev()));
}

#[tokio::test]
async fn a_batch_in_a_network_that_swallows_everything_is_told_in_time() {
    let proxy = Proxy::start().await;
    let world = World::with(PgConfig { url: proxy.url.clone(), ..PgConfig::default() }).await;
    let id = world.product().await.id();
    remove_one(&world.store, id).await.unwrap();
    proxy.turn();
    let started = std::time::Instant::now();
    for outcome in join_all((0..100).map(|_| remove_one(&world.store, id))).await {
        assert!(matches!(outcome, Err(ChangeError::Store(StoreError::Unavailable(_)))), "{outcome:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(4));
    proxy.turn();
    let outcomes = join_all((0..100).map(|_| remove_one(&world.store, id))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
}
