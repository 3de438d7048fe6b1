use async_trait::async_trait;
use uuid::Uuid;

use crate::{Projection, StoreError};

/// Where the rows of a read model are kept, beside the log they follow from.
#[async_trait]
pub trait ProjectionStore<P: Projection>: Send + Sync + 'static {
    /// The position that the live rows have come to.
    async fn position(&self) -> Result<u64, StoreError>;

    /// Folds up to `limit` of the next events into the rows of `generation` and moves its position on, in one
    /// transaction: each event takes effect once, whoever folds at the same time. The new position; `None` if there was
    /// nothing to fold, or somebody else is at it.
    async fn fold(&self, generation: Generation, limit: usize) -> Result<Option<u64>, StoreError>;

    /// Begins a second set of rows, empty and at position 0, in the shadow of the live ones; drops one that was begun
    /// before. Sets are numbered in the order in which they are begun, and no number is used twice: that of the new one.
    async fn begin_shadow(&self) -> Result<u64, StoreError>;

    /// Makes the shadow rows live in one step, if they have come as far as the live ones. The rows they replace are gone
    /// for readers at once. Whether the live rows are now those of the set `awaited`, or of one that was begun later, whoever
    /// made them live.
    async fn swap(&self, awaited: u64) -> Result<bool, StoreError>;

    /// The live rows that follow from these aggregates, ordered by key.
    async fn rows_of(&self, aggregates: &[Uuid]) -> Result<Vec<P::Row>, StoreError>;

    /// Up to `limit` ids after `after` of aggregates that live rows follow from, in order, whether or not there is anything
    /// else of these aggregates.
    async fn aggregates_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError>;
}

/// Which rows of a read model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// Those that are read.
    Live,
    /// Those that are being built.
    Shadow,
}
