//! [`PersonalData`](domain_auth::PersonalData), as to what is kept beside accounts and events. The subject is that of
//! `personal_data`.
use std::sync::Arc;

use domain_auth::{Challenge, CodePurpose, EndReason, Guesser, PendingCode, Session, User, UserId};
use domain_shared::{Aggregate, Client, Context, Origin, Repository, StoredEvent};

use crate::{
    examples::session_of,
    personal_data::{Store, client, session, somebody},
    support::{context, id, time, whole_log},
};

/// Buries every event of the log.
async fn bury(store: &impl Store, count: usize) -> Vec<StoredEvent> {
    let log = whole_log(store, count).await;
    for event in &log {
        store.bury("mail", event, "550 <lovelace@example.com> is unknown", time()).await.unwrap();
    }
    log
}

pub async fn what_could_not_be_delivered_is_as_readable_as_the_log(store: impl Store) {
    somebody(&store).await;
    let log = bury(&store, 3).await;
    let listed = format!("{:?}", store.list(9).await.unwrap());
    assert!(
        listed.contains("lovelace") && listed.contains("Mosaic") && !listed.contains("sealed"),
        "{listed}"
    );
    for event in &log {
        assert!(store.requeue("mail", &event.event.id.to_string()).await.unwrap());
    }
    assert_eq!(store.requeued("mail").await.unwrap(), log);
}

pub async fn what_could_not_be_delivered_about_somebody_forgotten_is_dropped(store: impl Store) {
    let ((ada, _), _) = (somebody(&store).await, somebody(&store).await);
    let log = bury(&store, 6).await;
    store.forget(ada.id()).await.unwrap();
    let left: Vec<String> = store.list(9).await.unwrap().into_iter().map(|letter| letter.id).collect();
    let others: Vec<_> = log.iter().skip(3).map(|stored| stored.event.id.to_string()).collect();
    assert_eq!(left, others, "those about others are left");
}

pub async fn all_sessions_are_those_that_have_ended_too(store: impl Store) {
    let (ada, first) = somebody(&store).await;
    let mut second = session(ada.id(), client());
    store.save(&mut second).await.unwrap();
    store.save(&mut session_of(UserId(id()))).await.unwrap();
    let context = context();
    let end = move |s: &mut Session| s.end(EndReason::Logout, &context);
    Repository::<Session>::change(&store, first.id(), Arc::new(end)).await.unwrap().unwrap();
    let all = store.all_sessions(ada.id()).await.unwrap();
    let ids: Vec<_> = all.iter().map(|session| (session.id(), session.ended)).collect();
    assert_eq!(ids, [(first.id(), Some(EndReason::Logout)), (second.id(), None)], "the oldest first");
    assert!(store.all_sessions(UserId(id())).await.unwrap().is_empty());
}

pub async fn a_pending_code_is_told_of_dead_or_alive(store: impl Store) {
    for (purpose, other) in
        [(CodePurpose::Login, CodePurpose::Reset), (CodePurpose::Reset, CodePurpose::Login)]
    {
        a_pending_code_is_told_of(&store, purpose, other).await;
    }
}

async fn a_pending_code_is_told_of(store: &impl Store, purpose: CodePurpose, other: CodePurpose) {
    let (user, issued_at) = (UserId(id()), time());
    assert_eq!(store.pending_code(user, purpose).await.unwrap(), None);
    let (expires_at, sent_at) = (time(), time());
    store.issue(&Challenge { id: id(), user, purpose, place: None, issued_at, expires_at }).await.unwrap();
    assert_eq!(store.pending_code(user, other).await.unwrap(), None, "it is for something else");
    let expected = PendingCode { issued_at, expires_at, attempts: 0, sent_at: issued_at };
    assert_eq!(store.pending_code(user, purpose).await.unwrap(), Some(expected.clone()));
    store.attempt(user, purpose, &Guesser::of(1), issued_at).await.unwrap().unwrap();
    store.resend(user, purpose, 2, sent_at, issued_at).await.unwrap();
    assert_eq!(
        store.pending_code(user, purpose).await.unwrap(),
        Some(PendingCode { attempts: 1, ..expected })
    );
    store.revoke(user).await.unwrap();
    assert_eq!(store.pending_code(user, purpose).await.unwrap(), None);
}

/// Has `actor`, or nobody who is signed in, do something to `user`; gives from where they asked.
async fn ask(store: &impl Store, actor: Option<UserId>, user: UserId) -> Origin {
    let origin = Origin { client: client(), session: Some(id()) };
    let context = Context { actor: actor.map(|actor| actor.0), origin: origin.clone(), ..context() };
    let decide = Arc::new(move |user: &mut User| user.sign_out_everywhere(&context));
    Repository::<User>::change(store, user, decide).await.unwrap().unwrap();
    origin
}

async fn told(store: &impl Store, user: UserId, count: usize) -> Vec<Origin> {
    let newest = store.newest_of(user.0, &[], None, count).await.unwrap();
    newest.into_iter().rev().map(|stored| stored.event.origin).collect()
}

pub async fn from_where_somebody_forgotten_asked_is_forgotten_wherever_they_did(store: impl Store) {
    let ((ada, _), (eve, _)) = (somebody(&store).await, somebody(&store).await);
    let (ada, eve) = (ada.id(), eve.id());
    let own = vec![ask(&store, Some(ada), ada).await, ask(&store, None, ada).await];
    let hers = vec![ask(&store, Some(ada), eve).await, ask(&store, Some(eve), eve).await];
    assert_eq!((told(&store, ada, 2).await, told(&store, eve, 2).await), (own.clone(), hers.clone()));
    store.forget(ada).await.unwrap();
    let own: Vec<_> = own.into_iter().map(Origin::without_client).collect();
    let hers = vec![hers[0].clone().without_client(), hers[1].clone()];
    assert_eq!((told(&store, ada, 2).await, told(&store, eve, 2).await), (own, hers), "the session stays");
    ask(&store, Some(ada), eve).await;
    assert_eq!(told(&store, eve, 1).await[0].client, Client::default(), "nor is it kept from then on");
}
