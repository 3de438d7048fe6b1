//! What brings events to reactors, as the cases of [`EventSubscriber`] and [`DeadLetters`] see it.
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use domain_product::{Product, Quantity};
use domain_shared::{Aggregate, DeadLetters, EventSubscriber, Reactor, Setback, StoredEvent, ValueObject};
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use crate::{
    examples::{draft, product},
    support::context,
};

/// A bus that only one case uses. To be done with a case in time it has to be impatient: the tries of an event that is
/// refused, and the pauses while nothing can be done, should be some milliseconds apart.
#[async_trait]
pub trait EventBus: Send + Sync + 'static {
    /// Has everything happen that the product has recorded, in this order: a bus that follows a log saves the product,
    /// one with a broker publishes its events. Returns them as they are delivered.
    async fn publish(&self, product: Product) -> Vec<StoredEvent>;

    /// Brings events to reactors. Each call is for another instance of the service.
    fn subscriber(&self) -> Arc<dyn EventSubscriber>;

    /// What was given up.
    fn dead_letters(&self) -> Arc<dyn DeadLetters>;
}

/// How long a case waits for what must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const ADDED: &str = "product.stock_added.v1";
pub(crate) const REMOVED: &str = "product.stock_removed.v1";
pub(crate) const KINDS: &[&str] = &["product.created.v1", ADDED, REMOVED, "product.low_stock.v1"];

/// A product that has recorded `1 + steps` events, every other of which takes stock away.
pub(crate) fn eventful(steps: usize) -> Product {
    let mut product = product(draft("eventful"));
    let one = Quantity::parse(1).unwrap();
    for step in 0..steps {
        let recorded = if step % 2 == 0 {
            product.add_stock(one, None, None, &context())
        } else {
            product.remove_stock(one, None, None, &context())
        };
        recorded.unwrap();
    }
    product
}

/// What a reactor does about an event that has come for the nth time.
pub(crate) type Answer = dyn Fn(&StoredEvent, usize) -> Deed + Send + Sync;

pub(crate) enum Deed {
    Accept,
    Refuse,
    Despair,
    /// Never to come to an end.
    Ponder,
}

/// A reactor that remembers what came, and in which order.
pub(crate) struct Recorder {
    name: &'static str,
    kinds: &'static [&'static str],
    seen: watch::Sender<Vec<StoredEvent>>,
    answer: Box<Answer>,
}

#[async_trait]
impl Reactor for Recorder {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kinds(&self) -> &'static [&'static str] {
        self.kinds
    }

    async fn on(&self, event: &StoredEvent) -> Result<(), Setback> {
        self.seen.send_modify(|seen| seen.push(event.clone()));
        match (self.answer)(event, self.times(event.event.id)) {
            Deed::Accept => Ok(()),
            Deed::Refuse => Err(Setback::ThisEvent("it is refused".into())),
            Deed::Despair => Err(Setback::Everything("nothing can be done".into())),
            Deed::Ponder => std::future::pending().await,
        }
    }
}

impl Recorder {
    pub(crate) fn new(
        name: &'static str,
        kinds: &'static [&'static str],
        answer: impl Fn(&StoredEvent, usize) -> Deed + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { name, kinds, seen: watch::Sender::default(), answer: Box::new(answer) })
    }

    /// One that is about everything and accepts it.
    pub(crate) fn willing(name: &'static str) -> Arc<Self> {
        Self::new(name, KINDS, |_, _| Deed::Accept)
    }

    pub(crate) fn seen(&self) -> Vec<StoredEvent> {
        self.seen.borrow().clone()
    }

    /// What came of one aggregate.
    pub(crate) fn of(&self, product: Uuid) -> Vec<StoredEvent> {
        self.seen.borrow().iter().filter(|stored| stored.event.aggregate_id == product).cloned().collect()
    }

    /// How often an event came.
    pub(crate) fn times(&self, event: Uuid) -> usize {
        self.seen.borrow().iter().filter(|stored| stored.event.id == event).count()
    }

    /// Waits until `enough` has come.
    pub(crate) async fn until(&self, what: &str, enough: impl Fn(&Self) -> bool) {
        let mut news = self.seen.subscribe();
        let waited = tokio::time::timeout(PATIENCE, async {
            while !enough(self) {
                news.changed().await.unwrap();
            }
        });
        waited.await.unwrap_or_else(|_| panic!("{what}; what came: {:#?}", self.seen()));
    }

    /// Waits until these events have come, whatever else came.
    pub(crate) async fn gets(&self, events: &[StoredEvent]) {
        let all = |this: &Self| events.iter().all(|stored| this.times(stored.event.id) > 0);
        self.until("not all that happened came", all).await;
    }

    /// Waits until it is told of what `happens`. Nothing else shows from when on one is subscribed.
    pub(crate) async fn is_told(&self, happens: impl AsyncFn()) {
        let (mut news, began) = (self.seen.subscribe(), Instant::now());
        loop {
            happens().await;
            if tokio::time::timeout(Duration::from_millis(100), news.changed()).await.is_ok() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{} is told of nothing", self.name);
        }
    }
}

/// A reactor in the care of a subscriber, for as long as this lives.
pub(crate) struct Running(JoinHandle<()>);

impl Running {
    pub(crate) fn start(subscriber: Arc<dyn EventSubscriber>, reactor: &Arc<Recorder>) -> Self {
        let reactor: Arc<dyn Reactor> = reactor.clone();
        Self(tokio::spawn(async move { subscriber.run(reactor).await }))
    }

    /// The same once it is subscribed.
    pub(crate) async fn on(bus: &impl EventBus, reactor: &Arc<Recorder>) -> Self {
        let running = Self::start(bus.subscriber(), reactor);
        reactor.is_told(async || drop(bus.publish(eventful(3)).await)).await;
        running
    }

    pub(crate) async fn stop(mut self) {
        self.0.abort();
        assert!((&mut self.0).await.is_err_and(|end| end.is_cancelled()), "it never ends by itself");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The id of a product, as events name it.
pub(crate) fn id_of(product: &Product) -> Uuid {
    product.id().0
}
