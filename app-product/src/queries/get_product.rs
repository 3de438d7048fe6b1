use async_trait::async_trait;
use domain_product::{Product, ProductId};
use domain_shared::{Caller, Handle, Repository};

use crate::{AppError, Ports, Products};

/// One product.
#[derive(Debug, Clone)]
pub struct GetProduct {
    /// Which one.
    pub product: ProductId,
    /// Whether the caller may see it while it isn't for sale.
    pub inactive_too: bool,
}

#[async_trait]
impl<P: Ports> Handle<GetProduct> for Products<P> {
    type Output = Product;
    type Error = AppError;

    async fn handle(&self, query: GetProduct, _: &Caller) -> Result<Product, AppError> {
        let product = self.0.products().find(query.product).await?;
        product
            .filter(|product| !product.is_deleted && (product.is_active || query.inactive_too))
            .ok_or(AppError::ProductNotFound)
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::Aggregate;

    use super::*;
    use crate::{
        commands::DeactivateProduct,
        testing::{create, products},
    };

    #[tokio::test]
    async fn an_inactive_product_is_there_only_for_those_who_may_see_it() {
        let products = products();
        let product = create(&products, "Laptop", 5).await.id();
        products.handle(DeactivateProduct { product }, &Caller::default()).await.unwrap();
        let anyone = products.handle(GetProduct { product, inactive_too: false }, &Caller::default()).await;
        assert!(matches!(anyone, Err(AppError::ProductNotFound)), "{anyone:?}");
        let keeper = products.handle(GetProduct { product, inactive_too: true }, &Caller::default()).await;
        assert!(!keeper.unwrap().is_active);
    }
}
