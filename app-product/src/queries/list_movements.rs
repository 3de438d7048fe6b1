use async_trait::async_trait;
use domain_product::{Ledger, LedgerEntry, ProductEvent, ProductId};
use domain_shared::{Caller, EventLog, Handle};

use super::GetProduct;
use crate::{AppError, Ports, Products};

/// A page of a product's stock ledger, newest first.
#[derive(Debug, Clone)]
pub struct ListMovements {
    /// Which product's.
    pub product: ProductId,
    /// Whether the caller may see it while it isn't for sale.
    pub inactive_too: bool,
    /// Only movements before this version of the product.
    pub before: Option<u64>,
    /// How many at most.
    pub limit: usize,
}

#[async_trait]
impl<P: Ports> Handle<ListMovements> for Products<P> {
    type Output = Vec<LedgerEntry>;
    type Error = AppError;

    async fn handle(&self, query: ListMovements, caller: &Caller) -> Result<Vec<LedgerEntry>, AppError> {
        let ListMovements { product, inactive_too, before, limit } = query;
        self.handle(GetProduct { product, inactive_too }, caller).await?;
        // Whoever has moved stock finds the movement in the ledger, which follows the log.
        let last = self.0.log().newest_of(product.0, &ProductEvent::MOVEMENTS, None, 1).await?;
        let seen = last.first().map_or(0, |stored| stored.position);
        Ok(self.0.ledger().of_product(product, before, limit, seen).await?)
    }
}
