use domain_shared::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{Category, Description, Money, ProductName, Quantity, Reason, Reference, Sku, Stock, Threshold};

/// What a new product is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Draft {
    /// What it is called.
    pub name: ProductName,
    /// What there is to say about it.
    pub description: Option<Description>,
    /// What one costs.
    pub price: Money,
    /// How many there are.
    pub stock: Stock,
    /// Its stock keeping unit; unique.
    pub sku: Option<Sku>,
    /// The shelf it is found on.
    pub category: Option<Category>,
    /// From which stock downwards it counts as low.
    pub low_stock_threshold: Threshold,
    /// Whether it is for sale.
    pub is_active: bool,
}

/// What describes a product and can be edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "as in Draft")]
pub struct Sheet {
    pub name: ProductName,
    pub description: Option<Description>,
    pub price: Money,
    pub sku: Option<Sku>,
    pub category: Option<Category>,
    pub low_stock_threshold: Threshold,
}

/// A movement of stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Movement {
    /// How many.
    pub quantity: Quantity,
    /// How many there are afterwards.
    pub stock_after: Stock,
    /// Why.
    pub reason: Option<Reason>,
    /// The document behind it.
    pub reference: Option<Reference>,
}

/// What can happen to a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "data")]
pub enum ProductEvent {
    /// A product came into the catalogue.
    #[serde(rename = "product.created.v1")]
    Created(Draft),
    /// What describes the product was edited; all of it as it is from now on.
    #[serde(rename = "product.updated.v1")]
    Updated(Sheet),
    /// The product went on sale.
    #[serde(rename = "product.activated.v1")]
    Activated {},
    /// The product went off sale.
    #[serde(rename = "product.deactivated.v1")]
    Deactivated {},
    /// The product left the catalogue for good.
    #[serde(rename = "product.deleted.v1")]
    Deleted {},
    /// Stock came in.
    #[serde(rename = "product.stock_added.v1")]
    StockAdded(Movement),
    /// Stock went out.
    #[serde(rename = "product.stock_removed.v1")]
    StockRemoved(Movement),
    /// The stock came down to the threshold or below; once, until it has risen above it again.
    #[serde(rename = "product.low_stock.v1")]
    LowStock {
        /// What the product is called.
        name: ProductName,
        /// Its stock keeping unit.
        sku: Option<Sku>,
        /// How many there are left.
        stock: Stock,
        /// From which stock downwards it counts as low.
        threshold: Threshold,
    },
}

impl ProductEvent {
    /// The types of all of them.
    pub const KINDS: [&'static str; 8] = [
        "product.created.v1",
        "product.updated.v1",
        "product.activated.v1",
        "product.deactivated.v1",
        "product.deleted.v1",
        "product.stock_added.v1",
        "product.stock_removed.v1",
        "product.low_stock.v1",
    ];

    /// The types of the events that move stock, for reading the ledger.
    pub const MOVEMENTS: [&'static str; 2] = ["product.stock_added.v1", "product.stock_removed.v1"];
}

impl DomainEvent for ProductEvent {}
