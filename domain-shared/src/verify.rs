//! Compares what is kept with what follows from the log, and names each difference.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Aggregate, EventLog, ProjectedRow, Projection, ProjectionStore, Snapshots, StoreError, StoredEvent, fold,
    replay_log,
};

/// An aggregate whose state can be shown field by field.
pub trait Shown: Aggregate {
    /// Everything about it that follows from its events.
    type State: Serialize;

    /// Its state.
    fn state(&self) -> &Self::State;
}

/// Something that isn't kept as the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: a kind of aggregate or a projection.
    pub of: &'static str,
    /// The aggregate or row.
    pub id: Uuid,
    /// Which field; empty if it is about the whole.
    pub field: String,
    /// What is kept.
    pub kept: String,
    /// What follows from the log.
    pub expected: String,
}

const MISSING: &str = "nothing";

/// Compares the rows of the aggregates `ids` with their histories.
///
/// # Errors
/// Whatever the ports answer, and [`StoreError::Unavailable`] if an event can't be read.
pub async fn verify_snapshots<A: Shown>(
    snapshots: &(impl Snapshots<A> + ?Sized),
    log: &(impl EventLog + ?Sized),
    ids: &[Uuid],
) -> Result<Vec<Difference>, StoreError> {
    // Rows first: whatever happens meanwhile is in the history, and versions tell it apart.
    let rows: HashMap<Uuid, A> =
        snapshots.rows(ids).await?.into_iter().map(|row| (row.id().into(), row)).collect();
    let mut differences = Vec::new();
    for id in ids {
        let whole = |kept: &str, expected: &str| Difference {
            of: A::TYPE,
            id: *id,
            field: String::new(),
            kept: kept.to_owned(),
            expected: expected.to_owned(),
        };
        let Some(row) = rows.get(id) else {
            // One that was begun after the rows were read is no difference; asked again, it has a row.
            if !log.oldest_of(*id, 0, 1).await?.is_empty() && snapshots.rows(&[*id]).await?.is_empty() {
                differences.push(whole(MISSING, "a row"));
            }
            continue;
        };
        let version = row.version();
        let replayed = replay_log::<A>(log, *id, move |event| event.sequence <= version).await?;
        let Some(replayed) = replayed else {
            differences.push(whole("a row", MISSING));
            continue;
        };
        if replayed.version() != version {
            let [kept, expected] = [row, &replayed].map(|aggregate| aggregate.version().to_string());
            differences.push(Difference {
                of: A::TYPE,
                id: *id,
                field: "version".to_owned(),
                kept,
                expected,
            });
        }
        let shown = |aggregate: &A| serde_json::to_value(aggregate.state()).map_err(StoreError::unavailable);
        differences.extend(fields(A::TYPE, *id, &shown(row)?, &shown(&replayed)?));
    }
    Ok(differences)
}

/// Compares the live rows of the projection `P` about `aggregates` with what their histories fold to.
///
/// # Errors
/// As in [`verify_snapshots`].
pub async fn verify_projection<P: Projection>(
    store: &(impl ProjectionStore<P> + ?Sized),
    log: &(impl EventLog + ?Sized),
    aggregates: &[Uuid],
) -> Result<Vec<Difference>, StoreError> {
    // In this order: the rows have come to this position at least, and the history goes further than the rows.
    let position = store.position().await?;
    let rows = store.rows_of(aggregates).await?;
    let history = log.history(aggregates).await?;
    // A row that has come further than that is compared as it was then.
    let further: HashMap<Uuid, u64> = rows.iter().map(|row| (row.key(), row.position())).collect();
    let due = |event: &StoredEvent| {
        let row = P::key(event).and_then(|key| further.get(&key)).copied().unwrap_or_default();
        event.position <= position.max(row)
    };
    let due: Vec<_> = history.into_iter().filter(due).collect();
    let expected = fold::<P>(Vec::new(), &due).map_err(StoreError::unavailable)?.rows;
    let by_key = |rows: Vec<P::Row>| -> BTreeMap<Uuid, P::Row> {
        rows.into_iter().map(|row| (row.key(), row)).collect()
    };
    let (kept, expected) = (by_key(rows), by_key(expected));
    let keys: BTreeSet<_> = kept.keys().chain(expected.keys()).collect();
    let shown = |row: Option<&P::Row>| row.map_or_else(|| MISSING.to_owned(), |row| format!("{row:?}"));
    let difference = |key: &Uuid| Difference {
        of: P::NAME,
        id: *key,
        field: String::new(),
        kept: shown(kept.get(key)),
        expected: shown(expected.get(key)),
    };
    Ok(keys.into_iter().filter(|key| kept.get(key) != expected.get(key)).map(difference).collect())
}

/// The fields in which two states differ.
fn fields(of: &'static str, id: Uuid, kept: &Value, expected: &Value) -> Vec<Difference> {
    let (Value::Object(kept), Value::Object(expected)) = (kept, expected) else { return Vec::new() };
    let text = |value: Option<&Value>| value.map_or_else(|| MISSING.to_owned(), Value::to_string);
    let names: BTreeSet<_> = kept.keys().chain(expected.keys()).collect();
    let differ = names.into_iter().filter(|name| kept.get(*name) != expected.get(*name));
    let difference = |name: &String| Difference {
        of,
        id,
        field: name.clone(),
        kept: text(kept.get(name)),
        expected: text(expected.get(name)),
    };
    differ.map(difference).collect()
}
