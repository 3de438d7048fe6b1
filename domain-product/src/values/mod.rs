//! The values products are made of.
mod currency;
mod money;
mod stock;
mod texts;

pub use currency::Currency;
pub use money::Money;
pub use stock::{Quantity, Stock, Threshold};
pub use texts::{Category, Description, ProductName, Reason, Reference, Sku, search_key};
