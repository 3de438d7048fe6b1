//! What there has to be at the broker: the exchange, and a service's queues.
use std::time::Duration;

use domain_shared::BrokerError;
use lapin::{
    Channel, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable, LongString, ShortString},
};

use super::{
    RabbitConfig,
    error::{OrBroker, name},
};

/// The queue that a reactor's events come in.
pub(super) fn queue_of(config: &RabbitConfig, reactor: &str) -> Result<ShortString, BrokerError> {
    name(format!("{}.{reactor}", config.prefix))
}

/// The queue of the service's dead letters.
pub(super) fn dead_queue(config: &RabbitConfig) -> Result<ShortString, BrokerError> {
    name(format!("{}.dead", config.prefix))
}

/// Where a reactor's events wait. The delay is in its name, since all messages of a queue wait equally long, and a queue
/// can't be changed once it is there.
pub(super) fn retry_queue(
    config: &RabbitConfig,
    reactor: &str,
    delay: Duration,
) -> Result<ShortString, BrokerError> {
    name(format!("{}.{reactor}.retry.{}", config.prefix, delay.as_millis()))
}

/// Sees to it that the exchange is there.
pub(super) async fn exchange(channel: &Channel, config: &RabbitConfig) -> Result<(), BrokerError> {
    let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    let exchange = name(&config.exchange)?;
    channel.exchange_declare(exchange, ExchangeKind::Topic, options, FieldTable::default()).await.or_broker()
}

/// Sees to it that dead letters have their queue.
pub(super) async fn dead_letters(channel: &Channel, config: &RabbitConfig) -> Result<(), BrokerError> {
    /// They are looked at without end. Newer brokers would throw them away after 20 times.
    const ANY_NUMBER: u32 = 1_000_000_000;
    declare(channel, dead_queue(config)?, vec![("x-delivery-limit", AMQPValue::LongUInt(ANY_NUMBER))]).await
}

/// Sees to it that the events of these `kinds` come to `reactor`.
pub(super) async fn reactor(
    channel: &Channel,
    config: &RabbitConfig,
    reactor: &str,
    kinds: &[&str],
) -> Result<(), BrokerError> {
    exchange(channel, config).await?;
    dead_letters(channel, config).await?;
    let queue = queue_of(config, reactor)?;
    // One consumer at a time, or events would overtake each other.
    let mut arguments = vec![
        ("x-single-active-consumer", AMQPValue::Boolean(true)),
        ("x-delivery-limit", AMQPValue::LongUInt(config.retries.deliveries)),
    ];
    arguments.extend(handing_over_to(&dead_queue(config)?));
    declare(channel, queue.clone(), arguments).await?;
    for delay in &config.retries.delays {
        let wait = u32::try_from(delay.as_millis()).unwrap_or(u32::MAX);
        let mut arguments = vec![("x-message-ttl", AMQPValue::LongUInt(wait))];
        arguments.extend(handing_over_to(&queue));
        declare(channel, retry_queue(config, reactor, *delay)?, arguments).await?;
    }
    for kind in kinds {
        let (options, arguments) = (QueueBindOptions::default(), FieldTable::default());
        channel
            .queue_bind(queue.clone(), name(&config.exchange)?, name(*kind)?, options, arguments)
            .await
            .or_broker()?;
    }
    Ok(())
}

/// What leaves a queue otherwise than by being dealt with goes to `queue`, and isn't lost on the way.
fn handing_over_to(queue: &ShortString) -> [(&'static str, AMQPValue); 4] {
    [
        ("x-dead-letter-exchange", text("")),
        ("x-dead-letter-routing-key", text(queue.as_str())),
        ("x-dead-letter-strategy", text("at-least-once")),
        ("x-overflow", text("reject-publish")),
    ]
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(LongString::from(value))
}

async fn declare(
    channel: &Channel,
    queue: ShortString,
    arguments: Vec<(&'static str, AMQPValue)>,
) -> Result<(), BrokerError> {
    let mut table = FieldTable::default();
    table.insert("x-queue-type".into(), text("quorum"));
    for (argument, value) in arguments {
        table.insert(argument.into(), value);
    }
    channel.queue_declare(queue, QueueDeclareOptions::durable(), table).await.or_broker().map(drop)
}
