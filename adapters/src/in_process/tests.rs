use std::sync::Mutex;

use domain_shared::DeadLetters;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::*;
use crate::{memory::MemoryStore, system::SystemClock, testing::product};

fn subscriber(store: &MemoryStore) -> LogSubscriber<MemoryStore, MemoryStore, MemoryStore, SystemClock> {
    LogSubscriber {
        log: store.clone(),
        checkpoints: store.clone(),
        dead_letters: store.clone(),
        clock: SystemClock,
        patience: Patience::default(),
        given_up: Tally::default(),
        until: CancellationToken::new(),
    }
}

/// Takes eight seconds for each event, and notes when it gets one which had been noted before.
struct Slow {
    store: MemoryStore,
    seen: Mutex<Vec<(u64, u64)>>,
}

#[async_trait]
impl Reactor for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["product.created.v1", "product.stock_added.v1"]
    }
    async fn on(&self, event: &StoredEvent) -> Result<(), Setback> {
        let noted = self.store.load("slow").await?;
        self.seen.lock().unwrap().push((event.position, noted));
        sleep(Duration::from_secs(8)).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn how_far_a_slow_reactor_has_come_is_noted_in_time() {
    let store = MemoryStore::default();
    product(&store, 6).await;
    let (reactor, subscriber) =
        (Arc::new(Slow { store: store.clone(), seen: Mutex::default() }), subscriber(&store));
    let all = async {
        while store.load("slow").await.unwrap() < 7 {
            sleep(Duration::from_secs(1)).await;
        }
        subscriber.until.cancel();
    };
    tokio::join!(subscriber.run(reactor.clone()), all);
    let seen = reactor.seen.lock().unwrap().clone();
    assert_eq!(seen, [(1, 0), (2, 0), (3, 0), (4, 3), (5, 3), (6, 3), (7, 6)], "after 24 seconds");
}

/// Deals with an event when it is let.
#[derive(Default)]
struct Held {
    begun: Notify,
    let_go: Notify,
}

#[async_trait]
impl Reactor for Held {
    fn name(&self) -> &'static str {
        "held"
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["product.created.v1", "product.stock_added.v1"]
    }
    async fn on(&self, _: &StoredEvent) -> Result<(), Setback> {
        self.begun.notify_one();
        self.let_go.notified().await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn told_to_stop_it_finishes_the_event_at_hand_and_notes_it() {
    let store = MemoryStore::default();
    product(&store, 5).await;
    let (reactor, subscriber) = (Arc::new(Held::default()), subscriber(&store));
    let mut running = subscriber.run(reactor.clone());
    tokio::select! {
        () = &mut running => panic!("it hasn't been told to stop"),
        () = reactor.begun.notified() => subscriber.until.cancel(),
    }
    let an_hour = Duration::from_hours(1);
    timeout(an_hour, &mut running).await.expect_err("the event is still at hand");
    reactor.let_go.notify_one();
    timeout(an_hour, running).await.expect("nothing else is begun");
    assert_eq!(store.load("held").await.unwrap(), 1);
}

/// Refuses every event.
struct Refusing;

#[async_trait]
impl Reactor for Refusing {
    fn name(&self) -> &'static str {
        "refusing"
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["product.created.v1", "product.stock_added.v1"]
    }
    async fn on(&self, _: &StoredEvent) -> Result<(), Setback> {
        Err(Setback::ThisEvent("no".into()))
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_is_counted() {
    let store = MemoryStore::default();
    product(&store, 1).await;
    let subscriber = subscriber(&store);
    let both = async {
        while subscriber.given_up.counts() != [("refusing", 2)] {
            sleep(Duration::from_secs(1)).await;
        }
        subscriber.until.cancel();
    };
    timeout(Duration::from_hours(1), async { tokio::join!(subscriber.run(Arc::new(Refusing)), both) })
        .await
        .expect("both are given up");
    assert_eq!(store.list(10).await.unwrap().len(), 2, "as many as there are dead letters");
}
