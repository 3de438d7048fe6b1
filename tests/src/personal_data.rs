//! [`PersonalData`]. The subject is a store that keeps what is personal, too: whatever it is forgotten from.
use std::sync::Arc;

use domain_auth::{
    EndReason, LoginCodes, PasswordHash, PersonalData, Profile, Registration, Session, SessionId,
    SessionRepository, User, UserId, UserRepository, personal,
};
use domain_shared::{
    Aggregate, Client, DeadLetterBox, DomainEvent, EventLog, Repository, StoredEvent, decode, replay,
};

use crate::{
    examples::{assert_same, registration, session_of, user},
    repository::found,
    support::{at_once, context, id, number, parse, whole_log},
};

/// Every port that keeps something personal.
pub trait Store:
    PersonalData + UserRepository + SessionRepository + EventLog + LoginCodes + DeadLetterBox
{
}

impl<T> Store for T where
    T: PersonalData + UserRepository + SessionRepository + EventLog + LoginCodes + DeadLetterBox
{
}

/// Everything about a person that the cases look for afterwards.
const TRACES: [&str; 6] = ["lovelace", "Augusta", "Countess", "+4420123456", "203.0.113.7", "Mosaic"];

pub(crate) fn client() -> Client {
    Client { address: Some("203.0.113.7".to_owned()), user_agent: Some("Mosaic/0.9".to_owned()) }
}

pub(crate) fn session(user: UserId, client: Client) -> Session {
    let context = context();
    Session::start(SessionId(id()), user, client, session_of(user).expires_at, &context)
}

fn ada() -> User {
    user(Registration {
        email: parse(format!("lovelace{}@example.com", number())),
        username: parse(format!("lovelace{}", number())),
        full_name: Some(parse("Augusta Ada King")),
        phone_number: Some(parse("+442012345678")),
        ..registration("ada")
    })
}

/// Somebody who has told everything about themselves, twice, and signed in: three events.
pub(crate) async fn somebody(store: &impl Store) -> (User, Session) {
    let mut ada = ada();
    store.save(&mut ada).await.unwrap();
    rename(store, &ada).await;
    let mut session = session(ada.id(), client());
    store.save(&mut session).await.unwrap();
    (found(store, ada.id()).await, session)
}

async fn rename(store: &impl Store, user: &User) {
    let (full_name, context) = (Some(Some(parse(format!("Countess {}", number())))), context());
    let profile = Profile { full_name, phone_number: None };
    let rename = move |user: &mut User| user.update_profile(profile.clone(), &context);
    Repository::<User>::change(store, user.id(), Arc::new(rename)).await.unwrap().unwrap();
}

async fn erase(store: &impl Store, user: &User) {
    let context = context();
    let erase = move |user: &mut User| user.erase(&context);
    Repository::<User>::change(store, user.id(), Arc::new(erase)).await.unwrap().unwrap();
}

/// The log as it should be read once `forgotten` is.
fn without(forgotten: UserId, mut log: Vec<StoredEvent>) -> Vec<StoredEvent> {
    for StoredEvent { event, .. } in &mut log {
        if let Some(personal) = personal(&event.kind)
            && let Some(subject) = personal.subject_of(event).filter(|subject| *subject == forgotten.0)
        {
            personal.erase(subject, &mut event.data);
        }
    }
    log
}

fn assert_no_traces(events: &[StoredEvent]) {
    assert!(!events.is_empty());
    let text = format!("{events:?}");
    for trace in TRACES {
        assert!(!text.contains(trace), "{trace} is left in {text}");
    }
}

async fn assert_rows_are_clear(store: &impl Store, user: UserId) {
    for session in store.all_sessions(user).await.unwrap() {
        assert_eq!(session.client, Client::default(), "from where a session was started is cleared");
    }
}

fn replayed<A: Aggregate<Event: DomainEvent>>(history: &[StoredEvent]) -> A {
    let id = history.first().unwrap().event.aggregate_id;
    let events = history.iter().map(|s| (decode::<A::Event>(&s.event).unwrap(), s.event.occurred_at));
    replay(id, events).unwrap()
}

pub async fn until_it_is_forgotten_the_log_is_as_it_was_written(store: impl Store) {
    let (ada, session) = somebody(&store).await;
    let log = format!("{:?}", whole_log(&store, 3).await);
    assert!(TRACES.iter().all(|trace| log.contains(trace)), "{log}");
    let history = store.history(&[ada.id().0]).await.unwrap();
    assert_same(&replayed::<User>(&history), &ada, "the log replays to the row");
    let history = store.history(&[session.id().0]).await.unwrap();
    assert_same(&replayed::<Session>(&history), &session, "the log replays to the row");
}

pub async fn what_is_forgotten_is_unreadable_however_the_log_is_read(store: impl Store) {
    let (ada, session) = somebody(&store).await;
    store.forget(ada.id()).await.unwrap();
    let log = whole_log(&store, 3).await;
    assert_no_traces(&log);
    for aggregate in [ada.id().0, session.id().0] {
        assert_no_traces(&store.newest_of(aggregate, &[], None, 9).await.unwrap());
    }
    assert_no_traces(&store.history(&[ada.id().0, session.id().0]).await.unwrap());
    for stored in &log {
        assert_no_traces(&store.of_command(stored.event.command_id).await.unwrap());
    }
}

pub async fn the_rest_of_the_log_is_as_it_was(store: impl Store) {
    let (ada, _) = somebody(&store).await;
    somebody(&store).await;
    let before = whole_log(&store, 6).await;
    store.forget(ada.id()).await.unwrap();
    let expected = without(ada.id(), before.clone());
    assert_ne!(expected, before);
    assert_eq!(whole_log(&store, 6).await, expected, "each event in its place, with placeholders in it");
    assert_eq!(whole_log(&store, 6).await, expected, "the same placeholders each time");
}

pub async fn everybody_else_is_remembered(store: impl Store) {
    let ((ada, _), (other, session)) = (somebody(&store).await, somebody(&store).await);
    let ids = [other.id().0, session.id().0];
    let before = store.history(&ids).await.unwrap();
    store.forget(ada.id()).await.unwrap();
    assert_eq!(store.history(&ids).await.unwrap(), before);
    assert_same(&found::<Session>(&store, session.id()).await, &session, "the rows of others are left alone");
    rename(&store, &other).await;
    let newest = store.newest_of(other.id().0, &[], None, 1).await.unwrap();
    assert!(format!("{newest:?}").contains("Countess"), "and what is added about them is kept");
}

pub async fn whoever_was_forgotten_or_never_known_may_be_forgotten(store: impl Store) {
    let (ada, _) = somebody(&store).await;
    for _ in 0..2 {
        store.forget(ada.id()).await.unwrap();
        store.forget(UserId(id())).await.unwrap();
        assert_no_traces(&whole_log(&store, 3).await);
    }
}

pub async fn what_is_added_about_somebody_forgotten_is_forgotten(store: impl Store) {
    let (ada, _) = somebody(&store).await;
    store.forget(ada.id()).await.unwrap();
    rename(&store, &ada).await;
    store.save(&mut session(ada.id(), client())).await.unwrap();
    assert_no_traces(&whole_log(&store, 5).await);
    assert_rows_are_clear(&store, ada.id()).await;
}

pub async fn a_stranger_who_was_forgotten_stays_so(store: impl Store) {
    let mut ada = ada();
    store.forget(ada.id()).await.unwrap();
    store.save(&mut session(ada.id(), client())).await.unwrap();
    store.save(&mut ada).await.unwrap();
    assert_no_traces(&whole_log(&store, 2).await);
    assert_rows_are_clear(&store, ada.id()).await;
}

pub async fn sessions_of_somebody_forgotten_do_not_say_where_they_were_started(store: impl Store) {
    let (ada, open) = somebody(&store).await;
    let mut ended = session(ada.id(), client());
    store.save(&mut ended).await.unwrap();
    let context = context();
    let end = move |s: &mut Session| s.end(EndReason::Erasure, &context);
    Repository::<Session>::change(&store, ended.id(), Arc::new(end)).await.unwrap().unwrap();
    store.forget(ada.id()).await.unwrap();
    assert_eq!(store.all_sessions(ada.id()).await.unwrap().len(), 2);
    assert_rows_are_clear(&store, ada.id()).await;
    assert_eq!(found::<Session>(&store, open.id()).await.version(), open.version(), "nothing else changes");
}

pub async fn the_log_of_somebody_erased_and_forgotten_replays_to_their_rows(store: impl Store) {
    let (ada, session) = somebody(&store).await;
    erase(&store, &ada).await;
    let row = found::<User>(&store, ada.id()).await;
    let history = async || store.history(&[ada.id().0]).await.unwrap();
    assert_same(&replayed::<User>(&history().await), &row, "erased, not yet forgotten");
    store.forget(ada.id()).await.unwrap();
    assert_same(&found::<User>(&store, ada.id()).await, &row, "forgetting leaves the account alone");
    assert_same(&replayed::<User>(&history().await), &row, "erased and forgotten");
    assert_eq!(row.password(), &PasswordHash::unusable());
    let history = store.history(&[session.id().0]).await.unwrap();
    let row = found::<Session>(&store, session.id()).await;
    assert_same(&replayed::<Session>(&history), &row, "a session");
}

pub async fn the_address_and_the_name_of_somebody_erased_are_free(store: impl Store) {
    let (ada, _) = somebody(&store).await;
    erase(&store, &ada).await;
    store.forget(ada.id()).await.unwrap();
    let (email, username) = (ada.email.clone(), ada.username.clone());
    let mut heiress = user(Registration { email, username, ..registration("heiress") });
    store.save(&mut heiress).await.unwrap();
    let owner = store.by_email(&ada.email).await.unwrap().unwrap();
    assert_eq!(owner.id(), heiress.id());
    assert_eq!(store.by_username(&ada.username).await.unwrap().unwrap().id(), heiress.id());
    let history = store.history(&[heiress.id().0]).await.unwrap();
    assert_same(&replayed::<User>(&history), &heiress, "the next owner is remembered");
}

pub async fn of_sessions_started_while_their_user_is_forgotten_nothing_is_left(
    store: impl Store + Clone + Sync,
) {
    let (ada, _) = somebody(&store).await;
    let ada = ada.id();
    at_once(20, |number| {
        let store = store.clone();
        async move {
            match number {
                10 => store.forget(ada).await.unwrap(),
                _ => store.save(&mut session(ada, client())).await.unwrap(),
            }
        }
    })
    .await;
    assert_eq!(store.all_sessions(ada).await.unwrap().len(), 20);
    assert_rows_are_clear(&store, ada).await;
    assert_no_traces(&whole_log(&store, 22).await);
}
