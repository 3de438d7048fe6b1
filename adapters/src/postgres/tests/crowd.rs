use domain_product::{Catalogue, Filter, Start};
use domain_shared::{Aggregate, Limit};
use futures_util::future::join_all;

use super::*;

/// What each of `ids` is answered, all of them asked for at once.
async fn crowd(world: &World, ids: &[ProductId]) -> Vec<Result<Option<Product>, StoreError>> {
    join_all(ids.iter().map(|id| find(&world.store, *id))).await
}

async fn products(world: &World, count: usize) -> Vec<ProductId> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(world.product().await.id());
    }
    ids
}

#[tokio::test]
async fn everybody_in_a_crowd_gets_what_they_asked_for() {
    let world = World::new().await;
    let known = products(&world, 40).await;
    let ids: Vec<ProductId> = (0..400)
        .map(|n| if n % 7 == 0 { ProductId(Uuid::nil()) } else { known[n * n % known.len()] })
        .collect();
    let answers = crowd(&world, &ids).await;
    for (id, answer) in ids.iter().zip(answers) {
        let expected = known.contains(id).then_some(*id);
        assert_eq!(answer.unwrap().map(|product| product.id()), expected);
    }
}

#[tokio::test]
async fn a_row_that_can_not_be_read_fails_nobody_else() {
    let world = World::new().await;
    let ids = products(&world, 40).await;
    let spoil = format!("UPDATE products SET currency = '?' WHERE id = '{}'", ids[20].0);
    world.client.batch_execute(&spoil).await.unwrap();
    for (n, answer) in crowd(&world, &ids).await.into_iter().enumerate() {
        assert_eq!(unavailable(&answer), n == 20, "{n}: {answer:?}");
    }
}

#[tokio::test]
async fn whoever_goes_away_holds_nobody_up() {
    let world = World::new().await;
    let ids = products(&world, 20).await;
    for gone in 0..10 {
        let asked: Vec<_> = ids
            .iter()
            .map(|id| {
                let (store, id) = (world.store.clone(), *id);
                tokio::spawn(async move { find(&store, id).await })
            })
            .collect();
        // Each time another part of the crowd is on its way.
        for _ in 0..gone {
            tokio::task::yield_now().await;
        }
        for (n, asking) in asked.into_iter().enumerate() {
            if n % 3 == gone % 3 {
                asking.abort();
            } else {
                assert!(asking.await.unwrap().unwrap().is_some());
            }
        }
    }
}

#[tokio::test]
async fn a_crowd_outlives_its_connection() {
    let world = World::new().await;
    let ids = products(&world, 40).await;
    for round in 0..5 {
        world.terminate_connections(&world.client).await;
        for (n, answer) in crowd(&world, &ids).await.into_iter().enumerate() {
            assert!(answer.unwrap().is_some(), "{round}, {n}");
        }
    }
}

/// Every page of one product there is, in the order they were made.
fn pages(count: usize) -> Vec<Filter> {
    let limit = Limit::parse(1).unwrap();
    let page = |n| Filter { start: Start::Skip(n), limit, ..Filter::default() };
    (0..u32::try_from(count).unwrap()).map(page).collect()
}

#[tokio::test]
async fn everybody_in_a_crowd_gets_the_page_they_asked_for() {
    let world = World::new().await;
    let known = products(&world, 5).await;
    let pages = pages(6);
    let answers = join_all((0..200).map(|n| world.store.list(&pages[n * n % 6]))).await;
    for (n, answer) in answers.into_iter().enumerate() {
        let ids: Vec<_> = answer.unwrap().iter().map(Aggregate::id).collect();
        assert_eq!(ids, known.get(n * n % 6).copied().into_iter().collect::<Vec<_>>(), "{n}");
    }
}

#[tokio::test]
async fn a_page_that_can_not_be_read_fails_all_who_want_it_and_nobody_else() {
    let world = World::new().await;
    let ids = products(&world, 5).await;
    let spoil = format!("UPDATE products SET currency = '?' WHERE id = '{}'", ids[2].0);
    world.client.batch_execute(&spoil).await.unwrap();
    let pages = pages(5);
    let answers = join_all((0..100).map(|n| world.store.list(&pages[n % 5]))).await;
    for (n, answer) in answers.into_iter().enumerate() {
        assert_eq!(unavailable(&answer), n % 5 == 2, "{n}: {answer:?}");
    }
}
