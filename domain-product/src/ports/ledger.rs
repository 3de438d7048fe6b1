use async_trait::async_trait;
use domain_shared::StoreError;

use crate::{LedgerEntry, ProductId};

/// The stock ledger, for reading.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Up to `limit` entries of `product` before its version `before` (the newest where `None`), newest first. The
    /// ledger follows the log; what the log has up to the position `seen` is in the answer, if it gets there within a
    /// moment.
    async fn of_product(
        &self,
        product: ProductId,
        before: Option<u64>,
        limit: usize,
        seen: u64,
    ) -> Result<Vec<LedgerEntry>, StoreError>;
}
