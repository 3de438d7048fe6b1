//! What is asked of a store beside aggregates.
use async_trait::async_trait;
use domain_auth::{User, UserDirectory, UserFilter};
use domain_product::{Catalogue, CategoryLine, Filter, Ledger, LedgerEntry, Product, ProductId, Summary};
use domain_shared::{Aggregate, StoreError};

use super::TracedStore;

#[async_trait]
impl<T: UserDirectory> UserDirectory for TracedStore<T> {
    async fn list(&self, filter: &UserFilter) -> Result<Vec<User>, StoreError> {
        self.shown("list", User::TYPE, self.inner.list(filter)).await
    }
}

#[async_trait]
impl<T: Catalogue> Catalogue for TracedStore<T> {
    async fn list(&self, filter: &Filter) -> Result<Vec<Product>, StoreError> {
        self.shown("list", Product::TYPE, self.inner.list(filter)).await
    }
}

#[async_trait]
impl<T: Ledger> Ledger for TracedStore<T> {
    async fn of_product(
        &self,
        product: ProductId,
        before: Option<u64>,
        limit: usize,
        seen: u64,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        self.shown("list", "ledger", self.inner.of_product(product, before, limit, seen)).await
    }
}

#[async_trait]
impl<T: Summary> Summary for TracedStore<T> {
    async fn by_category(&self, inactive_too: bool) -> Result<Vec<CategoryLine>, StoreError> {
        self.shown("list", "summary", self.inner.by_category(inactive_too)).await
    }
}
