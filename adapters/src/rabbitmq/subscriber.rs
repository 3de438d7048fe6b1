use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use domain_shared::{EventSubscriber, Reactor};

use super::{RabbitConfig, session::Session};
use crate::backoff::Backoff;

/// Brings events to reactors, over a connection for each.
#[derive(Debug, Clone)]
pub struct RabbitSubscriber {
    config: RabbitConfig,
}

impl RabbitSubscriber {
    /// One that connects when it is given a reactor.
    #[must_use]
    pub const fn new(config: RabbitConfig) -> Self {
        Self { config }
    }
}

#[async_trait]
impl EventSubscriber for RabbitSubscriber {
    async fn run(&self, reactor: Arc<dyn Reactor>) {
        let retries = &self.config.retries;
        let mut backoff = Backoff::new(retries.pause, retries.longest_pause);
        loop {
            let lost = match Session::open(&self.config, &*reactor).await {
                Ok(session) => {
                    backoff.reset();
                    let Err(lost) = session.follow().await;
                    lost
                }
                Err(lost) => lost,
            };
            let error: &(dyn Error + Send + Sync + 'static) = &lost;
            tracing::warn!(error, reactor = reactor.name(), "not subscribed; trying again");
            tokio::time::sleep(backoff.pause()).await;
        }
    }
}
