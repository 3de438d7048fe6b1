//! What people can ask for that changes something.
mod activate_product;
mod add_stock;
mod create_product;
mod deactivate_product;
mod delete_product;
mod import_products;
mod remove_stock;
mod update_product;

pub use activate_product::ActivateProduct;
pub use add_stock::AddStock;
pub use create_product::CreateProduct;
pub use deactivate_product::DeactivateProduct;
pub use delete_product::DeleteProduct;
pub use import_products::{ImportProducts, Imported};
pub use remove_stock::{RemoveStock, StockMoved};
pub use update_product::UpdateProduct;
