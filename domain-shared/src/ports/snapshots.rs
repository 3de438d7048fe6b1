use async_trait::async_trait;
use uuid::Uuid;

use crate::{Aggregate, StoreError};

/// The rows that always show aggregates as they are now, for comparing them with the log.
#[async_trait]
pub trait Snapshots<A: Aggregate>: Send + Sync + 'static {
    /// Up to `limit` ids after `after` of aggregates that have a row or a history, in order.
    async fn ids_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError>;

    /// The rows of those of `ids` that have one, in any order.
    async fn rows(&self, ids: &[Uuid]) -> Result<Vec<A>, StoreError>;
}
