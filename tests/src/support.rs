//! What the cases share: fresh ids and times, and many tasks at once.
use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Client, Context, Email, EventEnvelope, EventLog, Origin, StoredEvent, ValueObject};
use uuid::Uuid;

/// Runs a case, on several threads so that what it does at once happens at once.
#[doc(hidden)]
pub fn block_on<F: Future>(case: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(case)
}

/// A number that no other call gets, and that grows.
pub(crate) fn number() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// An id that no other call gets; ids grow, and leave room for those that are counted up from them.
pub(crate) fn id() -> Uuid {
    Uuid::from_u128((0x0190_0000_0000_7000 + u128::from(number())) << 64 | 0x8000_0000_0000_0000)
}

/// A time that no other call gets; times grow, and need all their microseconds.
pub(crate) fn time() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
        + TimeDelta::days(20_000)
        + TimeDelta::microseconds(1_234_567) * i32::try_from(number()).unwrap()
}

/// The circumstances of a command, with everything that may be in them.
pub(crate) fn context() -> Context {
    Context {
        command_id: id(),
        at: time(),
        actor: Some(id()),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        origin: Origin {
            client: Client {
                address: Some("198.51.100.4".to_owned()),
                user_agent: Some("Lynx/2.9".to_owned()),
            },
            session: Some(id()),
        },
    }
}

/// An address that no test anywhere has written to.
pub(crate) fn unused_address() -> Email {
    let random = RandomState::new().hash_one(number());
    Email::parse(format!("to-{random:x}@example.com")).unwrap()
}

pub(crate) fn parse<T: ValueObject<Raw = String>>(raw: impl Into<String>) -> T {
    let raw = raw.into();
    T::parse(raw.clone()).unwrap_or_else(|rule| panic!("the case's own value {raw:?} {rule}"))
}

/// What comes of `count` tasks that run at once.
pub(crate) async fn at_once<T, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let running: Vec<_> = (0..count).map(|i| tokio::spawn(task(i))).collect();
    let mut results = Vec::new();
    for task in running {
        results.push(task.await.expect("no task panics"));
    }
    results
}

/// Every event of one aggregate, oldest first.
pub(crate) async fn history(log: &impl EventLog, aggregate: Uuid) -> Vec<EventEnvelope> {
    let newest_first = log.newest_of(aggregate, &[], None, 10_000).await.unwrap();
    newest_first.into_iter().rev().map(|stored| stored.event).collect()
}

/// The whole log, which must come to `count` events: a log may hold an event back while an earlier one may still come.
pub(crate) async fn whole_log(log: &impl EventLog, count: usize) -> Vec<StoredEvent> {
    let (mut events, started) = (Vec::<StoredEvent>::new(), Instant::now());
    while events.len() < count {
        let more = log.after(events.last().map_or(0, |last| last.position), 1000).await.unwrap();
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "the log has {} of {count} events",
            events.len()
        );
        if more.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        events.extend(more);
    }
    let beyond = log.after(events.last().map_or(0, |last| last.position), 1000).await.unwrap();
    assert!(events.len() == count && beyond.is_empty(), "the log has more than {count} events: {beyond:?}");
    events
}
