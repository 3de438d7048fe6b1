//! [`ProjectionStore`] with the read models of products, and [`Snapshots`]. The subject is a fresh store of products whose
//! clones share their data.
use std::sync::Arc;

use domain_product::{
    Category, Currency, Draft, Edit, Inventory, InventoryItem, Ledger, LedgerEntry, Money, Product,
    ProductId, Quantity, Reason, Stock, StockLedger, Summary, Threshold,
};
use domain_shared::{
    Aggregate, Context, Decimal, EventLog, Generation, ProjectionStore, Repository, Snapshots, ValueObject,
    verify_projection, verify_snapshots,
};
use uuid::Uuid;

use crate::{
    examples::Example,
    support::{at_once, context, id, parse},
};

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

const LIVE: Generation = Generation::Live;
const SHADOW: Generation = Generation::Shadow;

async fn fold_ledger(store: &impl Store, generation: Generation) {
    while ProjectionStore::<StockLedger>::fold(store, generation, 3).await.unwrap().is_some() {}
}

async fn fold_inventory(store: &impl Store) {
    while ProjectionStore::<Inventory>::fold(store, LIVE, 3).await.unwrap().is_some() {}
}

async fn ledger_position(store: &impl Store) -> u64 {
    ProjectionStore::<StockLedger>::position(store).await.unwrap()
}

async fn ledger_of(store: &impl Store, product: ProductId) -> Vec<LedgerEntry> {
    store.of_product(product, None, 100, 0).await.unwrap()
}

async fn made(store: &impl Store, draft: Draft) -> ProductId {
    let mut product = Product::create(ProductId(id()), draft, &context());
    store.save(&mut product).await.unwrap();
    product.id()
}

fn draft(stock: i64, category: Option<&str>, price: (i128, &str)) -> Draft {
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

async fn small(store: &impl Store) -> ProductId {
    made(store, draft(20, None, (5, "USD"))).await
}

async fn change(
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

async fn add(store: &impl Store, product: ProductId, n: i64) {
    change(store, product, move |p, context| {
        p.add_stock(Quantity::parse(n).unwrap(), Some(parse::<Reason>("bought")), None, context).unwrap();
    })
    .await;
}

async fn remove(store: &impl Store, product: ProductId, n: i64) {
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
    let swap = async || ProjectionStore::<StockLedger>::swap(&store).await.unwrap();
    assert!(!swap().await, "there is no shadow");
    ProjectionStore::<StockLedger>::begin_shadow(&store).await.unwrap();
    assert!(!swap().await, "the shadow is behind");
    assert_eq!(ledger_of(&store, product).await, before, "the live rows are read meanwhile");
    fold_ledger(&store, SHADOW).await;
    assert_eq!(ledger_of(&store, product).await, before);
    assert!(swap().await);
    assert_eq!(ledger_of(&store, product).await, before, "the log says the same twice");
    assert!(!swap().await, "there is no shadow any more");
    add(&store, product, 1).await;
    fold_ledger(&store, LIVE).await;
    assert_eq!(ledger_of(&store, product).await.len(), 2, "the new rows follow the log");
}

pub async fn a_shadow_that_is_begun_again_begins_anew(store: impl Store) {
    let product = small(&store).await;
    add(&store, product, 1).await;
    fold_ledger(&store, LIVE).await;
    for _ in 0..2 {
        ProjectionStore::<StockLedger>::begin_shadow(&store).await.unwrap();
        fold_ledger(&store, SHADOW).await;
    }
    assert!(ProjectionStore::<StockLedger>::swap(&store).await.unwrap());
    assert_eq!(ledger_of(&store, product).await.len(), 1);
}

pub async fn the_inventory_shows_each_product_as_it_is(store: impl Store) {
    let product = made(&store, draft(20, Some("tools"), (5, "USD"))).await;
    let gone = small(&store).await;
    remove(&store, product, 12).await;
    change(&store, product, |p, context| p.deactivate(context).unwrap()).await;
    let edit = || Edit { category: Some(None), price: Some(Decimal::new(7, 0)), ..Edit::default() };
    change(&store, product, move |p, context| p.update(edit(), context).unwrap()).await;
    change(&store, gone, |p, context| p.delete(context).unwrap()).await;
    fold_inventory(&store).await;
    let rows: Vec<InventoryItem> =
        ProjectionStore::<Inventory>::rows_of(&store, &[product.0, gone.0, id()]).await.unwrap();
    let [row] = &rows[..] else { panic!("what is deleted has no row: {rows:?}") };
    assert_eq!((row.product, row.category.clone(), row.is_active), (product, None, false));
    assert_eq!((row.price.minor_units(), row.stock.get()), (700, 8));
}

pub async fn the_summary_counts_by_category_and_currency(store: impl Store) {
    let huge = made(&store, draft(1_000_000_000_000, Some("gold"), (999_999_999, "USD"))).await;
    for (stock, category, price) in [
        (3, Some("tools"), (5, "USD")),
        (30, Some("tools"), (7, "USD")),
        (1, Some("tools"), (100, "JPY")),
        (0, None, (9, "USD")),
    ] {
        made(&store, draft(stock, category, price)).await;
    }
    let hidden = made(&store, draft(1, Some("zinc"), (1, "USD"))).await;
    change(&store, hidden, |p, context| p.deactivate(context).unwrap()).await;
    fold_inventory(&store).await;
    let shown = async |inactive_too| {
        let lines = store.by_category(inactive_too).await.unwrap().into_iter();
        let line = |l: domain_product::CategoryLine| {
            let category = l.category.as_ref().map(Category::as_str).map(str::to_owned);
            (category, l.currency.code(), l.items, l.units, l.low, l.value_minor)
        };
        lines.map(line).collect::<Vec<_>>()
    };
    let of = |name: &str| Some(name.to_owned());
    let mut expected = vec![
        (None, "USD", 1, 0, 1, 0),
        (of("gold"), "USD", 1, 1_000_000_000_000, 0, 99_999_999_900 * 1_000_000_000_000_i128),
        (of("tools"), "JPY", 1, 1, 1, 100),
        (of("tools"), "USD", 2, 33, 1, 22_500),
    ];
    assert_eq!(shown(false).await, expected);
    expected.push((of("zinc"), "USD", 1, 1, 1, 100));
    assert_eq!(shown(true).await, expected);
    change(&store, huge, |p, context| p.delete(context).unwrap()).await;
    fold_inventory(&store).await;
    assert_eq!(shown(false).await.len(), 3);
}

pub async fn what_follows_from_the_log_shows_no_difference(store: impl Store) {
    let mut ids: Vec<Uuid> = Vec::new();
    for _ in 0..3 {
        let product = small(&store).await;
        add(&store, product, 4).await;
        remove(&store, product, 20).await;
        ids.push(product.0);
    }
    change(&store, ProductId(ids[0]), |p, context| p.delete(context).unwrap()).await;
    // Before, between and after: being behind is no difference.
    for _ in 0..3 {
        assert_eq!(verify_snapshots::<Product>(&store, &store, &ids).await.unwrap(), []);
        assert_eq!(verify_projection::<StockLedger>(&store, &store, &ids).await.unwrap(), []);
        assert_eq!(verify_projection::<Inventory>(&store, &store, &ids).await.unwrap(), []);
        let _ = ProjectionStore::<StockLedger>::fold(&store, LIVE, 5).await.unwrap();
        let _ = ProjectionStore::<Inventory>::fold(&store, LIVE, 5).await.unwrap();
    }
    fold_ledger(&store, LIVE).await;
    fold_inventory(&store).await;
    assert_eq!(verify_projection::<StockLedger>(&store, &store, &ids).await.unwrap(), []);
    assert_eq!(verify_projection::<Inventory>(&store, &store, &ids).await.unwrap(), []);
}

pub async fn snapshots_are_walked_in_order(store: impl Store) {
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(small(&store).await.0);
    }
    let walk = async |after, limit| Snapshots::<Product>::ids_after(&store, after, limit).await.unwrap();
    assert_eq!(walk(None, 10).await, ids);
    assert_eq!(walk(None, 2).await, ids[..2]);
    assert_eq!(walk(Some(ids[1]), 2).await, ids[2..4]);
    assert!(walk(Some(ids[4]), 2).await.is_empty());
    let wanted = [ids[3], id(), ids[0]];
    let mut rows: Vec<_> = Snapshots::<Product>::rows(&store, &wanted).await.unwrap();
    rows.sort_by_key(|row| row.id().0);
    assert_eq!(rows.iter().map(|row| row.id().0).collect::<Vec<_>>(), [ids[0], ids[3]]);
    assert_eq!(rows[0].version(), Product::small().version());
}
