use std::sync::Arc;

use async_trait::async_trait;

use crate::{Aggregate, ChangeError, Recorded, StoreError};

/// A pure decision about an aggregate: records events, or refuses and leaves it as it was.
///
/// It may run more than once, on another copy each time, so it must have no effect besides the aggregate's. It is
/// owned, so that a store may queue it and decide several in one transaction.
pub type Decision<A> = Arc<dyn Fn(&mut A) -> Result<(), <A as Aggregate>::Error> + Send + Sync>;

/// What a change led to.
#[derive(Debug, Clone)]
pub struct Changed<A: Aggregate> {
    /// The aggregate right after this change.
    pub aggregate: A,
    /// The events that this change added; empty if the decision recorded none.
    pub events: Vec<Recorded<A::Event>>,
}

/// What becomes of several new aggregates if one of them can't be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// None of them is stored.
    AllOrNone,
    /// The others are stored.
    AllThatCan,
}

/// One of several new aggregates that can't be stored.
#[derive(Debug)]
pub struct Refused {
    /// Its place among them, from 0.
    pub index: usize,
    /// Why.
    pub reason: StoreError,
}

/// Where aggregates of one kind are kept, with their events.
#[async_trait]
pub trait Repository<A: Aggregate>: Send + Sync + 'static {
    /// Stores a new `aggregate` and its pending events in one transaction, then commits its journal.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if a value that must be unique has another owner, [`StoreError::Stale`] if the id is
    /// already there, [`StoreError::Repeated`] if the log has events of the same command. In any case nothing is stored
    /// and the events stay pending.
    async fn save(&self, aggregate: &mut A) -> Result<(), StoreError>;

    /// Stores several new aggregates, each as [`Repository::save`] does, all in one transaction: at once those that can be
    /// stored, or with [`Together::AllOrNone`] nothing unless all can. Tells which ones can't and why, in their order,
    /// each of them: [`StoreError::Taken`] or [`StoreError::Stale`], also if it is one before it that has the value or the
    /// id. The journals of those that were stored are committed, the events of the others stay pending. However many
    /// save at once, none of them blocks another for good.
    ///
    /// # Errors
    /// [`StoreError::Repeated`] if the log has events of one of their commands; [`StoreError::Unavailable`]. In either
    /// case nothing is stored.
    async fn save_all(&self, new: &mut [A], together: Together) -> Result<Vec<Refused>, StoreError>;

    /// Loads the aggregate, runs `decide` on it, and stores the row and the new events in one transaction. Writers of
    /// one aggregate are serialised: none is lost and none fails for being second. `Ok(None)` if there is no such one;
    /// a decision that records nothing stores nothing. Of many who come at once each hears of its own outcome, whatever
    /// becomes of the others, and whoever goes away holds up nobody.
    ///
    /// # Errors
    /// [`ChangeError::Refused`] with whatever `decide` said, [`StoreError::Taken`] and [`StoreError::Repeated`] as in
    /// [`Repository::save`]. In any case nothing is stored.
    async fn change(
        &self,
        id: A::Id,
        decide: Decision<A>,
    ) -> Result<Option<Changed<A>>, ChangeError<A::Error>>;

    /// The aggregate as it is now, or `None`.
    async fn find(&self, id: A::Id) -> Result<Option<A>, StoreError>;
}
