//! product-service, wired.
use std::sync::Arc;

use adapters::{
    jwt::JwtVerifier,
    keyed::KeptAnswers,
    system::{SystemClock, UuidV7},
};
use app_product::{Products, Wiring, reactors::LowStockMail};
use domain_product::{Catalogue, ProductRepository};
use domain_shared::{EventLog, Language};

use super::{ComposeError, Outbox, ProductStore, TOKEN_REALM};
use crate::{
    config::{Config, Refusal},
    http::{idempotency::Retries, product::Access},
};

/// The adapters behind product-service's ports. The store is chosen at run time; see
/// `docs/adr/0004-dynamic-dispatch-at-the-edge.md`.
pub type ProductPorts =
    Wiring<Arc<dyn ProductRepository>, Arc<dyn Catalogue>, Arc<dyn EventLog>, SystemClock, UuidV7>;

/// product-service, ready to be served.
#[derive(Clone)]
pub struct ProductService {
    /// The use cases.
    pub products: Products<ProductPorts>,
    /// Who may do what.
    pub access: Access,
    /// What it remembers of requests that may be sent again.
    pub retries: Retries,
    /// What it keeps.
    pub store: ProductStore,
    /// Its way out for letters.
    pub outbox: Outbox,
    reactors: Vec<Arc<dyn domain_shared::Reactor>>,
}

impl ProductService {
    /// Puts product-service together.
    ///
    /// # Errors
    /// If a key is no key, or the store can't be opened.
    pub async fn open(config: &Config, outbox: Outbox) -> Result<Self, ComposeError> {
        let verifier = JwtVerifier::from_pem(&config.secrets.jwt_public, TOKEN_REALM, TOKEN_REALM)
            .map_err(|_| Refusal::of("JWT_PUBLIC_KEY_FILE", "must be an Ed25519 key in PEM"))?;
        let Some(store) = &config.product_store else {
            return Err(Refusal::of("PRODUCT_DATABASE_URL", "is required by product-service").into());
        };
        let store = ProductStore::open(store, config.settings.database_pool_size).await?;
        let ports = Wiring {
            products: store.products.clone(),
            catalogue: store.catalogue.clone(),
            log: store.log.clone(),
            clock: SystemClock,
            ids: UuidV7,
        };
        let low_stock = LowStockMail {
            mailer: outbox.mailer.clone(),
            recipients: config.stock_alert_recipients(),
            language: Language::En,
        };
        Ok(Self {
            products: Products(ports),
            access: Access { verifier: Arc::new(verifier), public_writes: config.public_writes },
            retries: Retries::new(store.keys.clone(), KeptAnswers::plain()),
            store,
            outbox,
            reactors: vec![Arc::new(low_stock)],
        })
    }

    /// What happens because something else has happened.
    #[must_use]
    pub fn reactors(&self) -> Vec<Arc<dyn domain_shared::Reactor>> {
        self.reactors.clone()
    }
}
