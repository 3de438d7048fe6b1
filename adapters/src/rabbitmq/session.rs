//! A reactor, connected to its queue.
use std::{error::Error, sync::Arc};

use domain_shared::{BrokerError, Clock, Reactor, Setback, StoredEvent};
use futures_util::StreamExt;
use lapin::{
    Consumer,
    message::Delivery,
    options::{BasicConsumeOptions, BasicQosOptions},
    types::{FieldTable, ShortString},
};
use tokio::{
    runtime::Handle,
    time::{Instant, interval_at, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    RabbitConfig,
    error::{OrBroker, within},
    letter::{self, Failure},
    line::Line,
    topology,
};
use crate::{backoff::Backoff, cloud_event, crash_point::crash_point, system::SystemClock, tally::Tally};

pub(super) struct Session<'a> {
    config: &'a RabbitConfig,
    reactor: &'a dyn Reactor,
    line: Arc<Line>,
    given_up: &'a Tally,
    until: &'a CancellationToken,
}

/// What became of a message.
enum Settled {
    /// It needn't be delivered again.
    Done,
    /// Nothing, and there is no time to try again.
    LeftThere,
}

impl<'a> Session<'a> {
    /// Connects, and makes the queues if they aren't there.
    pub(super) async fn open(
        config: &'a RabbitConfig,
        reactor: &'a dyn Reactor,
        given_up: &'a Tally,
        until: &'a CancellationToken,
    ) -> Result<Self, BrokerError> {
        let line = Arc::new(Line::open(config, reactor.name()).await?);
        let session = Self { config, reactor, line, given_up, until };
        session.declare().await?;
        Ok(session)
    }

    async fn declare(&self) -> Result<(), BrokerError> {
        let (channel, reactor) = (&self.line.channel, self.reactor);
        let declared = topology::reactor(channel, self.config, reactor.name(), reactor.kinds());
        within(self.config.timeout, declared).await
    }

    /// Hands events to the reactor, one by one, until it is told to stop, or the connection or the queue is lost.
    pub(super) async fn follow(&self) -> Result<(), BrokerError> {
        let mut feed = within(self.config.timeout, Feed::open(self)).await?;
        let mut check = interval_at(Instant::now() + self.config.check, self.config.check);
        loop {
            let delivery = tokio::select! {
                biased;
                () = self.until.cancelled() => break,
                next = feed.consumer.next() => {
                    next.ok_or_else(|| BrokerError::because("the queue is gone"))?.or_broker()?
                }
                _ = check.tick() => {
                    self.declare().await?;
                    continue;
                }
            };
            if let Settled::LeftThere = self.settle(&delivery).await? {
                break;
            }
            crash_point("ack.before");
            self.line.ack(&delivery).await?;
            crash_point("ack.after");
        }
        // So the broker has heard of everything when the process ends.
        self.line.close().await;
        Ok(())
    }

    /// Deals with a message, so that it needn't be delivered again.
    async fn settle(&self, delivery: &Delivery) -> Result<Settled, BrokerError> {
        let event = match cloud_event::decode(&delivery.data) {
            Ok(event) => event,
            Err(error) => {
                self.give_up(delivery, &error, letter::tries(delivery)).await?;
                return Ok(Settled::Done);
            }
        };
        // A queue stays bound to the kinds that former versions of its reactor asked for.
        if !self.reactor.kinds().contains(&event.event.kind.as_str()) {
            return Ok(Settled::Done);
        }
        let retries = &self.config.retries;
        let (began, mut backoff) = (Instant::now(), Backoff::new(retries.pause, retries.longest_pause));
        loop {
            match self.reactor.on(&event).await {
                Ok(()) => return Ok(Settled::Done),
                Err(Setback::ThisEvent(cause)) => {
                    self.refused(delivery, &event, &*cause).await?;
                    return Ok(Settled::Done);
                }
                Err(Setback::Everything(cause)) => {
                    let error: &(dyn Error + Send + Sync + 'static) = &*cause;
                    tracing::warn!(error, reactor = self.reactor.name(), "nothing can be done at the moment");
                }
            }
            if began.elapsed() >= retries.patience {
                self.put_off(delivery).await?;
                return Ok(Settled::Done);
            }
            if self.until.run_until_cancelled(sleep(backoff.pause())).await.is_none() {
                return Ok(Settled::LeftThere);
            }
        }
    }

    /// Has it delivered again after a while, or gives it up.
    async fn refused(
        &self,
        delivery: &Delivery,
        event: &StoredEvent,
        cause: &(dyn Error + Send + Sync + 'static),
    ) -> Result<(), BrokerError> {
        let (tries, reactor, id) = (letter::tries(delivery) + 1, self.reactor.name(), event.event.id);
        if tries >= self.config.retries.tries {
            return self.give_up(delivery, cause, tries).await;
        }
        tracing::warn!(error = cause, reactor, event = %id, tries, "an event is refused");
        let queue = topology::retry_queue(self.config, reactor, self.config.retries.delay(tries))?;
        let failure = Failure { reactor, cause, at: SystemClock.now(), tries };
        self.line.put(queue, &delivery.data, letter::failed(delivery, &failure)).await
    }

    async fn give_up(
        &self,
        delivery: &Delivery,
        cause: &(dyn Error + Send + Sync + 'static),
        tries: u32,
    ) -> Result<(), BrokerError> {
        let reactor = self.reactor.name();
        tracing::error!(error = cause, reactor, tries, "an event is given up: it is among the dead letters");
        let failure = Failure { reactor, cause, at: SystemClock.now(), tries };
        let properties = letter::failed(delivery, &failure);
        self.line.put(topology::dead_queue(self.config)?, &delivery.data, properties).await?;
        self.given_up.count(reactor);
        Ok(())
    }

    /// Has it delivered again after a while, without blame.
    async fn put_off(&self, delivery: &Delivery) -> Result<(), BrokerError> {
        let longest = self.config.retries.delay(u32::MAX);
        let queue = topology::retry_queue(self.config, self.reactor.name(), longest)?;
        self.line.put(queue, &delivery.data, letter::put_off(delivery)).await
    }
}

/// What comes to a reactor. Whoever just stops consuming keeps what they have, while the next one in line gets what comes
/// after it. So the whole connection is closed first, for the broker to take back what we have before it goes on.
struct Feed {
    consumer: Consumer,
    line: Arc<Line>,
}

impl Feed {
    async fn open(session: &Session<'_>) -> Result<Self, BrokerError> {
        let (config, line) = (session.config, Arc::clone(&session.line));
        let queue = topology::queue_of(config, session.reactor.name())?;
        line.channel.basic_qos(config.prefetch, BasicQosOptions::default()).await.or_broker()?;
        let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
        let consumer = line.channel.basic_consume(queue, ShortString::default(), options, arguments);
        Ok(Self { consumer: consumer.await.or_broker()?, line })
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        // Without a runtime the process is about to end, and its connections with it.
        if let Ok(runtime) = Handle::try_current() {
            let (consumer, line) = (self.consumer.clone(), Arc::clone(&self.line));
            runtime.spawn(async move {
                line.close().await;
                drop(consumer);
            });
        }
    }
}
