//! [`IdGenerator`].
use std::{collections::HashSet, sync::Arc};

use domain_shared::IdGenerator;

use crate::support::at_once;

pub async fn later_ids_sort_after_earlier_ones(ids: impl IdGenerator) {
    let made: Vec<_> = (0..50_000).map(|_| ids.next_id()).collect();
    assert!(made.is_sorted_by(|a, b| a < b));
}

pub async fn no_id_is_handed_out_twice(ids: impl IdGenerator) {
    let ids = Arc::new(ids);
    let made = at_once(8, |_| {
        let ids = ids.clone();
        async move { (0..5000).map(|_| ids.next_id()).collect::<Vec<_>>() }
    });
    let distinct: HashSet<_> = made.await.into_iter().flatten().collect();
    assert_eq!(distinct.len(), 40_000);
}

pub async fn ids_are_of_version_7(ids: impl IdGenerator) {
    let id = ids.next_id();
    assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
}

pub async fn ids_of_one_command_leave_room_for_its_events(ids: impl IdGenerator) {
    let made: HashSet<u128> = (0..10_000).map(|_| ids.next_id().as_u128()).collect();
    assert!(
        made.iter().all(|id| (1..4).all(|n| !made.contains(&id.wrapping_add(n)))),
        "events count up from it"
    );
}
