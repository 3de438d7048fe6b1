//! What people can ask for that changes nothing.
mod get_product;
mod list_events;
mod list_movements;
mod list_products;
mod product_as_of;
mod summarize_inventory;

pub use get_product::GetProduct;
pub use list_events::ListEvents;
pub use list_movements::ListMovements;
pub use list_products::{ListProducts, ProductPage};
pub use product_as_of::ProductAsOf;
pub use summarize_inventory::SummarizeInventory;
