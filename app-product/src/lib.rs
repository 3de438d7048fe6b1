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
mod retries;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use domain_product::{Product, ProductError, ProductId};
use domain_shared::{Caller, Changed, Context, Decision, Repository, StoreError, recall};

pub use error::AppError;
pub use ports::{Ports, Wiring};

/// Every product use case, over any set of ports.
#[derive(Debug, Clone)]
pub struct Products<P>(pub P);

impl<P: Ports> Products<P> {
    /// Here people are known by their ids alone, so their addresses aren't kept.
    fn context(&self, caller: &Caller) -> Context {
        let context = caller.context(self.0.clock(), self.0.ids());
        Context { origin: context.origin.without_client(), ..context }
    }

    /// Changes one product, which must be there.
    async fn change(
        &self,
        id: ProductId,
        caller: &Caller,
        decide: impl Fn(&mut Product, &Context) -> Result<(), ProductError> + Send + Sync + 'static,
    ) -> Result<Changed<Product>, AppError> {
        let context = self.context(caller);
        let decide: Decision<Product> = Arc::new(move |product| decide(product, &context));
        match self.0.products().change(id, decide).await {
            Ok(Some(changed)) => Ok(changed),
            Ok(None) => self.first(AppError::ProductNotFound, caller).await,
            Err(refusal) => self.first(refusal.into(), caller).await,
        }
    }

    /// What the caller's command led to, if it is refused now because it was carried out already. Asked only after a
    /// refusal, so that nobody else pays for it.
    ///
    /// # Errors
    /// The refusal, if it wasn't.
    async fn first(&self, refusal: AppError, caller: &Caller) -> Result<Changed<Product>, AppError> {
        match (refusal, caller.command) {
            (refusal @ AppError::Store(StoreError::Unavailable(_)), _) | (refusal, None) => Err(refusal),
            (refusal, Some(command)) => recall(self.0.log(), command).await?.ok_or(refusal),
        }
    }
}
