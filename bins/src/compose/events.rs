//! How a service's events come to reactors and to other services.
use std::{pin::Pin, sync::Arc, time::Duration};

use adapters::{
    in_process::{LogSubscriber, Patience},
    rabbitmq::{Audience, RabbitPublisher, Unheard},
    relay,
    system::SystemClock,
    tally::Tally,
    traces::{TracedPublisher, TracedReactor},
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{
    BrokerError, Checkpoints, Clock, DeadLetterBox, EventLog, EventPublisher, EventSubscriber,
    IdempotencyKeys, Inbox, Once, Reactor, StoreError, StoredEvent,
};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Broker, Health, Readers, timely::Timely};
use crate::{
    config::Config,
    meters::{MeterError, Meters, Publishing, Reactors, dead_letters},
};

/// Something that is done for as long as the process serves. Told to stop, it ends what it is at, and then itself.
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

    /// Brings this log's events to reactors that keep their place in `checkpoints`, until told to stop.
    fn subscriber(
        &self,
        checkpoints: Arc<dyn Checkpoints>,
        given_up: &Tally,
        until: &CancellationToken,
    ) -> Arc<dyn EventSubscriber> {
        Arc::new(LogSubscriber {
            log: self.events.clone(),
            checkpoints,
            dead_letters: self.dead_letters.clone(),
            clock: SystemClock,
            patience: Patience::default(),
            given_up: given_up.clone(),
            until: until.clone(),
        })
    }
}

/// The ways of one service's events.
#[derive(Clone)]
pub struct Events {
    log: Log,
    is_traced: bool,
    subscriber: Arc<dyn EventSubscriber>,
    publisher: Option<Arc<Watched>>,
    audience: Audience,
    given_up: Tally,
    reactors: Reactors,
    /// How the broker is, if there is one.
    pub broker: Option<Health>,
    /// How many events nobody wanted who is at the broker.
    pub unheard: Unheard,
    /// Who follows a log here.
    pub readers: Readers,
    /// Tells everything that is done beside serving to stop.
    pub until: CancellationToken,
}

/// Notes how publishing fares.
struct Watched {
    way: Publishing<Arc<dyn EventPublisher>>,
    broker: Arc<RabbitPublisher>,
    health: Health,
}

#[async_trait]
impl EventPublisher for Watched {
    async fn publish(&self, events: &[StoredEvent]) -> Result<(), BrokerError> {
        let published = self.way.publish(events).await;
        self.health.note(published.is_ok());
        published
    }
}

impl Watched {
    /// Looks whether the broker answers, whether or not there is anything to publish.
    async fn look(&self) {
        const ROUND: Duration = Duration::from_secs(5);
        loop {
            self.health.note(self.broker.ping().await.is_ok());
            sleep(ROUND).await;
        }
    }
}

impl Events {
    /// Those of the service of that name, which has `log`: by the broker, if there is one. Otherwise reactors follow the
    /// log, and nobody else hears of it.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub fn open(config: &Config, service: &str, log: &Log, meters: &Meters) -> Result<Self, MeterError> {
        let is_traced = config.settings.is_traced();
        let events = match &config.broker {
            Some(broker) => {
                let traced = is_traced.then(|| broker.exchange.clone());
                Self::by_broker(Broker::open(broker, service), traced, log, meters)?
            }
            None => Self::without_broker(is_traced, log, meters),
        };
        meters.include(dead_letters(events.given_up.clone())?)?;
        Ok(events)
    }

    /// By `broker`; the name of its exchange is there if traces are made.
    fn by_broker(
        broker: Broker,
        traced: Option<String>,
        log: &Log,
        meters: &Meters,
    ) -> Result<Self, MeterError> {
        let Broker { subscriber, publisher, audience, unheard, given_up, until, .. } = broker;
        let (health, is_traced) = (Health::default(), traced.is_some());
        let way: Arc<dyn EventPublisher> = match traced {
            Some(exchange) => Arc::new(TracedPublisher::new(publisher.clone(), exchange)),
            None => publisher.clone(),
        };
        let way = Publishing::of(way, meters)?;
        let publisher = Watched { way, broker: publisher, health: health.clone() };
        Ok(Self {
            log: log.clone(),
            is_traced,
            subscriber,
            publisher: Some(Arc::new(publisher)),
            audience,
            given_up,
            reactors: meters.reactors.clone(),
            broker: Some(health),
            unheard,
            readers: Readers::default().and(relay::READER, log, log),
            until,
        })
    }

    fn without_broker(is_traced: bool, log: &Log, meters: &Meters) -> Self {
        let (until, given_up) = (CancellationToken::new(), Tally::default());
        Self {
            log: log.clone(),
            is_traced,
            subscriber: log.subscriber(log.checkpoints.clone(), &given_up, &until),
            publisher: None,
            audience: Audience::default(),
            given_up,
            reactors: meters.reactors.clone(),
            broker: None,
            unheard: Unheard::default(),
            readers: Readers::default(),
            until,
        }
    }

    /// Delivers the service's own events to `reactor`, each once.
    pub fn deliver(&self, reactor: impl Reactor) -> Task {
        self.audience.admit(&reactor);
        if self.publisher.is_none() {
            self.readers.add(reactor.name(), &self.log, &self.log);
        }
        let once = self.traced(Once { reactor, inbox: self.log.inbox.clone() });
        self.follow(self.subscriber.clone(), Timely(once))
    }

    /// `reactor`, shown if traces are made.
    fn traced(&self, reactor: impl Reactor) -> Arc<dyn Reactor> {
        let system = if self.publisher.is_some() { "rabbitmq" } else { "event_log" };
        if self.is_traced { Arc::new(TracedReactor::new(reactor, system)) } else { Arc::new(reactor) }
    }

    /// Delivers the events of another service to `reactor`: by the broker, or from `theirs`, the log of the other in this
    /// process. `None` if there is neither.
    pub fn deliver_from(&self, theirs: Option<&Log>, reactor: impl Reactor) -> Option<Task> {
        let subscriber = match (&self.publisher, theirs) {
            (Some(_), _) => self.subscriber.clone(),
            (None, Some(theirs)) => {
                self.readers.add(reactor.name(), theirs, &self.log);
                theirs.subscriber(self.log.checkpoints.clone(), &self.given_up, &self.until)
            }
            (None, None) => return None,
        };
        Some(self.follow(subscriber, self.traced(reactor)))
    }

    fn follow(&self, subscriber: Arc<dyn EventSubscriber>, reactor: impl Reactor) -> Task {
        self.given_up.begin(reactor.name());
        let reactor = Arc::new(self.reactors.counted(reactor));
        Box::pin(async move { subscriber.run(reactor).await })
    }

    /// Has the inbox forget what can't come again, and `keys` those that have expired. Nothing is held back by a broker or a
    /// retry as long as that.
    #[must_use]
    pub fn forget(&self, keys: Arc<dyn IdempotencyKeys>) -> Task {
        const KEPT: TimeDelta = TimeDelta::days(30);
        const ROUND: Duration = Duration::from_hours(1);
        let inbox = self.log.inbox.clone();
        self.broken_off(async move {
            loop {
                let millis = (SystemClock.now() - KEPT).timestamp_millis();
                let oldest = Uuid::from_u128(u128::try_from(millis).unwrap_or_default() << 80);
                // If it fails, the next round does it.
                let _ = inbox.forget_before(oldest).await;
                let _ = sweep(&keys, SystemClock.now()).await;
                sleep(ROUND).await;
            }
        })
    }

    /// `task`, of which it does no harm to break it off anywhere.
    pub fn broken_off(&self, task: impl Future<Output = ()> + Send + 'static) -> Task {
        let until = self.until.clone();
        Box::pin(async move { until.run_until_cancelled(task).await.unwrap_or_default() })
    }

    /// Publishes the log and looks after the broker, if there is one.
    #[must_use]
    pub fn relay(&self) -> Vec<Task> {
        let Some(publisher) = self.publisher.clone() else { return Vec::new() };
        let (log, until, watched) = (self.log.clone(), self.until.clone(), publisher.clone());
        vec![
            Box::pin(async move { relay::run(&log.events, &log.checkpoints, &publisher, &until).await }),
            self.broken_off(async move { watched.look().await }),
        ]
    }
}

/// Drops every key that had expired at `now`, a few at a time.
async fn sweep(keys: &impl IdempotencyKeys, now: DateTime<Utc>) -> Result<(), StoreError> {
    const AT_ONCE: usize = 500;
    while keys.sweep(now, AT_ONCE).await? > 0 {}
    Ok(())
}
