//! What the broker, and those who share it, do to subscribers.
use std::{sync::Arc, time::Duration};

use adapters::rabbitmq::RabbitSubscriber;
use conformance::EventBus;
use domain_shared::{Aggregate, DeadLetter, DeadLetters, EventSubscriber};
use lapin::{
    BasicProperties, Channel,
    options::{BasicPublishOptions, ExchangeDeleteOptions, QueueDeleteOptions},
};

use crate::{
    bus::{RabbitBus, channel, product, test_url},
    listener::{Listener, PATIENCE},
    proxy::Proxy,
};

async fn put(channel: &Channel, queue: &str, body: &[u8]) {
    let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
    channel.basic_publish("".into(), queue.into(), options, body, properties).await.unwrap();
}

async fn dead(letters: &Arc<dyn DeadLetters>, count: usize) -> Vec<DeadLetter> {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            let found = letters.list(100).await.unwrap();
            if found.len() == count {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    found.await.unwrap_or_else(|_| panic!("there aren't {count} dead letters"))
}

#[test]
fn a_reactor_that_is_known_misses_nothing_even_before_its_first_start() {
    conformance::block_on(async {
        let mut bus = RabbitBus::fresh();
        let (mut listener, published) = Listener::who_comes_late_to(&mut bus).await;
        assert_eq!([listener.next_event().await][..], published);
    });
}

#[test]
fn what_is_no_event_is_a_dead_letter_at_once() {
    conformance::block_on(async {
        let bus = RabbitBus::fresh();
        let mut listener = Listener::on(&bus).await;
        let (_connection, channel) = channel(&test_url()).await;
        let (queue, letters) = (bus.queue("listener"), bus.dead_letters());
        for body in [&b"rubbish"[..], b"{}", b"\xff\x00", b""] {
            put(&channel, &queue, body).await;
        }
        let events = bus.try_publish(&product()).await.unwrap();
        listener.hears(&events).await;
        let found = dead(&letters, 4).await;
        assert!(found.iter().all(|letter| letter.reactor == "listener" && letter.at.is_some()), "{found:#?}");
        assert!(found.iter().all(|letter| letter.reason.contains("no CloudEvent")), "{found:#?}");
        assert_eq!(found.iter().filter(|letter| letter.body == "rubbish").count(), 1);
        assert!(letters.requeue("listener", &found[0].id).await.unwrap());
        for letter in dead(&letters, 4).await {
            assert!(letters.discard("listener", &letter.id).await.unwrap(), "{letter:?}");
        }
        assert!(letters.list(10).await.unwrap().is_empty());
    });
}

#[test]
fn queues_and_bindings_that_were_deleted_are_made_again() {
    conformance::block_on(async {
        let bus = RabbitBus::fresh();
        let mut listener = Listener::on(&bus).await;
        let (_connection, channel) = channel(&test_url()).await;
        for queue in [bus.queue("listener"), bus.queue("dead")] {
            channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await.unwrap();
            listener.is_told(&bus).await;
        }
        let exchange = bus.config.exchange.clone().into();
        channel.exchange_delete(exchange, ExchangeDeleteOptions::default()).await.unwrap();
        listener.is_told(&bus).await;
    });
}

#[test]
fn a_subscriber_connects_again_when_it_was_cut_off() {
    conformance::block_on(async {
        let proxy = Proxy::start().await;
        let bus = RabbitBus::at(proxy.url.clone());
        let mut listener = Listener::on(&bus).await;
        for _ in 0..3 {
            proxy.cut();
            let events = bus.try_publish(&product()).await.unwrap();
            listener.hears(&events).await;
        }
        proxy.deafen(true);
        proxy.deafen(false);
        let events = bus.try_publish(&product()).await.unwrap();
        listener.hears(&events).await;
    });
}

#[test]
fn an_event_that_kills_whoever_gets_it_is_a_dead_letter_in_the_end() {
    conformance::block_on(async {
        let mut bus = RabbitBus::fresh();
        bus.config.prefetch = 1;
        bus.config.retries.deliveries = 3;
        Listener::on(&bus).await.stop().await;
        let [killer] = &bus.try_publish(&product()).await.unwrap()[..] else { panic!("there is one") };
        let [next] = &bus.try_publish(&product()).await.unwrap()[..] else { panic!("there is one") };
        let mut deaths = 0;
        loop {
            let mut listener = Listener::who_dies_of(&bus, killer.event.id);
            let died = listener.dies_before(next).await;
            listener.stop().await;
            if !died {
                break;
            }
            deaths += 1;
        }
        // It may also have been on its way to the one who was stopped.
        assert!((3..=4).contains(&deaths), "{deaths}");
        let [letter] = &dead(&bus.dead_letters(), 1).await[..] else { panic!("there is one") };
        assert_eq!((&*letter.id, &*letter.reactor), (&*killer.event.id.to_string(), "listener"));
        assert!(letter.reason.contains("without an answer") && letter.at.is_some(), "{letter:?}");
    });
}

#[test]
fn whoever_is_interrupted_again_and_again_gets_all_in_order() {
    conformance::block_on(async {
        let bus = RabbitBus::fresh();
        Listener::on(&bus).await.stop().await;
        let mut events = Vec::new();
        for _ in 0..50 {
            events.extend(bus.try_publish(&product()).await.unwrap());
        }
        for first in [&events[0], &events[0], &events[0], &events[20]] {
            let mut listener = Listener::who_dies_of(&bus, first.event.id);
            assert!(listener.dies_before(&events[49]).await);
            listener.stop().await;
        }
        let mut listener = Listener::who_dies_of(&bus, uuid::Uuid::nil());
        for event in &events[20..] {
            assert_eq!(listener.next_event().await, *event);
        }
    });
}

#[test]
fn an_event_that_nothing_can_be_done_about_is_put_off_in_the_end() {
    conformance::block_on(async {
        let mut bus = RabbitBus::fresh();
        bus.config.retries.patience = Duration::ZERO;
        let hopeless = product();
        let mut listener = Listener::who_despairs_of(&bus, hopeless.id().0).await;
        bus.try_publish(&hopeless).await.unwrap();
        listener.despairs(20).await;
        let events = bus.try_publish(&product()).await.unwrap();
        listener.hears(&events).await;
        assert!(bus.dead_letters().list(10).await.unwrap().is_empty());
    });
}

#[test]
fn what_is_given_up_is_counted() {
    conformance::block_on(async {
        let bus = RabbitBus::fresh();
        Listener::on(&bus).await.stop().await;
        let (_connection, channel) = channel(&test_url()).await;
        put(&channel, &bus.queue("listener"), b"rubbish").await;
        let subscriber = RabbitSubscriber::new(bus.config.clone());
        let given_up = subscriber.given_up();
        let counted = async {
            while given_up.counts() != [("listener", 1)] {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            () = subscriber.run(Listener::reactor()) => panic!("nobody told it to stop"),
            counted = tokio::time::timeout(PATIENCE, counted) => counted.expect("it is counted"),
        }
        assert_eq!(dead(&bus.dead_letters(), 1).await.len(), 1);
    });
}
