//! What the product context asks of the outside world.
mod arc;
mod catalogue;
mod ledger;
mod products;
mod summary;

pub use catalogue::{Catalogue, Cursor, CursorValue, Filter, Sort, SortKey, Start};
pub use ledger::Ledger;
pub use products::ProductRepository;
pub use summary::{CategoryLine, Summary};
