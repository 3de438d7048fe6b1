//! The read models of a service, and whether what it keeps is what its log says.
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use adapters::projector;
use async_trait::async_trait;
use domain_shared::{
    Difference, EventLog, Projection, ProjectionStore, Shown, Snapshots, StoreError, verify_projection,
    verify_snapshots,
};
use tokio::time::sleep;
use uuid::Uuid;

use super::Task;

/// A read model, whichever it is.
#[async_trait]
pub trait ReadModel: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// The position its rows have come to.
    async fn position(&self) -> Result<u64, StoreError>;
    /// Keeps its rows up with the log.
    fn keep_up(self: Arc<Self>) -> Task;
    /// Builds its rows again while the old ones are read, and tells how far it is.
    async fn rebuild(&self, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<(), StoreError>;
    /// Compares its rows about some aggregates with the log.
    async fn verify(&self, aggregates: &[Uuid]) -> Result<Vec<Difference>, StoreError>;
}

struct Model<P: Projection> {
    log: Arc<dyn EventLog>,
    store: Arc<dyn ProjectionStore<P>>,
}

#[async_trait]
impl<P: Projection> ReadModel for Model<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    async fn position(&self) -> Result<u64, StoreError> {
        self.store.position().await
    }

    fn keep_up(self: Arc<Self>) -> Task {
        Box::pin(async move { projector::run(&self.log, &self.store).await })
    }

    async fn rebuild(&self, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<(), StoreError> {
        projector::rebuild(&self.store, progress).await
    }

    async fn verify(&self, aggregates: &[Uuid]) -> Result<Vec<Difference>, StoreError> {
        verify_projection(&self.store, &self.log, aggregates).await
    }
}

/// One kind of aggregate, whichever it is.
#[async_trait]
trait Kind: Send + Sync {
    async fn ids_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError>;
    async fn verify(&self, ids: &[Uuid]) -> Result<Vec<Difference>, StoreError>;
}

struct Rows<A: Shown> {
    log: Arc<dyn EventLog>,
    snapshots: Arc<dyn Snapshots<A>>,
}

#[async_trait]
impl<A: Shown> Kind for Rows<A> {
    async fn ids_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        self.snapshots.ids_after(after, limit).await
    }

    async fn verify(&self, ids: &[Uuid]) -> Result<Vec<Difference>, StoreError> {
        verify_snapshots(&*self.snapshots, &self.log, ids).await
    }
}

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
                found(compare(&**kind, models, &ids).await?);
                sleep(pause).await;
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
            if let Ok((count, steps)) = self.verify(pause, &report).await {
                self.found.last.store(self.found.now.swap(0, Ordering::Relaxed), Ordering::Relaxed);
                pause = (PASS / steps.max(1)).max(SHORTEST);
                if count == 0 {
                    sleep(Duration::from_secs(1)).await;
                }
            } else {
                // The next pass begins anew; meanwhile readiness tells that the store is away.
                self.found.now.store(0, Ordering::Relaxed);
                sleep(Duration::from_secs(5)).await;
            }
        }
    }
}

/// What differs, looked at twice, since what is read in several steps may change between them.
async fn compare(
    kind: &dyn Kind,
    models: &[Arc<dyn ReadModel>],
    ids: &[Uuid],
) -> Result<Vec<Difference>, StoreError> {
    let once = async || {
        let mut differences = kind.verify(ids).await?;
        for model in models {
            differences.extend(model.verify(ids).await?);
        }
        Ok::<_, StoreError>(differences)
    };
    let differences = once().await?;
    if differences.is_empty() { Ok(differences) } else { once().await }
}
