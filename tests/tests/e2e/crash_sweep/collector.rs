//! Somebody at the broker who takes in all that is published, and was there before anything was.
use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex},
};

use futures_util::StreamExt;
use lapin::{
    Connection, ConnectionProperties, ExchangeKind,
    options::{
        BasicAckOptions, BasicConsumeOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions,
    },
    types::FieldTable,
};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::{
    leftovers::{DEAD_LETTERS, REACTORS},
    listeners::queue as queue_of,
    place::required,
    world::{World, eventually},
};

pub struct Collector {
    connection: Connection,
    deliveries: Arc<Mutex<Vec<Value>>>,
    collecting: JoinHandle<()>,
}

impl Collector {
    /// One that hears of everything in `world`.
    pub async fn of(world: &World) -> Self {
        let exchange = world.setting("AMQP_EXCHANGE").unwrap().to_owned();
        let (url, properties) = (required("TEST_AMQP_URL"), ConnectionProperties::default());
        let connection = Connection::connect(&url, properties).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        let nothing = FieldTable::default;
        channel
            .exchange_declare(exchange.as_str().into(), ExchangeKind::Topic, durable, nothing())
            .await
            .unwrap();
        let ours = QueueDeclareOptions { exclusive: true, ..QueueDeclareOptions::default() };
        let queue = channel.queue_declare("".into(), ours, nothing()).await.unwrap().name().clone();
        let bind = QueueBindOptions::default();
        channel
            .queue_bind(queue.clone(), exchange.as_str().into(), "#".into(), bind, nothing())
            .await
            .unwrap();
        let options = BasicConsumeOptions::default();
        let mut consumer = channel.basic_consume(queue, "".into(), options, nothing()).await.unwrap();
        let deliveries = Arc::<Mutex<Vec<_>>>::default();
        let collected = deliveries.clone();
        let collecting = tokio::spawn(async move {
            while let Some(delivery) = consumer.next().await {
                let delivery = delivery.unwrap();
                collected.lock().unwrap().push(serde_json::from_slice(&delivery.data).unwrap());
                delivery.ack(BasicAckOptions::default()).await.unwrap();
            }
        });
        Self { connection, deliveries, collecting }
    }

    /// All that was published so far.
    pub fn told(&self) -> String {
        let deliveries = self.deliveries.lock().unwrap();
        deliveries.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
    }

    /// Waits until nothing waits for any reactor; none of them may have given up.
    pub async fn nothing_is_left(&self, world: &World) {
        for queue in REACTORS.into_iter().chain(DEAD_LETTERS) {
            eventually(&format!("{queue} is empty"), async || {
                queue_of(&self.connection, world, queue).await.unwrap().message_count() == 0
            })
            .await;
        }
    }

    /// Whether all of `events` have come.
    pub fn has_all(&self, events: &[Value]) -> bool {
        let deliveries = self.deliveries.lock().unwrap();
        let ids: HashSet<_> = deliveries.iter().map(|event| &event["id"]).collect();
        events.iter().all(|event| ids.contains(&event["id"]))
    }

    /// How often events of the same aggregates as `events` came, and how many of these times it was again. Those of each
    /// must be `events` and no others, and have come in order when they came first.
    pub fn check(&self, events: &[Value]) -> (usize, usize) {
        let subjects: HashSet<_> = events.iter().map(|event| &event["subject"]).collect();
        let known: HashSet<_> = events.iter().map(|event| &event["id"]).collect();
        let deliveries = self.deliveries.lock().unwrap();
        let (mut total, mut seen, mut last) = (0, HashSet::new(), BTreeMap::new());
        for event in deliveries.iter().filter(|event| subjects.contains(&event["subject"])) {
            assert!(known.contains(&event["id"]), "it isn't in the log: {event}");
            total += 1;
            if seen.insert(&event["id"]) {
                let subject = event["subject"].as_str().unwrap();
                let sequence: u64 = event["sequence"].as_str().unwrap().parse().unwrap();
                let before = last.insert(subject, sequence).unwrap_or_default();
                assert_eq!(sequence, before + 1, "those of an aggregate come in order: {event}");
            }
        }
        (total, total - seen.len())
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.collecting.abort();
    }
}
