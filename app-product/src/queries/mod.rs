//! What people can ask for that changes nothing.
mod get_product;
mod list_movements;
mod list_products;
mod summarize_inventory;

pub use get_product::GetProduct;
pub use list_movements::ListMovements;
pub use list_products::{ListProducts, ProductPage};
pub use summarize_inventory::SummarizeInventory;
