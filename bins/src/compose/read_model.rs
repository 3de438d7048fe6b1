//! What follows from a log, whichever kind of aggregate or read model it is.
use std::sync::Arc;

use adapters::projector;
use async_trait::async_trait;
use domain_shared::{
    Difference, EventLog, Projection, ProjectionStore, Shown, Snapshots, StoreError, Verified,
    verify_long_projection, verify_projection, verify_snapshots,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Task;

/// A read model, whichever it is.
#[async_trait]
pub trait ReadModel: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// The position its rows have come to.
    async fn position(&self) -> Result<u64, StoreError>;
    /// Keeps its rows up with the log, until told to stop.
    fn keep_up(self: Arc<Self>, until: CancellationToken) -> Task;
    /// Builds its rows again while the old ones are read, and tells how far it is.
    async fn rebuild(&self, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<(), StoreError>;
    /// Folds what there is to fold, unless somebody else is at it.
    async fn catch_up(&self) -> Result<(), StoreError>;
    /// Up to `limit` ids after `after` of aggregates that its rows follow from, in order.
    async fn aggregates_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError>;
    /// Compares its rows about some aggregates with the log.
    async fn verify(&self, aggregates: &[Uuid]) -> Result<Vec<Difference>, StoreError>;
    /// The same of one aggregate, however long its history is.
    async fn verify_long(&self, aggregate: Uuid) -> Result<Vec<Difference>, StoreError>;
}

pub(super) struct Model<P: Projection> {
    pub(super) log: Arc<dyn EventLog>,
    pub(super) store: Arc<dyn ProjectionStore<P>>,
}

#[async_trait]
impl<P: Projection> ReadModel for Model<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    async fn position(&self) -> Result<u64, StoreError> {
        self.store.position().await
    }

    fn keep_up(self: Arc<Self>, until: CancellationToken) -> Task {
        Box::pin(async move { projector::run(&self.log, &self.store, &until).await })
    }

    async fn rebuild(&self, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<(), StoreError> {
        projector::rebuild(&self.store, progress).await
    }

    async fn catch_up(&self) -> Result<(), StoreError> {
        projector::catch_up(&self.store).await
    }

    async fn aggregates_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        self.store.aggregates_after(after, limit).await
    }

    async fn verify(&self, aggregates: &[Uuid]) -> Result<Vec<Difference>, StoreError> {
        verify_projection(&self.store, &self.log, aggregates).await
    }

    async fn verify_long(&self, aggregate: Uuid) -> Result<Vec<Difference>, StoreError> {
        verify_long_projection(&self.store, &self.log, aggregate).await
    }
}

/// One kind of aggregate, whichever it is.
#[async_trait]
pub(super) trait Kind: Send + Sync {
    async fn ids_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError>;
    async fn verify(&self, ids: &[Uuid]) -> Result<Verified, StoreError>;
}

pub(super) struct Rows<A: Shown> {
    pub(super) log: Arc<dyn EventLog>,
    pub(super) snapshots: Arc<dyn Snapshots<A>>,
}

#[async_trait]
impl<A: Shown> Kind for Rows<A> {
    async fn ids_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        self.snapshots.ids_after(after, limit).await
    }

    async fn verify(&self, ids: &[Uuid]) -> Result<Verified, StoreError> {
        verify_snapshots(&*self.snapshots, &self.log, ids).await
    }
}
