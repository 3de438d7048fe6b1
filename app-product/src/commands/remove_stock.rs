use async_trait::async_trait;
use domain_product::{Product, ProductId, Quantity, Reason, Reference, Stock};
use domain_shared::{Caller, Changed, Context, Handle};
use uuid::Uuid;

use crate::{AppError, Ports, Products};

/// Takes some of a product out; all of what is asked for, or nothing.
#[derive(Debug, Clone)]
pub struct RemoveStock {
    /// Which one.
    pub product: ProductId,
    /// How many.
    pub quantity: Quantity,
    /// Why.
    pub reason: Option<Reason>,
    /// The document behind it.
    pub reference: Option<Reference>,
}

/// What a movement of stock led to.
#[derive(Debug, Clone)]
pub struct StockMoved {
    /// The product afterwards.
    pub product: Product,
    /// How many there are now.
    pub stock: Stock,
    /// The movement's id in the ledger.
    pub movement: Uuid,
}

impl From<Changed<Product>> for StockMoved {
    fn from(changed: Changed<Product>) -> Self {
        let Changed { aggregate: product, events } = changed;
        let movement = events.first().map(|event| event.id).unwrap_or_default();
        Self { stock: product.stock, product, movement }
    }
}

#[async_trait]
impl<P: Ports> Handle<RemoveStock> for Products<P> {
    type Output = StockMoved;
    type Error = AppError;

    async fn handle(&self, command: RemoveStock, caller: &Caller) -> Result<StockMoved, AppError> {
        let RemoveStock { product, quantity, reason, reference } = command;
        let remove = move |product: &mut Product, context: &Context| {
            product.remove_stock(quantity, reason.clone(), reference.clone(), context)
        };
        Ok(self.change(product, caller, remove).await?.into())
    }
}

#[cfg(test)]
mod tests {
    use domain_product::ProductError;
    use domain_shared::{Aggregate, ValueObject};

    use super::*;
    use crate::{
        queries::ListMovements,
        testing::{create, follow, products},
    };

    fn removal(product: &Product, n: i64) -> RemoveStock {
        let quantity = Quantity::parse(n).unwrap();
        RemoveStock { product: product.id(), quantity, reason: None, reference: None }
    }

    #[tokio::test]
    async fn of_two_hundred_removals_from_a_hundred_a_hundred_succeed() {
        let products = std::sync::Arc::new(products());
        let laptop = create(&products, "Laptop", 100).await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..200 {
            let (products, removal) = (products.clone(), removal(&laptop, 1));
            tasks.spawn(async move { products.handle(removal, &Caller::default()).await.is_ok() });
        }
        let removed = tasks.join_all().await.into_iter().filter(|ok| *ok).count();
        assert_eq!(removed, 100);

        follow(&products).await;
        let ledger = ListMovements { product: laptop.id(), inactive_too: false, before: None, limit: 200 };
        let movements = products.handle(ledger, &Caller::default()).await.unwrap();
        assert_eq!(movements.len(), 100);
        assert_eq!(movements.iter().map(|m| m.delta).sum::<i64>(), -100);
        assert_eq!(movements[0].stock_after, Stock::NONE);
    }

    #[tokio::test]
    async fn a_movement_is_found_in_the_ledger_by_its_id() {
        let products = products();
        let laptop = create(&products, "Laptop", 12).await;
        let moved = products.handle(removal(&laptop, 5), &Caller::default()).await.unwrap();
        follow(&products).await;
        let ledger = ListMovements { product: laptop.id(), inactive_too: false, before: None, limit: 10 };
        let movements = products.handle(ledger, &Caller::default()).await.unwrap();
        assert_eq!(
            (movements[0].id, movements[0].delta, movements[0].stock_after),
            (moved.movement, -5, moved.stock)
        );
    }

    #[tokio::test]
    async fn too_little_left_says_how_much() {
        let products = products();
        let laptop = create(&products, "Laptop", 5).await;
        let refused = products.handle(removal(&laptop, 6), &Caller::default()).await;
        let expected = ProductError::InsufficientStock { available: 5, requested: 6 };
        assert!(matches!(refused, Err(AppError::Product(e)) if e == expected), "{refused:?}");
    }
}
