//! Whom we call: every adapter serves ports of the domain crates with one technology, behind a cargo feature of its own.
//!
//! An adapter knows the domain crates and its technology, never a use case or a web framework. To add one, mirror its
//! port's path, give it a feature and a line below, keep what only its driver knows in one file, and run the
//! `conformance` suite of the port on it.
#[cfg(all(feature = "in-process", feature = "keyed"))]
pub mod audit_chain;
pub mod backoff;
#[cfg(feature = "bcrypt")]
pub mod bcrypt;
#[cfg(feature = "breaker")]
mod breaker;
#[cfg(any(feature = "jwks", feature = "postgres"))]
mod budget;
#[cfg(any(feature = "memory", feature = "postgres", feature = "sqlite"))]
mod catch_up;
#[cfg(feature = "cloud-event")]
pub mod cloud_event;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod connections;
#[cfg(any(feature = "postgres", feature = "rabbitmq", feature = "sqlite"))]
mod crash_point;
#[cfg(feature = "in-process")]
pub mod deny_list;
#[cfg(feature = "bcrypt")]
pub mod durations;
#[cfg(any(feature = "memory", feature = "postgres", feature = "sqlite"))]
mod growth;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "in-process")]
pub mod in_process;
#[cfg(feature = "jwt")]
pub mod jwt;
#[cfg(feature = "keyed")]
pub mod keyed;
#[cfg(any(feature = "mail-folder", feature = "memory", feature = "smtp"))]
pub mod mail;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "in-process")]
pub mod projector;
#[cfg(feature = "rabbitmq")]
pub mod rabbitmq;
#[cfg(feature = "registry")]
pub mod registry;
#[cfg(feature = "in-process")]
pub mod relay;
#[cfg(feature = "in-process")]
mod rounds;
#[cfg(feature = "in-process")]
pub mod security_queue;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(feature = "system")]
pub mod system;
#[cfg(any(feature = "in-process", feature = "rabbitmq"))]
pub mod tally;
#[cfg(test)]
#[cfg(all(feature = "in-process", feature = "memory"))]
mod testing;
#[cfg(any(feature = "in-process", feature = "rabbitmq"))]
mod told;
#[cfg(feature = "traces")]
pub mod traces;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use connections::Connections;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use sql::Tables;
