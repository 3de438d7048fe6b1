//! What Prometheus is told, where it asks: what `meters` counts, the requests, and how far everything that follows the log
//! has come.
mod exemplars;
mod open_metrics;
mod requests;

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::ACCEPT,
    web::{Data, ServiceConfig},
};
use adapters::system::SystemClock;
use domain_shared::{Backlog, Clock, EventLog, StoreError};
use prometheus::{Gauge, GaugeVec, Opts, TextEncoder};

use self::requests::Requests;
pub use self::requests::{Timed, middleware};
use super::{
    health::Dependencies,
    idempotency::Anyone,
    routing::{Routes, by},
};
use crate::meters::{MeterError, Meters};

/// The metrics of one service.
#[derive(Clone)]
pub struct Metrics {
    meters: Meters,
    requests: Requests,
    up: GaugeVec,
    end: Gauge,
    backlog: GaugeVec,
    lag: GaugeVec,
    differences: Gauge,
    unheard: Gauge,
}

impl Metrics {
    /// Those of the service with these `meters`.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub fn new(meters: Meters) -> Result<Self, MeterError> {
        let requests = Requests::new(&meters)?;
        let by_name = |name: &str, help: &str, label: &str| GaugeVec::new(Opts::new(name, help), &[label]);
        let up = by_name(
            "dependency_up",
            "1 if what the service depends on was there when it was needed last, 0 if not, NaN if it wasn't needed lately",
            "dependency",
        )?;
        let end = Gauge::new("event_log_end", "The position of the newest event in the log")?;
        let backlog =
            by_name("event_backlog", "How many events of the log a reader still has before it", "reader")?;
        let lag = by_name(
            "event_lag_seconds",
            "How old the first event is that a reader still has before it",
            "reader",
        )?;
        let differences = Gauge::new(
            "drift_differences",
            "How many rows aren't as the event log says, as far as the background check has seen; NaN where another instance checks",
        )?;
        let unheard = Gauge::new(
            "events_unheard",
            "How many events nobody at the broker has subscribed to, since the process began",
        )?;
        meters.include(up.clone())?;
        meters.include(end.clone())?;
        meters.include(unheard.clone())?;
        meters.include(backlog.clone())?;
        meters.include(lag.clone())?;
        meters.include(differences.clone())?;
        Ok(Self { meters, requests, up, end, backlog, lag, differences, unheard })
    }

    /// Looks at what isn't counted as it happens. While the store is away its figures stay as they were.
    async fn look(&self, dependencies: &Dependencies) {
        const PATIENCE: Duration = Duration::from_secs(2);
        let answers = tokio::time::timeout(PATIENCE, dependencies.store.ping()).await;
        let is_there = matches!(answers, Ok(Ok(())));
        self.tell_ups(dependencies, is_there);
        let Dependencies { events, audit, .. } = dependencies;
        #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "gauges are floating point")]
        for (gauge, value) in [
            (&self.differences, audit.differences().map_or(f64::NAN, |differences| differences as f64)),
            (&self.unheard, events.unheard.count() as f64),
        ] {
            gauge.set(value);
        }
        if is_there {
            let looked = tokio::time::timeout(PATIENCE, self.look_at_the_store(dependencies)).await;
            if !matches!(looked, Ok(Ok(()))) {
                // No figure is better than one of before, by which nobody is behind.
                self.backlog.reset();
                self.lag.reset();
            }
        }
    }

    fn tell_ups(&self, dependencies: &Dependencies, database: bool) {
        let Dependencies { outbox, events, keys, .. } = dependencies;
        let (broker, keys) = (events.broker.as_ref(), keys.as_ref());
        let others = [("mail", Some(&outbox.health)), ("broker", broker), ("token_keys", keys)];
        let others = others.into_iter().filter_map(|(name, health)| Some((name, health?.last())));
        for (name, is_up) in [("database", Some(database))].into_iter().chain(others) {
            let value = is_up.map_or(f64::NAN, |up| if up { 1.0 } else { 0.0 });
            self.up.with_label_values(&[name]).set(value);
        }
    }

    /// Looks how far the relay, the reactors that follow a log, and the read models have come.
    async fn look_at_the_store(&self, dependencies: &Dependencies) -> Result<(), StoreError> {
        let Dependencies { log, events, audit, shelves, .. } = dependencies;
        #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "gauges are floating point")]
        self.end.set(log.events.end().await? as f64);
        for (reader, backlog) in events.readers.backlogs().await? {
            self.tell(reader, backlog);
        }
        for model in audit.models() {
            self.tell(model.name(), log.events.backlog(model.position().await?).await?);
        }
        match shelves {
            Some(shelves) => shelves.look().await,
            None => Ok(()),
        }
    }

    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "gauges are floating point")]
    fn tell(&self, reader: &str, backlog: Backlog) {
        let lag = backlog.oldest.map_or(0, |oldest| (SystemClock.now() - oldest).num_milliseconds());
        self.backlog.with_label_values(&[reader]).set(backlog.events as f64);
        self.lag.with_label_values(&[reader]).set(lag.max(0) as f64 / 1000.0);
    }
}

/// `/metrics`: in OpenMetrics with exemplars for who asks for it, as Prometheus does, otherwise in Prometheus' older format.
pub async fn metrics(
    metrics: Data<Metrics>,
    dependencies: Data<Dependencies>,
    request: HttpRequest,
) -> HttpResponse {
    metrics.look(&dependencies).await;
    let (families, accept) = (metrics.meters.gather(), request.headers().get(ACCEPT));
    if accept.and_then(|accept| accept.to_str().ok()).is_some_and(open_metrics::is_accepted) {
        let examples = &metrics.requests.examples;
        let example = |name: &str, labels: &[(&str, &str)], bucket| {
            if name == requests::TIMED { examples.find(labels, bucket) } else { None }
        };
        let text = open_metrics::encode(&families, &example);
        return HttpResponse::Ok().content_type(open_metrics::CONTENT_TYPE).body(text);
    }
    let text = TextEncoder::new().encode_to_string(&families).unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}

/// The route of what Prometheus is told.
#[must_use]
pub fn route() -> Routes {
    Routes::below("", [by::<Anyone>().get("/metrics", metrics)])
}

/// What is served where only Prometheus asks.
pub fn alone(app: &mut ServiceConfig, metrics: Metrics, dependencies: Dependencies) {
    app.app_data(Data::new(metrics)).app_data(Data::new(dependencies));
    route().serve(app);
}
