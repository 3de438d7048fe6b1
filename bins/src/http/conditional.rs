//! Conditional requests (RFC 9110, section 13): strong entity tags that are the aggregate's version.
use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ETAG, HeaderValue, IF_MATCH, IF_NONE_MATCH, VARY},
    },
};
use domain_shared::Expected;
use serde::Serialize;

use super::problem::Problem;

fn tag(version: u64) -> String {
    format!("\"{version}\"")
}

/// `body` with its entity tag, or 304 if the caller has this version already; then no body is made.
#[must_use]
pub fn versioned<B: Serialize>(
    request: &HttpRequest,
    version: u64,
    body: impl FnOnce() -> B,
) -> HttpResponse {
    // What is kept is asked about each time, and by each caller for themselves alone.
    let mut response = tagged(request, &tag(version), "private, no-cache", body);
    response.headers_mut().insert(VARY, HeaderValue::from_static("Authorization"));
    response
}

/// `body`, which anybody may keep for a while, or 304 if the caller has just what `version` names already.
#[must_use]
pub fn cached(
    request: &HttpRequest,
    version: &str,
    good_for: Duration,
    body: &impl Serialize,
) -> HttpResponse {
    let caching = format!("public, max-age={}", good_for.as_secs());
    tagged(request, &format!("\"{version}\""), &caching, || body)
}

fn tagged<B: Serialize>(
    request: &HttpRequest,
    tag: &str,
    caching: &str,
    body: impl FnOnce() -> B,
) -> HttpResponse {
    let known = request.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    let is_known = known
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag);
    let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, caching)).insert_header((ETAG, tag));
    if is_known { response.finish() } else { response.json(body()) }
}

/// Adds the entity tag of `version`.
pub fn with_tag(response: &mut HttpResponseBuilder, version: u64) -> &mut HttpResponseBuilder {
    response.insert_header((ETAG, tag(version)))
}

/// The versions that `If-Match` asks for.
///
/// # Errors
/// 400 unless it is `*` or a list of entity tags. A tag that we never gave is one that nothing has.
pub fn expected_version(request: &HttpRequest) -> Result<Expected, Problem> {
    if !request.headers().contains_key(IF_MATCH) {
        return Ok(Expected::Any);
    }
    // Several header lines are one list (RFC 9110, section 5.3).
    let lines = request.headers().get_all(IF_MATCH).map(|line| line.to_str().map_err(|_| invalid()));
    expected(&lines.collect::<Result<Vec<_>, _>>()?.join(",")).ok_or_else(invalid)
}

fn expected(list: &str) -> Option<Expected> {
    if list.trim() == "*" {
        return Some(Expected::Any);
    }
    let (mut versions, mut found, mut rest) = (Vec::new(), false, list);
    loop {
        // A list may have empty elements (section 5.6.1).
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return found.then_some(Expected::OneOf(versions));
        }
        let (opaque, is_weak) = rest.strip_prefix("W/").map_or((rest, false), |opaque| (opaque, true));
        let (inner, after) = opaque.strip_prefix('"')?.split_once('"')?;
        // A weak tag never matches (section 8.8.3.2).
        versions.extend(version(inner).filter(|_| !is_weak));
        (found, rest) = (true, after.trim_start_matches([' ', '\t']));
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

/// The version whose tag holds `inner`, to the letter.
fn version(inner: &str) -> Option<u64> {
    inner.parse().ok().filter(|version: &u64| version.to_string() == inner)
}

const fn invalid() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_precondition",
        "If-Match must be * or a list of entity tags",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_the_version_is_told_so_without_a_body_being_made() {
        let known = actix_web::test::TestRequest::get().insert_header((IF_NONE_MATCH, "\"6\", \"7\""));
        let request = known.to_http_request();
        let response = versioned(&request, 7, || -> u64 { panic!("it is known already") });
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(versioned(&request, 8, || 8).status(), StatusCode::OK);
    }

    #[test]
    fn any_tag_of_a_list_will_do() {
        for (list, versions) in [
            ("\"1\"", &[1][..]),
            ("\"1\", \"2\"", &[1, 2]),
            (" ,, \"1\" ,\t\"20\",", &[1, 20]),
            ("\"a,b\", \"3\"", &[3]),
        ] {
            assert_eq!(expected(list), Some(Expected::OneOf(versions.to_vec())), "{list}");
        }
        assert_eq!(expected(" * "), Some(Expected::Any));
    }

    #[test]
    fn weak_tags_and_those_we_never_gave_match_nothing() {
        for list in ["W/\"1\"", "\"01\"", "\"+1\"", "\" 1\"", "\"x\"", "\"\"", "\"99999999999999999999\""] {
            assert_eq!(expected(list), Some(Expected::OneOf(Vec::new())), "{list}");
        }
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for list in [
            "",
            " ",
            ",",
            "1",
            "\"1",
            "1\"",
            "\"1\" \"2\"",
            "\"1\"x",
            "*, \"1\"",
            "\"1\", *",
            "w/\"1\"",
            "W/ \"1\"",
        ] {
            assert_eq!(expected(list), None, "{list}");
        }
    }
}
