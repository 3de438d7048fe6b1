use async_trait::async_trait;
use domain_product::{CategoryLine, Summary};
use domain_shared::{Caller, Handle};

use crate::{AppError, Ports, Products};

/// What is in stock, by category.
#[derive(Debug, Clone)]
pub struct SummarizeInventory {
    /// Whether products that aren't for sale count, too.
    pub inactive_too: bool,
}

#[async_trait]
impl<P: Ports> Handle<SummarizeInventory> for Products<P> {
    type Output = Vec<CategoryLine>;
    type Error = AppError;

    async fn handle(&self, query: SummarizeInventory, _: &Caller) -> Result<Vec<CategoryLine>, AppError> {
        Ok(self.0.summary().by_category(query.inactive_too).await?)
    }
}
