//! What the product context asks of the outside world.
mod arc;
mod catalogue;
mod products;

pub use catalogue::{Catalogue, Cursor, CursorValue, Filter, Sort, SortKey, Start};
pub use products::ProductRepository;
