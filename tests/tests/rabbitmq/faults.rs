//! What the broker, and those who share it, do to publishers.
use std::time::{Duration, Instant};

use adapters::{
    cloud_event,
    rabbitmq::{RabbitConfig, RabbitPublisher},
};
use domain_shared::EventPublisher;
use lapin::{
    ExchangeKind,
    options::{
        BasicGetOptions, ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions,
    },
    types::FieldTable,
};
use tokio::io::AsyncReadExt;

use crate::{
    bus::{RabbitBus, channel, product, test_url},
    listener::PATIENCE,
    proxy::Proxy,
};

async fn delete_exchange(bus: &RabbitBus) {
    let (_connection, channel) = channel(&test_url()).await;
    let exchange = bus.config.exchange.clone().into();
    channel.exchange_delete(exchange, ExchangeDeleteOptions::default()).await.unwrap();
}

#[test]
fn an_event_is_a_persistent_message_that_names_it() {
    conformance::block_on(async {
        let bus = RabbitBus::fresh();
        bus.try_publish(&product()).await.unwrap();
        let (_connection, channel) = channel(&test_url()).await;
        let queue = channel
            .queue_declare("".into(), QueueDeclareOptions::exclusive(), FieldTable::default())
            .await
            .unwrap();
        let (exchange, options) = (bus.config.exchange.clone(), QueueBindOptions::default());
        channel
            .queue_bind(
                queue.name().clone(),
                exchange.into(),
                "product.#".into(),
                options,
                FieldTable::default(),
            )
            .await
            .unwrap();
        let [event] = &bus.try_publish(&product()).await.unwrap()[..] else { panic!("there is one") };
        let message = channel.basic_get(queue.name().clone(), BasicGetOptions::default()).await.unwrap();
        let message = message.expect("what was confirmed is in the queue").delivery;
        assert_eq!(message.routing_key.as_str(), event.event.kind);
        let (properties, id) = (&message.properties, event.event.id.to_string());
        assert_eq!(*properties.delivery_mode(), Some(2));
        assert_eq!(properties.message_id().as_ref().unwrap().as_str(), id);
        assert_eq!(properties.content_type().as_ref().unwrap().as_str(), cloud_event::CONTENT_TYPE);
        assert_eq!(cloud_event::decode(&message.data).unwrap(), *event);
    });
}

#[test]
fn events_that_nobody_wants_are_counted() {
    conformance::block_on(async {
        let bus = RabbitBus::fresh();
        for unheard in 1..=3 {
            bus.try_publish(&product()).await.unwrap();
            assert_eq!(bus.unheard().count(), unheard);
        }
        let (_connection, channel) = channel(&test_url()).await;
        let (ours, nothing) = (QueueDeclareOptions::exclusive(), FieldTable::default());
        let queue = channel.queue_declare("".into(), ours, nothing.clone()).await.unwrap().name().clone();
        let (exchange, options) = (bus.config.exchange.clone().into(), QueueBindOptions::default());
        channel.queue_bind(queue, exchange, "product.#".into(), options, nothing).await.unwrap();
        bus.try_publish(&product()).await.unwrap();
        assert_eq!(bus.unheard().count(), 3, "now somebody does");
    });
}

#[test]
fn an_exchange_that_was_deleted_is_declared_again() {
    conformance::block_on(async {
        let bus = RabbitBus::fresh();
        for _ in 0..3 {
            bus.try_publish(&product()).await.unwrap();
            delete_exchange(&bus).await;
        }
        bus.try_publish(&product()).await.unwrap();
        let (_connection, channel) = channel(&test_url()).await;
        let options =
            ExchangeDeclareOptions { passive: true, durable: true, ..ExchangeDeclareOptions::default() };
        let exchange = bus.config.exchange.clone().into();
        channel
            .exchange_declare(exchange, ExchangeKind::Topic, options, FieldTable::default())
            .await
            .unwrap();
    });
}

#[test]
fn an_exchange_of_another_type_is_an_error_every_time() {
    conformance::block_on(async {
        let bus = RabbitBus::fresh();
        let (_connection, channel) = channel(&test_url()).await;
        let (exchange, options) = (bus.config.exchange.clone(), ExchangeDeclareOptions::default());
        channel
            .exchange_declare(exchange.into(), ExchangeKind::Fanout, options, FieldTable::default())
            .await
            .unwrap();
        for _ in 0..2 {
            bus.try_publish(&product()).await.unwrap_err();
        }
        delete_exchange(&bus).await;
        bus.try_publish(&product()).await.unwrap();
    });
}

#[test]
fn nobody_waits_for_a_broker_that_is_not_there() {
    conformance::block_on(async {
        let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        for url in
            [&*format!("amqp://{closed}"), "amqp://", "http://127.0.0.1", "amqps://127.0.0.1", "rubbish"]
        {
            let config = RabbitConfig { url: url.to_owned(), ..RabbitConfig::default() };
            let began = Instant::now();
            let (publisher, bus) = (RabbitPublisher::new(config), RabbitBus::fresh());
            publisher.publish(&[]).await.unwrap();
            publisher.publish(&bus.try_publish(&product()).await.unwrap()).await.unwrap_err();
            assert!(began.elapsed() < Duration::from_secs(8), "{url}: {:?}", began.elapsed());
        }
    });
}

#[test]
fn a_broker_without_an_answer_is_given_up_and_tried_again() {
    conformance::block_on(async {
        let proxy = Proxy::start().await;
        let mut bus = RabbitBus::at(proxy.url.clone());
        bus.timeout(Duration::from_millis(500));
        proxy.deafen(true);
        let began = Instant::now();
        bus.try_publish(&product()).await.unwrap_err();
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        proxy.deafen(false);
        bus.timeout(RabbitConfig::default().timeout);
        bus.try_publish(&product()).await.unwrap();
    });
}

#[test]
fn a_publisher_connects_again_when_it_was_cut_off() {
    conformance::block_on(async {
        let proxy = Proxy::start().await;
        let bus = RabbitBus::at(proxy.url.clone());
        for _ in 0..5 {
            bus.try_publish(&product()).await.expect("the connection was cut, but can be made again");
            proxy.cut();
        }
    });
}

#[test]
fn a_broker_that_never_answers_is_hung_up_on() {
    conformance::block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("amqp://{}", listener.local_addr().unwrap());
        let mut bus = RabbitBus::at(url);
        bus.timeout(Duration::from_millis(300));
        bus.try_publish(&product()).await.unwrap_err();
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await;
        ended.expect("the connection stays open").unwrap();
        assert!(heard.starts_with(b"AMQP"), "{heard:?}");
    });
}
