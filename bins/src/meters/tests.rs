use std::sync::atomic::{AtomicU32, Ordering};

use adapters::system::{SystemClock, UuidV7};
use async_trait::async_trait;
use domain_auth::{Session, SessionId, UserId};
use domain_shared::{
    BrokerError, Client, Clock, Context, Email, EventEnvelope, EventPublisher, IdGenerator, Language, Letter,
    MailError, Mailer, Origin, Reactor, Repository, Setback, StoredEvent, ValueObject,
};

use super::*;

fn told(meters: &Meters) -> String {
    prometheus::TextEncoder::new().encode_to_string(&meters.gather()).unwrap()
}

fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.contains(&format!("{line}\n")), "{line} isn't in {text}");
    }
}

#[test]
fn every_service_tells_what_it_is_and_what_its_process_uses() {
    let text = told(&Meters::of("auth-service").unwrap());
    assert!(text.contains("panal_build_info{service=\"auth-service\",version=\""), "{text}");
    if cfg!(target_os = "linux") {
        for name in
            ["cpu_seconds_total", "open_fds", "max_fds", "resident_memory_bytes", "start_time_seconds"]
        {
            let line = text.lines().find(|line| line.starts_with(&format!("process_{name} ")));
            let value = line.and_then(|line| line.split(' ').nth(1)).map(str::parse::<f64>);
            assert!(value.unwrap_or_else(|| panic!("no process_{name}")).unwrap() >= 0.0, "{name}");
        }
    }
}

/// Fares another way each time.
#[derive(Default)]
struct Moody(AtomicU32);

impl Moody {
    fn mood(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

#[async_trait]
impl Reactor for Moody {
    fn name(&self) -> &'static str {
        "moody"
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["test.v1"]
    }
    async fn on(&self, _: &StoredEvent) -> Result<(), Setback> {
        match self.mood() {
            0 => Err(Setback::ThisEvent("no".into())),
            1 => Err(Setback::Everything("no".into())),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl EventPublisher for Moody {
    async fn publish(&self, _: &[StoredEvent]) -> Result<(), BrokerError> {
        if self.mood() == 0 { Err(BrokerError::because("no")) } else { Ok(()) }
    }
}

#[async_trait]
impl Mailer for Moody {
    async fn send(&self, _: &Letter) -> Result<(), MailError> {
        match self.mood() {
            0 => Err(MailError::Rejected("no".into())),
            1 => Err(MailError::Deferred("no".into())),
            2 => Err(MailError::Unavailable("no".into())),
            _ => Ok(()),
        }
    }
}

fn event() -> StoredEvent {
    let event = EventEnvelope {
        id: UuidV7.next_id(),
        aggregate_type: "test".to_owned(),
        aggregate_id: UuidV7.next_id(),
        sequence: 1,
        kind: "test.v1".to_owned(),
        occurred_at: SystemClock.now(),
        actor: None,
        command_id: UuidV7.next_id(),
        traceparent: None,
        origin: Origin::default(),
        data: serde_json::Value::Null,
    };
    StoredEvent { position: 1, event }
}

#[tokio::test]
async fn what_became_of_events_that_came_to_a_reactor_is_told_from_its_beginning() {
    let meters = Meters::of("test").unwrap();
    let reactor = meters.reactors.counted(Moody::default());
    has(&told(&meters), &["reactor_events_total{outcome=\"hindered\",reactor=\"moody\"} 0"]);
    for _ in 0..4 {
        let _ = reactor.on(&event()).await;
    }
    has(
        &told(&meters),
        &[
            "reactor_events_total{outcome=\"handled\",reactor=\"moody\"} 2",
            "reactor_events_total{outcome=\"refused\",reactor=\"moody\"} 1",
            "reactor_events_total{outcome=\"hindered\",reactor=\"moody\"} 1",
            "reactor_duration_seconds_count{reactor=\"moody\"} 4",
        ],
    );
}

#[tokio::test]
async fn events_are_counted_when_the_broker_has_them_and_so_are_batches_that_it_has_not() {
    let meters = Meters::of("test").unwrap();
    let publisher = Publishing::of(Moody::default(), &meters).unwrap();
    for _ in 0..3 {
        let _ = publisher.publish(&[event(), event()]).await;
    }
    has(&told(&meters), &["events_published_total 4", "event_publish_failures_total 1"]);
}

#[tokio::test]
async fn what_became_of_letters_is_told() {
    let meters = Meters::of("test").unwrap();
    let mailer = Letters::of(Moody::default(), &meters).unwrap();
    let to = Email::parse("ada@example.com".to_owned()).unwrap();
    let letter = Letter { to, language: Language::En, subject: "hello".to_owned(), body: Vec::new() };
    for _ in 0..5 {
        let _ = mailer.send(&letter).await;
    }
    let text = told(&meters);
    for (outcome, times) in [("sent", 2), ("rejected", 1), ("deferred", 1), ("unavailable", 1)] {
        has(&text, &[&format!("mails_total{{outcome=\"{outcome}\"}} {times}")]);
    }
    has(&text, &["mail_duration_seconds_count 5"]);
}

#[tokio::test]
async fn a_session_that_was_stored_is_counted_once() {
    let (meters, store) = (Meters::of("test").unwrap(), adapters::memory::MemoryStore::default());
    let sessions = Sessions::of(std::sync::Arc::new(store), &meters).unwrap();
    let context = Context {
        command_id: UuidV7.next_id(),
        at: SystemClock.now(),
        actor: None,
        traceparent: None,
        origin: Origin::default(),
    };
    let (id, user) = (SessionId(UuidV7.next_id()), UserId(UuidV7.next_id()));
    let start = || Session::start(id, user, Client::default(), context.at, &context);
    sessions.save(&mut start()).await.unwrap();
    sessions.save(&mut start()).await.unwrap_err();
    let text = told(&meters);
    has(&text, &["sessions_started_total 1", "sessions_ended_total{reason=\"logout\"} 0"]);
}
