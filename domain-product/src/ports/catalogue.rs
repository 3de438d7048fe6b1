//! Products, as lists show them.
use async_trait::async_trait;
use domain_shared::{Decimal, Limit, StoreError};
use uuid::Uuid;

use crate::{Category, Product};

/// Products, as lists show them.
#[async_trait]
pub trait Catalogue: Send + Sync + 'static {
    /// The products that match `filter`, never deleted ones, in the order of `filter.sort` and among equals of their id.
    async fn list(&self, filter: &Filter) -> Result<Vec<Product>, StoreError>;
}

/// Which products to list, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those for sale.
    pub active_only: bool,
    /// Only those whose name, description or SKU contains this text, regardless of case.
    pub search: Option<String>,
    /// Only those on this shelf.
    pub category: Option<Category>,
    /// Only those whose stock is low, or only those whose stock isn't.
    pub low_stock: Option<bool>,
    /// Only those that cost as much or more, whatever the currency.
    pub min_price: Option<Decimal>,
    /// Only those that cost as much or less, whatever the currency.
    pub max_price: Option<Decimal>,
    /// The order.
    pub sort: Sort,
    /// Where in it to start.
    pub start: Start,
    /// How many at most.
    pub limit: Limit,
}

/// An order of products.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sort {
    /// What counts.
    pub key: SortKey,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What products are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortKey {
    /// When they were created, by their id.
    #[default]
    CreatedAt,
    /// Their name in lower case, by code point.
    Name,
    /// Their price, whatever the currency.
    Price,
    /// Their stock.
    Stock,
}

/// Where in the order a list starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Start {
    /// At its beginning.
    #[default]
    Beginning,
    /// After so many.
    Skip(u32),
    /// After this product.
    After(Cursor),
}

/// A place in an order: that of a product, even one that has moved or gone since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// What the product is ordered by.
    pub value: CursorValue,
    /// The product.
    pub id: Uuid,
}

/// The value of a [`SortKey`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CursorValue {
    /// For [`SortKey::CreatedAt`], where the id is all that counts.
    None,
    /// For [`SortKey::Name`].
    Text(String),
    /// For [`SortKey::Price`], see [`Money::sort_key`](crate::Money::sort_key), and [`SortKey::Stock`].
    Number(i64),
}

impl Sort {
    /// The place of `product` in this order.
    #[must_use]
    pub fn cursor(self, product: &Product) -> Cursor {
        let value = match self.key {
            SortKey::CreatedAt => CursorValue::None,
            SortKey::Name => CursorValue::Text(crate::search_key(product.sheet.name.as_str())),
            SortKey::Price => CursorValue::Number(product.sheet.price.sort_key()),
            SortKey::Stock => CursorValue::Number(product.stock.get()),
        };
        Cursor { value, id: domain_shared::Aggregate::id(product).0 }
    }
}
