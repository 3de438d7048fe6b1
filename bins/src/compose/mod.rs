//! Turns the configuration into adapters behind the ports. The only place that knows which adapter serves which port.
mod audit;
mod auth;
mod broker;
mod chain;
mod drift;
mod events;
mod mail;
mod opened;
mod product;
mod read_model;
mod readers;
mod registry;
mod stores;
mod throttle;
mod timely;
mod token_keys;
mod traced;
mod waiting;

pub use audit::{Audit, Walked};
pub use auth::{AuthPorts, AuthService};
pub use broker::Broker;
pub use chain::Chain;
pub use events::{Events, Log, Task};
pub use mail::{DynMailer, Health, Outbox};
pub use opened::{DeadLettersOf, Stores};
pub use product::{ProductPorts, ProductService};
pub use read_model::ReadModel;
pub use readers::Readers;
pub use registry::{AUTH_SERVICE, Presence, Registry};
pub use stores::{AuthStore, Probe, ProductStore};
pub use throttle::Counted;
pub use token_keys::{Beside, Checked, TokenKeyRing};

/// What all access tokens name as their issuer and audience.
pub const TOKEN_REALM: &str = "panal";

/// Why a service can't be put together.
pub type ComposeError = Box<dyn std::error::Error + Send + Sync>;
