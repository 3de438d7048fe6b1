//! Reactors follow the log of their own process, without a broker: durable, since the log is.
use std::{collections::HashMap, error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain_shared::{
    Checkpoints, Clock, DeadLetterBox, Delivery, EventLog, EventSubscriber, Reactor, Setback, StoreError,
    StoredEvent, deliver_while,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    backoff::Backoff,
    rounds::{Pace, Round, Rounds},
    tally::Tally,
};

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
    /// How many deliveries to each reactor were given up.
    pub given_up: Tally,
    /// Tells to stop: the event at hand is dealt with first, and how far the reactor has come is noted.
    pub until: CancellationToken,
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
    /// How long a reactor may take until it is noted how far it has come. Others wait for the note meanwhile, and a
    /// database doesn't let it be held for long.
    pub turn: Duration,
}

impl Default for Patience {
    /// Three tries within about three seconds.
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            tries: 3,
            poll: Duration::from_millis(500),
            turn: Duration::from_secs(20),
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
        let Patience { pause, longest_pause, poll, .. } = self.patience;
        let backoff = Backoff::new(pause, longest_pause);
        let pace = Pace { news: self.log.watch(), poll, backoff, until: &self.until };
        pace.keep(&mut Following { bus: self, reactor: &*reactor, tries: HashMap::new() }).await;
    }
}

/// A reactor on its way through the log.
struct Following<'a, L, C, D, T> {
    bus: &'a LogSubscriber<L, C, D, T>,
    reactor: &'a dyn Reactor,
    /// How often it has refused the events, by position, that it is still to be tried with.
    tries: HashMap<u64, u32>,
}

#[async_trait]
impl<L: EventLog, C: Checkpoints, D: DeadLetterBox, T: Clock> Rounds for Following<'_, L, C, D, T> {
    async fn round(&mut self) -> Result<Round, Box<dyn Error + Send + Sync>> {
        if let Some(setback) = self.revive().await? {
            return Err(setback.into());
        }
        let (position, setback) = match self.deliver(None).await? {
            Delivery::Idle => return Ok(Round::Empty),
            Delivery::Progress(_) => return Ok(Round::Full),
            Delivery::Retry(position, setback) => (position, setback),
        };
        if let Setback::ThisEvent(reason) = &setback
            && let Some(event) = self.bus.log.after(position - 1, 1).await?.first()
            && self.was_last_try(event, &reason.to_string()).await?
        {
            // It is a dead letter now, so the next may have its turn.
            self.deliver(Some(position)).await?;
            return Ok(Round::Full);
        }
        Err(setback.into())
    }

    fn report(&self, error: &(dyn Error + 'static)) {
        tracing::warn!(error, reactor = self.reactor.name(), "an event wasn't reacted to");
    }
}

impl<L: EventLog, C: Checkpoints, D: DeadLetterBox, T: Clock> Following<'_, L, C, D, T> {
    /// Delivers what comes next, for as long as a turn is.
    async fn deliver(&self, given_up: Option<u64>) -> Result<Delivery, StoreError> {
        let LogSubscriber { log, checkpoints, patience, until, .. } = self.bus;
        let began = Instant::now();
        let there_is_time = || began.elapsed() < patience.turn && !until.is_cancelled();
        deliver_while(log, checkpoints, self.reactor, given_up, there_is_time).await
    }

    /// Delivers what was brought back from the dead letters.
    async fn revive(&mut self) -> Result<Option<Setback>, StoreError> {
        let dead_letters = &self.bus.dead_letters;
        for event in dead_letters.requeued(self.reactor.name()).await? {
            match self.reactor.on(&event).await {
                Ok(()) => {
                    let id = event.event.id.to_string();
                    dead_letters.discard(self.reactor.name(), &id).await.map_err(StoreError::unavailable)?;
                    self.tries.remove(&event.position);
                }
                Err(Setback::ThisEvent(reason)) if self.was_last_try(&event, &reason.to_string()).await? => {}
                Err(setback) => return Ok(Some(setback)),
            }
            if self.bus.until.is_cancelled() {
                break;
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
        self.bus.given_up.count(self.reactor.name());
        self.tries.remove(&event.position);
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
