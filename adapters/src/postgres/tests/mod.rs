//! What a real server and its failures do to the store. Needs `TEST_DATABASE_URL`, a role that may make databases.
mod batch;
mod cancellation;
mod crowd;
mod faults;
mod log;
mod migrations;
mod personal;
mod plans;
mod proxy;
mod read_only;
mod replica;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::DateTime;
use domain_product::{
    Currency, Draft, Money, Product, ProductError, ProductId, ProductName, Quantity, Stock, Threshold,
};
use domain_shared::{ChangeError, Changed, Context, Decimal, Repository, StoreError, ValueObject};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use super::{PgConfig, PgStore};
use crate::Tables;

#[expect(clippy::disallowed_methods, reason = "where the tests' server is has no default")]
fn test_url() -> String {
    std::env::var("TEST_DATABASE_URL").expect("set TEST_DATABASE_URL to a PostgreSQL server for tests")
}

/// A number nobody else has, this process included.
fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    u64::from(std::process::id()) << 20 | NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Another client of the same server.
async fn client(url: &str, schema: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(&format!("SET search_path = {schema}")).await.unwrap();
    client
}

/// A store with a schema of its own, and another client that sees it.
struct World {
    store: PgStore,
    client: Client,
    config: PgConfig,
}

impl World {
    async fn new() -> Self {
        Self::with(PgConfig { url: test_url(), ..PgConfig::default() }).await
    }

    /// In a database of its own, for tests that do something to all of it.
    async fn in_own_database() -> Self {
        let name = format!("test_{}", unique());
        let admin = client(&test_url(), "public").await;
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (server, _) = test_url().rsplit_once('/').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        Self::with(PgConfig { url: format!("{server}/{name}"), ..PgConfig::default() }).await
    }

    async fn with(config: PgConfig) -> Self {
        Self::keeping(config, Tables::Product).await
    }

    async fn keeping(config: PgConfig, tables: Tables) -> Self {
        let config = PgConfig { schema: format!("test_{}", unique()), ..config };
        let client = client(&config.url, &config.schema).await;
        let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", config.schema);
        client.batch_execute(&drop).await.unwrap();
        let store = PgStore::connect(config.clone()).await.unwrap();
        store.migrate(tables).await.unwrap();
        Self { store, client, config }
    }

    /// A product of which there are 1000, saved.
    async fn product(&self) -> Product {
        let mut product = product(1000);
        self.store.save(&mut product).await.unwrap();
        product
    }

    /// The name that the store's connections go by.
    fn application(&self) -> String {
        format!("panal {}", self.config.schema)
    }

    /// Gives the server a moment to notice that connections were closed, but not until it ends their transactions.
    async fn leaves_no_transaction_open(&self) {
        let sql =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND xact_start IS NOT NULL";
        let mut open: i64 = -1;
        for _ in 0..20 {
            open = self.client.query_one(sql, &[&self.application()]).await.unwrap().get(0);
            if open == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{open} transactions are open");
    }

    async fn terminate_connections(&self, admin: &Client) {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1";
        admin.query(sql, &[&self.application()]).await.unwrap();
    }
}

fn context() -> Context {
    let command_id = Uuid::from_u128(u128::from(unique()) << 8);
    Context {
        command_id,
        at: DateTime::UNIX_EPOCH,
        actor: None,
        traceparent: None,
        origin: domain_shared::Origin::default(),
    }
}

fn product(stock: i64) -> Product {
    let draft = Draft {
        name: ProductName::parse("Laptop".to_owned()).unwrap(),
        description: None,
        price: Money::new(Decimal::new(89999, 2), Currency::USD).unwrap(),
        stock: Stock::parse(stock).unwrap(),
        sku: None,
        category: None,
        low_stock_threshold: Threshold::parse(0).unwrap(),
        is_active: true,
    };
    Product::create(ProductId(Uuid::from_u128(unique().into())), draft, &context())
}

async fn find(store: &PgStore, product: ProductId) -> Result<Option<Product>, StoreError> {
    store.find(product).await
}

/// Takes one away.
async fn remove_one(
    store: &PgStore,
    product: ProductId,
) -> Result<Option<Changed<Product>>, ChangeError<ProductError>> {
    let context = context();
    let remove =
        move |product: &mut Product| product.remove_stock(Quantity::parse(1).unwrap(), None, None, &context);
    store.change(product, Arc::new(remove)).await
}

/// Repeats `attempt` until it succeeds, for as long as a service may take to recover.
async fn recovers<T>(mut attempt: impl AsyncFnMut() -> Result<T, StoreError>) -> T {
    let mut outcome = attempt().await;
    for _ in 0..50 {
        if let Ok(value) = outcome {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        outcome = attempt().await;
    }
    outcome.unwrap_or_else(|error| panic!("still failing: {error:?}"))
}

fn unavailable<T: std::fmt::Debug>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}
