use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    ProductEvent,
    event::{Draft, Sheet},
};
use crate::Stock;

/// Everything about a product that follows from its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductState {
    /// What describes it.
    pub sheet: Sheet,
    /// How many there are.
    pub stock: Stock,
    /// Whether it is for sale.
    pub is_active: bool,
    /// Whether it is gone from reads.
    pub is_deleted: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When anything here changed last.
    pub updated_at: DateTime<Utc>,
}

impl ProductState {
    pub(super) fn created(draft: &Draft, at: DateTime<Utc>) -> Self {
        Self {
            sheet: Sheet {
                name: draft.name.clone(),
                description: draft.description.clone(),
                price: draft.price,
                sku: draft.sku.clone(),
                category: draft.category.clone(),
                low_stock_threshold: draft.low_stock_threshold,
            },
            stock: draft.stock,
            is_active: draft.is_active,
            is_deleted: false,
            created_at: at,
            updated_at: at,
        }
    }

    pub(super) fn apply(&mut self, event: &ProductEvent, at: DateTime<Utc>) {
        match event {
            ProductEvent::Created(_) | ProductEvent::LowStock { .. } => return,
            ProductEvent::Updated(sheet) => self.sheet.clone_from(sheet),
            ProductEvent::Activated {} => self.is_active = true,
            ProductEvent::Deactivated {} => self.is_active = false,
            ProductEvent::Deleted {} => self.is_deleted = true,
            ProductEvent::StockAdded(movement) | ProductEvent::StockRemoved(movement) => {
                self.stock = movement.stock_after;
            }
        }
        self.updated_at = at;
    }

    /// Whether there are as few as the threshold says, or fewer.
    #[must_use]
    pub const fn is_low(&self) -> bool {
        self.stock.is_low(self.sheet.low_stock_threshold)
    }
}
