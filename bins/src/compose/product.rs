//! product-service, wired.
use std::sync::Arc;

use adapters::{
    deny_list::RevocationGuard,
    jwt::JwtVerifier,
    keyed::KeptAnswers,
    system::{SystemClock, UuidV7},
};
use app_product::{
    Products, Wiring,
    reactors::{LowStockMail, RevokeTokens},
};
use domain_product::{Catalogue, Ledger, ProductRepository, Summary};
use domain_shared::{Email, EventLog, Language, Revocations};

use super::{Beside, Checked, ComposeError, Events, Log, Outbox, ProductStore, Registry, TOKEN_REALM, Task};
use crate::{
    config::{Config, Refusal},
    http::{events::Streams, idempotency::Retries, product::Access},
    meters::{Meters, Shelves, Stock, pools},
};

/// The adapters behind product-service's ports. The store is chosen at run time; see
/// `docs/adr/0004-dynamic-dispatch-at-the-edge.md`.
pub type ProductPorts = Wiring<
    Arc<dyn ProductRepository>,
    Arc<dyn Catalogue>,
    Arc<dyn Ledger>,
    Arc<dyn Summary>,
    Arc<dyn EventLog>,
    SystemClock,
    UuidV7,
>;

/// product-service, ready to be served.
#[derive(Clone)]
pub struct ProductService {
    /// The use cases.
    pub products: Products<ProductPorts>,
    /// Who may do what.
    pub access: Access,
    /// What it remembers of requests that may be sent again.
    pub retries: Retries,
    /// What it tells those who follow.
    pub streams: Streams,
    /// What it keeps.
    pub store: ProductStore,
    /// The ways of its events.
    pub events: Events,
    /// Its way out for letters.
    pub outbox: Outbox,
    /// Where it says that it is there, and finds others.
    pub registry: Option<Registry>,
    /// What it checks tokens with.
    pub keys: Checked,
    /// What it counts.
    pub meters: Meters,
    /// What there is for sale.
    pub shelves: Shelves,
    guard: Guard,
    /// The log of auth-service, if it runs in this process.
    auth_log: Option<Log>,
    stock_alert_recipients: Vec<Email>,
}

/// Knows our tokens, and which of them are dead before their time.
type Guard = RevocationGuard<Arc<JwtVerifier>, Arc<dyn Revocations>, SystemClock>;

impl ProductService {
    /// Puts product-service together, with what is there `beside` it if auth-service runs in the same process.
    ///
    /// # Errors
    /// If the store can't be opened.
    pub async fn open(config: &Config, outbox: Outbox, beside: Option<Beside>) -> Result<Self, ComposeError> {
        let registry = Registry::open(config)?;
        let keys = Checked::open(config, registry.as_ref(), beside.as_ref()).await?;
        let verifier = JwtVerifier::new(keys.ring.clone(), TOKEN_REALM, TOKEN_REALM);
        let Some(chosen) = &config.product_store else {
            return Err(Refusal::of("PRODUCT_DATABASE_URL", "is required by product-service").into());
        };
        let mut store = ProductStore::open(chosen, config.settings.database_pool_size).await?;
        if let Some(replica) = &config.product_replica {
            store = store.with_replica(replica).await?;
        }
        let store = store.traced(config, chosen);
        let meters = Meters::of("product-service")?;
        let outbox = outbox.counted(&meters)?;
        let databases = std::iter::once(("primary", store.probe.clone()))
            .chain(store.replica.clone().map(|replica| ("replica", replica)));
        meters.include(pools(databases.collect())?)?;
        let guard = Guard::load(Arc::new(verifier), store.revocations.clone(), SystemClock).await?;
        let products: Arc<dyn ProductRepository> = Arc::new(Stock::of(store.products.clone(), &meters)?);
        let ports = Wiring {
            products,
            catalogue: store.catalogue.clone(),
            ledger: store.ledger.clone(),
            summary: store.summary.clone(),
            log: store.log.events.clone(),
            clock: SystemClock,
            ids: UuidV7,
        };
        Ok(Self {
            products: Products(ports),
            access: Access { verifier: Arc::new(guard.clone()), public_writes: config.public_writes },
            retries: Retries::new(store.keys.clone(), KeptAnswers::plain()),
            streams: Streams::of(store.log.events.clone(), "/product-service"),
            events: Events::open(config, "product-service", &store.log, &meters)?,
            shelves: Shelves::of(store.summary.clone(), &meters)?,
            meters,
            store,
            outbox,
            registry,
            keys,
            guard,
            auth_log: beside.map(|beside| beside.log),
            stock_alert_recipients: config.stock_alert_recipients(),
        })
    }

    /// What is done beside serving: what happens because something else has happened, and telling others.
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        let low_stock = LowStockMail {
            mailer: self.outbox.mailer.clone(),
            recipients: self.stock_alert_recipients.clone(),
            language: Language::En,
        };
        let (guard, revoke) = (self.guard.clone(), RevokeTokens { revocations: self.guard.clone() });
        let mut tasks = vec![
            self.events.deliver(low_stock),
            self.events.broken_off(async move { guard.keep_up().await }),
        ];
        let revoking = self.events.deliver_from(self.auth_log.as_ref(), revoke);
        if revoking.is_none() {
            tracing::warn!(
                "without AMQP_URL, sessions that end are known here only when their tokens expire"
            );
        }
        tasks.extend(revoking);
        tasks.extend(self.keys.task().map(|task| self.events.broken_off(task)));
        tasks.push(self.events.forget(self.store.keys.clone()));
        tasks.extend(self.events.relay());
        tasks.extend(self.store.audit.tasks(&self.events));
        tasks
    }
}
