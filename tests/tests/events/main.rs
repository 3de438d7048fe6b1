//! Events can't change unnoticed: code, documents, released schemas and a corpus of old events are held to each other.
//!
//! `examples/event-docs.rs` writes the documents and the released schemas; the corpus, `fixtures/events`, is written by
//! hand and never changed: its events are in somebody's log. CONTRIBUTING.md, "An event", says how to add and change one.
#[path = "../../contracts/mod.rs"]
mod contracts;
mod corpus;
mod documents;
mod dropped;
mod emitted;
mod promises;
mod reading;
mod samples;
mod validation;
