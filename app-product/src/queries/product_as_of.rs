use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_product::{Product, ProductId};
use domain_shared::{Caller, EventEnvelope, Handle, StoreError, replay_log};

use super::GetProduct;
use crate::{AppError, Ports, Products};

/// A product as it stood at a time, replayed from what had happened to it by then.
#[derive(Debug, Clone)]
pub struct ProductAsOf {
    /// Which one.
    pub product: ProductId,
    /// When; a time that is yet to come is now.
    pub at: DateTime<Utc>,
    /// Whether the caller may see it while it isn't for sale. Others see it as it was while it was for sale, as long as
    /// it is for sale now: what was taken off the shelf isn't to be had by asking for yesterday.
    pub inactive_too: bool,
}

#[async_trait]
impl<P: Ports> Handle<ProductAsOf> for Products<P> {
    type Output = Product;
    type Error = AppError;

    async fn handle(&self, query: ProductAsOf, caller: &Caller) -> Result<Product, AppError> {
        let ProductAsOf { product, at, inactive_too } = query;
        if !inactive_too {
            self.handle(GetProduct { product, inactive_too }, caller).await?;
        }
        let by_then = move |event: &EventEnvelope| event.occurred_at <= at;
        replay_log::<Product>(self.0.log(), product.0, by_then)
            .await
            .map_err(StoreError::from)?
            .filter(|product| !product.is_deleted && (product.is_active || inactive_too))
            .ok_or(AppError::ProductNotFound)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use domain_product::Quantity;
    use domain_shared::{Aggregate, Clock, Expected, ValueObject};

    use super::*;
    use crate::{
        commands::{ActivateProduct, AddStock, DeactivateProduct, DeleteProduct},
        testing::{TestClock, TestPorts, create, timed_products},
    };

    /// A laptop: 5 in the first hour, 6 in the second, then an hour off the shelf, back on it, and after five hours gone.
    async fn laptop() -> (Products<TestPorts>, TestClock, ProductId) {
        let (products, clock) = timed_products();
        let id = create(&products, "Laptop", 5).await.id();
        let anyone = Caller::default();
        clock.pass(TimeDelta::hours(1));
        let add =
            AddStock { product: id, quantity: Quantity::parse(1).unwrap(), reason: None, reference: None };
        products.handle(add, &anyone).await.unwrap();
        clock.pass(TimeDelta::hours(1));
        products.handle(DeactivateProduct { product: id }, &anyone).await.unwrap();
        clock.pass(TimeDelta::hours(1));
        products.handle(ActivateProduct { product: id }, &anyone).await.unwrap();
        (products, clock, id)
    }

    async fn as_of(
        products: &Products<TestPorts>,
        product: ProductId,
        at: DateTime<Utc>,
        inactive_too: bool,
    ) -> Option<Product> {
        match products.handle(ProductAsOf { product, at, inactive_too }, &Caller::default()).await {
            Ok(product) => Some(product),
            Err(AppError::ProductNotFound) => None,
            Err(error) => panic!("{error:?}"),
        }
    }

    #[tokio::test]
    async fn a_product_is_shown_as_it_stood_then() {
        let (products, clock, id) = laptop().await;
        let start = clock.now() - TimeDelta::hours(3);
        for (minutes, stock, version) in [(0, 5, 1), (59, 5, 1), (60, 6, 2), (119, 6, 2), (1_000_000, 6, 4)] {
            let found = as_of(&products, id, start + TimeDelta::minutes(minutes), false).await.unwrap();
            assert_eq!((found.stock.get(), found.version()), (stock, version), "after {minutes} minutes");
        }
        let found = as_of(&products, id, start + TimeDelta::minutes(90), false).await.unwrap();
        assert_eq!((found.created_at, found.updated_at), (start, start + TimeDelta::hours(1)));
    }

    #[tokio::test]
    async fn before_it_was_made_it_is_not_there() {
        let (products, clock, id) = laptop().await;
        let before = clock.now() - TimeDelta::hours(3) - TimeDelta::microseconds(1);
        assert!(as_of(&products, id, before, true).await.is_none());
        assert!(as_of(&products, ProductId(uuid::Uuid::nil()), clock.now(), true).await.is_none());
    }

    #[tokio::test]
    async fn while_it_was_off_the_shelf_only_those_see_it_who_may() {
        let (products, clock, id) = laptop().await;
        let meanwhile = clock.now() - TimeDelta::minutes(30);
        assert!(as_of(&products, id, meanwhile, false).await.is_none());
        assert!(!as_of(&products, id, meanwhile, true).await.unwrap().is_active);
    }

    #[tokio::test]
    async fn once_deleted_its_past_is_there_only_for_those_who_may_see_it() {
        let (products, clock, id) = laptop().await;
        let before = clock.now();
        clock.pass(TimeDelta::hours(1));
        products
            .handle(DeleteProduct { product: id, expected: Expected::Any }, &Caller::default())
            .await
            .unwrap();
        assert!(as_of(&products, id, before, false).await.is_none());
        assert_eq!(as_of(&products, id, before, true).await.unwrap().version(), 4);
        assert!(as_of(&products, id, clock.now(), true).await.is_none(), "by then it was gone");
    }
}
