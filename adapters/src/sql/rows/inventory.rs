use diesel::prelude::{Insertable, Queryable, Selectable};
use domain_product::{InventoryItem, Money, ProductId, Stock, Threshold};
use domain_shared::StoreError;

use super::{Generational, from_column, restored, to_column};
use crate::sql::{schema::inventory, types::Id};

#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = inventory)]
pub struct InventoryRow {
    pub(crate) generation: i64,
    pub(crate) product_id: Id,
    pub(crate) position: i64,
    pub(crate) category: Option<String>,
    pub(crate) price_minor: i64,
    pub(crate) currency: String,
    pub(crate) stock: i64,
    pub(crate) low_stock_threshold: i64,
    pub(crate) is_active: bool,
}

impl Generational<InventoryItem> for InventoryRow {
    fn of(item: InventoryItem, generation: i64) -> Self {
        Self {
            generation,
            product_id: Id(item.product.0),
            position: to_column(item.position),
            category: item.category.map(|category| category.as_str().to_owned()),
            price_minor: item.price.minor_units(),
            currency: item.price.currency().code().to_owned(),
            stock: item.stock.get(),
            low_stock_threshold: item.threshold.get(),
            is_active: item.is_active,
        }
    }

    fn read(self) -> Result<InventoryItem, StoreError> {
        Ok(InventoryItem {
            product: ProductId(self.product_id.0),
            position: from_column(self.position),
            category: self.category.map(restored).transpose()?,
            price: Money::restore(self.price_minor, restored(self.currency)?),
            stock: Stock::restore(self.stock),
            threshold: Threshold::restore(self.low_stock_threshold),
            is_active: self.is_active,
        })
    }
}
