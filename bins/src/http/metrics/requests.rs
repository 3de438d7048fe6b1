//! Requests counted and timed under the pattern of their route, so that labels stay few.
use std::{cell::RefCell, sync::Arc};

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::Data,
};
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntGauge};
use tokio::time::Instant;

use super::{
    Metrics,
    exemplars::{AllExamples, Examples},
};
use crate::{
    http::context::RequestContext,
    meters::{MeterError, Meters},
};

/// What becomes of requests.
#[derive(Clone)]
pub(super) struct Requests {
    timed: HistogramVec,
    in_flight: IntGauge,
    /// Traces of some of them.
    pub(super) examples: AllExamples,
}

/// The name of what is timed.
pub(super) const TIMED: &str = "http_request_duration_seconds";

/// The limits that requests are sorted by.
const LIMITS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// Requests by one method to one route that had one status.
struct Series {
    timed: Histogram,
    examples: Arc<Examples>,
}

impl Series {
    fn observe(&self, seconds: f64, request: &HttpRequest) {
        self.timed.observe(seconds);
        let extensions = request.extensions();
        if let Some(trace) = extensions.get::<RequestContext>().and_then(|c| c.traceparent.as_deref()) {
            self.examples.note(trace, seconds, &LIMITS);
        }
    }
}

impl Requests {
    pub(super) fn new(meters: &Meters) -> Result<Self, MeterError> {
        let options = HistogramOpts::new(TIMED, "How long requests took, by route and status");
        let options = options.buckets(LIMITS.to_vec());
        let timed = HistogramVec::new(options, &["method", "route", "status"])?;
        let in_flight = IntGauge::new("http_requests_in_flight", "How many requests are being handled")?;
        meters.include(timed.clone())?;
        meters.include(in_flight.clone())?;
        Ok(Self { timed, in_flight, examples: AllExamples::default() })
    }

    fn of(&self, method: &'static str, route: &str, status: u16) -> Series {
        let status = status.to_string();
        let timed = self.timed.with_label_values(&[method, route, &status]);
        Series { timed, examples: self.examples.of(method, route, &status) }
    }
}

/// The names of methods that are told apart.
fn name(method: &Method) -> &'static str {
    const KNOWN: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// A route's data: its pattern, and where what was timed under it goes. Each thread has its own, so that counting a request
/// takes no lock and no memory once there was one like it.
pub struct Timed {
    pattern: String,
    known: RefCell<Vec<(&'static str, u16, Series)>>,
}

impl Timed {
    /// That of the route with this pattern.
    #[must_use]
    pub const fn of(pattern: String) -> Self {
        Self { pattern, known: RefCell::new(Vec::new()) }
    }

    fn observe(&self, requests: &Requests, request: &HttpRequest, status: u16, seconds: f64) {
        let (mut known, method) = (self.known.borrow_mut(), name(request.method()));
        if let Some((.., series)) = known.iter().find(|(of, with, _)| *of == method && *with == status) {
            return series.observe(seconds, request);
        }
        let series = requests.of(method, &self.pattern, status);
        series.observe(seconds, request);
        known.push((method, status, series));
    }
}

/// In flight until it is dropped: also if whoever asked has gone.
struct InFlight(IntGauge);

impl InFlight {
    fn begin(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts and times each request.
///
/// # Errors
/// None of its own.
pub async fn middleware<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    let Some(metrics) = request.app_data::<Data<Metrics>>().cloned() else { return next.call(request).await };
    let _in_flight = InFlight::begin(&metrics.requests.in_flight);
    let response = next.call(request).await?;
    let (request, status) = (response.request(), response.status().as_u16());
    let seconds = started.elapsed().as_secs_f64();
    if let Some(timed) = request.app_data::<Timed>() {
        timed.observe(&metrics.requests, request, status, seconds);
    } else {
        // It isn't in the table of routes.
        let route = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
        metrics.requests.of(name(request.method()), &route, status).observe(seconds, request);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App, HttpResponse,
        middleware::from_fn,
        test::{TestRequest, call_service, init_service},
        web,
    };
    use prometheus::TextEncoder;

    use super::*;

    #[actix_web::test]
    async fn requests_of_a_route_share_a_line_whatever_they_ask_for_and_strangers_share_another() {
        let meters = Meters::of("test").unwrap();
        let metrics = Metrics::new(meters.clone()).unwrap();
        let in_flight = metrics.requests.in_flight.clone();
        let handler = move || {
            let in_flight = in_flight.get();
            async move { HttpResponse::Ok().body(in_flight.to_string()) }
        };
        let resource = web::resource("/things/{id}").app_data(Timed::of("/things/{id}".to_owned()));
        let app = App::new().app_data(Data::new(metrics)).wrap(from_fn(middleware));
        let app = init_service(app.service(resource.route(web::get().to(handler)))).await;
        for path in ["/things/1", "/things/2", "/wp-admin.php", "/.env"] {
            call_service(&app, TestRequest::get().uri(path).to_request()).await;
        }
        let odd = Method::from_bytes(b"BREW").unwrap();
        call_service(&app, TestRequest::with_uri("/coffee").method(odd).to_request()).await;
        let text = TextEncoder::new().encode_to_string(&meters.gather()).unwrap();
        for line in [
            "http_request_duration_seconds_count{method=\"GET\",route=\"/things/{id}\",status=\"200\"} 2\n",
            "http_request_duration_seconds_count{method=\"GET\",route=\"unmatched\",status=\"404\"} 2\n",
            "http_request_duration_seconds_count{method=\"other\",route=\"unmatched\",status=\"404\"} 1\n",
            "http_requests_in_flight 0\n",
        ] {
            assert!(text.contains(line), "{line} isn't in {text}");
        }
        let seen = call_service(&app, TestRequest::get().uri("/things/3").to_request()).await;
        assert_eq!(actix_web::test::read_body(seen).await, "1", "it is in flight while it is handled");
    }
}
