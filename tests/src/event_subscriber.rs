//! [`EventSubscriber`](domain_shared::EventSubscriber). The subject is an [`EventBus`].
use std::sync::Arc;

use domain_shared::StoredEvent;

use crate::event_bus::{Deed, EventBus, KINDS, REMOVED, Recorder, Running, eventful, id_of};

fn sequences(events: &[StoredEvent]) -> Vec<u64> {
    events.iter().map(|stored| stored.event.sequence).collect()
}

pub async fn what_happens_arrives_unharmed_and_in_order(bus: impl EventBus) {
    let reactor = Recorder::willing("willing");
    let _running = Running::on(&bus, &reactor).await;
    for product in [eventful(5), eventful(0), eventful(3)] {
        let id = id_of(&product);
        let events = bus.publish(product).await;
        reactor.gets(&events).await;
        assert_eq!(reactor.of(id), events);
    }
}

pub async fn only_the_kinds_asked_for_arrive(bus: impl EventBus) {
    let reactor = Recorder::new("picky", &[REMOVED], |_, _| Deed::Accept);
    let _running = Running::on(&bus, &reactor).await;
    let (first, last) = (eventful(5), eventful(2));
    let mut expected = bus.publish(first).await;
    expected.extend(bus.publish(last).await);
    expected.retain(|stored| stored.event.kind == REMOVED);
    assert_eq!(expected.len(), 3, "the case is about some of many");
    reactor.gets(&expected).await;
    assert!(reactor.seen().iter().all(|stored| stored.event.kind == REMOVED), "{:#?}", reactor.seen());
}

pub async fn of_reactors_of_one_name_one_gets_it(bus: impl EventBus) {
    // Both instances are of this one, which thus sees all that comes to either.
    let reactor = Recorder::willing("one");
    let _running = [Running::on(&bus, &reactor).await, Running::start(bus.subscriber(), &reactor)];
    for _ in 0..20 {
        let events = bus.publish(eventful(3)).await;
        reactor.gets(&events).await;
        for stored in events {
            assert_eq!(reactor.times(stored.event.id), 1);
        }
    }
}

pub async fn events_of_one_aggregate_do_not_overtake_each_other(bus: impl EventBus) {
    let reactor = Recorder::willing("ordered");
    let _running = [Running::on(&bus, &reactor).await, Running::start(bus.subscriber(), &reactor)];
    for _ in 0..10 {
        let product = eventful(20);
        let id = id_of(&product);
        let events = bus.publish(product).await;
        reactor.gets(&events).await;
        assert_eq!(sequences(&reactor.of(id)), sequences(&events));
    }
}

pub async fn reactors_of_different_names_all_get_it(bus: impl EventBus) {
    let reactors = [Recorder::willing("first"), Recorder::willing("second"), Recorder::willing("third")];
    let mut running = Vec::new();
    for reactor in &reactors {
        running.push(Running::on(&bus, reactor).await);
    }
    let product = eventful(4);
    let id = id_of(&product);
    let events = bus.publish(product).await;
    for reactor in &reactors {
        reactor.gets(&events).await;
        assert_eq!(reactor.of(id), events);
    }
}

pub async fn what_happens_while_no_reactor_runs_arrives_later(bus: impl EventBus) {
    let reactor = Recorder::willing("absent");
    Running::on(&bus, &reactor).await.stop().await;
    let product = eventful(4);
    let id = id_of(&product);
    let events = bus.publish(product).await;
    let reactor = Recorder::willing("absent");
    let _running = Running::start(bus.subscriber(), &reactor);
    reactor.gets(&events).await;
    assert_eq!(reactor.of(id), events);
}

pub async fn nothing_comes_to_a_reactor_that_is_dropped(bus: impl EventBus) {
    let (dropped, other) = (Recorder::willing("dropped"), Recorder::willing("other"));
    Running::on(&bus, &dropped).await.stop().await;
    let _running = Running::on(&bus, &other).await;
    let product = eventful(4);
    let id = id_of(&product);
    other.gets(&bus.publish(product).await).await;
    assert!(dropped.of(id).is_empty());
}

pub async fn an_event_that_is_refused_comes_again(bus: impl EventBus) {
    let product = eventful(0);
    let id = id_of(&product);
    let reactor = Recorder::new("hesitant", KINDS, move |stored, times| {
        if stored.event.aggregate_id == id && times == 1 { Deed::Refuse } else { Deed::Accept }
    });
    let _running = Running::on(&bus, &reactor).await;
    let [event] = &bus.publish(product).await[..] else { panic!("the case is about one event") };
    reactor.until("the event doesn't come again", |this| this.times(event.event.id) == 2).await;
    assert_eq!(reactor.of(id), [event.clone(), event.clone()], "the same as before");
    reactor.gets(&bus.publish(eventful(1)).await).await;
    assert_eq!(reactor.times(event.event.id), 2, "what was accepted doesn't come again");
    assert!(bus.dead_letters().list(10).await.unwrap().is_empty());
}

pub async fn an_event_that_is_refused_holds_up_no_other_for_long(bus: impl EventBus) {
    let product = eventful(0);
    let id = id_of(&product);
    let reactor = Recorder::new("choosy", KINDS, move |stored, _| {
        if stored.event.aggregate_id == id { Deed::Refuse } else { Deed::Accept }
    });
    let _running = Running::on(&bus, &reactor).await;
    bus.publish(product).await;
    let other = eventful(4);
    let other_id = id_of(&other);
    let events = bus.publish(other).await;
    reactor.gets(&events).await;
    assert_eq!(reactor.of(other_id), events);
}

pub async fn a_time_when_nothing_can_be_done_is_no_try(bus: impl EventBus) {
    /// More than any number of tries.
    const TIMES: usize = 30;
    let product = eventful(2);
    let id = id_of(&product);
    let reactor = Recorder::new("unlucky", KINDS, move |stored, times| {
        let first = stored.event.aggregate_id == id && stored.event.sequence == 1;
        if first && times <= TIMES { Deed::Despair } else { Deed::Accept }
    });
    let _running = Running::on(&bus, &reactor).await;
    let events = bus.publish(product).await;
    reactor.gets(&events).await;
    let mut expected = vec![1; TIMES];
    expected.extend([1, 2, 3]);
    assert_eq!(sequences(&reactor.of(id)), expected, "the same until it can be dealt with, then the next");
    assert!(bus.dead_letters().list(10).await.unwrap().is_empty());
}

pub async fn an_event_in_the_hands_of_a_reactor_that_goes_away_goes_to_another(bus: impl EventBus) {
    let product = eventful(2);
    let id = id_of(&product);
    let ponderous = Recorder::new("mortal", KINDS, move |stored, _| {
        if stored.event.aggregate_id == id { Deed::Ponder } else { Deed::Accept }
    });
    let running = Running::on(&bus, &ponderous).await;
    let events = bus.publish(product).await;
    ponderous.gets(&events[..1]).await;
    let heir = Recorder::willing("mortal");
    let _running = Running::start(bus.subscriber(), &heir);
    running.stop().await;
    heir.gets(&events).await;
    assert_eq!(heir.of(id), events);
    assert_eq!(ponderous.of(id), events[..1]);
}

pub async fn of_many_things_at_once_each_arrives(bus: impl EventBus) {
    let (bus, reactor) = (Arc::new(bus), Recorder::willing("busy"));
    let _running = Running::on(&*bus, &reactor).await;
    let published = crate::support::at_once(10, |_| {
        let bus = bus.clone();
        async move { bus.publish(eventful(9)).await }
    });
    for events in published.await {
        reactor.gets(&events).await;
        assert_eq!(reactor.of(events[0].event.aggregate_id), events);
    }
}
