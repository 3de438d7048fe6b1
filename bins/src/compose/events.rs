//! How a service's events come to reactors and to other services.
use std::{pin::Pin, sync::Arc, time::Duration};

use adapters::{
    in_process::{LogSubscriber, Patience},
    rabbitmq::Audience,
    relay,
    system::SystemClock,
};
use chrono::TimeDelta;
use domain_shared::{
    Checkpoints, Clock, DeadLetterBox, EventLog, EventPublisher, EventSubscriber, Inbox, Once, Reactor,
};

use tokio::time::sleep;
use uuid::Uuid;

use super::Broker;
use crate::config::Config;

/// Something that is done for as long as the process serves.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a store has for those who read its log.
#[derive(Clone)]
pub struct Log {
    /// What happened.
    pub events: Arc<dyn EventLog>,
    /// How far readers have come.
    pub checkpoints: Arc<dyn Checkpoints>,
    /// What consumers have dealt with.
    pub inbox: Arc<dyn Inbox>,
    /// Deliveries that were given up.
    pub dead_letters: Arc<dyn DeadLetterBox>,
}

impl Log {
    /// All of them in one store.
    pub(super) fn of<S: EventLog + Checkpoints + Inbox + DeadLetterBox>(store: &Arc<S>) -> Self {
        Self {
            events: store.clone(),
            checkpoints: store.clone(),
            inbox: store.clone(),
            dead_letters: store.clone(),
        }
    }

    /// Brings this log's events to reactors that keep their place in `checkpoints`.
    fn subscriber(&self, checkpoints: Arc<dyn Checkpoints>) -> Arc<dyn EventSubscriber> {
        Arc::new(LogSubscriber {
            log: self.events.clone(),
            checkpoints,
            dead_letters: self.dead_letters.clone(),
            clock: SystemClock,
            patience: Patience::default(),
        })
    }
}

/// The ways of one service's events.
#[derive(Clone)]
pub struct Events {
    log: Log,
    subscriber: Arc<dyn EventSubscriber>,
    publisher: Option<Arc<dyn EventPublisher>>,
    audience: Audience,
}

impl Events {
    /// Those of the service of that name, which has `log`: by the broker, if there is one. Otherwise reactors follow the
    /// log, and nobody else hears of it.
    #[must_use]
    pub fn open(config: &Config, service: &str, log: &Log) -> Self {
        match config.broker.as_ref().map(|broker| Broker::open(broker, service)) {
            Some(Broker { subscriber, publisher, audience, .. }) => {
                Self { subscriber, publisher: Some(publisher), audience, log: log.clone() }
            }
            None => Self {
                subscriber: log.subscriber(log.checkpoints.clone()),
                publisher: None,
                audience: Audience::default(),
                log: log.clone(),
            },
        }
    }

    /// Delivers the service's own events to `reactor`, each once.
    pub fn deliver(&self, reactor: impl Reactor) -> Task {
        self.audience.admit(&reactor);
        deliver(self.subscriber.clone(), Once { reactor, inbox: self.log.inbox.clone() })
    }

    /// Delivers the events of another service to `reactor`: by the broker, or from `theirs`, the log of the other in this
    /// process. `None` if there is neither.
    pub fn deliver_from(&self, theirs: Option<&Log>, reactor: impl Reactor) -> Option<Task> {
        let subscriber = match (&self.publisher, theirs) {
            (Some(_), _) => self.subscriber.clone(),
            (None, Some(theirs)) => theirs.subscriber(self.log.checkpoints.clone()),
            (None, None) => return None,
        };
        Some(deliver(subscriber, reactor))
    }

    /// Has the inbox forget what can't come again. Nothing is held back by a broker or a retry as long as that.
    #[must_use]
    pub fn forget(&self) -> Task {
        const KEPT: TimeDelta = TimeDelta::days(30);
        const ROUND: Duration = Duration::from_hours(1);
        let inbox = self.log.inbox.clone();
        Box::pin(async move {
            loop {
                let millis = (SystemClock.now() - KEPT).timestamp_millis();
                let oldest = Uuid::from_u128(u128::try_from(millis).unwrap_or_default() << 80);
                // If it fails, the next round does it.
                let _ = inbox.forget_before(oldest).await;
                sleep(ROUND).await;
            }
        })
    }

    /// Publishes the log, if there is a broker.
    #[must_use]
    pub fn relay(&self) -> Option<Task> {
        let (log, publisher) = (self.log.clone(), self.publisher.clone()?);
        Some(Box::pin(async move { relay::run(&log.events, &log.checkpoints, &publisher).await }))
    }
}

fn deliver(subscriber: Arc<dyn EventSubscriber>, reactor: impl Reactor) -> Task {
    Box::pin(async move { subscriber.run(Arc::new(reactor)).await })
}
