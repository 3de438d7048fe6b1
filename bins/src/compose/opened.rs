//! The stores of the services that a process is about, for the command line: it takes no keys and no mail server.
use std::sync::Arc;

use domain_auth::SecurityLog;
use domain_shared::DeadLetters;

use super::{Audit, AuthStore, Broker, ComposeError, Log, ProductStore};
use crate::config::{self, Runs, Settings};

/// The dead letters of one service.
pub type DeadLettersOf = (&'static str, Arc<dyn DeadLetters>);

/// The stores, opened and up to date.
pub struct Stores {
    auth: Option<AuthStore>,
    product: Option<ProductStore>,
}

impl Stores {
    /// Opens those of the services that this program runs.
    ///
    /// # Errors
    /// If a setting of theirs is wrong, or one can't be opened.
    pub async fn open<R: Runs>(settings: &Settings) -> Result<Self, ComposeError> {
        let (auth, product) = config::stores::<R>(settings)?;
        let pool_size = settings.database_pool_size;
        let auth = match auth {
            Some(store) if R::AUTH => Some(AuthStore::open(&store, pool_size).await?),
            _ => None,
        };
        let product = match product {
            Some(store) if R::PRODUCT => Some(ProductStore::open(&store, pool_size).await?),
            _ => None,
        };
        Ok(Self { auth, product })
    }

    /// The log of each service.
    fn logs(&self) -> impl Iterator<Item = (&'static str, &Log)> {
        let auth = self.auth.as_ref().map(|store| ("auth-service", &store.log));
        auth.into_iter().chain(self.product.as_ref().map(|store| ("product-service", &store.log)))
    }

    /// The dead letters of each service: at the broker, if there is one.
    ///
    /// # Errors
    /// If a setting of the broker is wrong.
    pub fn dead_letters(&self, settings: &Settings) -> Result<Vec<DeadLettersOf>, ComposeError> {
        let broker = config::broker(settings)?;
        let of = |(service, log): (&'static str, &Log)| -> DeadLettersOf {
            match &broker {
                Some(broker) => (service, Broker::open(broker, service).dead_letters),
                None => (service, log.dead_letters.clone()),
            }
        };
        Ok(self.logs().map(of).collect())
    }

    /// Where security-relevant acts are written down, if this process is about auth-service.
    #[must_use]
    pub fn security(&self) -> Option<Arc<dyn SecurityLog>> {
        self.auth.as_ref().map(|store| store.security.clone())
    }

    /// What follows from each log.
    #[must_use]
    pub fn audits(&self) -> Vec<(Audit, Log)> {
        let auth = self.auth.as_ref().map(|store| (store.audit.clone(), store.log.clone()));
        let product = self.product.as_ref().map(|store| (store.audit.clone(), store.log.clone()));
        auth.into_iter().chain(product).collect()
    }
}
