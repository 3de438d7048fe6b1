//! Bodies: bounded, JSON, an object, no key twice.
use std::{
    future::{Future, ready},
    pin::Pin,
    time::Duration,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::{StatusCode, header::CONTENT_TYPE},
    web::{Bytes, BytesMut},
};
use domain_shared::Invalid;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::{
    form::Form,
    problem::{Problem, Violation},
    strict::{self, Defect},
    unread,
};

/// The most bytes a body may have.
const MAX_BODY: usize = 64 * 1024;
/// How much of a larger body is read, to tell which field makes it so large.
const MAX_READ: usize = 256 * 1024;
/// How much of a body that is too large is thrown away before the connection is closed.
const MAX_DRAINED: usize = 2 * 1024 * 1024;
/// More bytes than any one field of ours may take.
const MAX_FIELD: usize = 8 * 1024;
/// How long a body may take to arrive.
pub const MAX_WAIT: Duration = Duration::from_secs(10);

/// How large a body may be that is taken at all, and how long it may take to arrive. Put into a request's extensions, it
/// holds for that request.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// The most bytes that are taken.
    pub bytes: usize,
    /// The most bytes that are read of a body that isn't taken, before the connection is closed.
    pub drained: usize,
    /// How long it may take to arrive.
    pub wait: Duration,
}

impl Default for Room {
    fn default() -> Self {
        Self { bytes: MAX_READ, drained: MAX_DRAINED, wait: MAX_WAIT }
    }
}

/// A body that has arrived, not yet looked into: whether the caller may send it comes first.
#[derive(Debug, Clone)]
pub struct Body {
    bytes: Bytes,
    essence: String,
}

impl Body {
    /// A JSON body within another.
    #[must_use]
    pub fn within(bytes: Bytes) -> Self {
        Self { bytes, essence: "application/json".to_owned() }
    }

    /// What has arrived.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Its media type, in lower case and without parameters.
    #[must_use]
    pub fn essence(&self) -> &str {
        &self.essence
    }

    /// The JSON object in it.
    ///
    /// # Errors
    /// 415, 400 or 422.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if !is_json(&self.essence) {
            let detail = "the content type must be application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
        }
        let text = std::str::from_utf8(&self.bytes).map_err(|_| malformed())?;
        strict::check(text).map_err(|defect| match defect {
            Defect::Malformed => malformed(),
            Defect::DuplicateKey => duplicate_key(),
        })?;
        if text.len() > MAX_BODY {
            return Err(too_large(text));
        }
        // A derived `Deserialize` would take the fields of an array in order.
        if !text.trim_start().starts_with('{') {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "not_an_object",
                "the body must be a JSON object",
            ));
        }
        // Fields keep their own faults, so all that is left is a field given by both of its names.
        serde_json::from_str::<T>(text).map_err(|_| duplicate_key())
    }

    /// The form in it.
    ///
    /// # Errors
    /// 415 or 413.
    pub fn form(&self) -> Result<Form, Problem> {
        if self.essence != "application/x-www-form-urlencoded" {
            let detail = "the content type must be application/x-www-form-urlencoded";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_a_form", detail));
        }
        if self.bytes.len() > MAX_BODY {
            return Err(Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE));
        }
        Ok(Form::parse(&self.bytes))
    }

    /// The JSON object in it, or an empty one if there is no body at all.
    ///
    /// # Errors
    /// As [`Body::json`].
    pub fn json_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, Problem> {
        if self.bytes.is_empty() { Ok(T::default()) } else { self.json() }
    }
}

/// Names the fields that make a body too large (see `docs/adr/0009-large-bodies.md`), if it is a few fields that do.
fn too_large(text: &str) -> Problem {
    let large = strict::members(text).into_iter().filter(|(_, value)| value.len() > MAX_FIELD);
    let errors: Vec<_> = large
        .map(|(field, _)| Violation { field: field.into(), rule: Invalid::TooLong(MAX_FIELD) })
        .collect();
    if errors.is_empty() {
        Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE)
    } else {
        Problem::invalid(errors)
    }
}

const fn malformed() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", "the body is not valid JSON")
}

const fn duplicate_key() -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "duplicate_key", "a field is given more than once")
}

impl FromRequest for Body {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // Somebody in between has read it already.
        if let Some(read) = request.extensions().get::<Self>().cloned() {
            return Box::pin(ready(Ok(read)));
        }
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.map_or_else(String::new, essence);
        let declared =
            request.headers().get("content-length").and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        let room = request.extensions().get::<Room>().copied().unwrap_or_default();
        let (mut payload, request) = (payload.take(), request.clone());
        Box::pin(async move {
            let hopeless =
                declared.is_some_and(|length| usize::try_from(length).map_or(true, |n| n > room.drained));
            let arrived = async { if hopeless { Ok(None) } else { collect(&mut payload, room).await } };
            let problem = match tokio::time::timeout(room.wait, arrived).await {
                Ok(Ok(Some(bytes))) => return Ok(Self { bytes, essence }),
                Ok(Ok(None)) => Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE),
                Ok(Err(_)) => Problem::of_status(StatusCode::BAD_REQUEST),
                Err(_) => Problem::of_status(StatusCode::REQUEST_TIMEOUT),
            };
            unread::keep(&request, payload);
            Err(problem)
        })
    }
}

/// The body; `None` if it is too large, of which a little more is read so that an honest client gets its answer.
async fn collect(payload: &mut Payload, room: Room) -> Result<Option<Bytes>, PayloadError> {
    let (mut bytes, mut length) = (BytesMut::new(), 0);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk?;
        length += chunk.len();
        if length <= room.bytes {
            bytes.extend_from_slice(&chunk);
        } else if length > room.drained {
            break;
        }
    }
    Ok((length <= room.bytes).then(|| bytes.freeze()))
}

/// A media type without its parameters.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether this media type is JSON's or of its family (RFC 6839).
pub fn is_json(essence: &str) -> bool {
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}
