//! What is left of a body that isn't wanted. Dropped before the response is out, a chunked one would be read to its end,
//! which may never come; held until then, the connection is closed instead.
use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    HttpMessage, HttpRequest,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Payload, ServiceResponse},
    web::Bytes,
};

struct Unread(#[expect(dead_code, reason = "all that matters is when it is dropped")] Payload);

/// Keeps what is left of `request`'s body until its response is out.
pub fn keep(request: &HttpRequest, payload: Payload) {
    request.extensions_mut().insert(Unread(payload));
}

/// Ties what was kept of the request's body to the response's.
pub fn tie(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let unread = response.request().extensions_mut().remove::<Unread>();
    match unread {
        Some(unread) => response.map_body(|_, body| BoxBody::new(Tied { body, _unread: unread })),
        None => response,
    }
}

/// A response's body, and what is dropped with it.
struct Tied {
    body: BoxBody,
    _unread: Unread,
}

impl MessageBody for Tied {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
