use async_trait::async_trait;
use domain_product::{Catalogue, Filter, Product};
use domain_shared::{ChangeError, Changed, Decision, Refused, Repository, StoreError, Together};

use super::{Store, shared::Stored};

#[async_trait]
impl<A: Stored> Repository<A> for Store {
    async fn save(&self, aggregate: &mut A) -> Result<(), StoreError> {
        self.add(aggregate).await
    }

    async fn save_all(&self, new: &mut [A], together: Together) -> Result<Vec<Refused>, StoreError> {
        self.add_all(new, together).await
    }

    async fn change(
        &self,
        id: A::Id,
        decide: Decision<A>,
    ) -> Result<Option<Changed<A>>, ChangeError<A::Error>> {
        self.decide(id, decide).await
    }

    async fn find(&self, id: A::Id) -> Result<Option<A>, StoreError> {
        self.one(id).await
    }
}

#[async_trait]
impl Catalogue for Store {
    async fn list(&self, filter: &Filter) -> Result<Vec<Product>, StoreError> {
        self.read(filter.clone()).await
    }
}
