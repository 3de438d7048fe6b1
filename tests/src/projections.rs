//! [`ProjectionStore`], tried with the stock ledger. The subject is a fresh store of products whose clones share their data.
use std::sync::Arc;

use domain_product::{
    Currency, Draft, Inventory, Ledger, LedgerEntry, Money, Product, ProductId, Quantity, Reason, Stock,
    StockLedger, Summary, Threshold,
};
use domain_shared::{
    Aggregate, Context, Decimal, EventLog, Generation, ProjectionStore, Repository, Snapshots, ValueObject,
};

use crate::support::{at_once, context, id, parse};

/// A store that projects products.
pub trait Store:
    Clone
    + Repository<Product>
    + Snapshots<Product>
    + EventLog
    + ProjectionStore<StockLedger>
    + ProjectionStore<Inventory>
    + Ledger
    + Summary
{
}

impl<S> Store for S where
    S: Clone
        + Repository<Product>
        + Snapshots<Product>
        + EventLog
        + ProjectionStore<StockLedger>
        + ProjectionStore<Inventory>
        + Ledger
        + Summary
{
}

pub(crate) const LIVE: Generation = Generation::Live;
pub(crate) const SHADOW: Generation = Generation::Shadow;

pub(crate) async fn fold_ledger(store: &impl Store, generation: Generation) {
    while ProjectionStore::<StockLedger>::fold(store, generation, 3).await.unwrap().is_some() {}
}

async fn ledger_position(store: &impl Store) -> u64 {
    ProjectionStore::<StockLedger>::position(store).await.unwrap()
}

async fn ledger_of(store: &impl Store, product: ProductId) -> Vec<LedgerEntry> {
    store.of_product(product, None, 100, 0).await.unwrap()
}

pub(crate) async fn made(store: &impl Store, draft: Draft) -> ProductId {
    let mut product = Product::create(ProductId(id()), draft, &context());
    store.save(&mut product).await.unwrap();
    product.id()
}

pub(crate) fn draft(stock: i64, category: Option<&str>, price: (i128, &str)) -> Draft {
    Draft {
        name: parse("thing"),
        description: None,
        price: Money::new(Decimal::new(price.0.try_into().unwrap(), 0), parse::<Currency>(price.1)).unwrap(),
        stock: Stock::parse(stock).unwrap(),
        sku: None,
        category: category.map(parse),
        low_stock_threshold: Threshold::parse(10).unwrap(),
        is_active: true,
    }
}

pub(crate) async fn small(store: &impl Store) -> ProductId {
    made(store, draft(20, None, (5, "USD"))).await
}

pub(crate) async fn change(
    store: &impl Store,
    product: ProductId,
    decide: impl Fn(&mut Product, &Context) + Send + Sync + 'static,
) {
    let context = context();
    let decide = move |product: &mut Product| {
        decide(product, &context);
        Ok(())
    };
    store.change(product, Arc::new(decide)).await.unwrap().unwrap();
}

pub(crate) async fn add(store: &impl Store, product: ProductId, n: i64) {
    change(store, product, move |p, context| {
        p.add_stock(Quantity::parse(n).unwrap(), Some(parse::<Reason>("bought")), None, context).unwrap();
    })
    .await;
}

pub(crate) async fn remove(store: &impl Store, product: ProductId, n: i64) {
    change(store, product, move |p, context| {
        p.remove_stock(Quantity::parse(n).unwrap(), None, None, context).unwrap();
    })
    .await;
}

pub async fn rows_follow_the_log_in_steps(store: impl Store) {
    assert_eq!(ledger_position(&store).await, 0);
    assert_eq!(
        ProjectionStore::<StockLedger>::fold(&store, LIVE, 10).await.unwrap(),
        None,
        "nothing to fold"
    );
    let product = small(&store).await;
    add(&store, product, 5).await;
    remove(&store, product, 2).await;
    let positions: Vec<_> = store.after(0, 10).await.unwrap().iter().map(|stored| stored.position).collect();
    let first = ProjectionStore::<StockLedger>::fold(&store, LIVE, 2).await.unwrap();
    assert_eq!(first, Some(positions[1]), "no more than asked for");
    assert_eq!(ledger_position(&store).await, positions[1]);
    fold_ledger(&store, LIVE).await;
    assert_eq!(ledger_position(&store).await, positions[2]);
    let entries = ledger_of(&store, product).await;
    let summary: Vec<_> = entries.iter().map(|e| (e.version, e.delta, e.stock_after.get())).collect();
    assert_eq!(summary, [(3, -2, 23), (2, 5, 25)], "newest first");
    assert_eq!(entries[1].reason, Some(parse("bought")));
    assert_eq!((entries[0].id, entries[0].position), {
        let last = &store.after(0, 10).await.unwrap()[2];
        (last.event.id, last.position)
    });
}

pub async fn an_entry_is_found_by_product_version_and_number(store: impl Store) {
    let (product, other) = (small(&store).await, small(&store).await);
    for _ in 0..5 {
        add(&store, product, 1).await;
        add(&store, other, 1).await;
    }
    fold_ledger(&store, LIVE).await;
    for (before, limit, expected) in [
        (None, 2, vec![6, 5]),
        (Some(5), 2, vec![4, 3]),
        (Some(3), 9, vec![2]),
        (Some(2), 9, vec![]),
        (Some(u64::MAX), 1, vec![6]),
        (None, 0, vec![]),
    ] {
        let entries = store.of_product(product, before, limit, 0).await.unwrap();
        assert_eq!(
            entries.iter().map(|e| e.version).collect::<Vec<_>>(),
            expected,
            "{limit} before {before:?}"
        );
        assert!(entries.iter().all(|entry| entry.product == product));
    }
    assert!(ledger_of(&store, ProductId(id())).await.is_empty());
}

pub async fn whoever_has_seen_an_event_finds_it_in_the_ledger(store: impl Store) {
    let product = small(&store).await;
    add(&store, product, 1).await;
    let seen = store.after(0, 10).await.unwrap().last().unwrap().position;
    let folding = tokio::spawn({
        let store = store.clone();
        async move { fold_ledger(&store, LIVE).await }
    });
    assert_eq!(store.of_product(product, None, 10, seen).await.unwrap().len(), 1);
    folding.await.unwrap();
    assert_eq!(
        store.of_product(product, None, 10, seen + 1000).await.unwrap().len(),
        1,
        "for ever nobody waits"
    );
}

pub async fn of_many_who_fold_at_once_each_event_takes_effect_once(store: impl Store) {
    let product = small(&store).await;
    for _ in 0..40 {
        add(&store, product, 1).await;
    }
    at_once(8, |_| {
        let store = store.clone();
        async move {
            while ledger_position(&store).await < store.after(0, 100).await.unwrap().last().unwrap().position
            {
                // Whoever is told that somebody else is at it looks again.
                let _ = ProjectionStore::<StockLedger>::fold(&store, LIVE, 3).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    })
    .await;
    let entries = ledger_of(&store, product).await;
    assert_eq!(entries.len(), 40);
    assert_eq!(entries[0].stock_after.get(), 60);
}

pub async fn a_shadow_is_built_beside_the_live_rows_and_takes_their_place(store: impl Store) {
    let product = small(&store).await;
    add(&store, product, 1).await;
    fold_ledger(&store, LIVE).await;
    let before = ledger_of(&store, product).await;
    let begin = async || ProjectionStore::<StockLedger>::begin_shadow(&store).await.unwrap();
    let swap = async |awaited| ProjectionStore::<StockLedger>::swap(&store, awaited).await.unwrap();
    let number = begin().await;
    assert!(!swap(number).await, "the shadow is behind");
    assert_eq!(ledger_of(&store, product).await, before, "the live rows are read meanwhile");
    fold_ledger(&store, SHADOW).await;
    assert_eq!(ledger_of(&store, product).await, before);
    assert!(swap(number).await);
    assert_eq!(ledger_of(&store, product).await, before, "the log says the same twice");
    assert!(swap(number).await, "it is live already");
    assert!(!swap(number + 1).await, "there is no shadow any more");
    add(&store, product, 1).await;
    fold_ledger(&store, LIVE).await;
    assert_eq!(ledger_of(&store, product).await.len(), 2, "the new rows follow the log");
}

pub async fn a_shadow_that_is_begun_again_begins_anew(store: impl Store) {
    let product = small(&store).await;
    add(&store, product, 1).await;
    fold_ledger(&store, LIVE).await;
    let mut numbers = Vec::new();
    for _ in 0..2 {
        numbers.push(ProjectionStore::<StockLedger>::begin_shadow(&store).await.unwrap());
        fold_ledger(&store, SHADOW).await;
    }
    assert!(ProjectionStore::<StockLedger>::swap(&store, numbers[0]).await.unwrap(), "a later one will do");
    assert_eq!(ledger_of(&store, product).await.len(), 1);
    numbers.push(ProjectionStore::<StockLedger>::begin_shadow(&store).await.unwrap());
    assert!(numbers.is_sorted_by(|one, next| one < next), "no number comes twice: {numbers:?}");
}
