//! Keeps read models up with the log. Any number may run on one: whoever has the rows folds the next events.
use std::{error::Error, marker::PhantomData, time::Duration};

use async_trait::async_trait;
use domain_shared::{EventLog, Generation, Projection, ProjectionStore, StoreError};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    backoff::Backoff,
    rounds::{Pace, Round, Rounds},
};

/// How many events are folded in one transaction.
const BATCH: usize = 500;
/// How far a round comes that has as many: positions have gaps, so it may have fewer.
const FULL: u64 = 500;

/// Keeps the live rows of `P` up for as long as this is polled, or `until` told to stop: then what was begun is kept first.
pub async fn run<P: Projection>(
    log: &impl EventLog,
    store: &impl ProjectionStore<P>,
    until: &CancellationToken,
) {
    let mut projector = Projector { store, reached: None, of: PhantomData };
    Pace::steady(log.watch(), until).keep(&mut projector).await;
}

struct Projector<'a, P, S> {
    store: &'a S,
    /// How far the last round came.
    reached: Option<u64>,
    of: PhantomData<fn(P)>,
}

#[async_trait]
impl<P: Projection, S: ProjectionStore<P>> Rounds for Projector<'_, P, S> {
    async fn round(&mut self) -> Result<Round, Box<dyn Error + Send + Sync>> {
        let Some(reached) = self.store.fold(Generation::Live, BATCH).await? else { return Ok(Round::Empty) };
        let before = self.reached.replace(reached);
        let is_full = before.is_none_or(|before| reached.saturating_sub(before) >= FULL);
        Ok(if is_full { Round::Full } else { Round::Some })
    }

    fn report(&self, error: &(dyn Error + 'static)) {
        report(error, P::NAME);
    }
}

fn report(error: &(dyn Error + 'static), projection: &str) {
    tracing::warn!(error, projection, "a read model stays behind");
}

/// Folds what there is to fold into the live rows of `P`, unless somebody else is at it.
///
/// # Errors
/// Whatever the store answers.
pub async fn catch_up<P: Projection>(store: &(impl ProjectionStore<P> + ?Sized)) -> Result<(), StoreError> {
    while store.fold(Generation::Live, BATCH).await?.is_some() {}
    Ok(())
}

/// Builds the rows of `P` again beside the live ones, then has them take their place. Tells `progress` how far it is. Of
/// several at once the last to begin counts: the others help to build its rows, and all end when those are live.
///
/// # Errors
/// What the store answers if it does so time and again, or if nothing moves for long; the live rows are as they were.
pub async fn rebuild<P: Projection>(
    store: &(impl ProjectionStore<P> + ?Sized),
    mut progress: impl FnMut(u64) + Send,
) -> Result<(), StoreError> {
    /// Events keep coming, and somebody else may be folding them.
    const BREATH: Duration = Duration::from_millis(5);
    const PATIENCE: Duration = Duration::from_mins(1);
    let mut trouble = Trouble::default();
    let awaited = loop {
        match store.begin_shadow().await {
            Ok(number) => break number,
            Err(error) => trouble.sit_out(error, P::NAME).await?,
        }
    };
    let mut moved = Instant::now();
    loop {
        let step = match store.fold(Generation::Shadow, BATCH * 4).await {
            Ok(None) => store.swap(awaited).await.map(|is_done| is_done.then_some(Step::Done)),
            folded => folded.map(|position| position.map(Step::Folded)),
        };
        match step {
            Ok(Some(Step::Done)) => return Ok(()),
            Ok(Some(Step::Folded(position))) => {
                (moved, trouble) = (Instant::now(), Trouble::default());
                progress(position);
            }
            Ok(None) if moved.elapsed() > PATIENCE => {
                return Err(StoreError::unavailable("somebody else has the rows and doesn't get ahead"));
            }
            Ok(None) => sleep(BREATH).await,
            Err(error) => trouble.sit_out(error, P::NAME).await?,
        }
    }
}

enum Step {
    Folded(u64),
    Done,
}

/// Failures since something went well.
struct Trouble {
    failures: u32,
    backoff: Backoff,
}

impl Default for Trouble {
    fn default() -> Self {
        Self { failures: 0, backoff: Backoff::new(Duration::from_millis(100), Duration::from_secs(5)) }
    }
}

impl Trouble {
    /// Waits a while if it may pass; gives `error` back if it has gone on for too long.
    async fn sit_out(&mut self, error: StoreError, projection: &str) -> Result<(), StoreError> {
        /// About half a minute.
        const MOST: u32 = 10;
        self.failures += 1;
        if self.failures > MOST {
            return Err(error);
        }
        report(&error, projection);
        sleep(self.backoff.pause()).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
