//! Reacting to what happened: a subscriber reads the log at its own pace and remembers how far it got.
use std::error::Error;

use async_trait::async_trait;

use crate::{Checkpoints, EventLog, StoreError, StoredEvent};

/// Someone who reacts to events. An event may come twice, never out of its aggregate's order.
#[async_trait]
pub trait Subscriber: Send + Sync + 'static {
    /// The name its checkpoint is kept under.
    fn name(&self) -> &'static str;

    /// Reacts to `event`.
    ///
    /// # Errors
    /// [`Setback::Everything`] or [`Setback::ThisEvent`]; the event is then delivered again.
    async fn on(&self, event: &StoredEvent) -> Result<(), Setback>;
}

/// Why an event wasn't reacted to.
#[derive(Debug, thiserror::Error)]
pub enum Setback {
    /// Nothing can be done at the moment; the next event would fare no better.
    #[error(transparent)]
    Everything(Box<dyn Error + Send + Sync>),
    /// Nothing can be done about this event; it must not hold up those behind it for long.
    #[error(transparent)]
    ThisEvent(Box<dyn Error + Send + Sync>),
}

/// How one round of [`deliver`] went.
#[derive(Debug)]
pub enum Delivery {
    /// Nothing new was there.
    Idle,
    /// This many events were handled; there may be more.
    Progress(usize),
    /// The event at this position, and those after it, stay undelivered.
    Retry(u64, Setback),
}

/// Hands the next events after the subscriber's checkpoint to it, at least once and in order. The event at the position
/// `given_up` is left out, if it is the next.
///
/// # Errors
/// Whatever the log or the checkpoints answer.
pub async fn deliver(
    log: &(impl EventLog + ?Sized),
    checkpoints: &(impl Checkpoints + ?Sized),
    subscriber: &(impl Subscriber + ?Sized),
    given_up: Option<u64>,
) -> Result<Delivery, StoreError> {
    const BATCH: usize = 100;
    let start = checkpoints.load(subscriber.name()).await?;
    let events = log.after(start, BATCH).await?;
    let (mut reached, mut failure) = (start, None);
    for event in &events {
        if given_up != Some(event.position)
            && let Err(setback) = subscriber.on(event).await
        {
            failure = Some(Delivery::Retry(event.position, setback));
            break;
        }
        reached = event.position;
    }
    if reached > start {
        checkpoints.store(subscriber.name(), reached).await?;
    }
    Ok(match failure {
        Some(retry) => retry,
        None if events.is_empty() => Delivery::Idle,
        None => Delivery::Progress(events.len()),
    })
}
