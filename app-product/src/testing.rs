//! A small world to try the use cases in, on memory adapters.
use adapters::{
    memory::MemoryStore,
    system::{SystemClock, UuidV7},
};
use domain_product::{Currency, Draft, Money, Product, ProductName, Stock, StockLedger, Threshold};
use domain_shared::{Caller, Decimal, Generation, Handle, ProjectionStore, ValueObject};

use crate::{Products, Wiring, commands::CreateProduct};

type TestPorts = Wiring<MemoryStore, MemoryStore, MemoryStore, MemoryStore, MemoryStore, SystemClock, UuidV7>;

pub fn products() -> Products<TestPorts> {
    let store = MemoryStore::default();
    Products(Wiring {
        products: store.clone(),
        catalogue: store.clone(),
        ledger: store.clone(),
        summary: store.clone(),
        log: store,
        clock: SystemClock,
        ids: UuidV7,
    })
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
