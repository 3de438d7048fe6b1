//! A connection to the broker.
use std::time::Duration;

use domain_shared::BrokerError;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, PublisherConfirm,
    message::{BasicReturnMessage, Delivery},
    options::{BasicAckOptions, BasicPublishOptions, ConfirmSelectOptions},
    types::ShortString,
    uri::AMQPUri,
};

use super::{
    RabbitConfig, attempt,
    error::{OrBroker, unconnected, within},
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
        config.gate.pass(Box::pin(Self::dial(config, purpose))).await
    }

    async fn dial(config: &RabbitConfig, purpose: &str) -> Result<Self, BrokerError> {
        let properties = ConnectionProperties::default()
            .with_connection_name(format!("{} {purpose}", config.prefix).into());
        within(config.timeout, async {
            let connected = attempt::connect(uri(&config.url)?, properties).await;
            let connection = connected.map_err(|error| unconnected(&error))?;
            let channel = connection.create_channel().await.or_broker()?;
            channel.confirm_select(ConfirmSelectOptions::default()).await.or_broker()?;
            Ok(Self { channel, config: config.clone(), connection })
        })
        .await
    }

    /// Closes everything at once.
    pub(super) async fn close(&self) {
        let closed = async { self.connection.close(200, "OK".into()).await.or_broker() };
        // If it can't be, it is closed already.
        drop(within(self.config.timeout, closed).await);
    }

    /// Tells the broker that a message has been dealt with.
    pub(super) async fn ack(&self, delivery: &Delivery) -> Result<(), BrokerError> {
        let acked = async { delivery.ack(BasicAckOptions::default()).await.or_broker() };
        let acked = tokio::select! {
            acked = within(self.config.timeout, acked) => acked?,
            // Where it was lost a moment ago the driver keeps silent.
            () = self.lost() => false,
        };
        if acked { Ok(()) } else { Err(BrokerError::because("the channel is closed")) }
    }

    /// Returns soon after the channel was lost.
    async fn lost(&self) {
        const PAUSE: Duration = Duration::from_millis(100);
        while self.channel.status().connected() {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends a message on its way. It is the broker's once the answer is [`confirmed`].
    ///
    /// It comes back (`mandatory`) if nobody is there to hear of it. The driver writes what comes back, with all that is in
    /// it, to the log as a warning of `lapin::returned_messages`, which whoever sets up the logs had better leave out.
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

    /// Puts a message into `queue`, which must be there.
    pub(super) async fn put(
        &self,
        queue: ShortString,
        body: &[u8],
        properties: BasicProperties,
    ) -> Result<(), BrokerError> {
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let (channel, missing) = (&self.channel, format!("there is no queue {queue}"));
        within(self.config.timeout, async {
            let sent = channel.basic_publish(ShortString::default(), queue, options, body, properties).await;
            let returned = confirmed(sent.or_broker()?).await?;
            returned.map_or(Ok(()), |_| Err(BrokerError::because(missing)))
        })
        .await
    }
}

/// Waits until the broker keeps a message, or returns one that had to be kept and can't be.
pub(super) async fn confirmed(confirm: PublisherConfirm) -> Result<Option<BasicReturnMessage>, BrokerError> {
    match confirm.await.or_broker()? {
        Confirmation::Ack(returned) => Ok(returned),
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
