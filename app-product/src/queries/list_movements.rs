use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_product::{Movement, ProductEvent, ProductId, Reason, Reference, Stock};
use domain_shared::{Caller, EventLog, Handle, StoredEvent, decode};
use uuid::Uuid;

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

/// A line of the stock ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct MovementEntry {
    /// The movement's id.
    pub id: Uuid,
    /// The version of the product that it led to.
    pub version: u64,
    /// How many came in; negative for those that went out.
    pub delta: i64,
    /// How many there were afterwards.
    pub stock_after: Stock,
    /// Why.
    pub reason: Option<Reason>,
    /// The document behind it.
    pub reference: Option<Reference>,
    /// Who did it, if they were signed in.
    pub actor: Option<Uuid>,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

#[async_trait]
impl<P: Ports> Handle<ListMovements> for Products<P> {
    type Output = Vec<MovementEntry>;
    type Error = AppError;

    async fn handle(&self, query: ListMovements, caller: &Caller) -> Result<Vec<MovementEntry>, AppError> {
        let ListMovements { product, inactive_too, before, limit } = query;
        self.handle(GetProduct { product, inactive_too }, caller).await?;
        let events = self.0.log().newest_of(product.0, &ProductEvent::MOVEMENTS, before, limit).await?;
        events.iter().filter_map(|stored| entry(stored).transpose()).collect()
    }
}

fn entry(stored: &StoredEvent) -> Result<Option<MovementEntry>, AppError> {
    let event = &stored.event;
    let (sign, movement): (i64, Movement) = match decode(event)? {
        ProductEvent::StockAdded(movement) => (1, movement),
        ProductEvent::StockRemoved(movement) => (-1, movement),
        _ => return Ok(None),
    };
    Ok(Some(MovementEntry {
        id: event.id,
        version: event.sequence,
        delta: sign * movement.quantity.get(),
        stock_after: movement.stock_after,
        reason: movement.reason,
        reference: movement.reference,
        actor: event.actor,
        occurred_at: event.occurred_at,
    }))
}
