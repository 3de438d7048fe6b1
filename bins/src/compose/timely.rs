//! What is too old to write to anybody about.
use adapters::system::SystemClock;
use async_trait::async_trait;
use chrono::TimeDelta;
use domain_shared::{Clock, Reactor, Setback, StoredEvent};

/// Leaves out what happened long ago: a reactor that is new, or comes to another broker, must not write to everybody
/// about what they know, and the inbox has forgotten that they do.
pub(super) struct Timely<R>(pub(super) R);

#[async_trait]
impl<R: Reactor> Reactor for Timely<R> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn kinds(&self) -> &'static [&'static str] {
        self.0.kinds()
    }

    async fn on(&self, event: &StoredEvent) -> Result<(), Setback> {
        const NEWS: TimeDelta = TimeDelta::days(7);
        if SystemClock.now() - event.event.occurred_at > NEWS { Ok(()) } else { self.0.on(event).await }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use chrono::{DateTime, Utc};
    use domain_shared::EventEnvelope;
    use uuid::Uuid;

    use super::*;

    struct Count(Arc<AtomicU32>);

    #[async_trait]
    impl Reactor for Count {
        fn name(&self) -> &'static str {
            "count"
        }
        fn kinds(&self) -> &'static [&'static str] {
            &["test.v1"]
        }
        async fn on(&self, _: &StoredEvent) -> Result<(), Setback> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    fn happened(occurred_at: DateTime<Utc>) -> StoredEvent {
        let event = EventEnvelope {
            id: Uuid::nil(),
            aggregate_type: "test".to_owned(),
            aggregate_id: Uuid::nil(),
            sequence: 1,
            kind: "test.v1".to_owned(),
            occurred_at,
            actor: None,
            command_id: Uuid::nil(),
            traceparent: None,
            origin: domain_shared::Origin::default(),
            data: serde_json::Value::Null,
        };
        StoredEvent { position: 1, event }
    }

    #[tokio::test]
    async fn nobody_is_written_to_about_what_happened_long_ago() {
        let count = Arc::new(AtomicU32::new(0));
        let reactor = Timely(Count(count.clone()));
        reactor.on(&happened(SystemClock.now() - TimeDelta::days(8))).await.unwrap();
        assert_eq!(count.load(Ordering::Relaxed), 0);
        reactor.on(&happened(SystemClock.now() - TimeDelta::days(6))).await.unwrap();
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }
}
