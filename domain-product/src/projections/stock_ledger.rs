use chrono::{DateTime, Utc};
use domain_shared::{EventDecodeError, ProjectedRow, Projection, StoredEvent, decode};
use uuid::Uuid;

use crate::{Movement, ProductEvent, ProductId, Reason, Reference, Stock};

/// Every movement of stock, one row each.
#[derive(Debug, Clone, Copy)]
pub struct StockLedger;

/// A line of the stock ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The movement's id: that of its event.
    pub id: Uuid,
    /// Whose stock moved.
    pub product: ProductId,
    /// The version of the product that it led to.
    pub version: u64,
    /// The event's position in the log.
    pub position: u64,
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

impl ProjectedRow for LedgerEntry {
    fn key(&self) -> Uuid {
        self.id
    }
    fn aggregate(&self) -> Uuid {
        self.product.0
    }
    fn position(&self) -> u64 {
        self.position
    }
}

impl Projection for StockLedger {
    const NAME: &'static str = "stock-ledger";
    type Row = LedgerEntry;

    fn key(event: &StoredEvent) -> Option<Uuid> {
        ProductEvent::MOVEMENTS.contains(&event.event.kind.as_str()).then_some(event.event.id)
    }

    fn apply(
        row: Option<LedgerEntry>,
        stored: &StoredEvent,
    ) -> Result<Option<LedgerEntry>, EventDecodeError> {
        let event = &stored.event;
        let (sign, movement): (i64, Movement) = match decode(event)? {
            ProductEvent::StockAdded(movement) => (1, movement),
            ProductEvent::StockRemoved(movement) => (-1, movement),
            _ => return Ok(row),
        };
        Ok(Some(LedgerEntry {
            id: event.id,
            product: ProductId(event.aggregate_id),
            version: event.sequence,
            position: stored.position,
            delta: sign * movement.quantity.get(),
            stock_after: movement.stock_after,
            reason: movement.reason,
            reference: movement.reference,
            actor: event.actor,
            occurred_at: event.occurred_at,
        }))
    }
}
