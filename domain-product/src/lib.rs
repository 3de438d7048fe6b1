//! What there is to sell: products, their stock and their price.
//!
//! To add a rule about a value, edit its file under `values/`. To add something that can happen to a product, add an
//! event to `product/event.rs`, its effect to `product/state.rs`, and the command that decides it to
//! `product/commands.rs`.
mod ports;
mod product;
mod projections;
mod values;

pub use ports::{
    Catalogue, CategoryLine, Cursor, CursorValue, Filter, Ledger, ProductRepository, Sort, SortKey, Start,
    Summary,
};
pub use product::{
    Draft, Edit, Movement, Product, ProductError, ProductEvent, ProductId, ProductState, Sheet,
};
pub use projections::{Inventory, InventoryItem, LedgerEntry, StockLedger};
pub use values::{
    Category, Currency, Description, Money, ProductName, Quantity, Reason, Reference, Sku, Stock, Threshold,
    search_key,
};
