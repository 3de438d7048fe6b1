//! Every port is also implemented for `Arc<T>`, so that dynamic dispatch stays the embedder's choice.
use std::sync::Arc;

use async_trait::async_trait;
use domain_shared::StoreError;

use super::{Catalogue, Filter};
use crate::Product;

#[async_trait]
impl<T: Catalogue + ?Sized> Catalogue for Arc<T> {
    async fn list(&self, filter: &Filter) -> Result<Vec<Product>, StoreError> {
        (**self).list(filter).await
    }
}
