use async_trait::async_trait;
use uuid::Uuid;

use super::Digest;
use crate::StoreError;

/// A log as it is stored, and the chain that shows whether somebody has changed it: see `docs/adr/0020-audit-chain.md`.
#[async_trait]
pub trait AuditChain: Send + Sync + 'static {
    /// Up to `limit` rows of the log after `position`, in order. A row never shows up at or before a position that was
    /// already returned.
    async fn rows_after(&self, position: u64, limit: usize) -> Result<Vec<ChainedRow>, StoreError>;

    /// Up to `limit` rows of the log after `position`, up to and with `up_to`, in order, whoever has put them there; after 0
    /// also those that somebody has put before the beginning, as if they were at 0.
    async fn rows_between(
        &self,
        position: u64,
        up_to: u64,
        limit: usize,
    ) -> Result<Vec<ChainedRow>, StoreError>;

    /// Up to `limit` links after `position`, in order.
    async fn links_after(&self, position: u64, limit: usize) -> Result<Vec<Link>, StoreError>;

    /// The last link, or `None`.
    async fn head(&self) -> Result<Option<Link>, StoreError>;

    /// Adds links, all or none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], also if there is a link at one of their positions.
    async fn extend(&self, links: Vec<Link>) -> Result<(), StoreError>;
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainedRow {
    /// Its place in the log.
    pub position: u64,
    /// The event's id.
    pub event: Uuid,
    /// All that is stored of it, what is personal as sealed as it lies there: the same bytes for as long as nobody changes
    /// it, others if anybody does.
    pub bytes: Vec<u8>,
}

/// An entry of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Where in the log the row is that it stands for.
    pub position: u64,
    /// The event there.
    pub event: Uuid,
    /// The digest of the link before it; zeros for the first.
    pub previous: Digest,
    /// Made of the digest before it and the row.
    pub digest: Digest,
}
