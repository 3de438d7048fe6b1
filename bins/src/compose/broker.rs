//! The message broker, as a service sees it.
use std::sync::Arc;

use adapters::rabbitmq::{Audience, RabbitConfig, RabbitDeadLetters, RabbitPublisher, RabbitSubscriber};
use domain_shared::{DeadLetters, EventPublisher, EventSubscriber};

use crate::config;

/// What a service has to do with a broker.
#[derive(Clone)]
pub struct Broker {
    /// Brings events to the service's reactors.
    pub subscriber: Arc<dyn EventSubscriber>,
    /// Deliveries that the service has given up.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// Where the service's events are published.
    pub publisher: Arc<dyn EventPublisher>,
    /// Who mustn't miss the first of them.
    pub audience: Audience,
}

impl Broker {
    /// The broker that `config` tells of, as the service of that name sees it. Nothing is connected yet.
    #[must_use]
    pub fn open(config: &config::Broker, service: &str) -> Self {
        let audience = Audience::default();
        let config = RabbitConfig::of_service(service, config.url.clone(), config.exchange.clone());
        Self {
            subscriber: Arc::new(RabbitSubscriber::new(config.clone())),
            dead_letters: Arc::new(RabbitDeadLetters::new(config.clone())),
            publisher: Arc::new(RabbitPublisher::new(config).before(audience.clone())),
            audience,
        }
    }
}
