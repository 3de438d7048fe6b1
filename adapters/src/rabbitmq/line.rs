//! A connection to the broker.
use domain_shared::BrokerError;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, PublisherConfirm,
    options::{BasicPublishOptions, ConfirmSelectOptions},
    types::ShortString,
    uri::AMQPUri,
};

use super::{
    RabbitConfig,
    error::{OrBroker, within},
};

/// A connection with one channel on it, which confirms what is published. Both are closed when it is dropped.
pub(super) struct Line {
    pub(super) channel: Channel,
    config: RabbitConfig,
    connection: Connection,
}

impl Line {
    /// Connects; `purpose` is what the broker's management shows.
    pub(super) async fn open(config: &RabbitConfig, purpose: &str) -> Result<Self, BrokerError> {
        let properties = ConnectionProperties::default()
            .with_connection_name(format!("{} {purpose}", config.prefix).into());
        within(config.timeout, async {
            let connection = Connection::connect_uri(uri(&config.url)?, properties).await.or_broker()?;
            let channel = connection.create_channel().await.or_broker()?;
            channel.confirm_select(ConfirmSelectOptions::default()).await.or_broker()?;
            Ok(Self { channel, config: config.clone(), connection })
        })
        .await
    }

    /// Closes everything at once.
    pub(super) async fn close(&self) {
        // If it can't be, it is closed already.
        drop(self.connection.close(200, "OK".into()).await);
    }

    /// Sends a message on its way. It is the broker's once the answer is [`confirmed`].
    pub(super) async fn send(
        &self,
        exchange: ShortString,
        routing_key: ShortString,
        body: &[u8],
        properties: BasicProperties,
    ) -> Result<PublisherConfirm, BrokerError> {
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        self.channel.basic_publish(exchange, routing_key, options, body, properties).await.or_broker()
    }

    /// Puts a message into `queue`.
    pub(super) async fn put(
        &self,
        queue: ShortString,
        body: &[u8],
        properties: BasicProperties,
    ) -> Result<(), BrokerError> {
        let routed = within(self.config.timeout, async {
            confirmed(self.send(ShortString::default(), queue, body, properties).await?).await
        });
        if routed.await? { Ok(()) } else { Err(BrokerError::because("the queue is gone")) }
    }
}

/// Waits until the broker keeps a message; `false` if no queue was there to keep it in.
pub(super) async fn confirmed(confirm: PublisherConfirm) -> Result<bool, BrokerError> {
    match confirm.await.or_broker()? {
        Confirmation::Ack(returned) => Ok(returned.is_none()),
        Confirmation::Nack(_) => Err(BrokerError::because("it refuses a message")),
        Confirmation::NotRequested => Err(BrokerError::because("it confirms nothing")),
    }
}

fn uri(url: &str) -> Result<AMQPUri, BrokerError> {
    /// In seconds. A broker that went away without a word is noticed after two of them.
    const HEARTBEAT: u16 = 10;
    // What it says may hold the password.
    let mut uri: AMQPUri = url
        .parse()
        .map_err(|_| BrokerError::because("its address must be amqp://user:password@host/vhost"))?;
    uri.query.heartbeat.get_or_insert(HEARTBEAT);
    if uri.vhost.is_empty() {
        // So does everybody else read amqp://host/
        "/".clone_into(&mut uri.vhost);
    }
    Ok(uri)
}
