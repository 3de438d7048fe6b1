//! What a trace shows of a request: the span of an HTTP server, by `OpenTelemetry`'s semantic conventions.
//!
//! It has the route's pattern, never the path or the query, and nothing of who asks: people type addresses into either, and
//! tokens.
use actix_web::{
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    web::Data,
};
use adapters::traces::{KeyValue, Parent, Span, SpanKind};

use super::service::Identity;

/// What is asked for every few seconds by who watches over us, and tells nothing.
const DULL: [&str; 4] = ["/health", "/health/live", "/health/ready", "/metrics"];

/// The span of `request`, below that of whoever sent it; `None` if it isn't to be shown.
pub fn begin(request: &ServiceRequest, id: &str) -> Option<Span> {
    let identity = request.app_data::<Data<Identity>>()?;
    if !identity.is_traced || DULL.contains(&request.path()) {
        return None;
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let parent = Parent::told(header("traceparent"), header("tracestate"));
    let attributes = [
        KeyValue::new("http.request.method", known(request.method())),
        KeyValue::new("url.scheme", "http"),
        KeyValue::new("panal.request_id", id.to_owned()),
    ];
    Some(Span::below(&parent, named(request.method()), SpanKind::Server, attributes))
}

/// Does `work` within `span`, if there is one.
pub async fn around<F: Future>(span: Option<&Span>, work: F) -> F::Output {
    match span {
        Some(span) => span.around(work).await,
        None => work.await,
    }
}

/// Says how the request of `span` was answered, and by which route.
pub fn answered(span: &Span, response: &ServiceResponse<BoxBody>) {
    if !span.is_seen() {
        return;
    }
    if let Some(route) = response.request().match_pattern() {
        span.rename(format!("{} {route}", named(response.request().method())));
        span.say(KeyValue::new("http.route", route));
    }
    let status = response.status();
    span.say(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    if status.is_server_error() {
        span.failed(status.as_str().to_owned());
    }
}

/// The method, if it is one that there is.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        "CONNECT" => "CONNECT",
        "TRACE" => "TRACE",
        _ => "_OTHER",
    }
}

/// What a span is called by its method.
fn named(method: &Method) -> &'static str {
    match known(method) {
        "_OTHER" => "HTTP",
        known => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_somebody_made_up_have_one_name() {
        assert_eq!((known(&Method::POST), named(&Method::POST)), ("POST", "POST"));
        let made_up = Method::from_bytes(b"ADA").unwrap();
        assert_eq!((known(&made_up), named(&made_up)), ("_OTHER", "HTTP"));
    }
}
