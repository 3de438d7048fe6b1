use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use conformance::EventBus;
use domain_shared::{Reactor, Setback, StoredEvent};
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

use crate::bus::{RabbitBus, product};

pub const PATIENCE: Duration = Duration::from_secs(30);

/// A reactor in the care of a subscriber, and what it does.
pub struct Listener {
    heard: mpsc::UnboundedReceiver<(StoredEvent, Fate)>,
    running: JoinHandle<()>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Live,
    Despair,
    Die,
}

struct Ear {
    tell: mpsc::UnboundedSender<(StoredEvent, Fate)>,
    fate: Box<dyn Fn(&StoredEvent) -> Fate + Send + Sync>,
}

#[async_trait]
impl Reactor for Ear {
    fn name(&self) -> &'static str {
        "listener"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["product.created.v1"]
    }

    async fn on(&self, event: &StoredEvent) -> Result<(), Setback> {
        let fate = (self.fate)(event);
        drop(self.tell.send((event.clone(), fate)));
        match fate {
            Fate::Live => Ok(()),
            Fate::Despair => Err(Setback::Everything("nothing can be done".into())),
            Fate::Die => std::future::pending().await,
        }
    }
}

impl Listener {
    fn start(bus: &RabbitBus, fate: impl Fn(&StoredEvent) -> Fate + Send + Sync + 'static) -> Self {
        let (tell, heard) = mpsc::unbounded_channel();
        let (subscriber, ear) = (bus.subscriber(), Arc::new(Ear { tell, fate: Box::new(fate) }));
        Self { heard, running: tokio::spawn(async move { subscriber.run(ear).await }) }
    }

    /// Its reactor alone, in nobody's care.
    pub fn reactor() -> Arc<dyn Reactor> {
        Arc::new(Ear { tell: mpsc::unbounded_channel().0, fate: Box::new(|_| Fate::Live) })
    }

    /// One that comes when something has been published already, by a publisher that knew of it; what that was.
    pub async fn who_comes_late_to(bus: &mut RabbitBus) -> (Self, Vec<StoredEvent>) {
        let (tell, _) = mpsc::unbounded_channel();
        bus.admit(&Ear { tell, fate: Box::new(|_| Fate::Live) });
        let published = bus.try_publish(&product()).await.unwrap();
        (Self::start(bus, |_| Fate::Live), published)
    }

    /// One that is subscribed.
    pub async fn on(bus: &RabbitBus) -> Self {
        let mut listener = Self::start(bus, |_| Fate::Live);
        listener.is_told(bus).await;
        listener
    }

    /// One that is subscribed, and can do nothing about that product.
    pub async fn who_despairs_of(bus: &RabbitBus, product: Uuid) -> Self {
        let fate = move |stored: &StoredEvent| {
            if stored.event.aggregate_id == product { Fate::Despair } else { Fate::Live }
        };
        let mut listener = Self::start(bus, fate);
        listener.is_told(bus).await;
        listener
    }

    /// One that never comes to an end with that event.
    pub fn who_dies_of(bus: &RabbitBus, event: Uuid) -> Self {
        let fate = move |stored: &StoredEvent| if stored.event.id == event { Fate::Die } else { Fate::Live };
        Self::start(bus, fate)
    }

    async fn next(&mut self) -> (StoredEvent, Fate) {
        let next = tokio::time::timeout(PATIENCE, self.heard.recv()).await;
        next.expect("nothing is heard").expect("it is running")
    }

    /// Waits until it has heard these, whatever else it hears.
    pub async fn hears(&mut self, events: &[StoredEvent]) {
        for event in events {
            while self.next().await.0 != *event {}
        }
    }

    pub async fn next_event(&mut self) -> StoredEvent {
        self.next().await.0
    }

    pub async fn despairs(&mut self, times: usize) {
        let mut count = 0;
        while count < times {
            count += usize::from(self.next().await.1 == Fate::Despair);
        }
    }

    /// Publishes until something is heard.
    pub async fn is_told(&mut self, bus: &RabbitBus) {
        while self.heard.try_recv().is_ok() {}
        let told = async {
            loop {
                bus.try_publish(&product()).await.unwrap();
                if tokio::time::timeout(Duration::from_millis(100), self.heard.recv()).await.is_ok() {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, told).await.expect("nothing is heard");
    }

    /// Whether it dies before it hears this.
    pub async fn dies_before(&mut self, event: &StoredEvent) -> bool {
        loop {
            match self.next().await {
                (_, Fate::Die) => return true,
                (heard, _) if heard == *event => return false,
                _ => {}
            }
        }
    }

    pub async fn stop(mut self) {
        self.running.abort();
        assert!((&mut self.running).await.is_err_and(|end| end.is_cancelled()), "it never ends by itself");
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.running.abort();
    }
}
