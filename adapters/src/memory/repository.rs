use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

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
    /// What of it must be unique, by name.
    fn claims(&self) -> Vec<(&'static str, Cow<'_, str>)>;
}

impl Kept for User {
    fn all(state: &State) -> &BTreeMap<Uuid, Self> {
        &state.users
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<Uuid, Self> {
        &mut state.users
    }
    fn claims(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        vec![("email", self.email.as_str().into()), ("username", self.username.key().into())]
    }
}

impl Kept for Session {
    fn all(state: &State) -> &BTreeMap<Uuid, Self> {
        &state.sessions
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<Uuid, Self> {
        &mut state.sessions
    }
    fn claims(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        Vec::new()
    }
}

impl Kept for Product {
    fn all(state: &State) -> &BTreeMap<Uuid, Self> {
        &state.products
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<Uuid, Self> {
        &mut state.products
    }
    fn claims(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let sku = self.sheet.sku.as_ref().filter(|_| !self.is_deleted);
        sku.map(|sku| ("sku", sku.as_str().into())).into_iter().collect()
    }
}

/// The events of `aggregate`, if nothing in it is taken.
fn check<A: Kept>(state: &State, aggregate: &A) -> Result<Vec<EventEnvelope>, StoreError> {
    let (id, own) = (aggregate.id().into(), aggregate.claims());
    if !own.is_empty() {
        let others = A::all(state).iter().filter(|(other, _)| **other != id);
        let taken = others.flat_map(|(_, other)| other.claims()).filter(|claim| own.contains(claim));
        if let Some(what) = taken.map(|(what, _)| what).min() {
            return Err(StoreError::Taken(what));
        }
    }
    fresh_events(state, aggregate)
}

/// The events of `aggregate`, if none of them is there.
fn fresh_events<A: Kept>(state: &State, aggregate: &A) -> Result<Vec<EventEnvelope>, StoreError> {
    let events = seal(aggregate)?;
    if events.iter().any(|event| state.event_ids.contains_key(&event.id)) {
        return Err(StoreError::Repeated);
    }
    Ok(events)
}

/// Which of `new` ones have nothing that is there already, or in one before it, by their places; and which have.
fn sift<A: Kept>(state: &State, new: &[A]) -> (Vec<usize>, Vec<Refused>) {
    let mut ids: HashSet<Uuid> = HashSet::new();
    let mut claimed: HashSet<_> = A::all(state).values().flat_map(Kept::claims).collect();
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    for (index, aggregate) in new.iter().enumerate() {
        let (id, own) = (aggregate.id().into(), aggregate.claims());
        if A::all(state).contains_key(&id) || ids.contains(&id) {
            refused.push(Refused { index, reason: StoreError::Stale });
        } else if let Some((what, _)) = own.iter().find(|claim| claimed.contains(*claim)) {
            refused.push(Refused { index, reason: StoreError::Taken(what) });
        } else {
            ids.insert(id);
            claimed.extend(own);
            accepted.push(index);
        }
    }
    (accepted, refused)
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
        let (accepted, refused) = sift(&state, new);
        if together == Together::AllOrNone && !refused.is_empty() {
            return Ok(refused);
        }
        let events = |index: usize| {
            let events = new.get(index).map_or(Ok(Vec::new()), |new| fresh_events(&state, new));
            events.map(|events| (index, events))
        };
        let sealed: Vec<_> = accepted.into_iter().map(events).collect::<Result<_, _>>()?;
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
