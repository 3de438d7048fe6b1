use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use adapters::rabbitmq::{
    Audience, RabbitConfig, RabbitDeadLetters, RabbitPublisher, RabbitSubscriber, Retries, Unheard,
};
use async_trait::async_trait;
use chrono::DateTime;
use conformance::EventBus;
use domain_product::{Currency, Draft, Money, Product, ProductId, ProductName, Stock, Threshold};
use domain_shared::{
    BrokerError, Context, DeadLetters, Decimal, EventPublisher, EventSubscriber, Reactor, StoredEvent,
    ValueObject, seal,
};
use lapin::{
    Channel, Connection, ConnectionProperties,
    options::{ExchangeDeleteOptions, QueueDeleteOptions},
};

/// How long a refused event waits.
const DELAY: Duration = Duration::from_millis(20);

pub fn test_url() -> String {
    std::env::var("TEST_AMQP_URL")
        .expect("TEST_AMQP_URL names no broker for tests: run them with scripts/test")
}

/// The broker as others see it.
pub async fn channel(url: &str) -> (Connection, Channel) {
    let connection = Connection::connect(url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

/// A product that has recorded that it was created.
pub fn product() -> Product {
    let draft = Draft {
        name: ProductName::parse("Laptop".to_owned()).unwrap(),
        description: None,
        price: Money::new(Decimal::new(89_999, 2), Currency::USD).unwrap(),
        stock: Stock::parse(20).unwrap(),
        sku: None,
        category: None,
        low_stock_threshold: Threshold::DEFAULT,
        is_active: true,
    };
    let (id, command_id) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
    let context = Context {
        command_id,
        at: DateTime::UNIX_EPOCH,
        actor: None,
        traceparent: None,
        origin: domain_shared::Origin::default(),
    };
    Product::create(ProductId(id), draft, &context)
}

/// An exchange and queues that nobody else uses. They are deleted when the test is over.
pub struct RabbitBus {
    pub config: RabbitConfig,
    publisher: RabbitPublisher,
    position: AtomicU64,
    litter: Arc<Litter>,
}

/// What a test leaves at the broker.
struct Litter {
    config: RabbitConfig,
    reactors: Mutex<BTreeSet<&'static str>>,
}

impl RabbitBus {
    pub fn fresh() -> Self {
        Self::at(test_url())
    }

    pub fn at(url: String) -> Self {
        let name = format!("test.{}", uuid::Uuid::now_v7().simple());
        let retries = Retries {
            delays: vec![DELAY],
            pause: Duration::from_millis(5),
            longest_pause: Duration::from_millis(20),
            ..Retries::default()
        };
        let config = RabbitConfig {
            url,
            exchange: format!("{name}.events"),
            prefix: name,
            source: "/product-service".to_owned(),
            check: Duration::from_millis(200),
            retries,
            ..RabbitConfig::default()
        };
        let own = RabbitConfig { url: test_url(), ..config.clone() };
        Self {
            publisher: RabbitPublisher::new(config.clone()),
            position: AtomicU64::new(0),
            litter: Arc::new(Litter { config: own, reactors: Mutex::default() }),
            config,
        }
    }

    /// Has the publisher, which starts anew, wait for so long.
    pub fn timeout(&mut self, timeout: Duration) {
        self.config.timeout = timeout;
        self.publisher = RabbitPublisher::new(self.config.clone());
    }

    /// Has the publisher, which starts anew, wait for these.
    pub fn admit(&mut self, reactor: &impl Reactor) {
        let audience = Audience::default();
        audience.admit(reactor);
        self.publisher = RabbitPublisher::new(self.config.clone()).before(audience);
    }

    /// Only those who publish and subscribe.
    pub fn into_halves(self) -> (impl EventPublisher, impl EventSubscriber) {
        let subscriber = self.subscriber();
        (Publisher(self), subscriber)
    }

    /// How many events the publisher found nobody for.
    pub fn unheard(&self) -> Unheard {
        self.publisher.unheard()
    }

    pub fn queue(&self, reactor: &str) -> String {
        format!("{}.{reactor}", self.config.prefix)
    }

    /// Publishes what the product has recorded, which may fail.
    pub async fn try_publish(&self, product: &Product) -> Result<Vec<StoredEvent>, BrokerError> {
        let stored =
            |event| StoredEvent { position: self.position.fetch_add(1, Ordering::Relaxed) + 1, event };
        let mut events: Vec<_> = seal(product).unwrap().into_iter().map(stored).collect();
        self.publisher.publish(&events).await?;
        for stored in &mut events {
            // From where it was asked for is nobody else's business.
            stored.event.origin = domain_shared::Origin::default();
        }
        Ok(events)
    }
}

#[async_trait]
impl EventBus for RabbitBus {
    async fn publish(&self, product: Product) -> Vec<StoredEvent> {
        self.try_publish(&product).await.unwrap()
    }

    fn subscriber(&self) -> Arc<dyn EventSubscriber> {
        Arc::new(Subscriber(RabbitSubscriber::new(self.config.clone()), self.litter.clone()))
    }

    fn dead_letters(&self) -> Arc<dyn DeadLetters> {
        Arc::new(RabbitDeadLetters::new(self.config.clone()))
    }
}

struct Publisher(RabbitBus);

#[async_trait]
impl EventPublisher for Publisher {
    async fn publish(&self, events: &[StoredEvent]) -> Result<(), BrokerError> {
        self.0.publisher.publish(events).await
    }
}

/// Remembers which reactors had queues made.
struct Subscriber(RabbitSubscriber, Arc<Litter>);

#[async_trait]
impl EventSubscriber for Subscriber {
    async fn run(&self, reactor: Arc<dyn Reactor>) {
        self.1.reactors.lock().unwrap().insert(reactor.name());
        self.0.run(reactor).await;
    }
}

impl Drop for Litter {
    fn drop(&mut self) {
        let (config, reactors) = (self.config.clone(), std::mem::take(&mut *self.reactors.lock().unwrap()));
        let cleared = std::thread::spawn(move || {
            conformance::block_on(async {
                let (connection, channel) = channel(&config.url).await;
                let mut queues = vec![format!("{}.dead", config.prefix)];
                for reactor in reactors {
                    let own = format!("{}.{reactor}", config.prefix);
                    queues.extend([format!("{own}.retry.{}", DELAY.as_millis()), own]);
                }
                for queue in queues {
                    channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await.unwrap();
                }
                let exchange = config.exchange.into();
                channel.exchange_delete(exchange, ExchangeDeleteOptions::default()).await.unwrap();
                connection.close(200, "OK".into()).await.unwrap();
            });
        });
        assert!(
            cleared.join().is_ok() || std::thread::panicking(),
            "what the test left can't be cleared away"
        );
    }
}
