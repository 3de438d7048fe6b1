//! Whether what a service keeps is what its log says.
use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain_shared::{Difference, EventLog, Projection, ProjectionStore, Shown, Snapshots, StoreError};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{
    ReadModel, Task,
    read_model::{Kind, Model, Rows},
};

/// Everything of a service that follows from its log. Clones share what they found.
#[derive(Clone)]
pub struct Audit {
    log: Arc<dyn EventLog>,
    kinds: Vec<Checked>,
    found: Arc<Found>,
}

/// A kind of aggregate and the read models about it.
#[derive(Clone)]
struct Checked {
    kind: Arc<dyn Kind>,
    models: Vec<Arc<dyn ReadModel>>,
}

/// What the background check has found.
#[derive(Debug, Default)]
struct Found {
    /// In the last complete pass.
    last: AtomicU64,
    /// In this pass.
    now: AtomicU64,
}

/// How many aggregates are compared at once.
const STEP: usize = 100;

impl Audit {
    pub(super) fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log, kinds: Vec::new(), found: Arc::default() }
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

    /// How many differences the background check knows of: those of its last pass, or more if this pass has found more.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.found.last.load(Ordering::Relaxed).max(self.found.now.load(Ordering::Relaxed))
    }

    /// Keeps every read model up, and checks all the time whether anything has drifted.
    pub(super) fn tasks(&self) -> Vec<Task> {
        let mut tasks: Vec<Task> = self.models().map(|model| Arc::clone(model).keep_up()).collect();
        let audit = self.clone();
        tasks.push(Box::pin(async move { audit.watch().await }));
        tasks
    }

    /// Compares everything with the log and hands each step's differences to `found`; how many aggregates there were, and
    /// in how many steps.
    ///
    /// # Errors
    /// Whatever the store answers.
    pub async fn verify(
        &self,
        pause: Duration,
        found: &(dyn Fn(Vec<Difference>) + Send + Sync),
    ) -> Result<(u64, u32), StoreError> {
        let (mut count, mut steps) = (0, 0);
        for Checked { kind, models } in &self.kinds {
            let mut after = None;
            loop {
                let ids = kind.ids_after(after, STEP).await?;
                let Some(last) = ids.last() else { break };
                after = Some(*last);
                count += u64::try_from(ids.len()).unwrap_or_default();
                steps += 1;
                let began = Instant::now();
                found(compare(&**kind, models, &ids).await?);
                // Whoever isn't in a hurry leaves the store to others most of the time.
                let rest = if pause.is_zero() { pause } else { pause.max(began.elapsed() * 4) };
                sleep(rest).await;
            }
        }
        Ok((count, steps))
    }

    /// Passes over everything again and again, each time within about forty seconds as long as there are no more than some
    /// ten thousands.
    async fn watch(&self) {
        const PASS: Duration = Duration::from_secs(40);
        const SHORTEST: Duration = Duration::from_millis(50);
        let mut pause = SHORTEST;
        loop {
            let report = |differences: Vec<Difference>| {
                let count = u64::try_from(differences.len()).unwrap_or(u64::MAX);
                self.found.now.fetch_add(count, Ordering::Relaxed);
                // Without the values: logs aren't for personal data.
                for Difference { of, id, field, .. } in differences {
                    tracing::error!(of, %id, field, "what is kept isn't what the log says");
                }
            };
            match self.verify(pause, &report).await {
                Ok((count, steps)) => {
                    self.found.last.store(self.found.now.swap(0, Ordering::Relaxed), Ordering::Relaxed);
                    pause = (PASS / steps.max(1)).max(SHORTEST);
                    if count == 0 {
                        sleep(Duration::from_secs(1)).await;
                    }
                }
                // The next pass begins anew. What this one has found stays found until one comes to the end.
                Err(error) => {
                    let found = self.found.now.swap(0, Ordering::Relaxed);
                    self.found.last.fetch_max(found, Ordering::Relaxed);
                    cut_short(&error);
                    sleep(Duration::from_secs(5)).await;
                }
            }
        }
    }
}

fn cut_short(error: &(dyn Error + 'static)) {
    tracing::warn!(error, "what is kept can't be compared with the log to the end");
}

/// What differs, looked at twice, since what is read in several steps may change between them.
async fn compare(
    kind: &dyn Kind,
    models: &[Arc<dyn ReadModel>],
    ids: &[Uuid],
) -> Result<Vec<Difference>, StoreError> {
    let groups = groups(&kind.versions(ids).await?);
    let once = async || {
        let mut differences = kind.verify(ids).await?;
        for model in models {
            for group in &groups {
                differences.extend(model.verify(group).await?);
            }
        }
        Ok::<_, StoreError>(differences)
    };
    let differences = once().await?;
    if differences.is_empty() { Ok(differences) } else { once().await }
}

/// Aggregates whose histories fit into memory together. The read models about one whose own history doesn't are left to a
/// rebuild: to compare them would be as much.
fn groups(versions: &[(Uuid, u64)]) -> Vec<Vec<Uuid>> {
    const MOST: u64 = 20_000;
    let (mut groups, mut events) = (vec![Vec::new()], 0);
    for (id, version) in versions.iter().filter(|(_, version)| *version <= MOST) {
        events += version;
        if events > MOST {
            groups.push(Vec::new());
            events = *version;
        }
        if let Some(group) = groups.last_mut() {
            group.push(*id);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_at_once_fits_into_memory() {
        let id = Uuid::from_u128;
        let versions =
            [(id(1), 15_000), (id(2), 5_000), (id(3), 1), (id(4), 20_001), (id(5), 19_999), (id(6), 1)];
        assert_eq!(groups(&versions), [vec![id(1), id(2)], vec![id(3), id(5)], vec![id(6)]]);
    }
}
