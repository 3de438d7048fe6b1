//! Events on their way from one service to others, or to the service's own reactors.
use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Reactor;
use crate::StoredEvent;

/// Carries events to whoever subscribes.
#[async_trait]
pub trait EventPublisher: Send + Sync + 'static {
    /// Hands `events` over in this order. `Ok` means that the broker keeps all of them, even if it restarts.
    ///
    /// # Errors
    /// [`BrokerError`]: some may have been taken, so all of them are to be handed over again.
    async fn publish(&self, events: &[StoredEvent]) -> Result<(), BrokerError>;
}

/// Brings events to reactors.
#[async_trait]
pub trait EventSubscriber: Send + Sync + 'static {
    /// Hands the events of the kinds that `reactor` asks for to it, for as long as this is polled. It returns
    /// only if whoever made the subscriber has told it to stop, and then what was begun has been finished and noted.
    ///
    /// Every event comes at least once, from the moment its reactor was run for the first time, and however long no
    /// reactor of that name is running. Of those with one name, wherever they run, one gets it. Those of one aggregate
    /// come in order, unless one of them had to be put off. One that its reactor refuses ([`Setback::ThisEvent`]) comes
    /// again after a while, and after some tries goes to the dead letters; [`Setback::Everything`] isn't counted as a
    /// try.
    ///
    /// [`Setback::ThisEvent`]: crate::Setback::ThisEvent
    /// [`Setback::Everything`]: crate::Setback::Everything
    async fn run(&self, reactor: Arc<dyn Reactor>);
}

/// Deliveries that were given up.
#[async_trait]
pub trait DeadLetters: Send + Sync + 'static {
    /// Up to `limit` of them, oldest first.
    async fn list(&self, limit: usize) -> Result<Vec<DeadLetter>, BrokerError>;

    /// Has a dead letter delivered again to its reactor; `false` if it isn't there.
    async fn requeue(&self, reactor: &str, id: &str) -> Result<bool, BrokerError>;

    /// Throws a dead letter away; `false` if it isn't there.
    async fn discard(&self, reactor: &str, id: &str) -> Result<bool, BrokerError>;
}

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The id of the event; of what was no event, something that tells it from others.
    pub id: String,
    /// Who couldn't deal with it.
    pub reactor: String,
    /// What kind of event it is, as far as one can tell.
    pub kind: String,
    /// Why it was given up.
    pub reason: String,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// The event as it was delivered, JSON if it is one.
    pub body: String,
}

impl DeadLetter {
    /// That of `event`, which `reactor` couldn't deal with.
    ///
    /// # Errors
    /// [`BrokerError`] if the event can't be written as JSON, which is a programming error.
    pub fn of(
        reactor: &str,
        event: &StoredEvent,
        reason: String,
        at: DateTime<Utc>,
    ) -> Result<Self, BrokerError> {
        Ok(Self {
            id: event.event.id.to_string(),
            reactor: reactor.to_owned(),
            kind: event.event.kind.clone(),
            reason,
            at: Some(at),
            body: serde_json::to_string(event).map_err(BrokerError::because)?,
        })
    }
}

/// The broker can't be reached, or doesn't answer.
#[derive(Debug, thiserror::Error)]
#[error("the message broker is unavailable")]
pub struct BrokerError(#[source] pub Box<dyn Error + Send + Sync>);

impl BrokerError {
    /// Because of `cause`.
    pub fn because(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}
