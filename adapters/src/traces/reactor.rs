use async_trait::async_trait;
use domain_shared::{Reactor, Setback, StoredEvent};

use super::{KeyValue, Parent, Span, SpanKind};

/// Shows how a reactor deals with each event, below the event's own span.
#[derive(Debug, Clone)]
pub struct TracedReactor<R> {
    inner: R,
    system: &'static str,
}

impl<R> TracedReactor<R> {
    /// Around `inner`, which gets its events by `system`: `rabbitmq`, say.
    pub const fn new(inner: R, system: &'static str) -> Self {
        Self { inner, system }
    }
}

#[async_trait]
impl<R: Reactor> Reactor for TracedReactor<R> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn kinds(&self) -> &'static [&'static str] {
        self.inner.kinds()
    }

    async fn on(&self, event: &StoredEvent) -> Result<(), Setback> {
        let parent = Parent::told(event.event.traceparent.as_deref(), None);
        let attributes = [
            KeyValue::new("messaging.system", self.system),
            KeyValue::new("messaging.operation.name", "process"),
            KeyValue::new("messaging.operation.type", "process"),
            KeyValue::new("messaging.destination.name", self.name()),
            KeyValue::new("messaging.message.id", event.event.id.to_string()),
            KeyValue::new("cloudevents.event_type", event.event.kind.clone()),
        ];
        let span = Span::below(&parent, format!("process {}", self.name()), SpanKind::Consumer, attributes);
        let reacted = span.around(self.inner.on(event)).await;
        match &reacted {
            Ok(()) => {}
            Err(Setback::ThisEvent(_)) => span.failed("this_event"),
            Err(Setback::Everything(_)) => span.failed("everything"),
        }
        reacted
    }
}
