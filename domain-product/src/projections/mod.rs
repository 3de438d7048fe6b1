//! Read models of products, folded from their events.
mod inventory;
mod stock_ledger;

pub use inventory::{Inventory, InventoryItem};
pub use stock_ledger::{LedgerEntry, StockLedger};
