//! One store behind each port, whichever the configuration chose.
use std::sync::Arc;

use adapters::{
    Connections, Tables,
    memory::MemoryStore,
    postgres::{PgConfig, PgReplica, PgStore},
    sqlite::SqliteStore,
};
use async_trait::async_trait;
use domain_auth::{
    Activity, LoginCodes, PersonalData, SecurityLog, Session, SessionRepository, TokenKeys, User,
    UserActivity, UserDirectory, UserHistory, UserRepository,
};
use domain_product::{Catalogue, Inventory, Ledger, Product, ProductRepository, StockLedger, Summary};
use domain_shared::{
    AuditChain, Checkpoints, DeadLetterBox, EventLog, IdempotencyKeys, Inbox, ProjectionStore, Repository,
    Revocations, Snapshots, StoreError, Throttle,
};

use super::{Audit, ComposeError, Log, waiting};
use crate::config::{ReplicaUrl, Store};

/// Where product-service's tables are.
const PRODUCT_SCHEMA: &str = "product";

/// Whether a store answers.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Asks it the cheapest question there is.
    async fn ping(&self) -> Result<(), StoreError>;

    /// How its connections are used, if it has any.
    fn connections(&self) -> Vec<Connections> {
        Vec::new()
    }
}

#[async_trait]
impl Probe for MemoryStore {
    async fn ping(&self) -> Result<(), StoreError> {
        Self::ping(self).await
    }
}

macro_rules! probe {
    ($($Store:ty)+) => {
        $(#[async_trait]
        impl Probe for $Store {
            async fn ping(&self) -> Result<(), StoreError> {
                <$Store>::ping(self).await
            }

            fn connections(&self) -> Vec<Connections> {
                <$Store>::connections(self)
            }
        })+
    };
}
probe! { SqliteStore PgStore }

/// Everything auth-service keeps.
#[derive(Clone)]
pub struct AuthStore {
    pub(super) users: Arc<dyn UserRepository>,
    pub(super) directory: Arc<dyn UserDirectory>,
    pub(super) history: Arc<dyn UserHistory>,
    pub(super) sessions: Arc<dyn SessionRepository>,
    pub(super) codes: Arc<dyn LoginCodes>,
    pub(super) people: Arc<dyn PersonalData>,
    /// Where security-relevant acts are written down at once.
    pub security: Arc<dyn SecurityLog>,
    /// What shows whether somebody has changed the log; not in memory, where nobody could.
    pub(super) chain: Option<Arc<dyn AuditChain>>,
    pub(super) activity: Arc<dyn Activity>,
    pub(super) token_keys: Arc<dyn TokenKeys>,
    /// How often things were done.
    pub(super) throttle: Arc<dyn Throttle>,
    /// Keys of requests that may be sent again.
    pub(super) keys: Arc<dyn IdempotencyKeys>,
    /// What happened, and who has read it.
    pub log: Log,
    /// What follows from it.
    pub audit: Audit,
    /// Whether it answers.
    pub probe: Arc<dyn Probe>,
}

/// Everything product-service keeps.
#[derive(Clone)]
pub struct ProductStore {
    pub(super) products: Arc<dyn ProductRepository>,
    pub(super) catalogue: Arc<dyn Catalogue>,
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) summary: Arc<dyn Summary>,
    pub(super) revocations: Arc<dyn Revocations>,
    /// Keys of requests that may be sent again.
    pub(super) keys: Arc<dyn IdempotencyKeys>,
    /// What happened, and who has read it.
    pub log: Log,
    /// What follows from it.
    pub audit: Audit,
    /// Whether it answers.
    pub probe: Arc<dyn Probe>,
    /// Whether its replica does, if there is one.
    pub(super) replica: Option<Arc<dyn Probe>>,
}

impl AuthStore {
    fn of<S>(store: S) -> Self
    where
        S: UserRepository + Repository<User> + UserDirectory + SessionRepository + Repository<Session>,
        S: Snapshots<User> + Snapshots<Session> + ProjectionStore<UserActivity> + Activity,
        S: UserHistory
            + LoginCodes
            + PersonalData
            + TokenKeys
            + SecurityLog
            + EventLog
            + Checkpoints
            + Inbox
            + DeadLetterBox
            + IdempotencyKeys
            + Throttle
            + Probe,
    {
        let store = Arc::new(store);
        Self {
            users: store.clone(),
            directory: store.clone(),
            history: store.clone(),
            sessions: store.clone(),
            codes: store.clone(),
            people: store.clone(),
            security: store.clone(),
            chain: None,
            activity: store.clone(),
            token_keys: store.clone(),
            throttle: store.clone(),
            keys: store.clone(),
            audit: Audit::new(store.clone(), store.clone())
                .of::<User>(store.clone())
                .with::<UserActivity>(store.clone())
                .of::<Session>(store.clone()),
            log: Log::of(&store),
            probe: store,
        }
    }

    /// Opens the store, its tables made or brought up to date.
    ///
    /// # Errors
    /// If it can't be reached for a minute, refuses us, or can't be migrated.
    pub async fn open(store: &Store, pool_size: usize) -> Result<Self, ComposeError> {
        Ok(match store {
            Store::Memory => Self::of(MemoryStore::default()),
            Store::Sqlite(path) => {
                let store = SqliteStore::open(path, Tables::Auth)?;
                Self { chain: Some(Arc::new(store.clone())), ..Self::of(store) }
            }
            Store::Postgres(url) => {
                let store = postgres(url, "auth", Tables::Auth, pool_size).await?;
                Self { chain: Some(Arc::new(store.clone())), ..Self::of(store) }
            }
        })
    }
}

impl ProductStore {
    fn of<S>(store: S) -> Self
    where
        S: Snapshots<Product> + ProjectionStore<StockLedger> + ProjectionStore<Inventory> + Ledger + Summary,
        S: Repository<Product>
            + Catalogue
            + Revocations
            + EventLog
            + Checkpoints
            + Inbox
            + DeadLetterBox
            + IdempotencyKeys
            + Probe,
    {
        let store = Arc::new(store);
        Self {
            products: store.clone(),
            catalogue: store.clone(),
            ledger: store.clone(),
            summary: store.clone(),
            revocations: store.clone(),
            keys: store.clone(),
            audit: Audit::new(store.clone(), store.clone())
                .of::<Product>(store.clone())
                .with::<StockLedger>(store.clone())
                .with::<Inventory>(store.clone()),
            log: Log::of(&store),
            probe: store,
            replica: None,
        }
    }

    /// Opens the store, its tables made or brought up to date.
    ///
    /// # Errors
    /// If it can't be reached for a minute, refuses us, or can't be migrated.
    pub async fn open(store: &Store, pool_size: usize) -> Result<Self, ComposeError> {
        Ok(match store {
            Store::Memory => Self::of(MemoryStore::default()),
            Store::Sqlite(path) => Self::of(SqliteStore::open(path, Tables::Product)?),
            Store::Postgres(url) => {
                Self::of(postgres(url, PRODUCT_SCHEMA, Tables::Product, pool_size).await?)
            }
        })
    }

    /// This store, with what may be a moment behind read from `replica`. Whether that one is there doesn't matter yet.
    ///
    /// # Errors
    /// If its URL makes no sense.
    pub async fn with_replica(self, ReplicaUrl(url): &ReplicaUrl) -> Result<Self, ComposeError> {
        let config = PgConfig {
            url: url.clone(),
            schema: PRODUCT_SCHEMA.to_owned(),
            timeouts: PgReplica::TIMEOUTS,
            ..PgConfig::default()
        };
        let store = PgStore::connect(config).await?;
        let probe: Arc<dyn Probe> = Arc::new(store.clone());
        let replica = Arc::new(PgReplica::new(store, self.catalogue.clone(), self.summary.clone()));
        Ok(Self { catalogue: replica.clone(), summary: replica, replica: Some(probe), ..self })
    }
}

async fn postgres(
    url: &str,
    schema: &str,
    tables: Tables,
    pool_size: usize,
) -> Result<PgStore, ComposeError> {
    let config =
        PgConfig { url: url.to_owned(), schema: schema.to_owned(), pool_size, ..PgConfig::default() };
    let store = PgStore::connect(config).await?;
    waiting::migrate(&store, tables).await?;
    Ok(store)
}
