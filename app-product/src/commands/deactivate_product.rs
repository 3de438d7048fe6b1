use async_trait::async_trait;
use domain_product::{Product, ProductId};
use domain_shared::{Caller, Context, Handle};

use crate::{AppError, Ports, Products};

/// Takes a product off sale.
#[derive(Debug, Clone)]
pub struct DeactivateProduct {
    /// Which one.
    pub product: ProductId,
}

#[async_trait]
impl<P: Ports> Handle<DeactivateProduct> for Products<P> {
    type Output = Product;
    type Error = AppError;

    async fn handle(&self, command: DeactivateProduct, caller: &Caller) -> Result<Product, AppError> {
        let deactivate = |product: &mut Product, context: &Context| product.deactivate(context);
        Ok(self.change(command.product, caller, deactivate).await?.aggregate)
    }
}
