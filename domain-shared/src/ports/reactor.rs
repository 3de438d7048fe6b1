//! Reacting to what happened.
use std::error::Error;

use async_trait::async_trait;

use super::{Inbox, MailError};
use crate::{EventDecodeError, StoreError, StoredEvent};

/// Someone who reacts to events with an effect on the outside. An event may come twice.
#[async_trait]
pub trait Reactor: Send + Sync + 'static {
    /// Its name, under which it is remembered what it has dealt with.
    fn name(&self) -> &'static str;

    /// The types of the events it is about.
    fn kinds(&self) -> &'static [&'static str];

    /// Reacts to `event`, which is of one of those types.
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

impl Setback {
    /// What became of a letter, to a reactor that sends one. A letter that will never be accepted is done with: nobody
    /// lives there, and trying again won't change that.
    ///
    /// # Errors
    /// A setback if it may be accepted later.
    pub fn of_letter(sent: Result<(), MailError>) -> Result<(), Self> {
        match sent {
            Ok(()) | Err(MailError::Rejected(_)) => Ok(()),
            Err(error @ MailError::Deferred(_)) => Err(Self::ThisEvent(error.into())),
            Err(error @ MailError::Unavailable(_)) => Err(Self::Everything(error.into())),
        }
    }
}

impl From<EventDecodeError> for Setback {
    fn from(error: EventDecodeError) -> Self {
        Self::ThisEvent(error.into())
    }
}

impl From<StoreError> for Setback {
    fn from(error: StoreError) -> Self {
        Self::Everything(error.into())
    }
}

/// A reactor that is handed each event once, as far as its inbox knows. The effect and the note in the inbox aren't
/// one transaction: whoever dies between them repeats the effect.
#[derive(Debug, Clone)]
pub struct Once<R, I> {
    /// Who reacts.
    pub reactor: R,
    /// What they have dealt with.
    pub inbox: I,
}

#[async_trait]
impl<R: Reactor, I: Inbox> Reactor for Once<R, I> {
    fn name(&self) -> &'static str {
        self.reactor.name()
    }

    fn kinds(&self) -> &'static [&'static str] {
        self.reactor.kinds()
    }

    async fn on(&self, event: &StoredEvent) -> Result<(), Setback> {
        if !self.inbox.has(self.name(), event.event.id).await? {
            self.reactor.on(event).await?;
            self.inbox.record(self.name(), event.event.id).await?;
        }
        Ok(())
    }
}
