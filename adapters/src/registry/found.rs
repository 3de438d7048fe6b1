//! The instances of a service, as far as they are known.
use std::sync::{Arc, Mutex, PoisonError};

use domain_shared::{Instance, RegistryError, ServiceRegistry};
use recloser::{AsyncRecloser, Error as Broken};

use crate::breaker::breaker;

/// The instances of one service. What was found last counts for as long as the registry is away. Clones share it.
#[derive(Clone)]
pub struct Found {
    registry: Arc<dyn ServiceRegistry>,
    service: &'static str,
    known: Arc<Mutex<Vec<Instance>>>,
    breaker: AsyncRecloser,
}

impl Found {
    /// Those of `service` that `registry` tells of; none is known yet.
    #[must_use]
    pub fn of(service: &'static str, registry: Arc<dyn ServiceRegistry>) -> Self {
        Self { registry, service, known: Arc::default(), breaker: breaker() }
    }

    /// Asks the registry; the last known if it is away. It isn't asked at all for a while once it has been away for some
    /// time.
    ///
    /// # Errors
    /// [`RegistryError`] if it is away and none is known.
    pub async fn now(&self) -> Result<Vec<Instance>, RegistryError> {
        let told = self.breaker.call(self.registry.find(self.service)).await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match told {
            Ok(found) => known.clone_from(&found),
            Err(_) if !known.is_empty() => {}
            Err(Broken::Inner(error)) => return Err(error),
            Err(Broken::Rejected) => {
                return Err(RegistryError::because("it was out of reach a moment ago"));
            }
        }
        Ok(known.clone())
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("service", &self.service).finish_non_exhaustive()
    }
}
