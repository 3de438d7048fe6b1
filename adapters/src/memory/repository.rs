use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use domain_auth::{Session, User};
use domain_product::Product;
use domain_shared::{
    Aggregate, ChangeError, Changed, Decision, EventEnvelope, Refused, Repository, StoreError, StoredEvent,
    Together, seal,
};
use uuid::Uuid;

use super::{MemoryStore, State};

/// An aggregate and where its kind is kept.
pub(super) trait Kept: Aggregate {
    fn all(state: &State) -> &BTreeMap<Uuid, Self>;
    fn all_mut(state: &mut State) -> &mut BTreeMap<Uuid, Self>;
    /// What of `self` belongs to `other` already, although it must be unique.
    fn clash(&self, other: &Self) -> Option<&'static str>;
}

impl Kept for User {
    fn all(state: &State) -> &BTreeMap<Uuid, Self> {
        &state.users
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<Uuid, Self> {
        &mut state.users
    }
    fn clash(&self, other: &Self) -> Option<&'static str> {
        if self.email == other.email {
            Some("email")
        } else if self.username.key() == other.username.key() {
            Some("username")
        } else {
            None
        }
    }
}

impl Kept for Session {
    fn all(state: &State) -> &BTreeMap<Uuid, Self> {
        &state.sessions
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<Uuid, Self> {
        &mut state.sessions
    }
    fn clash(&self, _: &Self) -> Option<&'static str> {
        None
    }
}

impl Kept for Product {
    fn all(state: &State) -> &BTreeMap<Uuid, Self> {
        &state.products
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<Uuid, Self> {
        &mut state.products
    }
    fn clash(&self, other: &Self) -> Option<&'static str> {
        let both_there = !self.is_deleted && !other.is_deleted;
        (both_there && self.sheet.sku.is_some() && self.sheet.sku == other.sheet.sku).then_some("sku")
    }
}

/// The events of `aggregate`, if nothing in it is taken.
fn check<A: Kept>(state: &State, aggregate: &A) -> Result<Vec<EventEnvelope>, StoreError> {
    let id: Uuid = aggregate.id().into();
    let others = A::all(state).iter().filter(|(other, _)| **other != id).map(|(_, other)| other);
    if let Some(what) = others.filter_map(|other| aggregate.clash(other)).min() {
        return Err(StoreError::Taken(what));
    }
    let events = seal(aggregate)?;
    if events.iter().any(|event| state.event_ids.contains_key(&event.id)) {
        return Err(StoreError::Repeated);
    }
    Ok(events)
}

/// The events of `new`, if nothing in it is taken by what is there or by those before it.
fn check_new<A: Kept>(state: &State, new: &A, before: &[A]) -> Result<Vec<EventEnvelope>, StoreError> {
    let id: Uuid = new.id().into();
    if A::all(state).contains_key(&id) || before.iter().any(|other| other.id().into() == id) {
        return Err(StoreError::Stale);
    }
    let taken = before.iter().filter_map(|other| new.clash(other)).min();
    let events = check(state, new)?;
    taken.map_or(Ok(events), |what| Err(StoreError::Taken(what)))
}

/// Puts `aggregate` and its pending events in.
fn put<A: Kept>(state: &mut State, aggregate: &A, events: Vec<EventEnvelope>) {
    let id: Uuid = aggregate.id().into();
    let mut forgotten = None;
    for mut event in events {
        forgotten = state.censor(&mut event).or(forgotten);
        let position = state.events.last().map_or(1, |last| last.position + 1);
        state.event_ids.insert(event.id, state.events.len());
        state.events.push(StoredEvent { position, event });
    }
    state.grown.tell();
    let mut kept = aggregate.clone();
    kept.journal_mut().commit();
    A::all_mut(state).insert(id, kept);
    if let Some(user) = forgotten {
        state.clear_sessions(user);
    }
}

#[async_trait]
impl<A: Kept> Repository<A> for MemoryStore {
    async fn save(&self, aggregate: &mut A) -> Result<(), StoreError> {
        let mut state = self.state();
        if A::all(&state).contains_key(&aggregate.id().into()) {
            return Err(StoreError::Stale);
        }
        let events = check(&state, aggregate)?;
        put(&mut state, aggregate, events);
        aggregate.journal_mut().commit();
        Ok(())
    }

    async fn save_all(&self, new: &mut [A], together: Together) -> Result<Vec<Refused>, StoreError> {
        let mut state = self.state();
        let (mut accepted, mut sealed, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for (index, aggregate) in new.iter().enumerate() {
            match check_new(&state, aggregate, &accepted) {
                Ok(events) => {
                    accepted.push(aggregate.clone());
                    sealed.push((index, events));
                }
                Err(reason @ (StoreError::Taken(_) | StoreError::Stale)) => {
                    refused.push(Refused { index, reason });
                }
                Err(failure) => return Err(failure),
            }
        }
        if together == Together::AllOrNone && !refused.is_empty() {
            return Ok(refused);
        }
        let ids: Vec<Uuid> = sealed.iter().flat_map(|(_, events)| events).map(|event| event.id).collect();
        if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
            return Err(StoreError::Repeated);
        }
        for (index, events) in sealed {
            if let Some(aggregate) = new.get_mut(index) {
                put(&mut state, aggregate, events);
                aggregate.journal_mut().commit();
            }
        }
        Ok(refused)
    }

    async fn change(
        &self,
        id: A::Id,
        decide: Decision<A>,
    ) -> Result<Option<Changed<A>>, ChangeError<A::Error>> {
        let mut state = self.state();
        let Some(mut aggregate) = A::all(&state).get(&id.into()).cloned() else { return Ok(None) };
        decide(&mut aggregate).map_err(ChangeError::Refused)?;
        if !aggregate.journal().pending().is_empty() {
            let events = check(&state, &aggregate)?;
            put(&mut state, &aggregate, events);
        }
        let events = aggregate.journal_mut().commit();
        Ok(Some(Changed { aggregate, events }))
    }

    async fn find(&self, id: A::Id) -> Result<Option<A>, StoreError> {
        Ok(A::all(&self.state()).get(&id.into()).cloned())
    }
}
