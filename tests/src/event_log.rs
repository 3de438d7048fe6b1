//! [`EventLog`]. The subject is a log, and a repository that writes to it.
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain_product::{Product, Quantity};
use domain_shared::{Aggregate, Backlog, EventLog, Repository, StoredEvent, ValueObject};
use uuid::Uuid;

use crate::{
    examples::Example,
    repository::step,
    support::{at_once, context, id, whole_log},
};

/// A product with a history of `1 + steps` events.
async fn product(products: &impl Repository<Product>, steps: usize) -> Product {
    let mut product = Product::small();
    products.save(&mut product).await.unwrap();
    for _ in 0..steps {
        step(products, product.id()).await.unwrap();
    }
    product
}

fn positions(events: &[StoredEvent]) -> Vec<u64> {
    events.iter().map(|stored| stored.position).collect()
}

pub async fn an_empty_log_has_nothing((log, _): (impl EventLog, impl Repository<Product>)) {
    assert!(log.after(0, 100).await.unwrap().is_empty());
    assert!(log.newest_of(id(), &[], None, 100).await.unwrap().is_empty());
}

pub async fn after_gives_everything_in_order_of_position(
    (log, products): (impl EventLog, impl Repository<Product>),
) {
    let (one, other) = (product(&products, 2).await, product(&products, 1).await);
    step(&products, one.id()).await.unwrap();
    let events = whole_log(&log, 6).await;
    assert!(positions(&events).is_sorted_by(|a, b| a < b), "positions grow: {:?}", positions(&events));
    assert!(events[0].position > 0, "whoever has read nothing begins at 0");
    let of = |id: Uuid| events.iter().filter(move |e| e.event.aggregate_id == id).map(|e| e.event.sequence);
    assert!(of(one.id().0).eq(1..=4) && of(other.id().0).eq(1..=2), "in the order of each aggregate");
}

pub async fn after_gives_what_comes_after_and_no_more_than_the_limit(
    (log, products): (impl EventLog, impl Repository<Product>),
) {
    product(&products, 5).await;
    let all = whole_log(&log, 6).await;
    for (i, stored) in all.iter().enumerate() {
        for limit in [1, 2, 100] {
            let page = log.after(stored.position, limit).await.unwrap();
            let expected: Vec<_> = all.iter().skip(i + 1).take(limit).cloned().collect();
            assert_eq!(page, expected, "{limit} after position {}", stored.position);
        }
    }
    assert!(log.after(0, 0).await.unwrap().is_empty());
    assert!(log.after(1 << 53, 100).await.unwrap().is_empty());
}

pub async fn the_end_lies_between_what_was_added_and_what_will_be(
    (log, products): (impl EventLog, impl Repository<Product>),
) {
    assert_eq!(log.end().await.unwrap(), 0, "of an empty log");
    for round in 1..=3 {
        product(&products, 1).await;
        let (all, end) = (whole_log(&log, 2 * round).await, log.end().await.unwrap());
        assert_eq!(Some(end), all.last().map(|last| last.position));
        assert!(log.after(end, 100).await.unwrap().is_empty(), "nothing comes after it yet");
    }
}

pub async fn a_reader_who_remembers_its_position_misses_nothing(
    (log, products): (impl EventLog, impl Repository<Product>),
) {
    const WRITERS: usize = 8;
    const EACH: usize = 60;
    let (log, products, done) = (Arc::new(log), Arc::new(products), Arc::new(AtomicBool::new(false)));
    let reader = tokio::spawn({
        let (log, done) = (log.clone(), done.clone());
        async move {
            let mut seen = Vec::<StoredEvent>::new();
            loop {
                let finished = done.load(Ordering::Acquire);
                let more = log.after(seen.last().map_or(0, |last| last.position), 50).await.unwrap();
                if more.is_empty() {
                    if finished && seen.len() >= WRITERS * EACH {
                        return seen;
                    }
                    tokio::task::yield_now().await;
                }
                seen.extend(more);
                assert!(seen.len() <= WRITERS * EACH, "it sees some twice");
            }
        }
    });
    at_once(WRITERS, |_| {
        let products = products.clone();
        async move { product(&*products, EACH - 1).await }
    })
    .await;
    done.store(true, Ordering::Release);
    let seen =
        tokio::time::timeout(Duration::from_secs(20), reader).await.expect("it sees them all").unwrap();
    assert_eq!(
        seen,
        whole_log(&*log, WRITERS * EACH).await,
        "each once, in order, although many wrote at once"
    );
}

pub async fn newest_of_gives_the_newest_first((log, products): (impl EventLog, impl Repository<Product>)) {
    let (one, _) = (product(&products, 3).await, product(&products, 3).await);
    let newest = log.newest_of(one.id().0, &[], None, 100).await.unwrap();
    let sequences: Vec<_> = newest.iter().map(|stored| stored.event.sequence).collect();
    assert_eq!(sequences, [4, 3, 2, 1], "of this aggregate only");
    let mut reversed: Vec<_> = whole_log(&log, 8).await;
    reversed.retain(|stored| stored.event.aggregate_id == one.id().0);
    reversed.reverse();
    assert_eq!(newest, reversed, "the same events as in the log");
    assert!(log.newest_of(id(), &[], None, 100).await.unwrap().is_empty(), "of an aggregate nobody knows");
}

pub async fn newest_of_stops_at_the_limit_and_before_a_version(
    (log, products): (impl EventLog, impl Repository<Product>),
) {
    let product = product(&products, 4).await;
    for (before, limit, expected) in [
        (None, 2, vec![5, 4]),
        (Some(4), 2, vec![3, 2]),
        (Some(2), 2, vec![1]),
        (Some(1), 2, vec![]),
        (Some(0), 2, vec![]),
        (Some(100), 1, vec![5]),
        (None, 0, vec![]),
    ] {
        let page = log.newest_of(product.id().0, &[], before, limit).await.unwrap();
        let sequences: Vec<u64> = page.iter().map(|stored| stored.event.sequence).collect();
        assert_eq!(sequences, expected, "{limit} before {before:?}");
    }
}

pub async fn newest_of_gives_only_the_kinds_asked_for(
    (log, products): (impl EventLog, impl Repository<Product>),
) {
    let product = product(&products, 2).await;
    let context = context();
    let remove = move |p: &mut Product| p.remove_stock(Quantity::parse(20).unwrap(), None, None, &context);
    products.change(product.id(), Arc::new(remove)).await.unwrap().unwrap();
    for (kinds, before, expected) in [
        (&[][..], None, vec![5, 4, 3, 2, 1]),
        (&["product.stock_added.v1"], None, vec![3, 2]),
        (&["product.stock_added.v1", "product.stock_removed.v1"], None, vec![4, 3, 2]),
        (&["product.stock_removed.v1", "product.low_stock.v1"], Some(5), vec![4]),
        (&["product.stock_added"], None, vec![]),
        (&["product.%"], None, vec![]),
    ] {
        let found = log.newest_of(product.id().0, kinds, before, 100).await.unwrap();
        let sequences: Vec<u64> = found.iter().map(|stored| stored.event.sequence).collect();
        assert_eq!(sequences, expected, "{kinds:?}");
    }
}

pub async fn history_is_all_that_happened_to_some_aggregates(
    (log, products): (impl EventLog, impl Repository<Product>),
) {
    let (one, two, other) =
        (product(&products, 2).await, product(&products, 1).await, product(&products, 1).await);
    step(&products, one.id()).await.unwrap();
    let mut expected = whole_log(&log, 8).await;
    expected.retain(|stored| stored.event.aggregate_id != other.id().0);
    expected.sort_by_key(|stored| (stored.event.aggregate_id, stored.event.sequence));
    let history = log.history(&[two.id().0, id(), one.id().0]).await.unwrap();
    assert_eq!(history, expected, "each one's events in order");
    assert!(log.history(&[]).await.unwrap().is_empty());
}

pub async fn oldest_of_gives_the_oldest_first((log, products): (impl EventLog, impl Repository<Product>)) {
    let (one, _) = (product(&products, 4).await, product(&products, 3).await);
    for (after, limit, expected) in [
        (0, 100, vec![1, 2, 3, 4, 5]),
        (2, 2, vec![3, 4]),
        (5, 9, vec![]),
        (0, 0, vec![]),
        (1 << 53, 9, vec![]),
    ] {
        let page = log.oldest_of(one.id().0, after, limit).await.unwrap();
        let sequences: Vec<u64> = page.iter().map(|stored| stored.event.sequence).collect();
        assert_eq!(sequences, expected, "{limit} after {after}");
        assert!(page.iter().all(|stored| stored.event.aggregate_id == one.id().0));
    }
    assert!(log.oldest_of(id(), 0, 9).await.unwrap().is_empty());
}

pub async fn of_command_is_what_came_of_it((log, products): (impl EventLog, impl Repository<Product>)) {
    let product = product(&products, 1).await;
    let context = context();
    let command = context.command_id;
    let remove = move |p: &mut Product| p.remove_stock(Quantity::parse(15).unwrap(), None, None, &context);
    let changed = products.change(product.id(), Arc::new(remove)).await.unwrap().unwrap();
    assert!(changed.events.len() > 1, "the case is about a command with several events");
    step(&products, product.id()).await.unwrap();
    let found = log.of_command(command).await.unwrap();
    assert!(found.iter().map(|stored| stored.event.id).eq(changed.events.iter().map(|event| event.id)));
    assert!(found.iter().all(|stored| stored.event.command_id == command));
    assert!(log.of_command(id()).await.unwrap().is_empty(), "of a command that never was");
}

pub async fn backlog_is_what_a_reader_has_before_it(
    (log, products): (impl EventLog, impl Repository<Product>),
) {
    assert_eq!(log.backlog(0).await.unwrap(), Backlog::default());
    product(&products, 3).await;
    let all = whole_log(&log, 4).await;
    for (i, stored) in all.iter().enumerate() {
        let next = all.get(i + 1).map(|next| next.event.occurred_at);
        let expected = Backlog { events: u64::try_from(all.len() - i - 1).unwrap(), oldest: next };
        assert_eq!(log.backlog(stored.position).await.unwrap(), expected);
    }
}

pub async fn a_watch_notices_what_is_added((log, products): (impl EventLog, impl Repository<Product>)) {
    let mut watch = log.watch();
    for round in 0..3 {
        let product = product(&products, 0).await;
        let noticed = tokio::time::timeout(Duration::from_secs(20), async {
            // It may also notice nothing in particular.
            while !log.after(0, 100).await.unwrap().iter().any(|e| e.event.aggregate_id == product.id().0) {
                watch.changed().await;
            }
        });
        noticed.await.unwrap_or_else(|_| panic!("what is added in round {round} isn't noticed"));
        step(&products, product.id()).await.unwrap();
        let noticed = tokio::time::timeout(Duration::from_secs(20), watch.changed());
        noticed.await.unwrap_or_else(|_| panic!("a change in round {round} isn't noticed"));
    }
}
