//! What people can do with products.
//!
//! To add a use case: a file named after it under `commands/` or `queries/`, holding the message, its [`Handle`]
//! implementation and its tests. To react to something that happened: a file under `reactors/`.
//!
//! To embed them, wire any adapters and send messages:
//!
//! ```
//! use adapters::{memory::MemoryStore, system::{SystemClock, UuidV7}};
//! use app_product::{Products, Wiring, commands::CreateProduct, queries::ListProducts};
//! use domain_product::{Currency, Draft, Filter, Money, ProductName, Stock, Threshold};
//! use domain_shared::{Caller, Decimal, Handle, ValueObject};
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = MemoryStore::default();
//! let products = Products(Wiring {
//!     products: store.clone(),
//!     catalogue: store.clone(),
//!     ledger: store.clone(),
//!     summary: store.clone(),
//!     log: store,
//!     clock: SystemClock,
//!     ids: UuidV7,
//! });
//! let draft = Draft {
//!     name: ProductName::parse("Laptop".into())?,
//!     description: None,
//!     price: Money::new(Decimal::new(899_99, 2), Currency::USD)?,
//!     stock: Stock::parse(10)?,
//!     sku: None,
//!     category: None,
//!     low_stock_threshold: Threshold::DEFAULT,
//!     is_active: true,
//! };
//! let laptop = products.handle(CreateProduct { draft }, &Caller::default()).await?;
//! assert_eq!(laptop.sheet.price.to_decimal_text(), "899.99");
//! let page = products.handle(ListProducts { filter: Filter::default() }, &Caller::default()).await?;
//! assert_eq!(page.products.len(), 1);
//! # Ok(()) }
//! ```
//!
//! [`Handle`]: domain_shared::Handle
pub mod commands;
mod error;
mod ports;
pub mod queries;
pub mod reactors;

#[cfg(test)]
mod testing;

use domain_product::{Product, ProductError, ProductId};
use domain_shared::{Caller, Changed, Context, Decision, Repository};

pub use error::AppError;
pub use ports::{Ports, Wiring};

/// Every product use case, over any set of ports.
#[derive(Debug, Clone)]
pub struct Products<P>(pub P);

impl<P: Ports> Products<P> {
    fn context(&self, caller: &Caller) -> Context {
        caller.context(self.0.clock(), self.0.ids())
    }

    /// Changes one product, which must be there.
    async fn change(
        &self,
        id: ProductId,
        decide: impl Fn(&mut Product) -> Result<(), ProductError> + Send + Sync + 'static,
    ) -> Result<Changed<Product>, AppError> {
        let decide: Decision<Product> = std::sync::Arc::new(decide);
        self.0.products().change(id, decide).await?.ok_or(AppError::ProductNotFound)
    }
}
