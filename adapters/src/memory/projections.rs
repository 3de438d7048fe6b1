use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use domain_auth::{Activity, ActivityRow, UserActivity, UserId};
use domain_product::{CategoryLine, Inventory, Ledger, LedgerEntry, ProductId, StockLedger, Summary};
use domain_shared::{
    Folded, Generation, ProjectedRow, Projection, ProjectionStore, StoreError, StoredEvent, fold,
};
use uuid::Uuid;

use super::{MemoryStore, State};
use crate::catch_up::catch_up;

/// The rows of a read model.
#[derive(Debug, Clone)]
pub(super) struct Rows<R> {
    live: Fold<R>,
    shadow: Option<Fold<R>>,
}

/// A set of rows, its number, and how far it has come.
#[derive(Debug, Clone)]
struct Fold<R> {
    number: u64,
    position: u64,
    rows: BTreeMap<Uuid, R>,
}

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Self { live: Fold::default(), shadow: None }
    }
}

impl<R> Default for Fold<R> {
    fn default() -> Self {
        Self { number: 0, position: 0, rows: BTreeMap::new() }
    }
}

/// A projection and where its rows are.
trait Kept: Projection {
    fn rows(state: &mut State) -> &mut Rows<Self::Row>;
}

impl Kept for StockLedger {
    fn rows(state: &mut State) -> &mut Rows<LedgerEntry> {
        &mut state.ledger
    }
}

impl Kept for Inventory {
    fn rows(state: &mut State) -> &mut Rows<Self::Row> {
        &mut state.inventory
    }
}

impl Kept for UserActivity {
    fn rows(state: &mut State) -> &mut Rows<ActivityRow> {
        &mut state.activity
    }
}

impl<R: ProjectedRow> Fold<R> {
    fn take_in<P: Projection<Row = R>>(&mut self, events: &[StoredEvent]) -> Result<(), StoreError> {
        let known =
            domain_shared::keys::<P>(events).into_iter().filter_map(|key| self.rows.get(&key).cloned());
        let Folded { replaced, rows } =
            fold::<P>(known.collect(), events).map_err(StoreError::unavailable)?;
        for key in replaced {
            self.rows.remove(&key);
        }
        self.rows.extend(rows.into_iter().map(|row| (row.key(), row)));
        self.position = events.last().map_or(self.position, |last| last.position);
        Ok(())
    }
}

#[async_trait]
impl<P: Kept> ProjectionStore<P> for MemoryStore {
    async fn position(&self) -> Result<u64, StoreError> {
        Ok(P::rows(&mut self.state()).live.position)
    }

    async fn fold(&self, generation: Generation, limit: usize) -> Result<Option<u64>, StoreError> {
        let mut state = self.state();
        let rows = P::rows(&mut state);
        let fold = match generation {
            Generation::Live => Some(&rows.live),
            Generation::Shadow => rows.shadow.as_ref(),
        };
        let Some(position) = fold.map(|fold| fold.position) else { return Ok(None) };
        let start = state.events.partition_point(|stored| stored.position <= position);
        let events: Vec<_> = state.events.iter().skip(start).take(limit).cloned().collect();
        let rows = P::rows(&mut state);
        match generation {
            _ if events.is_empty() => return Ok(None),
            Generation::Live => rows.live.take_in::<P>(&events)?,
            Generation::Shadow => rows.shadow.get_or_insert_default().take_in::<P>(&events)?,
        }
        Ok(events.last().map(|last| last.position))
    }

    async fn begin_shadow(&self) -> Result<u64, StoreError> {
        let mut state = self.state();
        let rows = P::rows(&mut state);
        let number = 1 + rows.shadow.as_ref().map_or(rows.live.number, |shadow| shadow.number);
        rows.shadow = Some(Fold { number, ..Fold::default() });
        Ok(number)
    }

    async fn swap(&self, awaited: u64) -> Result<bool, StoreError> {
        let mut state = self.state();
        let Rows { live, shadow } = P::rows(&mut state);
        if let Some(complete) = shadow.take_if(|shadow| shadow.position >= live.position) {
            *live = complete;
        }
        Ok(live.number >= awaited)
    }

    async fn rows_of(&self, aggregates: &[Uuid]) -> Result<Vec<P::Row>, StoreError> {
        let mut state = self.state();
        let rows = P::rows(&mut state).live.rows.values();
        Ok(rows.filter(|row| aggregates.contains(&row.aggregate())).cloned().collect())
    }

    async fn aggregates_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        let mut state = self.state();
        let all: BTreeSet<_> = P::rows(&mut state).live.rows.values().map(ProjectedRow::aggregate).collect();
        Ok(all.into_iter().filter(|id| after.is_none_or(|after| *id > after)).take(limit).collect())
    }
}

#[async_trait]
impl Ledger for MemoryStore {
    async fn of_product(
        &self,
        product: ProductId,
        before: Option<u64>,
        limit: usize,
        seen: u64,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        catch_up::<StockLedger>(self, seen).await?;
        let wanted = |entry: &LedgerEntry| {
            entry.product == product && before.is_none_or(|before| entry.version < before)
        };
        let state = self.state();
        let mut entries: Vec<_> =
            state.ledger.live.rows.values().filter(|entry| wanted(entry)).cloned().collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.version));
        entries.truncate(limit);
        Ok(entries)
    }
}

#[async_trait]
impl Summary for MemoryStore {
    async fn by_category(&self, inactive_too: bool) -> Result<Vec<CategoryLine>, StoreError> {
        let state = self.state();
        let mut lines = BTreeMap::new();
        for item in state.inventory.live.rows.values().filter(|item| item.is_active || inactive_too) {
            let (category, currency) = (item.category.clone(), item.price.currency());
            let key = (category.as_ref().map(|c| c.as_str().to_owned()), currency.code());
            let nothing = CategoryLine { category, currency, items: 0, units: 0, low: 0, value_minor: 0 };
            let line = lines.entry(key).or_insert(nothing);
            line.items += 1;
            line.units += item.stock.get();
            line.low += u64::from(item.stock.is_low(item.threshold));
            line.value_minor += i128::from(item.price.minor_units()) * i128::from(item.stock.get());
        }
        Ok(lines.into_values().collect())
    }
}

#[async_trait]
impl Activity for MemoryStore {
    async fn of(&self, user: UserId) -> Result<Option<ActivityRow>, StoreError> {
        Ok(self.state().activity.live.rows.get(&user.0).cloned())
    }
}
