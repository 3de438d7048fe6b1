//! A small world to try the use cases in, on memory adapters.
use std::sync::{Arc, Mutex};

use adapters::{memory::MemoryStore, system::UuidV7};
use chrono::{DateTime, TimeDelta, Utc};
use domain_product::{Currency, Draft, Money, Product, ProductName, Stock, StockLedger, Threshold};
use domain_shared::{Caller, Clock, Decimal, Generation, Handle, ProjectionStore, ValueObject};

use crate::{Products, Wiring, commands::CreateProduct};

pub type TestPorts =
    Wiring<MemoryStore, MemoryStore, MemoryStore, MemoryStore, MemoryStore, TestClock, UuidV7>;

/// A clock that moves when told to. Clones share the time.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<DateTime<Utc>>>);

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

impl TestClock {
    pub fn pass(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

pub fn products() -> Products<TestPorts> {
    timed_products().0
}

pub fn timed_products() -> (Products<TestPorts>, TestClock) {
    let store = MemoryStore::default();
    let clock = TestClock(Arc::new(Mutex::new(DateTime::UNIX_EPOCH + TimeDelta::days(20_000))));
    let ports = Wiring {
        products: store.clone(),
        catalogue: store.clone(),
        ledger: store.clone(),
        summary: store.clone(),
        log: store,
        clock: clock.clone(),
        ids: UuidV7,
    };
    (Products(ports), clock)
}

pub fn draft(name: &str, stock: i64) -> Draft {
    Draft {
        name: ProductName::parse(name.to_owned()).unwrap(),
        description: None,
        price: Money::new(Decimal::new(89_999, 2), Currency::USD).unwrap(),
        stock: Stock::parse(stock).unwrap(),
        sku: None,
        category: None,
        low_stock_threshold: Threshold::DEFAULT,
        is_active: true,
    }
}

pub async fn create(products: &Products<TestPorts>, name: &str, stock: i64) -> Product {
    products.handle(CreateProduct { draft: draft(name, stock) }, &Caller::default()).await.unwrap()
}

/// Has the ledger follow the log.
pub async fn follow(products: &Products<TestPorts>) {
    while ProjectionStore::<StockLedger>::fold(&products.0.log, Generation::Live, 100)
        .await
        .unwrap()
        .is_some()
    {}
}
