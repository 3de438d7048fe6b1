//! [`Repository`], for any kind of aggregate. The subject is a repository and the log it writes to.
use std::sync::Arc;

use domain_shared::{ChangeError, Changed, EventLog, Fault, Repository, StoreError, seal};
use uuid::Uuid;

use crate::{
    examples::{Example, assert_same},
    support::{context, history, whole_log},
};

/// A change by one command, which every case but the refused ones expects to succeed.
pub(crate) async fn step<A: Example>(
    repository: &impl Repository<A>,
    id: A::Id,
) -> Result<Option<Changed<A>>, ChangeError<A::Error>> {
    let context = context();
    repository.change(id, Arc::new(move |aggregate| aggregate.step(&context))).await
}

pub(crate) async fn found<A: Example>(repository: &impl Repository<A>, id: A::Id) -> A {
    repository.find(id).await.unwrap().expect("what was saved is found")
}

pub async fn finds_what_was_saved<A: Example>((repository, _): (impl Repository<A>, impl EventLog)) {
    for mut saved in [A::small(), A::large(), A::small()] {
        repository.save(&mut saved).await.unwrap();
        assert_same(&found(&repository, saved.id()).await, &saved, "what is found is what was saved");
    }
}

pub async fn finds_nothing_that_was_not_saved<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    repository.save(&mut A::small()).await.unwrap();
    let stranger = A::small();
    assert!(repository.find(stranger.id()).await.unwrap().is_none());
    let changed = repository.change(stranger.id(), Arc::new(|_| panic!("there is nothing to decide about")));
    assert!(changed.await.unwrap().is_none(), "a change of what isn't there is None");
    assert_eq!(whole_log(&log, 1).await.len(), 1);
}

pub async fn save_commits_the_journal_and_stores_the_events<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    for mut saved in [A::small(), A::large()] {
        let events = seal(&saved).unwrap();
        repository.save(&mut saved).await.unwrap();
        let journal = saved.journal();
        assert_eq!(
            (journal.stored(), journal.pending().len()),
            (saved.version(), 0),
            "the journal is committed"
        );
        assert_eq!(
            history(&log, saved.id().into()).await,
            events,
            "the log has what was recorded, no more and no less"
        );
    }
}

pub async fn save_of_an_id_that_is_there_is_stale<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let mut first = A::large();
    let copy = first.clone();
    repository.save(&mut first).await.unwrap();
    for mut second in [first.namesake(), copy] {
        let (events, before) = (second.journal().clone(), history(&log, first.id().into()).await);
        let refused = repository.save(&mut second).await;
        assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
        assert_eq!(second.journal(), &events, "the events stay pending");
        assert_same(&found(&repository, first.id()).await, &first, "nothing is stored");
        assert_eq!(history(&log, first.id().into()).await, before, "no event is stored");
    }
}

pub async fn save_refuses_a_value_that_has_another_owner<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let mut owner = A::large();
    repository.save(&mut owner).await.unwrap();
    for (value, mut rival) in owner.rivals() {
        let events = rival.journal().clone();
        let refused = repository.save(&mut rival).await;
        assert!(
            matches!(refused, Err(StoreError::Taken(what)) if what == value),
            "Taken({value}): {refused:?}"
        );
        assert_eq!(rival.journal(), &events, "the events stay pending");
        assert!(repository.find(rival.id()).await.unwrap().is_none(), "nothing is stored");
        assert_eq!(history(&log, rival.id().into()).await, [], "no event is stored");
    }
    assert_same(&found(&repository, owner.id()).await, &owner, "the owner keeps it");
}

pub async fn change_answers_what_it_led_to<A: Example>((repository, _): (impl Repository<A>, impl EventLog)) {
    let mut saved = A::large();
    repository.save(&mut saved).await.unwrap();
    let context = context();
    let told = context.clone();
    let changed =
        repository.change(saved.id(), Arc::new(move |a| a.step(&told))).await.unwrap().expect("it is there");
    assert_eq!(changed.events.len(), 1, "the events that this change added");
    let event = changed.events.first().unwrap();
    assert_eq!((event.sequence, &event.context), (saved.version() + 1, &context));
    assert_eq!(changed.aggregate.journal().pending().len(), 0, "its journal is committed");
    assert_eq!(changed.aggregate.version(), saved.version() + 1);
    assert_same(
        &found(&repository, saved.id()).await,
        &changed.aggregate,
        "the aggregate right after the change",
    );
}

pub async fn change_stores_the_row_and_the_events<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    // What the store does, done by hand on a twin.
    let mut twin = A::large();
    let mut events = seal(&twin).unwrap();
    repository.save(&mut twin.clone()).await.unwrap();
    twin.journal_mut().commit();
    for steps in 1..=3 {
        let context = context();
        let decide = move |a: &mut A| (0..steps).try_for_each(|_| a.step(&context));
        let changed = repository.change(twin.id(), Arc::new(decide)).await.unwrap().expect("it is there");
        assert_eq!(changed.events.len(), steps, "a command may record several events");
        for recorded in changed.events {
            twin.record(recorded.event, &recorded.context);
        }
        assert_same(&found(&repository, twin.id()).await, &twin, "the row is stored");
        events.extend(seal(&twin).unwrap());
        twin.journal_mut().commit();
    }
    assert_eq!(history(&log, twin.id().into()).await, events, "the events are stored as they were recorded");
}

pub async fn a_change_that_is_refused_stores_nothing<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let mut saved = A::large();
    repository.save(&mut saved).await.unwrap();
    let before = history(&log, saved.id().into()).await;
    let context = context();
    let expected = saved.clone().refuse(&context).unwrap_err();
    // What was recorded before the refusal goes with it.
    let decide = move |a: &mut A| a.step(&context).and_then(|()| a.refuse(&context));
    match repository.change(saved.id(), Arc::new(decide)).await {
        Err(ChangeError::Refused(error)) => assert_eq!(error.code(), expected.code(), "whatever decide said"),
        other => panic!("refused, not {other:?}"),
    }
    assert_same(&found(&repository, saved.id()).await, &saved, "nothing is stored");
    assert_eq!(history(&log, saved.id().into()).await, before, "no event is stored");
    assert!(step(&repository, saved.id()).await.is_ok(), "the next change finds nothing in its way");
}

pub async fn a_change_that_records_nothing_stores_nothing<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let mut saved = A::small();
    repository.save(&mut saved).await.unwrap();
    let saved = step(&repository, saved.id()).await.unwrap().unwrap().aggregate;
    let context = context();
    let idle = repository.change(saved.id(), Arc::new(move |a: &mut A| a.idle(&context))).await;
    let idle = idle.unwrap().expect("it is there");
    assert!(idle.events.is_empty());
    assert_same(&idle.aggregate, &saved, "nothing has changed");
    assert_same(&found(&repository, saved.id()).await, &saved, "nothing is stored");
    assert_eq!(history(&log, saved.id().into()).await.len(), 2);
}

pub async fn a_command_is_carried_out_once<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let (mut one, mut other) = (A::small(), A::small());
    repository.save(&mut one).await.unwrap();
    repository.save(&mut other).await.unwrap();
    let context = context();
    let step = |id| {
        let context = context.clone();
        repository.change(id, Arc::new(move |a: &mut A| a.step(&context)))
    };
    let after = step(one.id()).await.unwrap().expect("it is there").aggregate;
    for id in [one.id(), other.id()] {
        let again = step(id).await;
        assert!(matches!(again, Err(ChangeError::Store(StoreError::Repeated))), "{again:?}");
    }
    assert_same(&found(&repository, one.id()).await, &after, "nothing is stored a second time");
    assert_same(&found(&repository, other.id()).await, &other, "nothing is stored elsewhere");

    let mut new = A::small();
    new.step(&context).unwrap();
    let events = new.journal().clone();
    let refused = repository.save(&mut new).await;
    assert!(matches!(refused, Err(StoreError::Repeated)), "{refused:?}");
    assert_eq!(new.journal(), &events, "the events stay pending");
    assert!(repository.find(new.id()).await.unwrap().is_none(), "nothing is stored");
    assert_eq!(whole_log(&log, 3).await.len(), 3);
}

pub async fn events_of_several_aggregates_keep_apart<A: Example>(
    (repository, log): (impl Repository<A>, impl EventLog),
) {
    let (mut one, mut other) = (A::small(), A::small());
    repository.save(&mut one).await.unwrap();
    repository.save(&mut other).await.unwrap();
    step(&repository, one.id()).await.unwrap();
    step(&repository, other.id()).await.unwrap();
    let log = whole_log(&log, 4).await;
    let ids: Vec<Uuid> = log.iter().map(|stored| stored.event.aggregate_id).collect();
    let (one, other): (Uuid, Uuid) = (one.id().into(), other.id().into());
    assert_eq!(ids, [one, other, one, other]);
    assert!(log.iter().all(|stored| stored.event.aggregate_type == A::TYPE));
}
