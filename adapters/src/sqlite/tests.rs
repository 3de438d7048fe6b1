//! What belongs to the file and its threads; the ports' promises are tested by the `conformance` suite.
mod personal;
mod plans;

use std::{path::PathBuf, sync::Arc};

use chrono::DateTime;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use domain_product::{
    Currency, Draft, Money, Product, ProductError, ProductId, ProductName, Quantity, Stock, Threshold,
};
use domain_shared::{
    Aggregate, ChangeError, Context, Decimal, EventLog, Repository, StoreError, ValueObject,
};
use tempfile::TempDir;
use uuid::Uuid;

use super::{SqliteStore, connection};
use crate::Tables;

struct World {
    _folder: TempDir,
    path: PathBuf,
    store: SqliteStore,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data").join("products.sqlite");
        let store = SqliteStore::open(&path, Tables::Product).unwrap();
        Self { _folder: folder, path, store }
    }

    fn open_again(&self) -> SqliteStore {
        SqliteStore::open(&self.path, Tables::Product).unwrap()
    }
}

fn context(command: u128) -> Context {
    let command_id = Uuid::from_u128(command << 8);
    Context {
        command_id,
        at: DateTime::UNIX_EPOCH,
        actor: None,
        traceparent: None,
        origin: domain_shared::Origin::default(),
    }
}

fn product(number: u128) -> Product {
    let draft = Draft {
        name: ProductName::parse("Laptop".to_owned()).unwrap(),
        description: None,
        price: Money::new(Decimal::new(89999, 2), Currency::USD).unwrap(),
        stock: Stock::parse(1000).unwrap(),
        sku: None,
        category: None,
        low_stock_threshold: Threshold::parse(0).unwrap(),
        is_active: true,
    };
    Product::create(ProductId(Uuid::from_u128(number)), draft, &context(number))
}

async fn find(store: &SqliteStore, product: ProductId) -> Option<Product> {
    store.find(product).await.unwrap()
}

async fn remove_one(store: &SqliteStore, product: ProductId, command: u128) {
    let context = context(command);
    let remove =
        move |product: &mut Product| product.remove_stock(Quantity::parse(1).unwrap(), None, None, &context);
    store.change(product, Arc::new(remove)).await.unwrap().unwrap();
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let open = || SqliteStore::open(&folder.path().join("products.sqlite"), Tables::Product).unwrap();
    let (store, mut laptop) = (open(), product(1));
    store.save(&mut laptop).await.unwrap();
    drop(store);
    let again = open();
    assert_eq!(find(&again, laptop.id()).await.unwrap().sheet, laptop.sheet);
    assert_eq!(again.after(0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_processes_may_write_to_one_file() {
    let world = World::new();
    let other = world.open_again();
    let mut laptop = product(1);
    world.store.save(&mut laptop).await.unwrap();
    for round in 0..50 {
        let (one, two) = (10 + round * 2, 11 + round * 2);
        tokio::join!(remove_one(&world.store, laptop.id(), one), remove_one(&other, laptop.id(), two));
    }
    assert_eq!(find(&world.store, laptop.id()).await.unwrap().stock.get(), 900);
    assert_eq!(other.after(0, 1000).await.unwrap().len(), 101);
}

#[tokio::test]
async fn many_instances_may_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.sqlite");
    let openings = (0..8).map(|_| {
        let path = path.clone();
        tokio::task::spawn_blocking(move || SqliteStore::open(&path, Tables::Auth))
    });
    for opened in futures_util::future::join_all(openings).await {
        opened.unwrap().unwrap().ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_decision_that_panics_changes_nothing_and_stops_nobody() {
    let world = World::new();
    let mut laptop = product(1);
    world.store.save(&mut laptop).await.unwrap();
    let panicking = |_: &mut Product| -> Result<(), ProductError> { panic!("a bug in a decision") };
    let outcome = world.store.change(laptop.id(), Arc::new(panicking)).await;
    assert!(matches!(outcome, Err(ChangeError::Store(StoreError::Unavailable(_)))), "{outcome:?}");
    remove_one(&world.store, laptop.id(), 2).await;
    assert_eq!(find(&world.store, laptop.id()).await.unwrap().version(), 2);
}

#[tokio::test]
async fn too_many_at_once_are_turned_away() {
    let world = World::new();
    let mut laptops: Vec<_> = (1..2000).map(product).collect();
    let attempts = laptops.iter_mut().map(|laptop| world.store.save(laptop));
    let outcomes = futures_util::future::join_all(attempts).await;
    let saved = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(StoreError::Unavailable(_)))));
    assert!((512..1999).contains(&saved), "{saved}");
    assert_eq!(world.store.after(0, 2000).await.unwrap().len(), saved);
}

#[test]
fn a_path_that_cannot_be_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = SqliteStore::open(folder.path(), Tables::Auth);
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))));
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.store.save(&mut product(1)).await.unwrap();
    for file in world.path.parent().unwrap().read_dir().unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[tokio::test]
async fn pages_of_the_catalogue_start_right_in_an_index() {
    let world = World::new();
    let mut conn = connection::open(&world.path).unwrap();
    for (order, after, index) in [
        ("id", "id > x'00'", "sqlite_autoindex_products_1 (id>?)"),
        (
            "name_key, id",
            "(products.name_key, products.id) > ('a', x'00')",
            "products_by_name ((name_key,id)>(?,?))",
        ),
        ("price_e4 DESC, id DESC", "(products.price_e4, products.id) < (9, x'00')", "products_by_price"),
        ("stock, id", "(products.stock, products.id) > (9, x'00')", "products_by_stock"),
    ] {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT * FROM products WHERE NOT products.is_deleted AND {after} ORDER BY {order} LIMIT 50"
        );
        let plan: Vec<Step> = sql_query(sql).load(&mut conn).unwrap();
        let plan: Vec<_> = plan.into_iter().map(|step| step.detail).collect();
        assert!(plan.len() == 1 && plan[0].contains("SEARCH") && plan[0].contains(index), "{plan:?}");
    }
}
