//! What [`Repository`] promises to those who store several at once. The subject is a repository and its log.
use std::sync::Arc;

use domain_shared::{EventLog, Refused, Repository, StoreError, Together, seal};

use crate::{
    examples::{Example, assert_same},
    repository::found,
    support::{at_once, context, history, whole_log},
};

const BOTH: [Together; 2] = [Together::AllOrNone, Together::AllThatCan];

fn places(refused: &[Refused]) -> Vec<usize> {
    refused.iter().map(|refused| refused.index).collect()
}

pub async fn several_are_stored_each_with_its_events<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    for together in BOTH {
        let mut all = [A::small(), A::large(), A::small(), A::large()];
        let events: Vec<_> = all.iter().map(|new| seal(new).unwrap()).collect();
        let refused = repository.save_all(&mut all, together).await.unwrap();
        assert_eq!(places(&refused), [0; 0]);
        for (saved, events) in all.iter().zip(events) {
            assert_eq!(saved.journal().pending().len(), 0, "the journal is committed");
            assert_eq!(saved.journal().stored(), saved.version());
            assert_same(&found(&repository, saved.id()).await, saved, "what is found is what was saved");
            assert_eq!(history(&log, saved.id().into()).await, events, "each event is stored once");
        }
    }
    let refused = repository.save_all(&mut [], Together::AllOrNone).await.unwrap();
    assert!(refused.is_empty(), "of none, all are stored");
}

pub async fn more_than_a_thousand_are_stored_in_their_order<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let mut all: Vec<A> = (0..1100).map(|_| A::small()).collect();
    let ids: Vec<uuid::Uuid> = all.iter().map(|new| new.id().into()).collect();
    let refused = repository.save_all(&mut all, Together::AllOrNone).await.unwrap();
    assert_eq!(places(&refused), [0; 0]);
    let log = whole_log(&log, 1100).await;
    assert!(log.iter().map(|stored| stored.event.aggregate_id).eq(ids));
}

pub async fn each_that_cannot_be_stored_is_named<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let mut owner = A::large();
    repository.save(&mut owner).await.unwrap();
    let events = history(&log, owner.id().into()).await.len();
    for together in BOTH {
        let (first, second) = (A::large(), A::small());
        let mut expected = vec![(1, "stale"), (3, "stale")];
        let mut all = vec![first.clone(), owner.namesake(), second.clone(), second.namesake()];
        // Of what is there, then of what comes before it.
        for (value, rival) in owner.rivals().into_iter().chain(first.rivals()) {
            expected.push((all.len(), value));
            all.push(rival);
        }
        let journals: Vec<_> = all.iter().map(|new| new.journal().clone()).collect();
        let refused = repository.save_all(&mut all, together).await.unwrap();
        let told: Vec<_> = refused
            .iter()
            .map(|Refused { index, reason }| match reason {
                StoreError::Taken(value) => (*index, *value),
                StoreError::Stale => (*index, "stale"),
                other => panic!("{index}: {other}"),
            })
            .collect();
        assert_eq!(told, expected, "{together:?}");
        for (place, (new, journal)) in all.iter().zip(journals).enumerate() {
            if together == Together::AllThatCan && !places(&refused).contains(&place) {
                assert_same(&found(&repository, new.id()).await, new, "the others are stored");
                assert_eq!(new.journal().pending().len(), 0);
            } else {
                assert_eq!(new.journal(), &journal, "the events stay pending");
            }
        }
        let stored = if together == Together::AllThatCan { 2 } else { 0 };
        let there = [first.id(), second.id()].map(|id| repository.find(id));
        let [one, other] = there;
        let there = [one.await.unwrap(), other.await.unwrap()].iter().flatten().count();
        assert_eq!(there, stored, "{together:?}");
        let more = if stored == 0 { 0 } else { usize::try_from(first.version() + second.version()).unwrap() };
        whole_log(&log, events + more).await;
    }
    assert_same(&found(&repository, owner.id()).await, &owner, "the owner keeps what it has");
}

pub async fn several_are_stored_once_by_one_command<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let context = context();
    let mut first = A::small();
    first.step(&context).unwrap();
    repository.save_all(std::slice::from_mut(&mut first), Together::AllThatCan).await.unwrap();
    for together in BOTH {
        let (other, mut again) = (A::small(), A::small());
        again.step(&context).unwrap();
        let mut all = [other, again];
        let journals = all.clone().map(|new| new.journal().clone());
        let refused = repository.save_all(&mut all, together).await;
        assert!(matches!(refused, Err(StoreError::Repeated)), "{refused:?}");
        assert!(all.iter().zip(&journals).all(|(new, journal)| new.journal() == journal));
        for new in &all {
            assert!(repository.find(new.id()).await.unwrap().is_none(), "nothing is stored");
        }
    }
    whole_log(&log, 2).await;
}

pub async fn of_ten_who_store_the_same_in_any_order_all_come_to_an_end<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let repository = Arc::new(repository);
    let models: Vec<A> = (0..20).map(|_| A::small()).collect();
    let saves = at_once(10, |task| {
        let repository = repository.clone();
        let mut namesakes: Vec<A> = models.iter().map(Example::namesake).collect();
        if task % 2 == 1 {
            namesakes.reverse();
        }
        let together = BOTH[task / 2 % 2];
        async move { repository.save_all(&mut namesakes, together).await.map(|refused| refused.len()) }
    });
    let mut refused: Vec<usize> = saves.await.into_iter().map(|result| result.expect("an answer")).collect();
    refused.sort_unstable();
    assert_eq!(refused, [vec![0], vec![20; 9]].concat(), "one stores them all");
    whole_log(&log, 20).await;
}
