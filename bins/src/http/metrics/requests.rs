//! Requests counted and timed under the pattern of their route, so that labels stay few.
use std::cell::RefCell;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::Data,
};
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntGauge};
use tokio::time::Instant;

use super::Metrics;
use crate::meters::{MeterError, Meters};

/// What becomes of requests.
#[derive(Clone)]
pub(super) struct Requests {
    timed: HistogramVec,
    in_flight: IntGauge,
}

impl Requests {
    pub(super) fn new(meters: &Meters) -> Result<Self, MeterError> {
        let options = HistogramOpts::new(
            "http_request_duration_seconds",
            "How long requests took, by route and status",
        )
        .buckets(vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]);
        let timed = HistogramVec::new(options, &["method", "route", "status"])?;
        let in_flight = IntGauge::new("http_requests_in_flight", "How many requests are being handled")?;
        meters.include(timed.clone())?;
        meters.include(in_flight.clone())?;
        Ok(Self { timed, in_flight })
    }

    fn of(&self, method: &Method, route: &str, status: u16) -> Histogram {
        self.timed.with_label_values(&[name(method), route, &status.to_string()])
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
    known: RefCell<Vec<(&'static str, u16, Histogram)>>,
}

impl Timed {
    /// That of the route with this pattern.
    #[must_use]
    pub const fn of(pattern: String) -> Self {
        Self { pattern, known: RefCell::new(Vec::new()) }
    }

    fn observe(&self, requests: &Requests, method: &Method, status: u16, seconds: f64) {
        let mut known = self.known.borrow_mut();
        let name = name(method);
        if let Some((.., timed)) = known.iter().find(|(of, with, _)| *of == name && *with == status) {
            return timed.observe(seconds);
        }
        let timed = requests.of(method, &self.pattern, status);
        timed.observe(seconds);
        known.push((name, status, timed));
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
    match request.app_data::<Timed>() {
        Some(timed) => timed.observe(&metrics.requests, request.method(), status, seconds),
        // Of what isn't in the table of routes.
        None => {
            let route = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
            metrics.requests.of(request.method(), &route, status).observe(seconds);
        }
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
