use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Difference, MISSING, unreadable};
use crate::{Aggregate, EventLog, ReplayError, Snapshots, StoreError, replay_log};

/// An aggregate whose state can be shown field by field.
pub trait Shown: Aggregate {
    /// Everything about it that follows from its events.
    type State: Serialize;

    /// Its state.
    fn state(&self) -> &Self::State;
}

/// What came of comparing some aggregates with their histories.
#[derive(Debug, Default)]
pub struct Verified {
    /// What isn't as it should be.
    pub differences: Vec<Difference>,
    /// The versions of those that have a row: how many events there are of each.
    pub versions: HashMap<Uuid, u64>,
}

/// Compares the rows of the aggregates `ids` with their histories. Of one with an event that can't be read that is said,
/// and nothing else.
///
/// # Errors
/// Whatever the ports answer.
pub async fn verify_snapshots<A: Shown>(
    snapshots: &(impl Snapshots<A> + ?Sized),
    log: &(impl EventLog + ?Sized),
    ids: &[Uuid],
) -> Result<Verified, StoreError> {
    // Rows first: whatever happens meanwhile is in the history, and versions tell it apart.
    let rows: HashMap<Uuid, A> =
        snapshots.rows(ids).await?.into_iter().map(|row| (row.id().into(), row)).collect();
    let versions = rows.iter().map(|(id, row)| (*id, row.version())).collect();
    let mut differences = Vec::new();
    for id in ids {
        match rows.get(id) {
            Some(row) => differences.extend(verify_row(row, log).await?),
            // One that was begun after the rows were read is no difference; asked again, it has a row.
            None if !is_of::<A>(log, *id).await? || !snapshots.rows(&[*id]).await?.is_empty() => {}
            None => differences.push(whole::<A>(*id, MISSING, "a row")),
        }
    }
    Ok(Verified { differences, versions })
}

/// Whether the log has a history of such an aggregate.
async fn is_of<A: Aggregate>(log: &(impl EventLog + ?Sized), id: Uuid) -> Result<bool, StoreError> {
    Ok(log.oldest_of(id, 0, 1).await?.iter().any(|first| first.event.aggregate_type == A::TYPE))
}

async fn verify_row<A: Shown>(
    row: &A,
    log: &(impl EventLog + ?Sized),
) -> Result<Vec<Difference>, StoreError> {
    let (id, version) = (row.id().into(), row.version());
    let replayed = match replay_log::<A>(log, id, move |event| event.sequence <= version).await {
        Ok(Some(replayed)) => replayed,
        Ok(None) => return Ok(vec![whole::<A>(id, "a row", MISSING)]),
        Err(ReplayError::Unreadable(error)) => return Ok(vec![unreadable(A::TYPE, id, &error)]),
        Err(ReplayError::Log(error)) => return Err(error),
    };
    let mut differences = Vec::new();
    if replayed.version() != version {
        let [kept, expected] = [row, &replayed].map(|aggregate| aggregate.version().to_string());
        differences.push(Difference { of: A::TYPE, id, field: "version".to_owned(), kept, expected });
    }
    let shown = |aggregate: &A| serde_json::to_value(aggregate.state()).map_err(StoreError::unavailable);
    differences.extend(fields(A::TYPE, id, &shown(row)?, &shown(&replayed)?));
    Ok(differences)
}

fn whole<A: Aggregate>(id: Uuid, kept: &str, expected: &str) -> Difference {
    let (kept, expected) = (kept.to_owned(), expected.to_owned());
    Difference { of: A::TYPE, id, field: String::new(), kept, expected }
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
