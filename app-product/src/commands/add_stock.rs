use async_trait::async_trait;
use domain_product::{Product, ProductId, Quantity, Reason, Reference};
use domain_shared::{Caller, Context, Handle};

use super::StockMoved;
use crate::{AppError, Ports, Products};

/// Takes more of a product in.
#[derive(Debug, Clone)]
pub struct AddStock {
    /// Which one.
    pub product: ProductId,
    /// How many.
    pub quantity: Quantity,
    /// Why.
    pub reason: Option<Reason>,
    /// The document behind it.
    pub reference: Option<Reference>,
}

#[async_trait]
impl<P: Ports> Handle<AddStock> for Products<P> {
    type Output = StockMoved;
    type Error = AppError;

    async fn handle(&self, command: AddStock, caller: &Caller) -> Result<StockMoved, AppError> {
        let AddStock { product, quantity, reason, reference } = command;
        let add = move |product: &mut Product, context: &Context| {
            product.add_stock(quantity, reason.clone(), reference.clone(), context)
        };
        Ok(self.change(product, caller, add).await?.into())
    }
}
