//! Where the instances of services are.
use std::{error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use uuid::Uuid;

/// Knows which instances of a service are there, so that others find them.
///
/// What is said here is seen by others within a moment, not at once.
#[async_trait]
pub trait ServiceRegistry: Send + Sync + 'static {
    /// Enters `instance`, so that it is found for a [term](Self::term). What was entered under its id before is replaced.
    async fn register(&self, instance: &Instance) -> Result<(), RegistryError>;

    /// Says that `instance` is still there, which is good for another term. `false` if it isn't entered, or no longer since
    /// nothing was heard of it for too long: then it has to be registered again.
    async fn keep_alive(&self, instance: &Instance) -> Result<bool, RegistryError>;

    /// Takes `instance` out. Nothing happens if it isn't entered.
    async fn deregister(&self, instance: &Instance) -> Result<(), RegistryError>;

    /// The instances of exactly that service which were heard of within their term and, where the registry looks after
    /// that itself, answer at their health check's address. In the order of their ids; none if there is none.
    async fn find(&self, service: &str) -> Result<Vec<Instance>, RegistryError>;

    /// How long an instance is found of which nothing is heard.
    fn term(&self) -> Duration;
}

#[async_trait]
impl<T: ServiceRegistry + ?Sized> ServiceRegistry for Arc<T> {
    async fn register(&self, instance: &Instance) -> Result<(), RegistryError> {
        (**self).register(instance).await
    }
    async fn keep_alive(&self, instance: &Instance) -> Result<bool, RegistryError> {
        (**self).keep_alive(instance).await
    }
    async fn deregister(&self, instance: &Instance) -> Result<(), RegistryError> {
        (**self).deregister(instance).await
    }
    async fn find(&self, service: &str) -> Result<Vec<Instance>, RegistryError> {
        (**self).find(service).await
    }
    fn term(&self) -> Duration {
        (**self).term()
    }
}

/// An instance of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Of which service: lower case letters, digits and hyphens.
    pub service: String,
    /// Which one it is. It has another one after it was started again.
    pub id: Uuid,
    /// Where others reach it: a name or an address.
    pub host: String,
    /// At which port, by HTTP.
    pub port: u16,
    /// The path that answers with success for as long as it can serve.
    pub health: String,
}

impl Instance {
    /// Where it is asked whether it can serve.
    #[must_use]
    pub fn health_check(&self) -> String {
        format!("{}{}", self.address(), self.health)
    }

    /// Where it serves, without a slash at the end.
    #[must_use]
    pub fn address(&self) -> String {
        let is_v6 = self.host.contains(':');
        if is_v6 {
            format!("http://[{}]:{}", self.host, self.port)
        } else {
            format!("http://{}:{}", self.host, self.port)
        }
    }
}

/// The registry can't be reached, or refuses.
#[derive(Debug, thiserror::Error)]
#[error("the service registry is unavailable")]
pub struct RegistryError(#[source] pub Box<dyn Error + Send + Sync>);

impl RegistryError {
    /// Because of `cause`.
    pub fn because(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_url_also_of_ipv6() {
        for (host, expected) in [
            ("auth", "http://auth:8001/health"),
            ("10.0.0.7", "http://10.0.0.7:8001/health"),
            ("fd00::7", "http://[fd00::7]:8001/health"),
        ] {
            let (service, host, health) = ("auth".to_owned(), host.to_owned(), "/health".to_owned());
            let instance = Instance { service, id: Uuid::nil(), host, port: 8001, health };
            assert_eq!(instance.health_check(), expected);
        }
    }
}
