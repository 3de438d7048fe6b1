//! What Panal's events promise to those who read them: as documents, and as a check that no promise is broken.
//!
//! `examples/event-docs.rs` writes the documents, `tests/events` holds code and documents to each other.
mod asyncapi;
mod catalogue;
mod compatibility;
mod documents;
mod envelope;
mod readme;
mod released;

pub use catalogue::{Contract, contracts};
pub use compatibility::breaks;
pub use documents::{documents, root};
pub use envelope::{ENVELOPE, envelope};
pub use released::{broken_promises, released};
