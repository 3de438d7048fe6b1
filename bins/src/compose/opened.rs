//! The stores of the services that a process is about, for the command line: it takes no keys and no mail server.
use std::sync::Arc;

use domain_auth::SecurityLog;
use domain_shared::DeadLetters;

use super::{Audit, AuthStore, Broker, ComposeError, Log, ProductStore};
use crate::config::{self, Settings, Store};

/// The dead letters of one service.
pub type DeadLettersOf = (&'static str, Arc<dyn DeadLetters>);

/// The stores, opened and up to date.
#[derive(Default)]
pub struct Stores {
    auth: Option<AuthStore>,
    product: Option<ProductStore>,
}

impl Stores {
    /// These, and auth-service's, if there is to be one.
    ///
    /// # Errors
    /// If it can't be opened.
    pub async fn with_auth(self, store: Option<Store>, settings: &Settings) -> Result<Self, ComposeError> {
        let Some(store) = store else { return Ok(self) };
        Ok(Self { auth: Some(AuthStore::open(&store, settings.database_pool_size).await?), ..self })
    }

    /// These, and product-service's, if there is to be one.
    ///
    /// # Errors
    /// If it can't be opened.
    pub async fn with_product(self, store: Option<Store>, settings: &Settings) -> Result<Self, ComposeError> {
        let Some(store) = store else { return Ok(self) };
        Ok(Self { product: Some(ProductStore::open(&store, settings.database_pool_size).await?), ..self })
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
