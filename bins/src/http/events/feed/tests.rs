use adapters::{memory::MemoryStore, system::UuidV7};
use chrono::{DateTime, TimeDelta};
use domain_product::{Currency, Draft, Money, Product, ProductId, ProductName, Quantity, Stock, Threshold};
use domain_shared::{Context, Decimal, IdGenerator, Repository, ValueObject};
use tokio::time::timeout;

use super::*;

fn now() -> Context {
    let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    Context {
        command_id: UuidV7.next_id(),
        at,
        actor: None,
        traceparent: None,
        origin: domain_shared::Origin::default(),
    }
}

/// Adds two events to the log.
async fn happen(store: &MemoryStore) {
    let draft = Draft {
        name: ProductName::parse("Laptop".to_owned()).unwrap(),
        description: None,
        price: Money::new(Decimal::new(899, 0), Currency::USD).unwrap(),
        stock: Stock::parse(20).unwrap(),
        sku: None,
        category: None,
        low_stock_threshold: Threshold::DEFAULT,
        is_active: true,
    };
    let mut product = Product::create(ProductId(UuidV7.next_id()), draft, &now());
    product.remove_stock(Quantity::parse(1).unwrap(), None, None, &now()).unwrap();
    store.save(&mut product).await.unwrap();
}

async fn open(store: &MemoryStore, order: Order, closing: &Closing) -> Feed {
    let streams = Streams::of(Arc::new(store.clone()), "/product-service");
    let mut feed = Feed::open(&streams, order, closing.clone()).await.unwrap();
    assert!(feed.next().await.unwrap().starts_with(": on\n"), "something is said at once");
    feed
}

/// What somebody orders who may see everything.
fn from_now() -> Order {
    Order { after: None, wanted: Wanted::default(), is_welcome: Box::new(|| true) }
}

fn after(position: u64) -> Order {
    Order { after: Some(position), ..from_now() }
}

fn ids(text: &str) -> Vec<u64> {
    text.lines().filter_map(|line| line.strip_prefix("id: ")).map(|id| id.parse().unwrap()).collect()
}

/// What it says next without being made to wait.
async fn said(feed: &mut Feed) -> Option<String> {
    timeout(Duration::from_millis(1), feed.next()).await.ok().flatten()
}

#[tokio::test(start_paused = true)]
async fn a_stream_begins_now_and_tells_what_happens_from_then_on() {
    let (store, closing) = (MemoryStore::default(), Closing::default());
    happen(&store).await;
    let mut feed = open(&store, from_now(), &closing).await;
    assert_eq!(said(&mut feed).await, None);
    happen(&store).await;
    let text = said(&mut feed).await.unwrap();
    assert_eq!(ids(&text), [3, 4]);
    let events: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(events, ["product.created.v1", "product.stock_removed.v1"]);
    assert_eq!(said(&mut feed).await, None, "each once");
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_goes_on_right_after_what_they_saw_last() {
    let (store, closing) = (MemoryStore::default(), Closing::default());
    for _ in 0..60 {
        happen(&store).await;
    }
    for last in [0, 1, 49, 50, 51, 119, 120] {
        let mut feed = open(&store, after(last), &closing).await;
        let mut seen = Vec::new();
        while let Some(text) = said(&mut feed).await {
            seen.extend(ids(&text));
        }
        assert!(seen.iter().copied().eq(last + 1..=120), "after {last}: {seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn before_anything_happens_a_new_stream_says_where_it_began() {
    let (store, closing) = (MemoryStore::default(), Closing::default());
    happen(&store).await;
    let streams = Streams::of(Arc::new(store.clone()), "/product-service");
    let mut feed = Feed::open(&streams, from_now(), closing).await.unwrap();
    assert_eq!(feed.next().await.unwrap(), ": on\nid: 2\n\n");
}

#[tokio::test(start_paused = true)]
async fn whoever_wants_little_is_told_how_far_the_log_was_read() {
    let (store, closing) = (MemoryStore::default(), Closing::default());
    let wanted = Wanted::parse("product.low_stock.v1", &["product.low_stock.v1"]).unwrap();
    let mut feed = open(&store, Order { wanted, ..from_now() }, &closing).await;
    happen(&store).await;
    assert_eq!(said(&mut feed).await, None);
    assert_eq!(feed.next().await.unwrap(), ": on\nid: 2\n\n");
}

#[tokio::test(start_paused = true)]
async fn whoever_wants_one_type_gets_that_type() {
    let (store, closing) = (MemoryStore::default(), Closing::default());
    let wanted = Wanted::parse("product.stock_removed.v1", &["product.stock_removed.v1"]).unwrap();
    let mut feed = open(&store, Order { wanted, ..from_now() }, &closing).await;
    happen(&store).await;
    happen(&store).await;
    assert_eq!(ids(&said(&mut feed).await.unwrap()), [2, 4]);
}

#[tokio::test(start_paused = true)]
async fn there_is_a_sign_of_life_every_fifteen_seconds_of_silence() {
    let (store, closing) = (MemoryStore::default(), Closing::default());
    let mut feed = open(&store, from_now(), &closing).await;
    let start = Instant::now();
    for beat in 1..=3 {
        assert_eq!(feed.next().await.unwrap(), ": on\nid: 0\n\n");
        assert_eq!(start.elapsed().as_secs(), 15 * beat);
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    happen(&store).await;
    assert_eq!(ids(&feed.next().await.unwrap()), [1, 2]);
    feed.next().await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 45 + 10 + 15, "counted from the last event");
}

#[tokio::test(start_paused = true)]
async fn there_is_a_sign_of_life_even_if_the_log_does_not_answer() {
    let (store, closing) = (MemoryStore::default(), Closing::default());
    let streams = Streams::of(Arc::new(store.clone()), "/product-service");
    let mut feed = Feed::open(&streams, after(0), closing).await.unwrap();
    feed.next().await.unwrap();
    let all_who_read = streams.readers.acquire_many(2).await.unwrap();
    happen(&store).await;
    let start = Instant::now();
    assert_eq!(feed.next().await.unwrap(), ": on\nid: 0\n\n");
    assert_eq!(start.elapsed().as_secs(), 15);
    drop(all_who_read);
    assert_eq!(ids(&said(&mut feed).await.unwrap()), [1, 2], "nothing is lost by that");
}

#[tokio::test(start_paused = true)]
async fn it_ends_at_once_when_the_door_closes() {
    let (store, closing) = (MemoryStore::default(), Closing::default());
    let mut feed = open(&store, from_now(), &closing).await;
    let start = Instant::now();
    let close = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        closing.begin();
    };
    let (end, ()) = tokio::join!(feed.next(), close);
    assert_eq!((end, start.elapsed().as_millis()), (None, 100));
    happen(&store).await;
    assert_eq!(feed.next().await, None, "whatever happens then");
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_its_reader_is_no_longer_welcome() {
    let (store, closing) = (MemoryStore::default(), Closing::default());
    let start = Instant::now();
    let is_welcome = Box::new(move || start.elapsed().as_secs() < 20);
    let mut feed = open(&store, Order { is_welcome, ..from_now() }, &closing).await;
    assert!(feed.next().await.is_some(), "a sign of life");
    assert_eq!((feed.next().await, start.elapsed().as_secs()), (None, 20));
    happen(&store).await;
    assert_eq!(feed.next().await, None, "whatever happens then");
}

#[tokio::test(start_paused = true)]
async fn a_place_is_free_again_when_its_stream_is_gone() {
    let (store, closing) = (MemoryStore::default(), Closing::default());
    let streams = Streams::of(Arc::new(store), "/product-service");
    let mut places: Vec<_> = std::iter::from_fn(|| streams.place()).collect();
    assert_eq!(places.len(), 100);
    let stream = streams.open(places.pop().unwrap(), from_now(), closing).await.unwrap();
    assert!(streams.place().is_none());
    drop(stream);
    assert!(streams.place().is_some());
}
