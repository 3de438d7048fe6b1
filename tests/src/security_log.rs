//! [`SecurityLog`]. The subject is one that keeps what is personal, too, and the log it adds to.
use domain_auth::{LoginFailure, PersonalData, SecurityEvent, SecurityLog, UserId};
use domain_shared::{Context, EventEnvelope, EventLog, Origin, decode};

use crate::{
    personal_data::client,
    support::{context, id, whole_log},
};

/// What a store has for it.
pub trait Store: SecurityLog + EventLog + PersonalData {}

impl<T: SecurityLog + EventLog + PersonalData> Store for T {}

fn failed(user: Option<UserId>) -> SecurityEvent {
    SecurityEvent::LoginFailed { user_id: user, reason: LoginFailure::WrongPassword, count: 3 }
}

/// Of nobody who is signed in.
fn from_somewhere() -> Context {
    Context { actor: None, origin: Origin { client: client(), session: None }, ..context() }
}

async fn noted(store: &impl Store, event: SecurityEvent, context: &Context) -> EventEnvelope {
    let before = whole_log_length(store).await;
    store.note(event, context).await.unwrap();
    whole_log(store, before + 1).await.pop().unwrap().event
}

async fn whole_log_length(store: &impl Store) -> usize {
    usize::try_from(store.backlog(0).await.unwrap().events).unwrap()
}

pub async fn an_act_is_an_entry_of_its_own_with_all_its_circumstances(store: impl Store) {
    for context in [context(), from_somewhere()] {
        let event = failed(Some(UserId(id())));
        let entry = noted(&store, event.clone(), &context).await;
        assert_eq!(decode::<SecurityEvent>(&entry).unwrap(), event);
        assert_eq!((entry.aggregate_type.as_str(), entry.sequence), (SecurityEvent::TYPE, 1));
        assert_eq!((entry.occurred_at, entry.actor), (context.at, context.actor));
        assert_eq!((&entry.origin, entry.traceparent), (&context.origin, context.traceparent));
        assert_eq!(store.newest_of(entry.aggregate_id, &[], None, 9).await.unwrap().len(), 1);
    }
}

pub async fn a_command_is_noted_once(store: impl Store) {
    let context = context();
    store.note(failed(None), &context).await.unwrap();
    store.note(failed(None), &context).await.unwrap_err();
    whole_log(&store, 1).await;
}

pub async fn from_where_it_was_is_forgotten_with_the_account_and_kept_if_there_is_none(store: impl Store) {
    let (ada, eve) = (UserId(id()), UserId(id()));
    for user in [Some(ada), Some(eve), None] {
        store.note(failed(user), &from_somewhere()).await.unwrap();
    }
    store.forget(ada).await.unwrap();
    store.note(failed(Some(ada)), &from_somewhere()).await.unwrap();
    let log = whole_log(&store, 4).await;
    let known: Vec<_> = log.iter().map(|stored| stored.event.origin.client == client()).collect();
    assert_eq!(known, [false, true, true, false]);
}
