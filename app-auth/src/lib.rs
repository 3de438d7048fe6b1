//! What people can do about their accounts.
//!
//! To add a use case: a file named after it under `commands/` or `queries/`, holding the message, its [`Handle`]
//! implementation and its tests. To react to something that happened: a file under `reactors/`.
//!
//! [`Handle`]: domain_shared::Handle
#[cfg(test)]
mod brute_force;
mod codes;
pub mod commands;
mod error;
mod kind;
mod letters;
#[cfg(test)]
mod life_cycle;
mod limits;
#[cfg(test)]
mod no_secrets;
mod policy;
mod ports;
pub mod queries;
pub mod reactors;
#[cfg(test)]
mod retries;
mod security;
mod sessions;
mod throttle;

#[cfg(test)]
mod testing;
mod tokens;
mod users;

use chrono::{DateTime, Utc};
use domain_shared::{Caller, Clock, Context};

pub use error::AuthError;
pub use limits::Limits;
pub use policy::Policy;
pub use ports::{Ports, Wiring};
pub use tokens::Tokens;

/// Every auth use case, over any set of ports.
#[derive(Debug, Clone)]
pub struct Auth<P> {
    /// What the use cases ask of the outside world.
    pub ports: P,
    /// The numbers they go by.
    pub policy: Policy,
}

impl<P: Ports> Auth<P> {
    fn now(&self) -> DateTime<Utc> {
        self.ports.clock().now()
    }

    /// Of the command's own change. Event ids derive from its id, so whatever else is changed is so for
    /// [`Caller::besides`] or [`Caller::then`].
    fn context(&self, caller: &Caller) -> Context {
        caller.context(self.ports.clock(), self.ports.ids())
    }
}
