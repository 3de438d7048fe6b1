//! [`Revocations`].
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain_shared::{Revocation, Revocations, Revoked};

use crate::support::{at_once, id, time};

fn of_session(at: DateTime<Utc>) -> Revocation {
    Revocation { of: Revoked::Session(id()), at }
}

async fn kept(revocations: &impl Revocations, place: u64) -> Vec<Revocation> {
    revocations.after(place).await.unwrap().into_iter().map(|(_, revocation)| revocation).collect()
}

pub async fn what_is_kept_is_given_in_order(revocations: impl Revocations) {
    assert!(revocations.after(0).await.unwrap().is_empty());
    let all = [
        of_session(time()),
        Revocation { of: Revoked::User { user: id(), kept_session: None }, at: time() },
        Revocation { of: Revoked::User { user: id(), kept_session: Some(id()) }, at: time() },
    ];
    for revocation in &all {
        assert!(revocations.keep(id(), revocation).await.unwrap());
    }
    assert_eq!(kept(&revocations, 0).await, all);
    let second = revocations.after(0).await.unwrap()[1].0;
    assert_eq!(kept(&revocations, second).await, all[2..], "and only what comes after a place");
}

pub async fn an_event_is_kept_once(revocations: impl Revocations) {
    let (event, revocation) = (id(), of_session(time()));
    assert!(revocations.keep(event, &revocation).await.unwrap());
    assert!(!revocations.keep(event, &revocation).await.unwrap());
    assert_eq!(kept(&revocations, 0).await, [revocation]);
}

pub async fn of_twenty_who_keep_one_event_one_is_first(revocations: impl Revocations) {
    let (revocations, event, revocation) = (Arc::new(revocations), id(), of_session(time()));
    let keeps = at_once(20, |_| {
        let revocations = revocations.clone();
        async move { revocations.keep(event, &revocation).await.unwrap() }
    });
    assert_eq!(keeps.await.into_iter().filter(|first| *first).count(), 1);
}

pub async fn old_ones_are_dropped_and_places_go_on_growing(revocations: impl Revocations) {
    let (old, new) = (of_session(time()), of_session(time()));
    for revocation in [&old, &new] {
        revocations.keep(id(), revocation).await.unwrap();
    }
    let last = revocations.after(0).await.unwrap()[1].0;
    revocations.drop_before(new.at).await.unwrap();
    assert_eq!(kept(&revocations, 0).await, [new]);
    let later = of_session(time());
    revocations.keep(id(), &later).await.unwrap();
    assert_eq!(kept(&revocations, last).await, [later]);
}
