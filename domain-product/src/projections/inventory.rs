use domain_shared::{EventDecodeError, ProjectedRow, Projection, StoredEvent, decode};
use uuid::Uuid;

use crate::{Category, Money, ProductEvent, ProductId, Stock, Threshold};

/// What is on the shelves, one row per product that isn't deleted: what summaries count.
#[derive(Debug, Clone, Copy)]
pub struct Inventory;

/// A product, as far as summaries count it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryItem {
    /// Which one.
    pub product: ProductId,
    /// The position of its last event in the log.
    pub position: u64,
    /// The shelf it is found on.
    pub category: Option<Category>,
    /// What one costs.
    pub price: Money,
    /// How many there are.
    pub stock: Stock,
    /// From which stock downwards it counts as low.
    pub threshold: Threshold,
    /// Whether it is for sale.
    pub is_active: bool,
}

impl ProjectedRow for InventoryItem {
    fn key(&self) -> Uuid {
        self.product.0
    }
    fn aggregate(&self) -> Uuid {
        self.product.0
    }
    fn position(&self) -> u64 {
        self.position
    }
}

impl Projection for Inventory {
    const NAME: &'static str = "inventory";
    type Row = InventoryItem;

    fn key(event: &StoredEvent) -> Option<Uuid> {
        let event = &event.event;
        (event.kind.starts_with("product.") && event.kind != "product.low_stock.v1")
            .then_some(event.aggregate_id)
    }

    fn apply(
        row: Option<InventoryItem>,
        stored: &StoredEvent,
    ) -> Result<Option<InventoryItem>, EventDecodeError> {
        let event: ProductEvent = decode(&stored.event)?;
        let position = stored.position;
        if let ProductEvent::Created(draft) = event {
            return Ok(Some(InventoryItem {
                product: ProductId(stored.event.aggregate_id),
                position,
                category: draft.category,
                price: draft.price,
                stock: draft.stock,
                threshold: draft.low_stock_threshold,
                is_active: draft.is_active,
            }));
        }
        let Some(item) = row else { return Ok(None) };
        let item = InventoryItem { position, ..item };
        Ok(Some(match event {
            ProductEvent::Deleted {} => return Ok(None),
            ProductEvent::Updated(sheet) => InventoryItem {
                category: sheet.category,
                price: sheet.price,
                threshold: sheet.low_stock_threshold,
                ..item
            },
            ProductEvent::Activated {} => InventoryItem { is_active: true, ..item },
            ProductEvent::Deactivated {} => InventoryItem { is_active: false, ..item },
            ProductEvent::StockAdded(movement) | ProductEvent::StockRemoved(movement) => {
                InventoryItem { stock: movement.stock_after, ..item }
            }
            ProductEvent::Created(_) | ProductEvent::LowStock { .. } => item,
        }))
    }
}
