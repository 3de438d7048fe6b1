//! Read models: rows folded from the log.
use std::{collections::HashMap, fmt::Debug};

use uuid::Uuid;

use crate::{EventDecodeError, StoredEvent};

/// A read model. It is handed events and its own rows and nothing that reaches the outside, so it can be built again at
/// any time. Each of its rows follows from the events of one aggregate.
pub trait Projection: Send + Sync + 'static {
    /// Its name, for people and stores.
    const NAME: &'static str;
    /// A row of it.
    type Row: ProjectedRow;

    /// The key of the row that `event` concerns, or `None` if it concerns none.
    fn key(event: &StoredEvent) -> Option<Uuid>;

    /// What becomes of that row; `None` if it isn't there.
    ///
    /// # Errors
    /// [`EventDecodeError`] if the event can't be read.
    fn apply(row: Option<Self::Row>, event: &StoredEvent) -> Result<Option<Self::Row>, EventDecodeError>;
}

/// A row of a read model.
pub trait ProjectedRow: Clone + PartialEq + Debug + Send + Sync + 'static {
    /// What tells it from the others.
    fn key(&self) -> Uuid;
    /// The aggregate it follows from.
    fn aggregate(&self) -> Uuid;
    /// The position of the last event in it.
    fn position(&self) -> u64;
}

/// What a run of events does to rows.
#[derive(Debug)]
pub struct Folded<R> {
    /// Rows that are no longer as they were, or not there any more.
    pub replaced: Vec<Uuid>,
    /// Rows as they are now.
    pub rows: Vec<R>,
}

/// The keys of the rows that `events` concern.
#[must_use]
pub fn keys<P: Projection>(events: &[StoredEvent]) -> Vec<Uuid> {
    let mut keys: Vec<_> = events.iter().filter_map(P::key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Folds `events` into the rows they concern, of which `rows` are those that are there.
///
/// # Errors
/// [`EventDecodeError`] if an event can't be read.
pub fn fold<P: Projection>(
    rows: Vec<P::Row>,
    events: &[StoredEvent],
) -> Result<Folded<P::Row>, EventDecodeError> {
    let replaced = keys::<P>(events);
    let mut rows: HashMap<Uuid, P::Row> = rows.into_iter().map(|row| (row.key(), row)).collect();
    for event in events {
        let Some(key) = P::key(event) else { continue };
        if let Some(row) = P::apply(rows.remove(&key), event)? {
            rows.insert(key, row);
        }
    }
    Ok(Folded { replaced, rows: rows.into_values().collect() })
}
