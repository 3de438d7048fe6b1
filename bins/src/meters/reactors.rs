use async_trait::async_trait;
use domain_shared::{Reactor, Setback, StoredEvent};
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts};
use tokio::time::Instant;

use super::{MeterError, Meters};

/// What became of events that came to reactors.
#[derive(Clone)]
pub struct Reactors {
    events: IntCounterVec,
    took: HistogramVec,
}

impl Reactors {
    pub(super) fn new() -> Result<Self, MeterError> {
        let events = Opts::new(
            "reactor_events_total",
            "How many events came to a reactor: handled, refused (this event is at fault), or hindered (nothing can be done)",
        );
        let took = HistogramOpts::new("reactor_duration_seconds", "How long a reactor took for an event")
            .buckets(vec![0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0]);
        Ok(Self {
            events: IntCounterVec::new(events, &["reactor", "outcome"])?,
            took: HistogramVec::new(took, &["reactor"])?,
        })
    }

    pub(super) fn join(self, meters: &Meters) -> Result<(), MeterError> {
        meters.include(self.events)?;
        meters.include(self.took)
    }

    /// The same `reactor`, counted.
    pub fn counted<R: Reactor>(&self, reactor: R) -> Counted<R> {
        let of = |outcome: &str| self.events.with_label_values(&[reactor.name(), outcome]);
        let (handled, refused, hindered) = (of("handled"), of("refused"), of("hindered"));
        let took = self.took.with_label_values(&[reactor.name()]);
        Counted { reactor, handled, refused, hindered, took }
    }
}

/// A reactor whose events are counted.
pub struct Counted<R> {
    reactor: R,
    handled: IntCounter,
    refused: IntCounter,
    hindered: IntCounter,
    took: Histogram,
}

#[async_trait]
impl<R: Reactor> Reactor for Counted<R> {
    fn name(&self) -> &'static str {
        self.reactor.name()
    }

    fn kinds(&self) -> &'static [&'static str] {
        self.reactor.kinds()
    }

    async fn on(&self, event: &StoredEvent) -> Result<(), Setback> {
        let began = Instant::now();
        let outcome = self.reactor.on(event).await;
        self.took.observe(began.elapsed().as_secs_f64());
        match &outcome {
            Ok(()) => self.handled.inc(),
            Err(Setback::ThisEvent(_)) => self.refused.inc(),
            Err(Setback::Everything(_)) => self.hindered.inc(),
        }
        outcome
    }
}
