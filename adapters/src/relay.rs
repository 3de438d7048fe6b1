//! Publishes a log: at least once, each aggregate's events in order. Any number of relays may run on one log: the one that
//! has the checkpoint publishes the next batch, and has it until the broker has confirmed.
use std::error::Error;

use async_trait::async_trait;
use domain_shared::{Checkpoints, EventLog, EventPublisher};
use tokio_util::sync::CancellationToken;

use crate::rounds::{Pace, Round, Rounds};

/// The name of the relays' checkpoint.
pub const READER: &str = "relay";

/// How many events are handed over at once, at the most.
const BATCH: usize = 200;

/// How many more are handed over when that went well. Fewer than are taken back when it didn't, or a broker that is slow
/// would be asked for too much half of the time.
const MORE: usize = 10;

/// Publishes for as long as this is polled, or `until` told to stop: then what was handed over is confirmed first.
pub async fn run(
    log: &impl EventLog,
    checkpoints: &impl Checkpoints,
    publisher: &impl EventPublisher,
    until: &CancellationToken,
) {
    let mut relay = Relay { log, checkpoints, publisher, batch: BATCH };
    Pace::steady(log.watch(), until).keep(&mut relay).await;
}

struct Relay<'a, L, C, P> {
    log: &'a L,
    checkpoints: &'a C,
    publisher: &'a P,
    /// How many events the broker is trusted to confirm in time.
    batch: usize,
}

#[async_trait]
impl<L: EventLog, C: Checkpoints, P: EventPublisher> Rounds for Relay<'_, L, C, P> {
    /// Publishes the next batch.
    async fn round(&mut self) -> Result<Round, Box<dyn Error + Send + Sync>> {
        let Some(checkpoint) = self.checkpoints.take(READER).await? else { return Ok(Round::Empty) };
        let events = self.log.after(checkpoint.position(), self.batch).await?;
        let Some(reached) = events.last().map(|last| last.position) else {
            let start = checkpoint.position();
            checkpoint.advance(start).await?;
            return Ok(Round::Empty);
        };
        if let Err(error) = self.publisher.publish(&events).await {
            // Half of what it couldn't do in time it may be able to.
            self.batch = (events.len() / 2).max(1);
            return Err(error.into());
        }
        self.batch = (self.batch + MORE).min(BATCH);
        checkpoint.advance(reached).await?;
        Ok(Round::Full)
    }

    fn report(&self, error: &(dyn Error + 'static)) {
        tracing::warn!(error, batch = self.batch, "events wait to be published");
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, time::Duration};

    use domain_shared::{BrokerError, StoredEvent};
    use tokio::time::sleep;

    use super::*;
    use crate::{memory::MemoryStore, testing::product};

    /// A broker that takes its time for each event, and keeps none if all of them take longer than five seconds.
    struct Slow {
        each: Duration,
        tries: Mutex<Vec<usize>>,
        kept: Mutex<Vec<u64>>,
    }

    impl Slow {
        fn taking(each: Duration) -> Self {
            Self { each, tries: Mutex::default(), kept: Mutex::default() }
        }

        /// Publishes all of `store`'s log, of `count` events, and tells how many were handed over each time.
        async fn gets(&self, store: &MemoryStore, count: usize) -> Vec<usize> {
            let until = CancellationToken::new();
            let all = async {
                while store.load(READER).await.unwrap() < store.end().await.unwrap() {
                    sleep(Duration::from_secs(1)).await;
                }
                until.cancel();
            };
            tokio::join!(run(store, store, self, &until), all);
            let log = store.after(0, count + 1).await.unwrap();
            let positions: Vec<_> = log.iter().map(|event| event.position).collect();
            assert_eq!(*self.kept.lock().unwrap(), positions, "each is kept once, and in order");
            assert_eq!(positions.len(), count);
            self.tries.lock().unwrap().clone()
        }
    }

    #[async_trait]
    impl EventPublisher for Slow {
        async fn publish(&self, events: &[StoredEvent]) -> Result<(), BrokerError> {
            const PATIENCE: Duration = Duration::from_secs(5);
            self.tries.lock().unwrap().push(events.len());
            let takes = self.each * u32::try_from(events.len()).unwrap();
            sleep(takes.min(PATIENCE)).await;
            if takes > PATIENCE {
                return Err(BrokerError::because("it doesn't answer in time"));
            }
            self.kept.lock().unwrap().extend(events.iter().map(|event| event.position));
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_broker_is_handed_less_until_it_keeps_up() {
        let store = MemoryStore::default();
        product(&store, 499).await;
        // It can take 60 in time.
        let tries = Slow::taking(Duration::from_millis(83)).gets(&store, 500).await;
        assert_eq!(
            tries[..6],
            [200, 100, 50, 60, 70, 35],
            "halved till it fits, then a little more each time"
        );
        assert!(tries.iter().filter(|size| **size > 60).count() <= 6, "most of the time it fits: {tries:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_slowest_broker_is_handed_one_event_at_a_time() {
        let store = MemoryStore::default();
        product(&store, 2).await;
        let tries = Slow::taking(Duration::from_secs(5)).gets(&store, 3).await;
        assert_eq!(tries[..2], [3, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_broker_that_is_quick_again_is_handed_all_there_is() {
        let store = MemoryStore::default();
        product(&store, 1999).await;
        let broker = Slow::taking(Duration::from_millis(1));
        let mut relay = Relay { log: &store, checkpoints: &store, publisher: &broker, batch: 1 };
        while relay.round().await.unwrap() == Round::Full {}
        assert_eq!(relay.batch, BATCH);
        assert_eq!(broker.kept.lock().unwrap().len(), 2000);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_handed_over_when_it_is_told_to_stop_is_noted() {
        let store = MemoryStore::default();
        product(&store, 300).await;
        let (broker, until) = (Slow::taking(Duration::from_millis(20)), CancellationToken::new());
        let stop = async {
            sleep(Duration::from_secs(1)).await;
            until.cancel();
        };
        tokio::join!(run(&store, &store, &broker, &until), stop);
        let kept = broker.kept.lock().unwrap().clone();
        assert_eq!(kept.len(), BATCH, "one batch is confirmed, and no other begun");
        assert_eq!(store.load(READER).await.unwrap(), *kept.last().unwrap());
    }
}
