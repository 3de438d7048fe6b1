use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use domain_shared::{BrokerError, EventPublisher, StoredEvent};
use lapin::BasicProperties;
use tokio::sync::Mutex;

use super::{
    Audience, RabbitConfig,
    error::{name, within},
    line::{Line, confirmed},
    topology,
};
use crate::{cloud_event, crash_point::crash_point};

/// Publishes events. It connects when there is something to publish, and again when the connection was lost.
pub struct RabbitPublisher {
    config: RabbitConfig,
    audience: Audience,
    unheard: Unheard,
    line: Mutex<Option<Line>>,
}

/// How many events nobody wanted. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Unheard(Arc<AtomicU64>);

impl Unheard {
    /// How many so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl RabbitPublisher {
    /// One that has still to connect.
    #[must_use]
    pub fn new(config: RabbitConfig) -> Self {
        Self { config, audience: Audience::default(), unheard: Unheard::default(), line: Mutex::new(None) }
    }

    /// Has everybody in `audience` get all that is published, whether they are there already or not.
    #[must_use]
    pub fn before(self, audience: Audience) -> Self {
        Self { audience, ..self }
    }

    /// Counts the events that no queue of anybody's is bound to. That is no error: nobody has subscribed to them.
    #[must_use]
    pub fn unheard(&self) -> Unheard {
        self.unheard.clone()
    }

    /// Whether the broker answers, over the connection that events go by; it is made if there is none.
    ///
    /// # Errors
    /// [`BrokerError`] if it doesn't.
    pub async fn ping(&self) -> Result<(), BrokerError> {
        let mut place = self.line.lock().await;
        if let Some(line) = place.take() {
            let answered = within(self.config.timeout, topology::exchange(&line.channel, &self.config)).await;
            if answered.is_ok() {
                *place = Some(line);
                return Ok(());
            }
        }
        *place = Some(self.connect().await?);
        Ok(())
    }

    async fn connect(&self) -> Result<Line, BrokerError> {
        let line = Line::open(&self.config, "publisher").await?;
        within(self.config.timeout, topology::exchange(&line.channel, &self.config)).await?;
        for (reactor, kinds) in self.audience.seats() {
            let seated = topology::reactor(&line.channel, &self.config, reactor, kinds);
            within(self.config.timeout, seated).await?;
        }
        Ok(line)
    }

    /// Sends all of `events`, then waits for the broker to say that it has them.
    async fn hand_over(&self, line: &Line, events: &[StoredEvent]) -> Result<(), BrokerError> {
        let mut confirms = Vec::with_capacity(events.len());
        for event in events {
            let body = cloud_event::encode(event, &self.config.source).map_err(BrokerError::because)?;
            let kind = name(&event.event.kind)?;
            let properties = BasicProperties::default()
                .with_content_type(cloud_event::CONTENT_TYPE.into())
                .with_delivery_mode(PERSISTENT)
                .with_message_id(name(event.event.id)?)
                .with_type(kind.clone())
                .with_app_id(name(&self.config.source)?);
            crash_point("publish.before_send");
            confirms.push(line.send(name(&self.config.exchange)?, kind, &body, properties).await?);
        }
        crash_point("publish.before_confirm");
        for confirm in confirms {
            if let Some(returned) = confirmed(confirm).await? {
                self.unheard.0.fetch_add(1, Ordering::Relaxed);
                // Not what is in it: logs aren't for personal data.
                tracing::debug!(kind = %returned.routing_key, "nobody wants to hear of an event");
            }
        }
        crash_point("publish.after_confirm");
        Ok(())
    }
}

/// The delivery mode of messages that survive the broker.
pub(super) const PERSISTENT: u8 = 2;

#[async_trait]
impl EventPublisher for RabbitPublisher {
    async fn publish(&self, events: &[StoredEvent]) -> Result<(), BrokerError> {
        if events.is_empty() {
            return Ok(());
        }
        let mut place = self.line.lock().await;
        // It is put back when all went well, so a line on which something went wrong, or whose user went away in the
        // middle, is closed.
        if let Some(line) = place.take() {
            match within(self.config.timeout, self.hand_over(&line, events)).await {
                Ok(()) => {
                    *place = Some(line);
                    return Ok(());
                }
                Err(lost) => {
                    let error: &(dyn Error + Send + Sync + 'static) = &lost;
                    tracing::debug!(error, "connecting again");
                }
            }
        }
        let line = self.connect().await?;
        within(self.config.timeout, self.hand_over(&line, events)).await?;
        *place = Some(line);
        Ok(())
    }
}
