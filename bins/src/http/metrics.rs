//! What Prometheus is told: requests counted and timed per route, and how far everything that follows the log has come.
use std::time::Duration;

use actix_web::{
    Error, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web::Data,
};
use adapters::system::SystemClock;
use domain_shared::{Backlog, Clock, EventLog, StoreError};
use prometheus::{Gauge, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder};

use super::health::Dependencies;

/// The metrics of one service.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    backlog: GaugeVec,
    lag: GaugeVec,
    differences: Gauge,
    unheard: Gauge,
}

impl Metrics {
    /// Nothing counted yet.
    ///
    /// # Errors
    /// If a metric's name is wrong, which is a programming error.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let options = HistogramOpts::new(
            "http_request_duration_seconds",
            "How long requests took, by route and status",
        )
        .buckets(vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]);
        let requests = HistogramVec::new(options, &["method", "route", "status"])?;
        let of_readers = |name: &str, help: &str| GaugeVec::new(Opts::new(name, help), &["reader"]);
        let backlog = of_readers("event_backlog", "How many events of the log a reader still has before it")?;
        let lag = of_readers("event_lag_seconds", "How old the first of them is")?;
        let differences = Gauge::new(
            "drift_differences",
            "How many rows aren't as the event log says, as far as the background check has seen; NaN where another instance checks",
        )?;
        let unheard = Gauge::new(
            "events_unheard",
            "How many events nobody at the broker has subscribed to, since the process began",
        )?;
        registry.register(Box::new(unheard.clone()))?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(backlog.clone()))?;
        registry.register(Box::new(lag.clone()))?;
        registry.register(Box::new(differences.clone()))?;
        Ok(Self { registry, requests, backlog, lag, differences, unheard })
    }

    /// Tells what `counter` has counted, too.
    ///
    /// # Errors
    /// If another metric has its name, which is a programming error.
    pub fn include(&self, counter: IntCounterVec) -> Result<(), prometheus::Error> {
        self.registry.register(Box::new(counter))
    }

    /// Looks how far the relay, the reactors that follow a log, and the read models have come.
    async fn look(&self, dependencies: &Dependencies) -> Result<(), StoreError> {
        let Dependencies { log, events, audit, .. } = dependencies;
        #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "gauges are floating point")]
        for (gauge, value) in [
            (&self.differences, audit.differences().map_or(f64::NAN, |differences| differences as f64)),
            (&self.unheard, events.unheard.count() as f64),
        ] {
            gauge.set(value);
        }
        for (reader, backlog) in events.readers.backlogs().await? {
            self.tell(reader, backlog);
        }
        for model in audit.models() {
            self.tell(model.name(), log.events.backlog(model.position().await?).await?);
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "gauges are floating point")]
    fn tell(&self, reader: &str, backlog: Backlog) {
        let lag = backlog.oldest.map_or(0, |oldest| (SystemClock.now() - oldest).num_milliseconds());
        self.backlog.with_label_values(&[reader]).set(backlog.events as f64);
        self.lag.with_label_values(&[reader]).set(lag.max(0) as f64 / 1000.0);
    }
}

/// `/metrics`, in Prometheus' text format.
pub async fn metrics(metrics: Data<Metrics>, dependencies: Data<Dependencies>) -> HttpResponse {
    const PATIENCE: Duration = Duration::from_secs(2);
    // Without the store the gauges stay as they were; that it is away is told elsewhere.
    let _ = tokio::time::timeout(PATIENCE, metrics.look(&dependencies)).await;
    let text = TextEncoder::new().encode_to_string(&metrics.registry.gather()).unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}

/// Counts and times each request under its route's pattern, so that labels stay few.
///
/// # Errors
/// None of its own.
pub async fn middleware<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = tokio::time::Instant::now();
    let metrics = request.app_data::<Data<Metrics>>().cloned();
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let response = next.call(request).await?;
    if let Some(metrics) = metrics {
        let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
        let status = response.status();
        let labels = [method.as_str(), route.as_str(), status.as_str()];
        metrics.requests.with_label_values(&labels).observe(started.elapsed().as_secs_f64());
    }
    Ok(response)
}
