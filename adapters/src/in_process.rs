//! Reactors follow the log of their own process, without a broker: durable, since the log is.
use std::{collections::HashMap, error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain_shared::{
    Checkpoints, Clock, DeadLetterBox, Delivery, EventLog, EventSubscriber, LogWatch, Reactor, Setback,
    StoreError, StoredEvent, deliver,
};
use tokio::time::{sleep, timeout};

use crate::backoff::Backoff;

/// Brings the events of a log to reactors.
#[derive(Debug, Clone)]
pub struct LogSubscriber<L, C, D, T> {
    /// Where events come from.
    pub log: L,
    /// How far each reactor has come.
    pub checkpoints: C,
    /// Where deliveries go that are given up.
    pub dead_letters: D,
    /// Tells when that was.
    pub clock: T,
    /// When to try again.
    pub patience: Patience,
}

/// When to try again.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long to wait before an event is tried again, or anything while nothing can be done; each time twice as long.
    pub pause: Duration,
    /// How long such a pause gets.
    pub longest_pause: Duration,
    /// How often an event that is itself at fault is tried. Meanwhile those behind it wait.
    pub tries: u32,
    /// How often to look for events that nobody told of.
    pub poll: Duration,
}

impl Default for Patience {
    /// Three tries within about three seconds.
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            tries: 3,
            poll: Duration::from_millis(500),
        }
    }
}

#[async_trait]
impl<L, C, D, T> EventSubscriber for LogSubscriber<L, C, D, T>
where
    L: EventLog,
    C: Checkpoints,
    D: DeadLetterBox,
    T: Clock,
{
    async fn run(&self, reactor: Arc<dyn Reactor>) {
        let Patience { pause, longest_pause, .. } = self.patience;
        let backoff = Backoff::new(pause, longest_pause);
        let tries = HashMap::new();
        Following { bus: self, reactor: &*reactor, news: self.log.watch(), backoff, tries }.run().await;
    }
}

/// A reactor on its way through the log.
struct Following<'a, L, C, D, T> {
    bus: &'a LogSubscriber<L, C, D, T>,
    reactor: &'a dyn Reactor,
    news: Box<dyn LogWatch>,
    backoff: Backoff,
    /// How often it has refused the events, by position, that it is still to be tried with.
    tries: HashMap<u64, u32>,
}

impl<L: EventLog, C: Checkpoints, D: DeadLetterBox, T: Clock> Following<'_, L, C, D, T> {
    async fn run(mut self) {
        loop {
            match self.round().await {
                Ok(Delivery::Progress(_)) => self.backoff.reset(),
                Ok(Delivery::Idle) => {
                    self.backoff.reset();
                    // Whether told or not, it is time to look.
                    let _ = timeout(self.bus.patience.poll, self.news.changed()).await;
                }
                Ok(Delivery::Retry(_, setback)) => {
                    self.report(&setback);
                    sleep(self.backoff.pause()).await;
                }
                Err(error) => {
                    self.report(&error);
                    sleep(self.backoff.pause()).await;
                }
            }
        }
    }

    async fn round(&mut self) -> Result<Delivery, StoreError> {
        let LogSubscriber { log, checkpoints, .. } = self.bus;
        if let Some(retry) = self.revive().await? {
            return Ok(retry);
        }
        let delivery = deliver(log, checkpoints, self.reactor, None).await?;
        let Delivery::Retry(position, Setback::ThisEvent(reason)) = &delivery else { return Ok(delivery) };
        let position = *position;
        if let Some(event) = log.after(position - 1, 1).await?.first()
            && self.was_last_try(event, &reason.to_string()).await?
        {
            // It is a dead letter now, so the next may have its turn.
            return deliver(log, checkpoints, self.reactor, Some(position)).await;
        }
        Ok(delivery)
    }

    /// Delivers what was brought back from the dead letters.
    async fn revive(&mut self) -> Result<Option<Delivery>, StoreError> {
        let dead_letters = &self.bus.dead_letters;
        for event in dead_letters.requeued(self.reactor.name()).await? {
            match self.reactor.on(&event).await {
                Ok(()) => {
                    let id = event.event.id.to_string();
                    dead_letters.discard(self.reactor.name(), &id).await.map_err(StoreError::unavailable)?;
                    self.tries.remove(&event.position);
                }
                Err(Setback::ThisEvent(reason)) if self.was_last_try(&event, &reason.to_string()).await? => {}
                Err(setback) => return Ok(Some(Delivery::Retry(event.position, setback))),
            }
        }
        Ok(None)
    }

    /// Counts that the reactor has refused `event`; once it has done so often enough, the event is a dead letter.
    async fn was_last_try(&mut self, event: &StoredEvent, reason: &str) -> Result<bool, StoreError> {
        let tries = self.tries.entry(event.position).or_default();
        *tries += 1;
        if *tries < self.bus.patience.tries {
            return Ok(false);
        }
        let now = self.bus.clock.now();
        self.bus.dead_letters.bury(self.reactor.name(), event, reason, now).await?;
        self.tries.remove(&event.position);
        self.backoff.reset();
        Ok(true)
    }

    fn report(&self, error: &(dyn Error + 'static)) {
        tracing::warn!(error, reactor = self.reactor.name(), "an event wasn't reacted to");
    }
}
