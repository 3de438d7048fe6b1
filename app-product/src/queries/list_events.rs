use async_trait::async_trait;
use domain_product::ProductId;
use domain_shared::{Caller, EventLog, Handle, Repository, StoredEvent};

use super::GetProduct;
use crate::{AppError, Ports, Products};

/// A page of what happened to a product, newest first.
#[derive(Debug, Clone)]
pub struct ListEvents {
    /// To which one.
    pub product: ProductId,
    /// Whether the caller may see it while it isn't for sale, and after it was deleted.
    pub hidden_too: bool,
    /// Only what happened before this version of it.
    pub before: Option<u64>,
    /// How many at most.
    pub limit: usize,
}

#[async_trait]
impl<P: Ports> Handle<ListEvents> for Products<P> {
    type Output = Vec<StoredEvent>;
    type Error = AppError;

    async fn handle(&self, query: ListEvents, caller: &Caller) -> Result<Vec<StoredEvent>, AppError> {
        let ListEvents { product, hidden_too, before, limit } = query;
        if hidden_too {
            self.0.products().find(product).await?.ok_or(AppError::ProductNotFound)?;
        } else {
            self.handle(GetProduct { product, inactive_too: false }, caller).await?;
        }
        Ok(self.0.log().newest_of(product.0, &[], before, limit).await?)
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::{Aggregate, Expected};

    use super::*;
    use crate::{
        commands::{ActivateProduct, DeactivateProduct, DeleteProduct},
        testing::{create, products},
    };

    #[tokio::test]
    async fn what_happened_last_comes_first_page_by_page() {
        let (products, caller) = (products(), Caller::user(uuid::Uuid::max()));
        let product = create(&products, "Laptop", 5).await.id();
        products.handle(DeactivateProduct { product }, &caller).await.unwrap();
        products.handle(ActivateProduct { product }, &caller).await.unwrap();
        let page =
            |before| products.handle(ListEvents { product, hidden_too: false, before, limit: 2 }, &caller);
        let first = page(None).await.unwrap();
        let kinds: Vec<_> = first.iter().map(|stored| stored.event.kind.as_str()).collect();
        assert_eq!(kinds, ["product.activated.v1", "product.deactivated.v1"]);
        assert_eq!(first[0].event.actor, caller.actor);
        let second = page(Some(first[1].event.sequence)).await.unwrap();
        assert_eq!((second.len(), second[0].event.kind.as_str()), (1, "product.created.v1"));
    }

    #[tokio::test]
    async fn a_hidden_product_keeps_its_history_for_those_who_may_see_it() {
        let (products, caller) = (products(), Caller::default());
        let product = create(&products, "Laptop", 5).await.id();
        let length = async |hidden_too| {
            let query = ListEvents { product, hidden_too, before: None, limit: 10 };
            products.handle(query, &caller).await.ok().map(|events| events.len())
        };
        products.handle(DeactivateProduct { product }, &caller).await.unwrap();
        assert_eq!((length(false).await, length(true).await), (None, Some(2)));
        products.handle(DeleteProduct { product, expected: Expected::Any }, &caller).await.unwrap();
        assert_eq!((length(false).await, length(true).await), (None, Some(3)));
    }
}
