//! [`Checkpoints`].
use std::sync::Arc;

use domain_shared::Checkpoints;

use crate::support::at_once;

pub async fn a_subscriber_begins_at_zero(checkpoints: impl Checkpoints) {
    checkpoints.store("other", 5).await.unwrap();
    assert_eq!(checkpoints.load("new").await.unwrap(), 0);
}

pub async fn remembers_what_was_stored(checkpoints: impl Checkpoints) {
    for (subscriber, position) in [("one", 7), ("two", 3), ("one", 8), ("ñ' %_", 1), ("one", 1 << 53)] {
        checkpoints.store(subscriber, position).await.unwrap();
        assert_eq!(checkpoints.load(subscriber).await.unwrap(), position, "{subscriber}");
    }
    assert_eq!(checkpoints.load("two").await.unwrap(), 3, "each has its own");
}

pub async fn never_moves_back(checkpoints: impl Checkpoints) {
    checkpoints.store("slow", 9).await.unwrap();
    for earlier in [8, 9, 0] {
        checkpoints.store("slow", earlier).await.unwrap();
        assert_eq!(checkpoints.load("slow").await.unwrap(), 9, "after {earlier}");
    }
}

pub async fn of_twenty_stored_at_once_the_furthest_stays(checkpoints: impl Checkpoints) {
    let checkpoints = Arc::new(checkpoints);
    let stores = at_once(20, |i| {
        let checkpoints = checkpoints.clone();
        async move { checkpoints.store("busy", u64::try_from(i * 7 % 20).unwrap()).await }
    });
    assert!(stores.await.into_iter().all(|stored| stored.is_ok()));
    assert_eq!(checkpoints.load("busy").await.unwrap(), 19);
}
