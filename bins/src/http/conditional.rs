//! Conditional requests (RFC 9110, section 13): strong entity tags that are the aggregate's version.
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ETAG, IF_MATCH, IF_NONE_MATCH},
    },
};
use serde::Serialize;

use super::problem::Problem;

fn tag(version: u64) -> String {
    format!("\"{version}\"")
}

/// `body` with its entity tag, or 304 if the caller has this version already.
#[must_use]
pub fn versioned(request: &HttpRequest, version: u64, body: &impl Serialize) -> HttpResponse {
    let known = request.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    let tag = tag(version);
    let is_known = known
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag);
    let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, "no-cache"));
    with_tag(&mut response, version);
    if is_known { response.finish() } else { response.json(body) }
}

/// Adds the entity tag of `version`.
pub fn with_tag(response: &mut HttpResponseBuilder, version: u64) -> &mut HttpResponseBuilder {
    response.insert_header((ETAG, tag(version)))
}

/// The version that `If-Match` asks for; `None` if any will do.
///
/// # Errors
/// 400 unless it is `*` or one entity tag. A tag that we never gave asks for version 0, which nothing has.
pub fn expected_version(request: &HttpRequest) -> Result<Option<u64>, Problem> {
    let mut headers = request.headers().get_all(IF_MATCH);
    let (Some(header), None) = (headers.next(), headers.next()) else {
        return if request.headers().contains_key(IF_MATCH) { Err(invalid()) } else { Ok(None) };
    };
    let wanted = header.to_str().map_err(|_| invalid())?.trim();
    if wanted == "*" {
        return Ok(None);
    }
    let opaque = wanted.strip_prefix("W/").unwrap_or(wanted);
    match opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.contains('"') => Ok(Some(version(wanted, inner))),
        _ => Err(invalid()),
    }
}

/// A weak tag never matches (RFC 9110, section 8.8.3.2).
fn version(wanted: &str, inner: &str) -> u64 {
    if wanted.starts_with('"') { inner.parse().unwrap_or_default() } else { 0 }
}

const fn invalid() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_precondition", "If-Match must be one entity tag")
}
