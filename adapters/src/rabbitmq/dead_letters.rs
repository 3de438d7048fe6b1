use async_trait::async_trait;
use domain_shared::{BrokerError, DeadLetter, DeadLetters};
use lapin::{
    Acker,
    message::Delivery,
    options::{BasicGetOptions, BasicNackOptions},
};

use super::{
    RabbitConfig,
    error::{OrBroker, within},
    letter,
    line::Line,
    topology,
};

/// The dead letters of a service. While somebody looks at them, nobody else sees those they have seen.
#[derive(Debug, Clone)]
pub struct RabbitDeadLetters {
    config: RabbitConfig,
}

/// The queue, taken out of the hands of others as far as it was read.
struct Reading<'a> {
    config: &'a RabbitConfig,
    line: Line,
    seen: Vec<Acker>,
}

impl RabbitDeadLetters {
    /// Those of the service that `config` is for.
    #[must_use]
    pub const fn new(config: RabbitConfig) -> Self {
        Self { config }
    }

    async fn read(&self) -> Result<Reading<'_>, BrokerError> {
        let line = Line::open(&self.config, "dead letters").await?;
        within(self.config.timeout, topology::dead_letters(&line.channel, &self.config)).await?;
        Ok(Reading { config: &self.config, line, seen: Vec::new() })
    }

    /// The dead letter, and the reading in which it was found.
    async fn find(&self, reactor: &str, id: &str) -> Result<(Reading<'_>, Option<Delivery>), BrokerError> {
        let mut reading = self.read().await?;
        while let Some(delivery) = reading.next().await? {
            let letter = letter::dead_letter(&delivery, &self.config.prefix);
            if letter.reactor == reactor && letter.id == id {
                return Ok((reading, Some(delivery)));
            }
            reading.seen.push(delivery.acker);
        }
        Ok((reading, None))
    }
}

impl Reading<'_> {
    async fn next(&self) -> Result<Option<Delivery>, BrokerError> {
        let queue = topology::dead_queue(self.config)?;
        let got = self.line.channel.basic_get(queue, BasicGetOptions::default());
        let got = within(self.config.timeout, async { got.await.or_broker() });
        Ok(got.await?.map(|message| message.delivery))
    }

    /// Puts everything back. The queue may be in another order then.
    async fn end(self) -> Result<(), BrokerError> {
        within(self.config.timeout, async {
            for seen in &self.seen {
                let options = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
                seen.nack(options).await.or_broker()?;
            }
            // The broker is done with all of that when it answers.
            self.line.channel.close(200, "OK".into()).await.or_broker()
        })
        .await
    }
}

#[async_trait]
impl DeadLetters for RabbitDeadLetters {
    async fn list(&self, limit: usize) -> Result<Vec<DeadLetter>, BrokerError> {
        let (mut reading, mut letters) = (self.read().await?, Vec::new());
        while let Some(delivery) = reading.next().await? {
            letters.push(letter::dead_letter(&delivery, &self.config.prefix));
            reading.seen.push(delivery.acker);
        }
        reading.end().await?;
        letters.sort_by_key(|letter| letter.at);
        letters.truncate(limit);
        Ok(letters)
    }

    async fn requeue(&self, reactor: &str, id: &str) -> Result<bool, BrokerError> {
        let (reading, found) = self.find(reactor, id).await?;
        if let Some(delivery) = &found {
            let queue = topology::queue_of(&self.config, reactor)?;
            reading.line.put(queue, &delivery.data, letter::fresh(delivery)).await?;
            reading.line.ack(delivery).await?;
        }
        reading.end().await?;
        Ok(found.is_some())
    }

    async fn discard(&self, reactor: &str, id: &str) -> Result<bool, BrokerError> {
        let (reading, found) = self.find(reactor, id).await?;
        if let Some(delivery) = &found {
            reading.line.ack(delivery).await?;
        }
        reading.end().await?;
        Ok(found.is_some())
    }
}
