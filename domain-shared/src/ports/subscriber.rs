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
    /// Anything that may be over later; the event is then delivered again.
    async fn on(&self, event: &StoredEvent) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// How one round of [`deliver`] went.
#[derive(Debug)]
pub enum Delivery {
    /// Nothing new was there.
    Idle,
    /// This many events were handled; there may be more.
    Progress(usize),
    /// The subscriber asked for a retry; the event and those after it stay undelivered.
    Retry(Box<dyn Error + Send + Sync>),
}

/// Hands the next events after the subscriber's checkpoint to it, at least once and in order.
///
/// # Errors
/// Whatever the log or the checkpoints answer.
pub async fn deliver(
    log: &(impl EventLog + ?Sized),
    checkpoints: &(impl Checkpoints + ?Sized),
    subscriber: &(impl Subscriber + ?Sized),
) -> Result<Delivery, StoreError> {
    const BATCH: usize = 100;
    let start = checkpoints.load(subscriber.name()).await?;
    let events = log.after(start, BATCH).await?;
    let (mut reached, mut failure) = (start, None);
    for event in &events {
        if let Err(error) = subscriber.on(event).await {
            failure = Some(error);
            break;
        }
        reached = event.position;
    }
    if reached > start {
        checkpoints.store(subscriber.name(), reached).await?;
    }
    Ok(match failure {
        Some(error) => Delivery::Retry(error),
        None if events.is_empty() => Delivery::Idle,
        None => Delivery::Progress(events.len()),
    })
}
