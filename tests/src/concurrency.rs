//! What [`Repository`] promises to those who write at the same time. The subject is a repository and its log.
use std::{sync::Arc, time::Duration};

use domain_shared::{ChangeError, EventLog, Repository, StoreError};

use crate::{
    examples::Example,
    repository::{found, step},
    support::{at_once, context, history},
};

async fn changes_at_once<A: Example>((repository, log): (impl Repository<A>, impl EventLog), count: usize) {
    let repository = Arc::new(repository);
    let mut saved = A::small();
    repository.save(&mut saved).await.unwrap();
    let id = saved.id();
    let changes = at_once(count, |_| {
        let repository = repository.clone();
        async move { step(&*repository, id).await }
    });
    let mut versions = Vec::new();
    for change in changes.await {
        let after = change.expect("none fails for being second").expect("it is there");
        versions.push(after.aggregate.version());
    }
    versions.sort_unstable();
    let all: Vec<u64> = (2..).take(count).collect();
    assert_eq!(versions, all, "each change is made after another, on what it led to");
    assert_eq!(found(&*repository, id).await.version(), all[count - 1], "none is lost");
    let sequences: Vec<u64> = history(&log, id.into()).await.iter().map(|event| event.sequence).collect();
    assert_eq!(
        sequences,
        (1..).take(count + 1).collect::<Vec<_>>(),
        "every event is stored, once, without gaps"
    );
}

pub async fn of_two_changes_at_once_none_is_lost<A: Example>(subject: (impl Repository<A>, impl EventLog)) {
    changes_at_once(subject, 2).await;
}

pub async fn of_twenty_changes_at_once_none_is_lost<A: Example>(
    subject: (impl Repository<A>, impl EventLog),
) {
    changes_at_once(subject, 20).await;
}

pub async fn changes_of_different_aggregates_do_not_mix<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let repository = Arc::new(repository);
    let mut ids = Vec::new();
    for _ in 0..8 {
        let mut saved = A::small();
        repository.save(&mut saved).await.unwrap();
        ids.push(saved.id());
    }
    let targets = ids.clone();
    let changes = at_once(40, |i| {
        let (repository, id) = (repository.clone(), targets[i % targets.len()]);
        async move { step(&*repository, id).await.map(|changed| changed.is_some()) }
    });
    assert!(changes.await.into_iter().all(|changed| matches!(changed, Ok(true))));
    for id in ids {
        assert_eq!(found(&*repository, id).await.version(), 6);
        assert_eq!(history(&log, id.into()).await.len(), 6);
    }
}

pub async fn of_twenty_saves_of_one_unique_value_one_succeeds<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let repository = Arc::new(repository);
    let model = A::large();
    for (which, (value, _)) in model.rivals().into_iter().enumerate() {
        let saves = at_once(20, |_| {
            let (repository, mut rival) = (repository.clone(), model.rivals().swap_remove(which).1);
            async move { (rival.id(), repository.save(&mut rival).await) }
        });
        let mut stored = 0;
        for (id, result) in saves.await {
            let events = history(&log, id.into()).await.len();
            match result {
                Ok(()) => stored += 1,
                Err(StoreError::Taken(what)) if what == value => {
                    assert_eq!(events, 0, "nothing is stored of a save that was refused");
                }
                Err(other) => panic!("Taken({value}), not {other:?}"),
            }
        }
        assert_eq!(stored, 1, "a unique {value} has one owner");
    }
}

pub async fn of_twenty_saves_of_one_id_one_succeeds<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let repository = Arc::new(repository);
    let model = A::small();
    let saves = at_once(20, |_| {
        let (repository, mut namesake) = (repository.clone(), model.namesake());
        async move { repository.save(&mut namesake).await }
    });
    let results = saves.await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let stale = |result: &&Result<(), StoreError>| matches!(result, Err(StoreError::Stale));
    assert_eq!(results.iter().filter(stale).count(), 19, "{results:?}");
    assert_eq!(history(&log, model.id().into()).await.len(), 1);
}

pub async fn of_twenty_changes_by_one_command_one_is_made<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let (repository, context) = (Arc::new(repository), context());
    let mut saved = A::small();
    repository.save(&mut saved).await.unwrap();
    let id = saved.id();
    let changes = at_once(20, |_| {
        let (repository, context) = (repository.clone(), context.clone());
        async move { repository.change(id, Arc::new(move |a: &mut A| a.step(&context))).await.map(|_| ()) }
    });
    let results = changes.await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let repeated = |result: &&Result<_, _>| matches!(result, Err(ChangeError::Store(StoreError::Repeated)));
    assert_eq!(results.iter().filter(repeated).count(), 19, "{results:?}");
    assert_eq!(history(&log, id.into()).await.len(), 2);
}

pub async fn a_caller_who_goes_away_leaves_nothing_half_done<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let repository = Arc::new(repository);
    let mut saved = A::small();
    repository.save(&mut saved).await.unwrap();
    let id = saved.id();
    for micros in (0..30).map(|i| i * i * 10) {
        let repository = repository.clone();
        let change =
            tokio::spawn(async move { step(&*repository, id).await.map(|changed| changed.is_some()) });
        tokio::time::sleep(Duration::from_micros(micros)).await;
        change.abort();
    }
    let changed =
        step(&*repository, id).await.expect("nothing is in the way of the next").expect("it is there");
    let sequences: Vec<u64> = history(&log, id.into()).await.iter().map(|event| event.sequence).collect();
    assert!(
        sequences.iter().copied().eq(1..=changed.aggregate.version()),
        "row and events agree: {sequences:?}"
    );
}
