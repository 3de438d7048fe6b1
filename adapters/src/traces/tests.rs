use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use domain_product::Product;
use domain_shared::{
    BrokerError, Email, EventLog, EventPublisher, Language, Letter, MailError, Mailer, Reactor, Setback,
    StoredEvent, ValueObject,
};
use opentelemetry::{
    global,
    trace::{Status, TraceId},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider, SpanData};

use super::*;
use crate::{memory::MemoryStore, testing::product_in};

/// What all tests of this process have shown; each has a trace of its own.
static SHOWN: LazyLock<InMemorySpanExporter> = LazyLock::new(|| {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .build();
    global::set_tracer_provider(provider);
    exporter
});

/// A request that somebody sent in a trace of their own.
struct Request {
    trace: TraceId,
    is_seen: bool,
}

impl Request {
    fn new(trace: u128, is_seen: bool) -> Self {
        LazyLock::force(&SHOWN);
        Self { trace: TraceId::from(trace), is_seen }
    }

    fn traceparent(&self) -> String {
        format!("00-{}-00f067aa0ba902b7-{:02}", self.trace, u8::from(self.is_seen))
    }

    fn span(&self) -> Span {
        Span::below(&Parent::told(Some(&self.traceparent()), None), "request", SpanKind::Server, [])
    }

    /// All that has ended in its trace, and was to be seen.
    fn shown(&self) -> Vec<SpanData> {
        let shown = SHOWN.get_finished_spans().unwrap();
        shown.into_iter().filter(|span| span.span_context.trace_id() == self.trace).collect()
    }

    /// The only one of them with that name.
    fn named(&self, name: &str) -> SpanData {
        let mut named: Vec<_> = self.shown().into_iter().filter(|span| span.name == name).collect();
        assert_eq!(named.len(), 1, "{name}: {:?}", self.shown());
        named.remove(0)
    }
}

fn traceparent(span: &SpanData) -> String {
    format!("00-{}-{}-01", span.span_context.trace_id(), span.span_context.span_id())
}

/// A product and what it went through, within `request`.
async fn happened_in(request: &Request) -> Vec<StoredEvent> {
    let store = MemoryStore::default();
    let span = request.span();
    span.around(product_in(&TracedStore::new(store.clone(), "memory"), 1)).await;
    store.after(0, 10).await.unwrap()
}

#[tokio::test]
async fn events_say_that_they_happened_within_the_transaction_that_stored_them() {
    let request = Request::new(1, true);
    let events = happened_in(&request).await;
    let (saved, changed) = (request.named("save product"), request.named("change product"));
    let told: Vec<_> = events.iter().map(|event| event.event.traceparent.clone().unwrap()).collect();
    assert_eq!(told, [traceparent(&saved), traceparent(&changed)]);
    let parent = request.named("request").span_context.span_id();
    assert_eq!((saved.parent_span_id, changed.parent_span_id), (parent, parent));
    assert!(saved.attributes.contains(&KeyValue::new("db.system.name", "memory")));
}

#[tokio::test]
async fn what_nobody_is_to_see_isnt_shown_and_those_after_it_are_told() {
    let request = Request::new(2, false);
    let events = happened_in(&request).await;
    assert!(request.shown().is_empty());
    for event in events {
        let told = event.event.traceparent.unwrap();
        assert!(told.contains(&request.trace.to_string()) && told.ends_with("-00"), "{told}");
    }
}

#[tokio::test]
async fn a_rule_that_refuses_is_an_answer_and_no_failure() {
    let request = Request::new(3, true);
    let store = TracedStore::new(MemoryStore::default(), "memory");
    request
        .span()
        .around(async {
            let id = product_in(&store, 0).await;
            let mut again = domain_shared::Repository::<Product>::find(&store, id).await.unwrap().unwrap();
            domain_shared::Repository::<Product>::save(&store, &mut again).await.unwrap_err();
        })
        .await;
    assert!(request.shown().iter().all(|span| span.status == Status::Unset));
}

/// What was handed over.
#[derive(Default)]
struct Broker(Mutex<Vec<StoredEvent>>);

#[async_trait]
impl EventPublisher for Broker {
    async fn publish(&self, events: &[StoredEvent]) -> Result<(), BrokerError> {
        self.0.lock().unwrap().extend_from_slice(events);
        Ok(())
    }
}

#[tokio::test]
async fn what_is_published_comes_below_its_transaction_and_has_those_who_get_it_come_below_that() {
    let request = Request::new(4, true);
    let mut events = happened_in(&request).await;
    events[1].event.traceparent = None;
    let broker = Arc::new(Broker::default());
    let shown = TracedPublisher::new(broker.clone(), "panal.events".to_owned());
    shown.publish(&events).await.unwrap();
    let (saved, published) = (request.named("save product"), request.named("publish panal.events"));
    assert_eq!(published.parent_span_id, saved.span_context.span_id());
    let sent = broker.0.lock().unwrap().clone();
    assert_eq!(sent[0].event.traceparent, Some(traceparent(&published)));
    assert_eq!(sent[1], events[1], "what happened in no trace is sent as it is");
}

/// Writes to somebody, who can't be reached.
struct Writes<M>(M);

#[async_trait]
impl<M: Mailer> Reactor for Writes<M> {
    fn name(&self) -> &'static str {
        "writes"
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["product.created.v1"]
    }
    async fn on(&self, _: &StoredEvent) -> Result<(), Setback> {
        let letter = Letter {
            to: Email::parse("ada@example.com".to_owned()).unwrap(),
            language: Language::En,
            subject: "secret".to_owned(),
            body: Vec::new(),
        };
        Setback::of_letter(self.0.send(&letter).await)
    }
}

struct NoPost;

#[async_trait]
impl Mailer for NoPost {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        Err(MailError::Deferred(format!("{} is greylisted", letter.to).into()))
    }
}

#[tokio::test]
async fn who_reacts_comes_below_the_event_and_a_letter_below_that_without_what_it_says() {
    let request = Request::new(5, true);
    let events = happened_in(&request).await;
    let mailer = TracedMailer::new(NoPost, Some("mail.example.com".to_owned()));
    let reactor = TracedReactor::new(Writes(mailer), "rabbitmq");
    reactor.on(&events[0]).await.unwrap_err();
    let (saved, processed) = (request.named("save product"), request.named("process writes"));
    assert_eq!(processed.parent_span_id, saved.span_context.span_id());
    assert!(processed.attributes.contains(&KeyValue::new("error.type", "this_event")));
    let sent = request.named("send mail");
    assert_eq!(sent.parent_span_id, processed.span_context.span_id());
    assert!(sent.attributes.contains(&KeyValue::new("error.type", "mail_unavailable")));
    let all = format!("{:?}", request.shown());
    for secret in ["ada@", "secret", "greylisted"] {
        assert!(!all.contains(secret), "{secret}");
    }
}
