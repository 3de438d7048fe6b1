use diesel::prelude::{Insertable, Queryable, Selectable};
use domain_product::{LedgerEntry, ProductId, Reason, Reference, Stock};
use domain_shared::StoreError;

use super::{Generational, from_column, restored, to_column};
use crate::sql::{
    schema::stock_ledger,
    types::{Id, Time},
};

#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = stock_ledger)]
pub struct LedgerRow {
    pub(crate) generation: i64,
    pub(crate) id: Id,
    pub(crate) product_id: Id,
    pub(crate) version: i64,
    pub(crate) position: i64,
    pub(crate) delta: i64,
    pub(crate) stock_after: i64,
    pub(crate) reason: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) actor: Option<Id>,
    pub(crate) occurred_at: Time,
}

impl Generational<LedgerEntry> for LedgerRow {
    fn of(entry: LedgerEntry, generation: i64) -> Self {
        Self {
            generation,
            id: Id(entry.id),
            product_id: Id(entry.product.0),
            version: to_column(entry.version),
            position: to_column(entry.position),
            delta: entry.delta,
            stock_after: entry.stock_after.get(),
            reason: entry.reason.as_ref().map(Reason::as_str).map(str::to_owned),
            reference: entry.reference.as_ref().map(Reference::as_str).map(str::to_owned),
            actor: entry.actor.map(Id),
            occurred_at: Time(entry.occurred_at),
        }
    }

    fn read(self) -> Result<LedgerEntry, StoreError> {
        Ok(LedgerEntry {
            id: self.id.0,
            product: ProductId(self.product_id.0),
            version: from_column(self.version),
            position: from_column(self.position),
            delta: self.delta,
            stock_after: Stock::restore(self.stock_after),
            reason: self.reason.map(restored).transpose()?,
            reference: self.reference.map(restored).transpose()?,
            actor: self.actor.map(|id| id.0),
            occurred_at: self.occurred_at.0,
        })
    }
}
