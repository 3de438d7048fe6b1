//! The services over HTTP. `auth` and `product` hold the handlers; the other files are what both share, one idea each.
pub mod auth;
mod bearer;
mod body;
pub mod client;
mod conditional;
pub mod context;
pub mod cors;
pub mod docs;
pub mod events;
mod failures;
mod field;
pub mod health;
pub mod idempotency;
pub mod mailbox;
mod message;
pub mod metrics;
mod path;
pub mod patience;
mod problem;
pub mod product;
mod query;
pub mod routing;
pub mod service;
mod spanish;
mod strict;
mod unread;

pub use problem::Problem;
