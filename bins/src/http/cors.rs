//! Calls by pages from elsewhere (the CORS protocol of the Fetch standard).
use std::sync::Arc;

use actix_cors::{Cors, CorsError};
use actix_web::{
    Error, HttpResponse,
    body::BoxBody,
    dev::ServiceResponse,
    http::{
        StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION, CONTENT_TYPE,
            HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, ORIGIN, VARY,
        },
    },
};

use super::{idempotency::IDEMPOTENCY_KEY, problem::Problem};

/// What a page may read of an answer beside its body. `actix_cors` would name these in another order in each worker, by
/// which two answers could be told apart that must look alike.
const EXPOSED: &str = "etag, idempotent-replayed, link, location, retry-after, x-request-id";

/// Browsers may call from the origins listed, and from nowhere else.
pub fn cors(origins: &Arc<[String]>) -> Cors {
    let (request_id, trace) =
        (HeaderName::from_static("x-request-id"), HeaderName::from_static("traceparent"));
    let resumed = HeaderName::from_static("last-event-id");
    let headers =
        [AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, IDEMPOTENCY_KEY, request_id, trace, resumed];
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "DELETE"])
        .allowed_headers(headers)
        .max_age(3600)
        .block_on_origin_mismatch(false);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// Lets the page that asked read `headers`, if it may read the answer at all.
pub fn expose(headers: &mut HeaderMap) {
    if headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

/// The problem that a refusal of the protocol's is.
#[must_use]
pub fn refusal(error: &Error) -> Option<Problem> {
    let detail = "calls from this origin, or with this method or these headers, are not allowed";
    let refused = Problem::new(StatusCode::BAD_REQUEST, "cross_origin_refused", detail);
    error.as_error::<CorsError>().map(|_| refused)
}

/// Hands what the protocol says about `response` on to the problem document in its place; a browser would keep it from
/// the page that asked otherwise.
pub fn hand_on(response: &ServiceResponse<BoxBody>, problem: &mut HttpResponse) {
    let headers = problem.headers_mut();
    for (name, value) in response.headers() {
        if *name == VARY || name.as_str().starts_with("access-control-") {
            headers.append(name.clone(), value.clone());
        }
    }
    let error = response.response().error().and_then(|error| error.as_error::<CorsError>());
    let origin = response.request().headers().get(ORIGIN);
    // These come up only once the origin is found to be a listed one.
    if let (Some(CorsError::MethodNotAllowed | CorsError::HeadersNotAllowed), Some(origin)) = (error, origin)
    {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
}
