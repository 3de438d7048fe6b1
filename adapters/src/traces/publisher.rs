use async_trait::async_trait;
use domain_shared::{BrokerError, EventPublisher, StoredEvent};

use super::{KeyValue, Parent, Span, SpanKind};

/// Shows each event on its way to the broker, below the transaction that stored it, and has whoever gets it come below that.
#[derive(Debug, Clone)]
pub struct TracedPublisher<P> {
    inner: P,
    exchange: String,
}

impl<P> TracedPublisher<P> {
    /// Around `inner`, which publishes to that exchange of `RabbitMQ`.
    pub const fn new(inner: P, exchange: String) -> Self {
        Self { inner, exchange }
    }

    /// The span of `event`, if it happened in a trace that is to be seen.
    fn begin(&self, event: &StoredEvent) -> Option<Span> {
        let parent = Parent::told(Some(event.event.traceparent.as_deref()?), None);
        let attributes = [
            KeyValue::new("messaging.system", "rabbitmq"),
            KeyValue::new("messaging.operation.name", "publish"),
            KeyValue::new("messaging.operation.type", "send"),
            KeyValue::new("messaging.destination.name", self.exchange.clone()),
            KeyValue::new("messaging.rabbitmq.destination.routing_key", event.event.kind.clone()),
            KeyValue::new("messaging.message.id", event.event.id.to_string()),
        ];
        let span = Span::below(&parent, format!("publish {}", self.exchange), SpanKind::Producer, attributes);
        span.is_seen().then_some(span)
    }
}

/// `event` as it is sent, which happens within `span`.
fn sent(event: &StoredEvent, span: Option<&Span>) -> StoredEvent {
    let mut event = event.clone();
    if let Some(traceparent) = span.and_then(Span::traceparent) {
        event.event.traceparent = Some(traceparent);
    }
    event
}

#[async_trait]
impl<P: EventPublisher> EventPublisher for TracedPublisher<P> {
    async fn publish(&self, events: &[StoredEvent]) -> Result<(), BrokerError> {
        let spans: Vec<_> = events.iter().map(|event| self.begin(event)).collect();
        if spans.iter().all(Option::is_none) {
            return self.inner.publish(events).await;
        }
        let sent: Vec<_> =
            events.iter().zip(&spans).map(|(event, span)| sent(event, span.as_ref())).collect();
        let published = self.inner.publish(&sent).await;
        if published.is_err() {
            for span in spans.iter().flatten() {
                span.failed("unconfirmed");
            }
        }
        published
    }
}
