use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use domain_shared::{EventSubscriber, Reactor};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{RabbitConfig, gate::Unconnected, session::Session};
use crate::{backoff::Backoff, tally::Tally};

/// Brings events to reactors, over a connection for each.
#[derive(Debug, Clone)]
pub struct RabbitSubscriber {
    config: RabbitConfig,
    given_up: Tally,
    until: CancellationToken,
}

impl RabbitSubscriber {
    /// One that connects when it is given a reactor.
    #[must_use]
    pub fn new(config: RabbitConfig) -> Self {
        Self { config, given_up: Tally::default(), until: CancellationToken::new() }
    }

    /// How many deliveries to each reactor were given up.
    #[must_use]
    pub fn given_up(&self) -> Tally {
        self.given_up.clone()
    }

    /// Has it stop when `until` tells so: the event at hand is dealt with first, and the broker told.
    #[must_use]
    pub fn until(self, until: CancellationToken) -> Self {
        Self { until, ..self }
    }
}

#[async_trait]
impl EventSubscriber for RabbitSubscriber {
    async fn run(&self, reactor: Arc<dyn Reactor>) {
        let retries = &self.config.retries;
        let mut backoff = Backoff::new(retries.pause, retries.longest_pause);
        while !self.until.is_cancelled() {
            let opened = self.until.run_until_cancelled(Session::open(
                &self.config,
                &*reactor,
                &self.given_up,
                &self.until,
            ));
            let lost = match opened.await {
                Some(Ok(session)) => {
                    backoff.reset();
                    match session.follow().await {
                        Ok(()) => return,
                        Err(lost) => lost,
                    }
                }
                Some(Err(lost)) => lost,
                None => return,
            };
            let error: &(dyn Error + Send + Sync + 'static) = &lost;
            if !lost.0.is::<Unconnected>() {
                tracing::warn!(error, reactor = reactor.name(), "not subscribed; trying again");
            }
            self.until.run_until_cancelled(sleep(backoff.pause())).await;
        }
    }
}
