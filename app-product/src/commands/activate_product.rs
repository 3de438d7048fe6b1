use async_trait::async_trait;
use domain_product::{Product, ProductId};
use domain_shared::{Caller, Context, Handle};

use crate::{AppError, Ports, Products};

/// Puts a product up for sale.
#[derive(Debug, Clone)]
pub struct ActivateProduct {
    /// Which one.
    pub product: ProductId,
}

#[async_trait]
impl<P: Ports> Handle<ActivateProduct> for Products<P> {
    type Output = Product;
    type Error = AppError;

    async fn handle(&self, command: ActivateProduct, caller: &Caller) -> Result<Product, AppError> {
        let activate = |product: &mut Product, context: &Context| product.activate(context);
        Ok(self.change(command.product, caller, activate).await?.aggregate)
    }
}
