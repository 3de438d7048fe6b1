use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use domain_product::{Catalogue, CategoryLine, Filter, Product, Summary};
use domain_shared::StoreError;
use tokio::time::Instant;

use super::{PgStore, Timeouts};

/// After so many failures in a row a replica is away. One alone may be that of a question which takes too long.
const AWAY: u32 = 3;

/// For how long a replica that is away is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers what may be a moment behind: from a read replica, and from the primary while that one is away.
#[derive(Clone)]
pub struct PgReplica {
    replica: PgStore,
    catalogue: Arc<dyn Catalogue>,
    summary: Arc<dyn Summary>,
    /// How often in a row the replica has failed, and when it did last.
    failed: Arc<Mutex<Option<(u32, Instant)>>>,
}

impl fmt::Debug for PgReplica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgReplica").field("replica", &self.replica).finish_non_exhaustive()
    }
}

impl PgReplica {
    /// How long to wait for a replica: so short that there is time left to ask the primary.
    pub const TIMEOUTS: Timeouts = Timeouts {
        answer: Duration::from_millis(500),
        connect: Duration::from_millis(400),
        pool: Duration::from_millis(400),
        statement: Duration::from_millis(500),
        lock: Duration::from_millis(400),
        idle_in_transaction: Duration::from_secs(10),
    };

    /// Asks `replica` before it asks those of the primary. Nothing is written to a replica, and it needs no migration: it
    /// gets what the primary has.
    pub fn new(replica: PgStore, catalogue: Arc<dyn Catalogue>, summary: Arc<dyn Summary>) -> Self {
        Self { replica, catalogue, summary, failed: Arc::default() }
    }

    /// What the replica answers; `None` if it doesn't.
    async fn nearby<T>(&self, answer: impl Future<Output = Result<T, StoreError>> + Send) -> Option<T> {
        if self.is_away() {
            return None;
        }
        let outcome = answer.await;
        let failures = self.note(outcome.is_err());
        outcome
            .inspect_err(|error| {
                // Told once, however long it is away.
                if failures == AWAY {
                    let error: &(dyn std::error::Error + 'static) = error;
                    tracing::warn!(error, "the read replica is away; the primary answers for it");
                }
            })
            .ok()
    }

    fn is_away(&self) -> bool {
        let failed = *self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some_and(|(failures, at)| failures >= AWAY && at.elapsed() < PAUSE)
    }

    /// How often in a row it has failed by now.
    fn note(&self, has_failed: bool) -> u32 {
        let mut last = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = last.map_or(0, |(failures, _)| failures).saturating_add(1);
        *last = has_failed.then(|| (failures, Instant::now()));
        if has_failed { failures } else { 0 }
    }
}

#[async_trait]
impl Catalogue for PgReplica {
    async fn list(&self, filter: &Filter) -> Result<Vec<Product>, StoreError> {
        match self.nearby(self.replica.list(filter)).await {
            Some(products) => Ok(products),
            None => self.catalogue.list(filter).await,
        }
    }
}

#[async_trait]
impl Summary for PgReplica {
    async fn by_category(&self, inactive_too: bool) -> Result<Vec<CategoryLine>, StoreError> {
        match self.nearby(self.replica.by_category(inactive_too)).await {
            Some(lines) => Ok(lines),
            None => self.summary.by_category(inactive_too).await,
        }
    }
}
