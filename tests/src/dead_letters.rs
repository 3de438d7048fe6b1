//! [`DeadLetters`]. The subject is an [`EventBus`].
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use domain_shared::{DeadLetter, DeadLetters, StoredEvent};
use uuid::Uuid;

use crate::event_bus::{Deed, EventBus, KINDS, PATIENCE, Recorder, Running, eventful, id_of};

/// A reactor that refuses what the product has recorded, for as long as `refuses`.
fn stubborn(name: &'static str, product: Uuid, refuses: &Arc<AtomicBool>) -> Arc<Recorder> {
    let refuses = refuses.clone();
    Recorder::new(name, KINDS, move |stored, _| {
        if stored.event.aggregate_id == product && refuses.load(Ordering::Relaxed) {
            Deed::Refuse
        } else {
            Deed::Accept
        }
    })
}

/// Waits until there are `count` dead letters.
async fn dead(letters: &dyn DeadLetters, count: usize) -> Vec<DeadLetter> {
    let began = Instant::now();
    loop {
        let found = letters.list(100).await.unwrap();
        if found.len() == count {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{count} dead letters were expected: {found:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A reactor over which one event has become a dead letter.
struct Given {
    reactor: Arc<Recorder>,
    refuses: Arc<AtomicBool>,
    event: StoredEvent,
    letters: Arc<dyn DeadLetters>,
    _running: Running,
}

async fn given(bus: &impl EventBus) -> Given {
    let (product, refuses) = (eventful(0), Arc::new(AtomicBool::new(true)));
    let reactor = stubborn("stubborn", id_of(&product), &refuses);
    let running = Running::on(bus, &reactor).await;
    let event = bus.publish(product).await.remove(0);
    let letters = bus.dead_letters();
    dead(&*letters, 1).await;
    Given { reactor, refuses, event, letters, _running: running }
}

impl Given {
    fn id(&self) -> String {
        self.event.event.id.to_string()
    }

    fn times(&self) -> usize {
        self.reactor.times(self.event.event.id)
    }
}

pub async fn at_first_there_are_none(bus: impl EventBus) {
    assert!(bus.dead_letters().list(10).await.unwrap().is_empty());
}

pub async fn what_is_refused_again_and_again_is_given_up(bus: impl EventBus) {
    let given = given(&bus).await;
    let [letter] = &given.letters.list(10).await.unwrap()[..] else { panic!("there is one") };
    assert_eq!((&*letter.id, &*letter.reactor), (&*given.id(), "stubborn"));
    assert_eq!(letter.kind, given.event.event.kind);
    assert!(letter.reason.contains("it is refused"), "{letter:?}");
    assert!(letter.at.is_some(), "{letter:?}");
    assert!(letter.body.starts_with('{') && letter.body.contains(&given.id()), "{letter:?}");
    let tries = given.times();
    assert!(tries > 1, "it was tried {tries} times");
    given.reactor.gets(&bus.publish(eventful(1)).await).await;
    assert_eq!(given.times(), tries, "it doesn't come again");
}

pub async fn looking_at_them_changes_nothing(bus: impl EventBus) {
    let given = given(&bus).await;
    let first = given.letters.list(10).await.unwrap();
    for _ in 0..30 {
        assert_eq!(given.letters.list(10).await.unwrap(), first);
    }
}

pub async fn they_are_listed_oldest_first_up_to_a_limit(bus: impl EventBus) {
    let (product, refuses) = (eventful(4), Arc::new(AtomicBool::new(true)));
    let reactor = stubborn("stubborn", id_of(&product), &refuses);
    let _running = Running::on(&bus, &reactor).await;
    let mut ids: Vec<_> = bus.publish(product).await.iter().map(|e| e.event.id.to_string()).collect();
    let all = dead(&*bus.dead_letters(), 5).await;
    assert!(all.is_sorted_by_key(|letter| letter.at), "{all:#?}");
    for limit in [0, 1, 3, 5] {
        assert_eq!(bus.dead_letters().list(limit).await.unwrap(), all[..limit]);
    }
    let mut found: Vec<_> = all.iter().map(|letter| letter.id.clone()).collect();
    ids.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, ids, "each once");
}

pub async fn what_is_requeued_is_delivered_again(bus: impl EventBus) {
    let given = given(&bus).await;
    let tries = given.times();
    given.refuses.store(false, Ordering::Relaxed);
    assert!(given.letters.requeue("stubborn", &given.id()).await.unwrap());
    given.reactor.until("it isn't delivered again", |_| given.times() == tries + 1).await;
    assert_eq!(given.reactor.seen().last(), Some(&given.event), "as it was");
    assert!(given.letters.list(10).await.unwrap().is_empty());
    assert!(!given.letters.requeue("stubborn", &given.id()).await.unwrap(), "it isn't there any more");
}

pub async fn what_is_requeued_is_tried_as_often_as_before(bus: impl EventBus) {
    let given = given(&bus).await;
    let tries = given.times();
    assert!(given.letters.requeue("stubborn", &given.id()).await.unwrap());
    given.reactor.until("it isn't tried as often", |_| given.times() == 2 * tries).await;
    assert_eq!(dead(&*given.letters, 1).await[0].id, given.id());
    assert_eq!(given.times(), 2 * tries);
}

pub async fn what_is_requeued_bothers_no_other_reactor(bus: impl EventBus) {
    let other = Recorder::willing("other");
    let _running = Running::on(&bus, &other).await;
    let given = given(&bus).await;
    other.gets(std::slice::from_ref(&given.event)).await;
    given.refuses.store(false, Ordering::Relaxed);
    let tries = given.times();
    assert!(given.letters.requeue("stubborn", &given.id()).await.unwrap());
    given.reactor.until("it isn't delivered again", |_| given.times() > tries).await;
    other.gets(&bus.publish(eventful(1)).await).await;
    assert_eq!(other.times(given.event.event.id), 1);
}

pub async fn what_is_discarded_is_gone(bus: impl EventBus) {
    let given = given(&bus).await;
    let tries = given.times();
    assert!(given.letters.discard("stubborn", &given.id()).await.unwrap());
    assert!(given.letters.list(10).await.unwrap().is_empty());
    assert!(!given.letters.discard("stubborn", &given.id()).await.unwrap(), "it isn't there any more");
    given.reactor.gets(&bus.publish(eventful(1)).await).await;
    assert_eq!(given.times(), tries, "it doesn't come again");
}

pub async fn what_is_not_there_is_neither_requeued_nor_discarded(bus: impl EventBus) {
    let given = given(&bus).await;
    let unknown = Uuid::from_u128(1).to_string();
    for (reactor, id) in [("stubborn", &*unknown), ("other", &*given.id()), ("", ""), ("stubborn", "no id")] {
        assert!(!given.letters.requeue(reactor, id).await.unwrap(), "{reactor} {id}");
        assert!(!given.letters.discard(reactor, id).await.unwrap(), "{reactor} {id}");
    }
    assert_eq!(given.letters.list(10).await.unwrap().len(), 1);
}

pub async fn each_reactor_has_its_own(bus: impl EventBus) {
    let (product, refuses) = (eventful(0), Arc::new(AtomicBool::new(true)));
    let reactors = ["stubborn", "equally-stubborn"].map(|name| stubborn(name, id_of(&product), &refuses));
    let _running = [Running::on(&bus, &reactors[0]).await, Running::on(&bus, &reactors[1]).await];
    let event = bus.publish(product).await.remove(0);
    let (id, letters) = (event.event.id.to_string(), bus.dead_letters());
    dead(&*letters, 2).await;
    assert!(letters.discard("stubborn", &id).await.unwrap());
    let [letter] = &letters.list(10).await.unwrap()[..] else { panic!("there is one left") };
    assert_eq!((&*letter.id, &*letter.reactor), (&*id, "equally-stubborn"));
    refuses.store(false, Ordering::Relaxed);
    let tries = reactors.each_ref().map(|reactor| reactor.times(event.event.id));
    assert!(letters.requeue("equally-stubborn", &id).await.unwrap());
    reactors[1].until("it isn't delivered again", |this| this.times(event.event.id) > tries[1]).await;
    assert_eq!(reactors[0].times(event.event.id), tries[0]);
}
