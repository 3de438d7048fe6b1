//! An answer as bytes, to be given again: a line of JSON with its status and headers, then its body.
use actix_web::{
    HttpResponse,
    http::{StatusCode, header::HeaderMap},
};
use serde::{Deserialize, Serialize};

use super::header::IDEMPOTENT_REPLAYED;

#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
}

/// An answer as it is kept. Headers of the connection and of the one request are added outside, and aren't in it.
pub fn to_bytes(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
    let text = |(name, value): (&_, &actix_web::http::header::HeaderValue)| {
        let name: &actix_web::http::header::HeaderName = name;
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    let head = Head { status: status.as_u16(), headers: headers.iter().map(text).collect::<Option<_>>()? };
    let mut bytes = serde_json::to_vec(&head).ok()?;
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    Some(bytes)
}

/// The answer once more, marked as such.
pub fn from_bytes(kept: &[u8]) -> Option<HttpResponse> {
    let end = kept.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = kept.split_at(end);
    let Head { status, headers } = serde_json::from_slice(head).ok()?;
    let mut response = HttpResponse::build(StatusCode::from_u16(status).ok()?);
    for header in headers {
        response.append_header(header);
    }
    response.insert_header((IDEMPOTENT_REPLAYED, "true"));
    Some(response.body(body.get(1..)?.to_vec()))
}

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody;

    use super::*;

    #[test]
    fn an_answer_is_given_again_with_its_status_headers_and_body() {
        let made = HttpResponse::Created()
            .insert_header(("ETag", "\"1\""))
            .insert_header(("Location", "/api/v1/products/1"))
            .json(serde_json::json!({ "name": "Ñandú\n\u{1f41d}" }));
        let (head, body) = made.into_parts();
        let body = body.try_into_bytes().unwrap();
        let kept = to_bytes(head.status(), head.headers(), &body).unwrap();
        let again = from_bytes(&kept).unwrap();
        assert_eq!(again.status(), StatusCode::CREATED);
        assert_eq!(again.headers().get("idempotent-replayed").unwrap(), "true");
        for name in ["etag", "location", "content-type"] {
            assert_eq!(again.headers().get(name), head.headers().get(name), "{name}");
        }
        assert_eq!(again.into_body().try_into_bytes().unwrap(), body);
    }

    #[test]
    fn anything_else_is_no_answer() {
        for bytes in [&b""[..], b"{}", b"{}\n", b"\n", b"{\"status\":99999,\"headers\":[]}\n"] {
            assert!(from_bytes(bytes).is_none(), "{bytes:?}");
        }
    }
}
