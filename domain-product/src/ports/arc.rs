//! Every port is also implemented for `Arc<T>`, so that dynamic dispatch stays the embedder's choice.
use std::sync::Arc;

use async_trait::async_trait;
use domain_shared::StoreError;

use super::{Catalogue, CategoryLine, Filter, Ledger, Summary};
use crate::{LedgerEntry, Product, ProductId};

#[async_trait]
impl<T: Catalogue + ?Sized> Catalogue for Arc<T> {
    async fn list(&self, filter: &Filter) -> Result<Vec<Product>, StoreError> {
        (**self).list(filter).await
    }
}

#[async_trait]
impl<T: Ledger + ?Sized> Ledger for Arc<T> {
    async fn of_product(
        &self,
        product: ProductId,
        before: Option<u64>,
        limit: usize,
        seen: u64,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        (**self).of_product(product, before, limit, seen).await
    }
}

#[async_trait]
impl<T: Summary + ?Sized> Summary for Arc<T> {
    async fn by_category(&self, inactive_too: bool) -> Result<Vec<CategoryLine>, StoreError> {
        (**self).by_category(inactive_too).await
    }
}
