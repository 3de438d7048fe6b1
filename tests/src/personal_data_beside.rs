//! [`PersonalData`](domain_auth::PersonalData), as to what is kept beside accounts and events. The subject is that of
//! `personal_data`.
use std::sync::Arc;

use domain_auth::{Challenge, CodePurpose, EndReason, PendingCode, Session, UserId};
use domain_shared::{Aggregate, Repository, StoredEvent};

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
    store.issue(&Challenge { id: id(), user, purpose, issued_at, expires_at }).await.unwrap();
    assert_eq!(store.pending_code(user, other).await.unwrap(), None, "it is for something else");
    let expected = PendingCode { issued_at, expires_at, attempts: 0, sent_at: issued_at };
    assert_eq!(store.pending_code(user, purpose).await.unwrap(), Some(expected.clone()));
    store.attempt(user, purpose, 1, issued_at).await.unwrap().unwrap();
    store.resend(user, purpose, 2, sent_at, issued_at).await.unwrap();
    assert_eq!(
        store.pending_code(user, purpose).await.unwrap(),
        Some(PendingCode { attempts: 1, ..expected })
    );
    store.revoke(user).await.unwrap();
    assert_eq!(store.pending_code(user, purpose).await.unwrap(), None);
}
