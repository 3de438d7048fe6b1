use async_trait::async_trait;
use domain_product::{Draft, Product, ProductId};
use domain_shared::{Caller, Handle, IdGenerator, Repository};

use crate::{AppError, Ports, Products};

/// Puts a new product into the catalogue.
#[derive(Debug, Clone)]
pub struct CreateProduct {
    /// What it is.
    pub draft: Draft,
}

#[async_trait]
impl<P: Ports> Handle<CreateProduct> for Products<P> {
    type Output = Product;
    type Error = AppError;

    async fn handle(&self, command: CreateProduct, caller: &Caller) -> Result<Product, AppError> {
        let id = ProductId(self.0.ids().next_id());
        let mut product = Product::create(id, command.draft, &self.context(caller));
        match self.0.products().save(&mut product).await {
            Ok(()) => Ok(product),
            Err(refusal) => Ok(self.first(refusal.into(), caller).await?.aggregate),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain_product::Sku;
    use domain_shared::{StoreError, ValueObject};

    use super::*;
    use crate::testing::{draft, products};

    #[tokio::test]
    async fn a_sku_is_given_once() {
        let products = products();
        let draft = || Draft { sku: Sku::parse("LAP-1".into()).ok(), ..draft("Laptop", 5) };
        products.handle(CreateProduct { draft: draft() }, &Caller::default()).await.unwrap();
        let again = products.handle(CreateProduct { draft: draft() }, &Caller::default()).await;
        assert!(matches!(again, Err(AppError::Store(StoreError::Taken("sku")))), "{again:?}");
    }
}
