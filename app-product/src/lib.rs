//! What people can do with products.
//!
//! To add a use case: a file named after it under `commands/` or `queries/`, holding the message, its [`Handle`]
//! implementation and its tests. To react to something that happened: a file under `subscribers/`.
//!
//! [`Handle`]: domain_shared::Handle
pub mod commands;
mod error;
mod ports;
pub mod queries;
pub mod subscribers;
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
