//! What [`Repository`] promises to each of many who come at the same time, some of whom are refused or go away. The subject
//! is a repository and its log.
use std::sync::Arc;

use domain_shared::{ChangeError, EventLog, Fault, Repository, StoreError};

use crate::{
    examples::Example,
    repository::{found, step},
    support::{at_once, context, history},
};

const MANY: usize = 48;

/// That the log of `id` has as many events as its row says, one after another.
async fn assert_gapless<A: Example>(repository: &impl Repository<A>, log: &impl EventLog, id: A::Id) -> u64 {
    let sequences: Vec<u64> = history(log, id.into()).await.iter().map(|event| event.sequence).collect();
    let version = found(repository, id).await.version();
    assert!(sequences.iter().copied().eq(1..=version), "row and events agree on {version}: {sequences:?}");
    version
}

pub async fn of_many_at_once_each_hears_of_its_own_outcome<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let repository = Arc::new(repository);
    let mut saved = A::large();
    repository.save(&mut saved).await.unwrap();
    let id = saved.id();
    step(&*repository, id).await.unwrap();
    let refused = saved.clone().refuse(&context()).unwrap_err();
    let changes = at_once(MANY, |i| {
        let (repository, context) = (repository.clone(), context());
        async move {
            let command = context.command_id;
            let decide = move |a: &mut A| match i % 3 {
                0 => a.step(&context),
                1 => a.idle(&context),
                // What was recorded before the refusal goes with it.
                _ => a.step(&context).and_then(|()| a.refuse(&context)),
            };
            (i, command, repository.change(id, Arc::new(decide)).await)
        }
    });
    let mut told = Vec::new();
    for (i, command, outcome) in changes.await {
        match (i % 3, outcome) {
            (0, Ok(Some(stepped))) => {
                let own = stepped.events.iter().map(|event| (event.context.command_id, event.sequence));
                assert!(own.eq([(command, stepped.aggregate.version())]), "the events of this command");
                told.push(stepped.aggregate.version());
            }
            (1, Ok(Some(unchanged))) => assert!(unchanged.events.is_empty()),
            (2, Err(ChangeError::Refused(error))) => assert_eq!(error.code(), refused.code()),
            (_, other) => panic!("{i}: {other:?}"),
        }
    }
    told.sort_unstable();
    let last = assert_gapless(&*repository, &log, id).await;
    let first = saved.version() + 2;
    assert!(told.iter().copied().eq(first..=last), "each step is made after another: {told:?}");
}

pub async fn of_many_commands_at_once_only_the_repeated_ones_are_told_so<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let (repository, repeated) = (Arc::new(repository), context());
    let mut saved = A::small();
    repository.save(&mut saved).await.unwrap();
    let (id, first) = (saved.id(), repeated.clone());
    repository.change(id, Arc::new(move |a: &mut A| a.step(&first))).await.unwrap();
    let changes = at_once(MANY, |i| {
        let repository = repository.clone();
        let context = if i % 16 == 7 { repeated.clone() } else { context() };
        async move { (i, repository.change(id, Arc::new(move |a: &mut A| a.step(&context))).await) }
    });
    for (i, outcome) in changes.await {
        match outcome {
            Ok(Some(_)) if i % 16 != 7 => {}
            Err(ChangeError::Store(StoreError::Repeated)) if i % 16 == 7 => {}
            other => panic!("{i}: {other:?}"),
        }
    }
    let version = assert_gapless(&*repository, &log, id).await;
    assert_eq!(version, 2 + 45, "all but three of {MANY} are made");
}

pub async fn of_many_saves_at_once_only_rivals_are_refused<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let repository = Arc::new(repository);
    let mut owner = A::large();
    repository.save(&mut owner).await.unwrap();
    let rivals = owner.rivals();
    let claims: Vec<_> = rivals.iter().map(|(value, _)| *value).collect();
    let saves = at_once(MANY, |i| {
        let repository = repository.clone();
        let mut new =
            rivals.get(i / 2).filter(|_| i % 2 == 1).map_or_else(A::small, |(_, rival)| rival.clone());
        async move { (i, new.id(), repository.save(&mut new).await, new.journal().pending().len()) }
    });
    for (i, id, outcome, pending) in saves.await {
        let claim = claims.get(i / 2).filter(|_| i % 2 == 1);
        match (claim, outcome) {
            (None, Ok(())) => assert_eq!((assert_gapless(&*repository, &log, id).await, pending), (1, 0)),
            (Some(claim), Err(StoreError::Taken(value))) => {
                assert_eq!((value, pending), (*claim, 1), "the events stay pending");
                assert_eq!(history(&log, id.into()).await, [], "nothing is stored of it");
            }
            (_, other) => panic!("{i}: {other:?}"),
        }
    }
}

pub async fn those_who_go_away_hold_up_nobody<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let repository = Arc::new(repository);
    let mut saved = A::small();
    repository.save(&mut saved).await.unwrap();
    let id = saved.id();
    let mut stay = Vec::new();
    for i in 0..MANY {
        let repository = repository.clone();
        let change = tokio::spawn(async move { step(&*repository, id).await });
        tokio::task::yield_now().await;
        if i % 3 == 0 {
            change.abort();
        } else {
            stay.push(change);
        }
    }
    let mut versions = Vec::new();
    for change in stay {
        versions.push(change.await.unwrap().unwrap().expect("it is there").aggregate.version());
    }
    versions.sort_unstable();
    versions.dedup();
    assert_eq!(versions.len(), MANY / 3 * 2, "those who stayed are told of a version each");
    assert!(assert_gapless(&*repository, &log, id).await >= 33);
}
