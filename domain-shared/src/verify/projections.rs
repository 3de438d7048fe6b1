use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::{Difference, MISSING, unreadable};
use crate::{EventLog, ProjectedRow, Projection, ProjectionStore, StoreError, StoredEvent, fold, keys};

/// Compares the live rows of the projection `P` about `aggregates` with what their histories, all of which are in memory at
/// once, fold to. Of an aggregate with an event that can't be read that is said, and nothing else.
///
/// # Errors
/// Whatever the ports answer.
pub async fn verify_projection<P: Projection>(
    store: &(impl ProjectionStore<P> + ?Sized),
    log: &(impl EventLog + ?Sized),
    aggregates: &[Uuid],
) -> Result<Vec<Difference>, StoreError> {
    let mut comparison = Comparison::<P>::begin(store, aggregates).await?;
    let history = log.history(aggregates).await?;
    for events in history.chunk_by(|one, next| one.event.aggregate_id == next.event.aggregate_id) {
        comparison.take_in(events);
    }
    Ok(comparison.end())
}

/// The same of one aggregate, however long its history is: no more than a slice of it is in memory at a time.
///
/// # Errors
/// Whatever the ports answer.
pub async fn verify_long_projection<P: Projection>(
    store: &(impl ProjectionStore<P> + ?Sized),
    log: &(impl EventLog + ?Sized),
    aggregate: Uuid,
) -> Result<Vec<Difference>, StoreError> {
    const SLICE: usize = 500;
    let mut comparison = Comparison::<P>::begin(store, &[aggregate]).await?;
    let mut version = 0;
    loop {
        let events = log.oldest_of(aggregate, version, SLICE).await?;
        comparison.take_in(&events);
        match events.last() {
            Some(last) if events.len() == SLICE => version = last.event.sequence,
            _ => return Ok(comparison.end()),
        }
    }
}

/// Rows as they are kept, and as events have led to them so far.
struct Comparison<P: Projection> {
    /// How far the rows have come at least.
    position: u64,
    /// How far each of them has come.
    further: HashMap<Uuid, u64>,
    kept: BTreeMap<Uuid, P::Row>,
    expected: BTreeMap<Uuid, P::Row>,
    /// What is said of aggregates with an event that can't be read.
    unreadable: BTreeMap<Uuid, Difference>,
}

impl<P: Projection> Comparison<P> {
    async fn begin(
        store: &(impl ProjectionStore<P> + ?Sized),
        aggregates: &[Uuid],
    ) -> Result<Self, StoreError> {
        // In this order: the rows have come to this position at least. A history that is read after that goes further.
        let position = store.position().await?;
        let rows = store.rows_of(aggregates).await?;
        Ok(Self {
            position,
            further: rows.iter().map(|row| (row.key(), row.position())).collect(),
            kept: rows.into_iter().map(|row| (row.key(), row)).collect(),
            expected: BTreeMap::new(),
            unreadable: BTreeMap::new(),
        })
    }

    /// A row that has come further than the others is compared as it was then.
    fn is_due(&self, event: &StoredEvent) -> bool {
        let row = P::key(event).and_then(|key| self.further.get(&key)).copied().unwrap_or_default();
        event.position <= self.position.max(row)
    }

    /// Folds the next events of one aggregate.
    fn take_in(&mut self, events: &[StoredEvent]) {
        let due: Vec<_> = events.iter().filter(|event| self.is_due(event)).cloned().collect();
        let known: Vec<_> = keys::<P>(&due).iter().filter_map(|key| self.expected.remove(key)).collect();
        match (fold::<P>(known, &due), events.first()) {
            (Ok(folded), _) => self.expected.extend(folded.rows.into_iter().map(|row| (row.key(), row))),
            (Err(error), Some(first)) => {
                let aggregate = first.event.aggregate_id;
                self.unreadable.entry(aggregate).or_insert_with(|| unreadable(P::NAME, aggregate, &error));
            }
            (Err(_), None) => {}
        }
    }

    fn end(self) -> Vec<Difference> {
        let Self { kept, expected, unreadable, .. } = self;
        let shown = |row: Option<&P::Row>| row.map_or_else(|| MISSING.to_owned(), |row| format!("{row:?}"));
        let keys: BTreeSet<_> = kept.keys().chain(expected.keys()).collect();
        let differ = keys.into_iter().filter_map(|key| {
            let (kept, expected) = (kept.get(key), expected.get(key));
            let aggregate = kept.or(expected)?.aggregate();
            let is_known = kept != expected && !unreadable.contains_key(&aggregate);
            is_known.then(|| Difference {
                of: P::NAME,
                id: *key,
                field: String::new(),
                kept: shown(kept),
                expected: shown(expected),
            })
        });
        let mut differences: Vec<_> = differ.collect();
        differences.extend(unreadable.into_values());
        differences
    }
}
