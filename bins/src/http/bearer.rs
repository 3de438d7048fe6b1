//! Bearer tokens (RFC 6750): in the Authorization header and nowhere else.
use actix_web::{HttpRequest, http::header::AUTHORIZATION};

use super::problem::Problem;

/// The token of `request`; `None` if it has no Authorization header.
///
/// # Errors
/// 401 if the header isn't one well-formed bearer token.
pub fn token(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let (first, second) = (headers.next(), headers.next());
    let Some(header) = first else { return Ok(None) };
    let well_formed = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    let token = header.to_str().ok().filter(|_| second.is_none()).and_then(|value| value.split_once(' '));
    match token {
        Some((scheme, token))
            if scheme.eq_ignore_ascii_case("bearer")
                && !token.is_empty()
                && token.chars().all(well_formed) =>
        {
            Ok(Some(token.to_owned()))
        }
        _ => Err(domain_shared::TokenError::Invalid.into()),
    }
}
