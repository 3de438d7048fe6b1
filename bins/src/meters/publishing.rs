use async_trait::async_trait;
use domain_shared::{BrokerError, EventPublisher, StoredEvent};
use prometheus::IntCounter;

use super::{MeterError, Meters};

/// What became of events that were handed to the broker.
pub struct Publishing<P> {
    publisher: P,
    confirmed: IntCounter,
    failures: IntCounter,
}

impl<P: EventPublisher> Publishing<P> {
    /// The same `publisher`, counted.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub fn of(publisher: P, meters: &Meters) -> Result<Self, MeterError> {
        let confirmed =
            IntCounter::new("events_published_total", "How many events the broker has confirmed")?;
        let failures = IntCounter::new(
            "event_publish_failures_total",
            "How often a batch of events could not be published; it is tried again",
        )?;
        meters.include(confirmed.clone())?;
        meters.include(failures.clone())?;
        Ok(Self { publisher, confirmed, failures })
    }
}

#[async_trait]
impl<P: EventPublisher> EventPublisher for Publishing<P> {
    async fn publish(&self, events: &[StoredEvent]) -> Result<(), BrokerError> {
        let outcome = self.publisher.publish(events).await;
        match &outcome {
            Ok(()) => self.confirmed.inc_by(u64::try_from(events.len()).unwrap_or_default()),
            Err(_) => self.failures.inc(),
        }
        outcome
    }
}
