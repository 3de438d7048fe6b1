//! What happens in tests.
use std::sync::Arc;

use domain_product::{Currency, Draft, Money, Product, ProductId, ProductName, Quantity, Stock, Threshold};
use domain_shared::{Clock, Context, IdGenerator, Repository, ValueObject};

use crate::{
    memory::MemoryStore,
    system::{SystemClock, UuidV7},
};

fn context() -> Context {
    Context {
        command_id: UuidV7.next_id(),
        at: SystemClock.now(),
        actor: None,
        traceparent: None,
        origin: domain_shared::Origin::default(),
    }
}

/// A product with `movements` movements, each an event like the one that it was created.
pub(crate) async fn product(store: &MemoryStore, movements: u32) -> ProductId {
    product_in(store, movements).await
}

/// The same in any repository.
pub(crate) async fn product_in(store: &impl Repository<Product>, movements: u32) -> ProductId {
    let draft = Draft {
        name: ProductName::parse("thing".into()).unwrap(),
        description: None,
        price: Money::restore(100, Currency::USD),
        stock: Stock::NONE,
        sku: None,
        category: None,
        low_stock_threshold: Threshold::DEFAULT,
        is_active: true,
    };
    let id = ProductId(UuidV7.next_id());
    store.save(&mut Product::create(id, draft, &context())).await.unwrap();
    for _ in 0..movements {
        let context = context();
        let add = move |p: &mut Product| p.add_stock(Quantity::parse(1).unwrap(), None, None, &context);
        store.change(id, Arc::new(add)).await.unwrap().unwrap();
    }
    id
}
