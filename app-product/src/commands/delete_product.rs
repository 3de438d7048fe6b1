use async_trait::async_trait;
use domain_product::{Product, ProductId};
use domain_shared::{Caller, Context, Expected, Handle};

use crate::{AppError, Ports, Products};

/// Takes a product out of the catalogue; its history stays.
#[derive(Debug, Clone)]
pub struct DeleteProduct {
    /// Which one.
    pub product: ProductId,
    /// The version the caller looked at, if that matters to them.
    pub expected: Expected,
}

#[async_trait]
impl<P: Ports> Handle<DeleteProduct> for Products<P> {
    type Output = ();
    type Error = AppError;

    async fn handle(&self, command: DeleteProduct, caller: &Caller) -> Result<(), AppError> {
        let DeleteProduct { product, expected } = command;
        let delete = move |product: &mut Product, context: &Context| {
            product.must_be_at(&expected)?;
            product.delete(context)
        };
        self.change(product, caller, delete).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::Aggregate;

    use super::*;
    use crate::{
        queries::{GetProduct, ListProducts},
        testing::{create, products},
    };

    #[tokio::test]
    async fn a_deleted_product_is_gone_from_reads() {
        let products = products();
        let laptop = create(&products, "Laptop", 5).await;
        let delete = DeleteProduct { product: laptop.id(), expected: Expected::Any };
        products.handle(delete.clone(), &Caller::default()).await.unwrap();

        let get = GetProduct { product: laptop.id(), inactive_too: true };
        assert!(matches!(products.handle(get, &Caller::default()).await, Err(AppError::ProductNotFound)));
        let list = ListProducts { filter: domain_product::Filter::default() };
        assert!(products.handle(list, &Caller::default()).await.unwrap().products.is_empty());
        assert!(products.handle(delete, &Caller::default()).await.is_err());
    }
}
