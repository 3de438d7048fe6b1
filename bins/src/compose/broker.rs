//! The message broker, as a service sees it.
use std::sync::Arc;

use adapters::{
    rabbitmq::{Audience, RabbitConfig, RabbitDeadLetters, RabbitPublisher, RabbitSubscriber, Unheard},
    tally::Tally,
};
use domain_shared::{DeadLetters, EventSubscriber};
use tokio_util::sync::CancellationToken;

use crate::config;

/// What a service has to do with a broker.
#[derive(Clone)]
pub struct Broker {
    /// Brings events to the service's reactors.
    pub subscriber: Arc<dyn EventSubscriber>,
    /// Deliveries that the service has given up.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// Where the service's events are published.
    pub publisher: Arc<RabbitPublisher>,
    /// Who mustn't miss the first of them.
    pub audience: Audience,
    /// How many events nobody wanted.
    pub unheard: Unheard,
    /// How many deliveries to each of the service's reactors were given up.
    pub given_up: Tally,
    /// Tells the subscriber to stop.
    pub until: CancellationToken,
}

impl Broker {
    /// The broker that `config` tells of, as the service of that name sees it. Nothing is connected yet.
    #[must_use]
    pub fn open(config: &config::Broker, service: &str) -> Self {
        let (audience, until) = (Audience::default(), CancellationToken::new());
        let config = RabbitConfig::of_service(service, config.url.clone(), config.exchange.clone());
        let publisher = RabbitPublisher::new(config.clone()).before(audience.clone());
        let subscriber = RabbitSubscriber::new(config.clone()).until(until.clone());
        Self {
            given_up: subscriber.given_up(),
            subscriber: Arc::new(subscriber),
            dead_letters: Arc::new(RabbitDeadLetters::new(config)),
            unheard: publisher.unheard(),
            publisher: Arc::new(publisher),
            audience,
            until,
        }
    }
}
