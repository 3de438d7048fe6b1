//! The inventory and its summary, and that everything kept follows from the log. The subject is a fresh store of products whose
//! clones share their data.
use domain_product::{Category, Edit, Inventory, InventoryItem, Product, ProductId, StockLedger};
use domain_shared::{Aggregate, Decimal, ProjectionStore, Snapshots, verify_projection, verify_snapshots};
use uuid::Uuid;

use crate::{
    examples::Example,
    projections::{LIVE, Store, add, change, draft, fold_ledger, made, remove, small},
    support::id,
};

async fn fold_inventory(store: &impl Store) {
    while ProjectionStore::<Inventory>::fold(store, LIVE, 3).await.unwrap().is_some() {}
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
        assert_eq!(verify_snapshots::<Product>(&store, &store, &ids).await.unwrap().differences, []);
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
