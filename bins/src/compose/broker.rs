//! How events get from one service to others, and to its own reactors.
use std::sync::Arc;

use adapters::rabbitmq::{RabbitConfig, RabbitDeadLetters, RabbitPublisher, RabbitSubscriber};
use domain_shared::{DeadLetters, EventPublisher, EventSubscriber};

use crate::config::{self, Config};

/// What a service has to do with events once they have happened.
#[derive(Clone)]
pub struct Broker {
    /// Brings events to the service's reactors.
    pub subscriber: Arc<dyn EventSubscriber>,
    /// Deliveries that the service has given up.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// Where the service's events are published, if others are to hear of them.
    pub publisher: Option<Arc<dyn EventPublisher>>,
}

impl Broker {
    /// The broker that `config` asks for, as the service of that name sees it; `None` if it asks for none. Nothing is
    /// connected yet.
    #[must_use]
    pub fn open(config: &Config, service: &str) -> Option<Self> {
        config.broker.as_ref().map(|broker| Self::rabbitmq(broker, service))
    }

    fn rabbitmq(broker: &config::Broker, service: &str) -> Self {
        let config = RabbitConfig::of_service(service, broker.url.clone(), broker.exchange.clone());
        Self {
            subscriber: Arc::new(RabbitSubscriber::new(config.clone())),
            dead_letters: Arc::new(RabbitDeadLetters::new(config.clone())),
            publisher: Some(Arc::new(RabbitPublisher::new(config))),
        }
    }
}
