//! The contract of every port, as cases that any adapter can be run against.
//!
//! A macro per port makes one `#[test]` of each case, named after the promise it checks, so that a failure says which
//! promise is broken. Its argument is an expression, in which `await` works, for a fresh subject: the adapter, or what the
//! macro says. No case knows which adapter it is run on.
//!
//! ```
//! mod login_codes {
//!     conformance::login_codes!(adapters::memory::MemoryStore::default());
//! }
//! mod everything_of_the_auth_context {
//!     conformance::auth_store!(adapters::memory::MemoryStore::default());
//! }
//! ```
//!
//! To add a promise to a port, add a function to its file here and its name to its macro in `suites`; a test sees to it
//! that none is forgotten.
pub mod audit_chain;
pub mod catalogue;
pub mod catalogue_order;
pub mod checkpoints;
pub mod clock;
pub mod concurrency;
pub mod crowds;
pub mod dead_letter_box;
pub mod dead_letters;
mod event_bus;
pub mod event_log;
pub mod event_publisher;
pub mod event_subscriber;
mod examples;
pub mod id_generator;
pub mod idempotency_keys;
pub mod inbox;
pub mod inventory;
pub mod login_code_generator;
pub mod login_code_guessers;
pub mod login_codes;
pub mod mailer;
pub mod orphans;
pub mod password_hasher;
pub mod password_hasher_grown;
pub mod personal_data;
pub mod personal_data_beside;
pub mod product_repository;
pub mod projections;
pub mod races;
pub mod rebuilding;
pub mod refresh_tokens;
pub mod repository;
pub mod revocations;
pub mod save_all;
pub mod security_log;
pub mod service_registry;
pub mod session_repository;
mod suites;
mod support;
pub mod throttle;
pub mod token_keys;
pub mod tokens;
pub mod user_activity;
pub mod user_directory;
pub mod user_history;
pub mod user_repository;

pub use event_bus::EventBus;
pub use examples::Example;
pub use mailer::{Mailbox, Received};
#[doc(hidden)]
pub use suites::{thrice, twice};
#[doc(hidden)]
pub use support::block_on;
