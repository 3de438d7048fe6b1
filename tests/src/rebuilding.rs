//! [`ProjectionStore`], as to several who build rows anew, and to looking through all rows there are. The subject is a fresh
//! store of products whose clones share their data.
use domain_product::{Inventory, StockLedger};
use domain_shared::{ProjectionStore, verify_long_projection, verify_projection};
use uuid::Uuid;

use crate::{
    projections::{LIVE, SHADOW, Store, add, change, fold_ledger, small},
    support::at_once,
};

/// Builds the ledger again, as a rebuild does.
async fn rebuild(store: &impl Store) {
    let awaited = loop {
        // It may come between two others, one of which is just making its rows live.
        if let Ok(number) = ProjectionStore::<StockLedger>::begin_shadow(store).await {
            break number;
        }
    };
    while !ProjectionStore::<StockLedger>::swap(store, awaited).await.unwrap() {
        let _ = ProjectionStore::<StockLedger>::fold(store, SHADOW, 7).await.unwrap();
        tokio::task::yield_now().await;
    }
}

pub async fn of_many_who_build_rows_anew_at_once_all_come_to_an_end(store: impl Store) {
    let product = small(&store).await;
    for _ in 0..20 {
        add(&store, product, 1).await;
    }
    fold_ledger(&store, LIVE).await;
    at_once(6, |number| {
        let store = store.clone();
        async move {
            if number % 2 == 0 {
                return rebuild(&store).await;
            }
            for _ in 0..5 {
                add(&store, product, 1).await;
                fold_ledger(&store, LIVE).await;
            }
        }
    })
    .await;
    fold_ledger(&store, LIVE).await;
    assert_eq!(verify_projection::<StockLedger>(&store, &store, &[product.0]).await.unwrap(), []);
    assert_eq!(store.of_product(product, None, 100, 0).await.unwrap().len(), 35, "each movement once");
}

pub async fn aggregates_of_live_rows_are_walked_in_order(store: impl Store) {
    let mut products = Vec::new();
    for _ in 0..4 {
        let product = small(&store).await;
        add(&store, product, 1).await;
        add(&store, product, 1).await;
        products.push(product.0);
    }
    small(&store).await;
    let walk = async |after, limit| {
        ProjectionStore::<StockLedger>::aggregates_after(&store, after, limit).await.unwrap()
    };
    assert!(walk(None, 9).await.is_empty(), "they follow the log");
    fold_ledger(&store, LIVE).await;
    assert_eq!(walk(None, 9).await, products, "each once, those without a row not");
    assert_eq!(walk(None, 2).await, products[..2]);
    assert_eq!(walk(Some(products[1]), 2).await, products[2..]);
    assert!(walk(Some(products[3]), 2).await.is_empty());
    ProjectionStore::<StockLedger>::begin_shadow(&store).await.unwrap();
    fold_ledger(&store, SHADOW).await;
    assert_eq!(walk(None, 9).await, products, "whatever is in the shadow");
}

pub async fn a_long_history_is_compared_in_slices(store: impl Store) {
    /// More than are read at once.
    const MANY: usize = 501;
    let product = small(&store).await;
    for _ in 0..MANY {
        add(&store, product, 1).await;
    }
    change(&store, product, |p, context| p.deactivate(context).unwrap()).await;
    let compare = async |id: Uuid| {
        let mut differences = verify_long_projection::<StockLedger>(&store, &store, id).await.unwrap();
        differences.extend(verify_long_projection::<Inventory>(&store, &store, id).await.unwrap());
        differences
    };
    assert_eq!(compare(product.0).await, [], "being behind is no difference");
    while ProjectionStore::<StockLedger>::fold(&store, LIVE, 400).await.unwrap().is_some() {
        assert_eq!(compare(product.0).await, []);
    }
    while ProjectionStore::<Inventory>::fold(&store, LIVE, 400).await.unwrap().is_some() {}
    assert_eq!(compare(product.0).await, []);
    assert_eq!(compare(Uuid::nil()).await, [], "there is nothing of a stranger");
}
