//! RabbitMQ 3.10 or newer.
//!
//! Events go to a durable topic exchange, with their type as routing key. Each reactor has a durable quorum queue of its
//! name that is bound to it; one instance at a time is handed its events, so that they come in order. What a reactor
//! refuses waits in a queue whose messages expire back into its own; what is given up ends in one queue per service.
//! `docs/adr/0010-queues.md` says why.
mod attempt;
mod audience;
mod config;
mod dead_letters;
mod error;
mod gate;
mod letter;
mod line;
mod publisher;
mod session;
mod subscriber;
mod topology;

pub use audience::Audience;
pub use config::{RabbitConfig, Retries};
pub use dead_letters::RabbitDeadLetters;
pub use gate::Gate;
pub use publisher::{RabbitPublisher, Unheard};
pub use subscriber::RabbitSubscriber;
