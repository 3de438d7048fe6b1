use async_trait::async_trait;
use domain_product::{Catalogue, Cursor, Filter, Product};
use domain_shared::{Caller, Handle};

use crate::{AppError, Ports, Products};

/// A page of products.
#[derive(Debug, Clone)]
pub struct ListProducts {
    /// Which ones, and in which order.
    pub filter: Filter,
}

/// A page, and where the next one starts.
#[derive(Debug, Clone)]
pub struct ProductPage {
    /// The products on it.
    pub products: Vec<Product>,
    /// The place of its last product, if the page is full and so another may follow.
    pub next: Option<Cursor>,
}

#[async_trait]
impl<P: Ports> Handle<ListProducts> for Products<P> {
    type Output = ProductPage;
    type Error = AppError;

    async fn handle(&self, query: ListProducts, _: &Caller) -> Result<ProductPage, AppError> {
        let ListProducts { filter } = query;
        let products = self.0.catalogue().list(&filter).await?;
        let last = products.last().filter(|_| products.len() == filter.limit.get());
        Ok(ProductPage { next: last.map(|product| filter.sort.cursor(product)), products })
    }
}
