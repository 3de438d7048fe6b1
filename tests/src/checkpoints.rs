//! [`Checkpoints`].
use std::sync::Arc;

use domain_shared::Checkpoints;

use crate::support::at_once;

/// Moves `reader` on to `position`.
async fn advance(checkpoints: &impl Checkpoints, reader: &str, position: u64) {
    let taken = checkpoints.take(reader).await.unwrap().expect("nobody else has it");
    taken.advance(position).await.unwrap();
}

pub async fn a_reader_begins_at_zero(checkpoints: impl Checkpoints) {
    advance(&checkpoints, "other", 5).await;
    assert_eq!(checkpoints.load("new").await.unwrap(), 0);
    assert_eq!(checkpoints.take("new").await.unwrap().unwrap().position(), 0);
}

pub async fn remembers_how_far_each_reader_came(checkpoints: impl Checkpoints) {
    for (reader, position) in [("one", 7), ("two", 3), ("one", 8), ("ñ' %_", 1), ("one", 1 << 53)] {
        advance(&checkpoints, reader, position).await;
        assert_eq!(checkpoints.load(reader).await.unwrap(), position, "{reader}");
        assert_eq!(checkpoints.take(reader).await.unwrap().unwrap().position(), position, "{reader}");
    }
    assert_eq!(checkpoints.load("two").await.unwrap(), 3, "each has its own");
}

pub async fn never_moves_back(checkpoints: impl Checkpoints) {
    advance(&checkpoints, "slow", 9).await;
    for earlier in [8, 9, 0] {
        advance(&checkpoints, "slow", earlier).await;
        assert_eq!(checkpoints.load("slow").await.unwrap(), 9, "after {earlier}");
    }
}

pub async fn nobody_takes_what_somebody_has(checkpoints: impl Checkpoints) {
    let taken = checkpoints.take("busy").await.unwrap().unwrap();
    assert!(checkpoints.take("busy").await.unwrap().is_none(), "one has it");
    assert!(checkpoints.take("other").await.unwrap().is_some(), "that of another reader is free");
    assert_eq!(checkpoints.load("busy").await.unwrap(), 0, "it can be looked at all the same");
    taken.advance(4).await.unwrap();
    assert_eq!(checkpoints.take("busy").await.unwrap().unwrap().position(), 4);
}

pub async fn a_checkpoint_that_is_dropped_is_free_and_where_it_was(checkpoints: impl Checkpoints) {
    advance(&checkpoints, "dying", 2).await;
    drop(checkpoints.take("dying").await.unwrap().unwrap());
    // The store may learn of it a moment later.
    for _ in 0..1000 {
        if let Some(taken) = checkpoints.take("dying").await.unwrap() {
            assert_eq!(taken.position(), 2);
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it is never free again");
}

pub async fn of_twenty_at_once_each_advances_alone(checkpoints: impl Checkpoints) {
    let checkpoints = Arc::new(checkpoints);
    let steps = at_once(20, |_| {
        let checkpoints = checkpoints.clone();
        async move {
            loop {
                if let Some(taken) = checkpoints.take("shared").await.unwrap() {
                    let next = taken.position() + 1;
                    return taken.advance(next).await;
                }
                tokio::task::yield_now().await;
            }
        }
    });
    assert!(steps.await.into_iter().all(|step| step.is_ok()));
    assert_eq!(checkpoints.load("shared").await.unwrap(), 20, "no step is lost");
}
