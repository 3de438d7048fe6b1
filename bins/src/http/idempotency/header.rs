use actix_web::http::{
    StatusCode,
    header::{HeaderMap, HeaderName},
};

use crate::http::problem::Problem;

/// The header of a request.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The most characters a key may have.
pub(super) const LONGEST: usize = 255;

/// The caller's key, if they gave one. The quotes that the draft asks for (a string of RFC 8941) make no difference.
///
/// # Errors
/// 400 unless it is one key of visible ASCII.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut given = headers.get_all(&IDEMPOTENCY_KEY);
    let Some(first) = given.next() else { return Ok(None) };
    let raw = first.to_str().ok().filter(|_| given.next().is_none()).unwrap_or_default();
    let bare = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    let fits = (1..=LONGEST).contains(&bare.len())
        && bare.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    if fits { Ok(Some(bare.to_owned())) } else { Err(invalid()) }
}

const fn invalid() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_idempotency_key",
        "Idempotency-Key must be one key of 1 to 255 visible ASCII characters",
    )
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn read(values: &[&[u8]]) -> Result<Option<String>, Problem> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_bytes(value).unwrap());
        }
        key(&headers)
    }

    #[test]
    fn a_key_is_taken_with_or_without_quotes() {
        let long = "x".repeat(255);
        for (value, key) in [("8e03978e-40d5", "8e03978e-40d5"), ("\"k-1\"", "k-1"), (&long, &long)] {
            assert_eq!(read(&[value.as_bytes()]).unwrap().as_deref(), Some(key));
        }
        assert_eq!(read(&[]).unwrap(), None);
    }

    #[test]
    fn anything_else_is_refused() {
        let long = [b'x'; 256];
        for bad in [&b""[..], b"\"\"", b"a b", b"\"a", b"a\"b", b"\"a\\\"b\"", "ñ".as_bytes(), &long] {
            assert!(read(&[bad]).is_err(), "{bad:?}");
        }
        assert!(read(&[b"a", b"b"]).is_err(), "two of them");
    }
}
