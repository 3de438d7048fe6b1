//! What people can ask for that changes nothing.
mod get_product;
mod list_movements;
mod list_products;

pub use get_product::GetProduct;
pub use list_movements::{ListMovements, MovementEntry};
pub use list_products::{ListProducts, ProductPage};
