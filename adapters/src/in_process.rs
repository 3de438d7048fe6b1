//! Reactors follow the log of their own process, without a broker: durable, since the log is.
use std::{error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain_shared::{
    Checkpoints, Clock, DeadLetterBox, Delivery, EventLog, EventSubscriber, LogWatch, Reactor, Setback,
    StoreError, deliver,
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
    /// How long to wait before an event is tried again; each time twice as long.
    pub pause: Duration,
    /// How often an event that is itself at fault is tried. Meanwhile those behind it wait.
    pub tries: u32,
    /// How often to look for events that nobody told of.
    pub poll: Duration,
}

impl Default for Patience {
    /// Three tries within about three seconds.
    fn default() -> Self {
        Self { pause: Duration::from_secs(1), tries: 3, poll: Duration::from_millis(500) }
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
        Following { bus: self, reactor: &*reactor, news: self.log.watch(), failed: None }.run().await;
    }
}

/// A reactor on its way through the log.
struct Following<'a, L, C, D, T> {
    bus: &'a LogSubscriber<L, C, D, T>,
    reactor: &'a dyn Reactor,
    news: Box<dyn LogWatch>,
    /// The event that was refused last, and how often.
    failed: Option<(u64, u32)>,
}

impl<L: EventLog, C: Checkpoints, D: DeadLetterBox, T: Clock> Following<'_, L, C, D, T> {
    async fn run(mut self) {
        const LONGEST_PAUSE: Duration = Duration::from_secs(30);
        let Patience { pause, poll, .. } = self.bus.patience;
        let mut backoff = Backoff::new(pause, LONGEST_PAUSE);
        loop {
            match self.round().await {
                Ok(Delivery::Progress(_)) => backoff.reset(),
                Ok(Delivery::Idle) => {
                    backoff.reset();
                    // Whether told or not, it is time to look.
                    let _ = timeout(poll, self.news.changed()).await;
                }
                Ok(Delivery::Retry(_, setback)) => {
                    self.report(&setback);
                    sleep(backoff.pause()).await;
                }
                Err(error) => {
                    self.report(&error);
                    sleep(backoff.pause()).await;
                }
            }
        }
    }

    async fn round(&mut self) -> Result<Delivery, StoreError> {
        let LogSubscriber { log, checkpoints, dead_letters, patience, .. } = self.bus;
        self.revive().await?;
        let given_up =
            self.failed.filter(|(_, tries)| *tries >= patience.tries).map(|(position, _)| position);
        let delivery = deliver(log, checkpoints, self.reactor, given_up).await?;
        if let Delivery::Retry(position, Setback::ThisEvent(reason)) = &delivery {
            let before = self.failed.filter(|(failed, _)| failed == position).map_or(0, |(_, tries)| tries);
            if before + 1 >= patience.tries
                && let Some(event) = log.after(position - 1, 1).await?.first()
            {
                let now = self.bus.clock.now();
                dead_letters.bury(self.reactor.name(), event, &reason.to_string(), now).await?;
            }
            self.failed = Some((*position, before + 1));
        }
        Ok(delivery)
    }

    /// Delivers what was brought back from the dead letters.
    async fn revive(&self) -> Result<(), StoreError> {
        let dead_letters = &self.bus.dead_letters;
        for event in dead_letters.requeued(self.reactor.name()).await? {
            match self.reactor.on(&event).await {
                Ok(()) => {
                    let id = event.event.id.to_string();
                    dead_letters.discard(self.reactor.name(), &id).await.map_err(StoreError::unavailable)?;
                }
                Err(Setback::ThisEvent(reason)) => {
                    let now = self.bus.clock.now();
                    dead_letters.bury(self.reactor.name(), &event, &reason.to_string(), now).await?;
                }
                Err(Setback::Everything(_)) => break,
            }
        }
        Ok(())
    }

    fn report(&self, error: &(dyn Error + 'static)) {
        tracing::warn!(error, reactor = self.reactor.name(), "an event wasn't reacted to");
    }
}
