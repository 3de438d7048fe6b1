//! Whether what a service keeps is what its log says.
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use domain_shared::{
    Checkpoints, Difference, EventLog, Projection, ProjectionStore, Shown, Snapshots, StoreError, Verified,
};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{
    Events, ReadModel, Task,
    drift::{Drift, Turn},
    read_model::{Kind, Model, Rows},
};

/// Everything of a service that follows from its log. Clones share what they found.
#[derive(Clone)]
pub struct Audit {
    log: Arc<dyn EventLog>,
    pub(super) checkpoints: Arc<dyn Checkpoints>,
    kinds: Vec<Checked>,
    pub(super) drift: Arc<Drift>,
}

/// A kind of aggregate and the read models about it.
#[derive(Clone)]
struct Checked {
    kind: Arc<dyn Kind>,
    models: Vec<Arc<dyn ReadModel>>,
}

/// What was compared.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Walked {
    /// How many aggregates.
    pub aggregates: u64,
    /// In how many steps.
    pub steps: u32,
}

/// How many aggregates are compared at once.
const STEP: usize = 100;

impl Audit {
    pub(super) fn new(log: Arc<dyn EventLog>, checkpoints: Arc<dyn Checkpoints>) -> Self {
        Self { log, checkpoints, kinds: Vec::new(), drift: Arc::default() }
    }

    /// Adds a kind of aggregate.
    pub(super) fn of<A: Shown>(mut self, snapshots: Arc<dyn Snapshots<A>>) -> Self {
        self.kinds
            .push(Checked { kind: Arc::new(Rows { log: self.log.clone(), snapshots }), models: Vec::new() });
        self
    }

    /// Adds a read model about the kind that was added last.
    pub(super) fn with<P: Projection>(mut self, store: Arc<dyn ProjectionStore<P>>) -> Self {
        let model = Arc::new(Model { log: self.log.clone(), store });
        if let Some(last) = self.kinds.last_mut() {
            last.models.push(model);
        }
        self
    }

    /// The read models.
    pub fn models(&self) -> impl Iterator<Item = &Arc<dyn ReadModel>> {
        self.kinds.iter().flat_map(|checked| &checked.models)
    }

    /// How many differences the background check knows of; `None` if another instance checks.
    #[must_use]
    pub fn differences(&self) -> Option<u64> {
        self.drift.differences()
    }

    /// Keeps every read model up, and checks all the time whether anything has drifted.
    pub(super) fn tasks(&self, events: &Events) -> Vec<Task> {
        let mut tasks: Vec<Task> =
            self.models().map(|model| Arc::clone(model).keep_up(events.until.clone())).collect();
        let audit = self.clone();
        tasks.push(events.broken_off(async move { audit.watch().await }));
        tasks
    }

    /// Compares everything with the log and hands each step's differences to `found`.
    ///
    /// # Errors
    /// Whatever the store answers.
    pub async fn verify(
        &self,
        found: &(dyn Fn(Vec<Difference>) + Send + Sync),
    ) -> Result<Walked, StoreError> {
        Ok(self.walk(Duration::ZERO, None, found).await?.unwrap_or_default())
    }

    /// The same with a rest after each step, for as long as it is this instance's `turn`; `None` if it is over.
    pub(super) async fn walk(
        &self,
        pause: Duration,
        mut turn: Option<&mut Turn>,
        found: &(dyn Fn(Vec<Difference>) + Send + Sync),
    ) -> Result<Option<Walked>, StoreError> {
        let mut walked = Walked::default();
        for checked in &self.kinds {
            let mut after = None;
            loop {
                if let Some(turn) = turn.as_deref_mut()
                    && !turn.is_kept().await?
                {
                    return Ok(None);
                }
                let ids = checked.ids_after(after, STEP).await?;
                let Some(last) = ids.last() else { break };
                after = Some(*last);
                walked.aggregates += u64::try_from(ids.len()).unwrap_or_default();
                walked.steps += 1;
                let began = Instant::now();
                found(checked.compare(&ids).await?);
                // Whoever isn't in a hurry leaves the store to others most of the time.
                let rest = if pause.is_zero() { pause } else { pause.max(began.elapsed() * 4) };
                sleep(rest).await;
                if ids.len() < STEP {
                    break;
                }
            }
        }
        Ok(Some(walked))
    }
}

impl Checked {
    /// The first ids after `after` of aggregates that have a row, a history, or something in a read model.
    async fn ids_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        let mut ids: BTreeSet<_> = self.kind.ids_after(after, limit).await?.into_iter().collect();
        for model in &self.models {
            ids.extend(model.aggregates_after(after, limit).await?);
        }
        Ok(ids.into_iter().take(limit).collect())
    }

    /// What differs, looked at twice, since what is read in several steps may change between them.
    async fn compare(&self, ids: &[Uuid]) -> Result<Vec<Difference>, StoreError> {
        let differences = self.compare_once(ids).await?;
        if differences.is_empty() { Ok(differences) } else { self.compare_once(ids).await }
    }

    async fn compare_once(&self, ids: &[Uuid]) -> Result<Vec<Difference>, StoreError> {
        let Verified { mut differences, versions } = self.kind.verify(ids).await?;
        let shares = Shares::of(ids, &versions);
        for model in &self.models {
            for group in &shares.groups {
                differences.extend(model.verify(group).await?);
            }
            for long in &shares.long {
                differences.extend(model.verify_long(*long).await?);
            }
        }
        Ok(differences)
    }
}

/// How aggregates are compared with read models: so that little of their histories is in memory at a time.
#[derive(Debug, PartialEq, Eq)]
struct Shares {
    /// Those whose histories fit into memory together.
    groups: Vec<Vec<Uuid>>,
    /// Those whose own history doesn't, or of which nobody knows how long it is.
    long: Vec<Uuid>,
}

impl Shares {
    fn of(ids: &[Uuid], versions: &HashMap<Uuid, u64>) -> Self {
        const MOST: u64 = 20_000;
        let mut shares = Self { groups: vec![Vec::new()], long: Vec::new() };
        let mut events = 0;
        for id in ids {
            let Some(version) = versions.get(id).filter(|version| **version <= MOST) else {
                shares.long.push(*id);
                continue;
            };
            events += version;
            if events > MOST {
                shares.groups.push(Vec::new());
                events = *version;
            }
            if let Some(group) = shares.groups.last_mut() {
                group.push(*id);
            }
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_at_once_fits_into_memory_and_the_rest_is_compared_alone() {
        let id = Uuid::from_u128;
        let versions =
            [(id(1), 15_000), (id(2), 5_000), (id(3), 1), (id(4), 20_001), (id(5), 19_999), (id(6), 1)];
        let ids = [1, 2, 3, 4, 5, 6, 7].map(id);
        let Shares { groups, long } = Shares::of(&ids, &HashMap::from(versions));
        assert_eq!(groups, [vec![id(1), id(2)], vec![id(3), id(5)], vec![id(6)]]);
        assert_eq!(long, [id(4), id(7)]);
    }
}
