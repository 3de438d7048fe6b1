//! The check for drift that never stops, in one instance at a time.
use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use domain_shared::{Checkpoint, Checkpoints, Difference, StoreError};
use tokio::time::{Instant, sleep};

use super::Audit;

/// Whoever has this checkpoint checks. Its position says nothing.
const READER: &str = "drift-check";

/// What the background check of this instance has found.
#[derive(Debug, Default)]
pub(super) struct Drift {
    /// Whether it is this instance that checks.
    is_here: AtomicBool,
    /// In the last complete pass.
    last: AtomicU64,
    /// In this pass.
    now: AtomicU64,
}

impl Drift {
    /// Those of the last pass, or more if this pass has found more; `None` if another instance checks.
    pub(super) fn differences(&self) -> Option<u64> {
        let known = || self.last.load(Ordering::Relaxed).max(self.now.load(Ordering::Relaxed));
        self.is_here.load(Ordering::Relaxed).then(known)
    }

    fn found(&self, differences: Vec<Difference>) {
        self.now.fetch_add(u64::try_from(differences.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
        // Without the values: logs aren't for personal data.
        for Difference { of, id, field, .. } in differences {
            tracing::error!(of, %id, field, "what is kept isn't what the log says");
        }
    }

    fn came_to_the_end(&self) {
        self.last.store(self.now.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The next pass begins anew. What this one has found stays found until one comes to the end.
    fn was_cut_short(&self, error: &(dyn Error + 'static)) {
        self.last.fetch_max(self.now.swap(0, Ordering::Relaxed), Ordering::Relaxed);
        tracing::warn!(error, "what is kept can't be compared with the log to the end");
    }

    /// Another instance checks from now on: what was found here is no news any more.
    fn is_elsewhere(&self) {
        self.is_here.store(false, Ordering::Relaxed);
        self.last.store(0, Ordering::Relaxed);
        self.now.store(0, Ordering::Relaxed);
    }
}

/// That it is up to this instance to check.
pub(super) struct Turn {
    checkpoints: Arc<dyn Checkpoints>,
    held: Option<Box<dyn Checkpoint>>,
    since: Instant,
}

impl Turn {
    async fn take(checkpoints: &Arc<dyn Checkpoints>) -> Result<Option<Self>, StoreError> {
        let held = checkpoints.take(READER).await?;
        let checkpoints = checkpoints.clone();
        Ok(held.map(|held| Self { checkpoints, held: Some(held), since: Instant::now() }))
    }

    /// Whether it still is. A store doesn't let anybody hold on for minutes, so now and then it is taken again.
    pub(super) async fn is_kept(&mut self) -> Result<bool, StoreError> {
        const HELD: Duration = Duration::from_secs(30);
        if self.since.elapsed() > HELD {
            self.end().await;
            self.held = self.checkpoints.take(READER).await?;
            self.since = Instant::now();
        }
        Ok(self.held.is_some())
    }

    async fn end(&mut self) {
        if let Some(held) = self.held.take() {
            let position = held.position();
            // If that fails, it is free all the same.
            let _ = held.advance(position).await;
        }
    }
}

impl Audit {
    /// Passes over everything again and again while it is this instance's turn, each time within about forty seconds as long
    /// as there are no more than some ten thousands.
    pub(super) async fn watch(&self) {
        /// How often to see whether the instance that checks is gone, and how soon to look again after a failure.
        const AWHILE: Duration = Duration::from_secs(5);
        let mut pause = SHORTEST;
        loop {
            match Turn::take(&self.checkpoints).await {
                Ok(Some(mut turn)) => {
                    self.drift.is_here.store(true, Ordering::Relaxed);
                    let rest = self.pass(&mut pause, &mut turn).await;
                    turn.end().await;
                    sleep(rest.unwrap_or(AWHILE)).await;
                }
                Ok(None) => {
                    self.drift.is_elsewhere();
                    sleep(AWHILE).await;
                }
                Err(error) => {
                    self.drift.was_cut_short(&error);
                    sleep(AWHILE).await;
                }
            }
        }
    }

    /// One pass; how long to rest after it, if it came to the end.
    async fn pass(&self, pause: &mut Duration, turn: &mut Turn) -> Option<Duration> {
        const PASS: Duration = Duration::from_secs(40);
        const WITH_NOTHING_THERE: Duration = Duration::from_secs(1);
        match self.walk(*pause, Some(turn), &|differences| self.drift.found(differences)).await {
            Ok(Some(walked)) => {
                self.drift.came_to_the_end();
                *pause = (PASS / walked.steps.max(1)).max(SHORTEST);
                Some(if walked.aggregates == 0 { WITH_NOTHING_THERE } else { Duration::ZERO })
            }
            Ok(None) => {
                self.drift.is_elsewhere();
                None
            }
            Err(error) => {
                self.drift.was_cut_short(&error);
                None
            }
        }
    }
}

const SHORTEST: Duration = Duration::from_millis(50);
