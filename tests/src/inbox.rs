//! [`Inbox`].
use std::sync::Arc;

use domain_shared::Inbox;

use crate::support::{at_once, id};

pub async fn what_was_never_recorded_is_new(inbox: impl Inbox) {
    assert!(!inbox.has("mail", id()).await.unwrap());
}

pub async fn what_was_recorded_is_known(inbox: impl Inbox) {
    let event = id();
    assert!(inbox.record("mail", event).await.unwrap(), "it is new");
    assert!(inbox.has("mail", event).await.unwrap());
    assert!(!inbox.record("mail", event).await.unwrap(), "it is no longer new");
    assert!(!inbox.has("mail", id()).await.unwrap(), "another event is");
}

pub async fn each_consumer_has_its_own(inbox: impl Inbox) {
    let event = id();
    inbox.record("mail", event).await.unwrap();
    assert!(!inbox.has("ledger", event).await.unwrap());
    assert!(inbox.record("ledger", event).await.unwrap());
}

pub async fn what_is_old_is_forgotten(inbox: impl Inbox) {
    let (old, recent) = (id(), id());
    for event in [old, recent] {
        inbox.record("mail", event).await.unwrap();
    }
    inbox.forget_before(recent).await.unwrap();
    assert!(!inbox.has("mail", old).await.unwrap());
    assert!(inbox.has("mail", recent).await.unwrap());
}

pub async fn of_twenty_who_record_it_at_once_one_is_first(inbox: impl Inbox) {
    let (inbox, event) = (Arc::new(inbox), id());
    let records = at_once(20, |_| {
        let inbox = inbox.clone();
        async move { inbox.record("mail", event).await.unwrap() }
    });
    assert_eq!(records.await.into_iter().filter(|first| *first).count(), 1);
}
