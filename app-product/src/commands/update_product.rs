use async_trait::async_trait;
use domain_product::{Edit, Product, ProductId};
use domain_shared::{Caller, Context, Expected, Handle};

use crate::{AppError, Ports, Products};

/// Changes what describes a product.
#[derive(Debug, Clone)]
pub struct UpdateProduct {
    /// Which one.
    pub product: ProductId,
    /// The version the caller looked at, if that matters to them.
    pub expected: Expected,
    /// What to change.
    pub edit: Edit,
}

#[async_trait]
impl<P: Ports> Handle<UpdateProduct> for Products<P> {
    type Output = Product;
    type Error = AppError;

    async fn handle(&self, command: UpdateProduct, caller: &Caller) -> Result<Product, AppError> {
        let UpdateProduct { product, expected, edit } = command;
        let update = move |product: &mut Product, context: &Context| {
            product.must_be_at(&expected)?;
            product.update(edit.clone(), context)
        };
        Ok(self.change(product, caller, update).await?.aggregate)
    }
}

#[cfg(test)]
mod tests {
    use domain_product::{ProductError, ProductName};
    use domain_shared::{Aggregate, ValueObject};

    use super::*;
    use crate::testing::{create, products};

    #[tokio::test]
    async fn of_two_editors_of_one_version_the_second_is_told() {
        let products = products();
        let laptop = create(&products, "Laptop", 5).await;
        let rename = |name: &str| UpdateProduct {
            product: laptop.id(),
            expected: Expected::OneOf(vec![laptop.version()]),
            edit: Edit { name: ProductName::parse(name.into()).ok(), ..Edit::default() },
        };
        let first = products.handle(rename("first"), &Caller::default()).await.unwrap();
        assert_eq!((first.sheet.name.as_str(), first.version()), ("first", 2));
        let second = products.handle(rename("second"), &Caller::default()).await;
        assert!(matches!(second, Err(AppError::Product(ProductError::VersionMismatch))), "{second:?}");
    }
}
