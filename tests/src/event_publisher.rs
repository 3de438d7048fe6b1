//! [`EventPublisher`]. The subject is one, and a subscriber that hears what it publishes.
use std::sync::Arc;

use domain_shared::{EventEnvelope, EventPublisher, EventSubscriber, Origin, StoredEvent};

use crate::{
    event_bus::{KINDS, Recorder, Running},
    support::{at_once, id, number, time},
};

/// Some events of one aggregate, with all that may be in them, or as little.
fn events(count: u64) -> Vec<StoredEvent> {
    let aggregate_id = id();
    let event = |sequence: u64| EventEnvelope {
        id: id(),
        aggregate_type: "product".to_owned(),
        aggregate_id,
        sequence,
        kind: KINDS[0].to_owned(),
        occurred_at: time(),
        actor: (sequence.is_multiple_of(2)).then(id),
        command_id: id(),
        traceparent: (sequence.is_multiple_of(3))
            .then(|| "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        origin: Origin::default(),
        data: if sequence.is_multiple_of(4) {
            [("name", "Ñandú 🐝 \\ \"'\u{0}"), ("empty", "")].into_iter().collect()
        } else {
            std::iter::empty::<(String, u64)>().collect()
        },
    };
    let stored = |sequence| StoredEvent { position: (1 << 53) + u64::from(number()), event: event(sequence) };
    (1..=count).map(stored).collect()
}

async fn subscribed(
    publisher: &impl EventPublisher,
    subscriber: impl EventSubscriber,
) -> (Running, Arc<Recorder>) {
    let reactor = Recorder::willing("listener");
    let running = Running::start(Arc::new(subscriber), &reactor);
    reactor.is_told(async || publisher.publish(&events(1)).await.unwrap()).await;
    (running, reactor)
}

pub async fn nothing_is_easily_published((publisher, _): (impl EventPublisher, impl EventSubscriber)) {
    publisher.publish(&[]).await.unwrap();
}

pub async fn that_nobody_listens_is_no_error((publisher, _): (impl EventPublisher, impl EventSubscriber)) {
    publisher.publish(&events(3)).await.unwrap();
    publisher.publish(&events(3)).await.unwrap();
}

pub async fn what_is_published_arrives_unharmed_and_in_order(
    (publisher, subscriber): (impl EventPublisher, impl EventSubscriber),
) {
    let (_running, reactor) = subscribed(&publisher, subscriber).await;
    for count in [1, 12, 200] {
        let events = events(count);
        publisher.publish(&events).await.unwrap();
        reactor.gets(&events).await;
        assert_eq!(reactor.of(events[0].event.aggregate_id), events);
    }
}

pub async fn of_twenty_who_publish_at_once_each_is_heard(
    (publisher, subscriber): (impl EventPublisher, impl EventSubscriber),
) {
    let publisher = Arc::new(publisher);
    let (_running, reactor) = subscribed(&publisher, subscriber).await;
    let tasks = at_once(20, |_| {
        let publisher = publisher.clone();
        async move {
            let events = events(5);
            publisher.publish(&events).await.unwrap();
            events
        }
    });
    for events in tasks.await {
        reactor.gets(&events).await;
        assert_eq!(reactor.of(events[0].event.aggregate_id), events);
    }
}
