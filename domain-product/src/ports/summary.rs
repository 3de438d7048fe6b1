use async_trait::async_trait;
use domain_shared::StoreError;

use crate::{Category, Currency};

/// Products counted by shelf.
#[async_trait]
pub trait Summary: Send + Sync + 'static {
    /// One line per category and currency of the products for sale, or with `inactive_too` of all that aren't deleted,
    /// ordered by category, those without one first, and then by currency. It follows the log, a moment behind.
    async fn by_category(&self, inactive_too: bool) -> Result<Vec<CategoryLine>, StoreError>;
}

/// The products of one category that have their price in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryLine {
    /// The category, if they have one.
    pub category: Option<Category>,
    /// The currency.
    pub currency: Currency,
    /// How many products there are.
    pub items: u64,
    /// How many units of them are in stock.
    pub units: i64,
    /// How many products are low on stock.
    pub low: u64,
    /// What the stock is worth, in the currency's minor units. More than fits into 64 bits.
    pub value_minor: i128,
}
