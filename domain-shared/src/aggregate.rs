//! Event-sourced aggregates: a command decides and records, [`Aggregate::apply`] alone changes state.
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{Expected, Fault, Origin, Personal};

/// A fact about an aggregate. Its serde form is adjacently tagged: `{"type": "product.created.v1", "data": {…}}`.
pub trait DomainEvent: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What in which kinds of it is about a person.
    const PERSONAL: &'static [Personal] = &[];

    /// What an event of the retired type `kind` is called today, or was called next, and its data in that form; `None`
    /// if `kind` isn't retired. Like everything about an event it never changes once it has been released.
    ///
    /// One step is enough: from v1 to v2, where v2 has a step to v3. [`decode`](crate::decode) takes them all.
    #[must_use]
    fn upcast(_kind: &str, _data: &Value) -> Option<(&'static str, Value)> {
        None
    }
}

/// When, by whom and on behalf of which request something happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Identifies the command; events derive their ids from it, so it must be fresh for every command.
    pub command_id: Uuid,
    /// The time of the decision.
    pub at: DateTime<Utc>,
    /// The user who asked, if one was signed in.
    pub actor: Option<Uuid>,
    /// The W3C trace context of the request.
    pub traceparent: Option<String>,
    /// From where it was asked for.
    pub origin: Origin,
}

/// An event with its circumstances, as an aggregate recorded it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<E> {
    /// The event's own id: the command's id, counted up by one per event.
    pub id: Uuid,
    /// The aggregate's version once this event has happened; the first event has 1.
    pub sequence: u64,
    /// What happened.
    pub event: E,
    /// When, by whom, on behalf of what.
    pub context: Context,
}

/// What an aggregate remembers of its history: how far the store has agreed, and what is still to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal<E> {
    stored: u64,
    pending: Vec<Recorded<E>>,
}

impl<E> Journal<E> {
    /// A journal whose first `version` events the store already has.
    #[must_use]
    pub const fn at(version: u64) -> Self {
        Self { stored: version, pending: Vec::new() }
    }

    /// Notes that `event` happened. Aggregates call [`Aggregate::record`], which also applies it.
    pub fn push(&mut self, event: E, context: &Context) {
        let offset = self.pending.iter().filter(|r| r.context.command_id == context.command_id).count();
        let id = Uuid::from_u128(
            context.command_id.as_u128().wrapping_add(u128::try_from(offset).unwrap_or_default()),
        );
        self.pending.push(Recorded { id, sequence: self.version() + 1, event, context: context.clone() });
    }

    /// The version the store last agreed to.
    #[must_use]
    pub const fn stored(&self) -> u64 {
        self.stored
    }

    /// The version once everything pending is stored.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.pending.last().map_or(self.stored, |last| last.sequence)
    }

    /// What is still to be stored, oldest first.
    #[must_use]
    pub fn pending(&self) -> &[Recorded<E>] {
        &self.pending
    }

    /// Has all that is pending say that it happened within `traceparent`: the transaction that stores it, say, which is a part
    /// of the request.
    pub fn trace(&mut self, traceparent: &str) {
        for recorded in &mut self.pending {
            recorded.context.traceparent = Some(traceparent.to_owned());
        }
    }

    /// Called by a repository once the store has agreed; hands over what was pending.
    pub fn commit(&mut self) -> Vec<Recorded<E>> {
        self.stored = self.version();
        std::mem::take(&mut self.pending)
    }
}

/// The root of a consistency boundary, whose history is a sequence of events.
pub trait Aggregate: Clone + Send + Sync + 'static {
    /// The name of this kind of aggregate in the event log, such as `product`.
    const TYPE: &'static str;
    /// Its identity.
    type Id: Copy + Into<Uuid> + Send + Sync + 'static;
    /// What can happen to it.
    type Event: DomainEvent;
    /// Why it refuses a command.
    type Error: Fault + Send + Sync + 'static;

    /// Who it is.
    fn id(&self) -> Self::Id;
    /// Its history.
    fn journal(&self) -> &Journal<Self::Event>;
    /// Its history, for a repository to commit.
    fn journal_mut(&mut self) -> &mut Journal<Self::Event>;
    /// The state right after a founding event, or `None` if `event` founds nothing.
    fn found(id: Uuid, event: &Self::Event, at: DateTime<Utc>) -> Option<Self>;
    /// Changes the state as `event` says. The only code that does.
    fn apply(&mut self, event: &Self::Event, at: DateTime<Utc>);

    /// The aggregate's version: how many events have happened to it, stored or not.
    fn version(&self) -> u64 {
        self.journal().version()
    }

    /// Whether this is a version that the caller expects.
    fn is_at(&self, expected: &Expected) -> bool {
        match expected {
            Expected::Any => true,
            Expected::OneOf(versions) => versions.contains(&self.version()),
        }
    }

    /// Applies `event` and keeps it for the store.
    fn record(&mut self, event: Self::Event, context: &Context) {
        self.apply(&event, context.at);
        self.journal_mut().push(event, context);
    }
}

/// Folds a history, oldest first, into the state it led to. `None` if it is empty or starts with no founding event.
pub fn replay<A: Aggregate>(
    id: Uuid,
    history: impl IntoIterator<Item = (A::Event, DateTime<Utc>)>,
) -> Option<A> {
    let mut history = history.into_iter();
    let (first, at) = history.next()?;
    let mut aggregate = A::found(id, &first, at)?;
    let mut version = 1;
    for (event, at) in history {
        aggregate.apply(&event, at);
        version += 1;
    }
    *aggregate.journal_mut() = Journal::at(version);
    Some(aggregate)
}
