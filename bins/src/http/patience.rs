//! Connections that dawdle are closed: those whose request doesn't arrive, all at once or a byte at a time.
//!
//! actix-web's own limit answers 408 and covers only a connection's first request.
use std::{
    any::Any,
    cell::Cell,
    os::fd::{AsFd, OwnedFd},
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    Error,
    body::{BodySize, BoxBody, EitherBody, MessageBody},
    dev::{Extensions, ServiceRequest, ServiceResponse},
    middleware::Next,
    rt::{net::TcpStream, spawn, time::sleep},
    web::Bytes,
};
use tokio::time::Instant;

/// How long a new connection may take to send its first request.
const FIRST: Duration = Duration::from_secs(10);
/// How long a connection may be kept for the next request, all of it but its body.
pub const NEXT: Duration = Duration::from_secs(30);
/// How long an answer that goes on and on may stand still because nobody reads it.
const STILL: Duration = Duration::from_secs(75);
/// How often connections are looked at.
const TICK: Duration = Duration::from_secs(2);

/// What is known of a connection.
struct Connection {
    /// When its request is due, or its reader's next sign of life; `None` while a request is being handled.
    due: Cell<Option<Instant>>,
}

/// Watches a new connection for as long as it lives.
pub fn watch(io: &dyn Any, extensions: &mut Extensions) {
    let Some(Ok(socket)) = io.downcast_ref::<TcpStream>().map(|stream| stream.as_fd().try_clone_to_owned())
    else {
        return;
    };
    let connection = Rc::new(Connection { due: Cell::new(Some(Instant::now() + FIRST)) });
    spawn(close_when_overdue(Rc::downgrade(&connection), socket));
    extensions.insert(connection);
}

async fn close_when_overdue(connection: Weak<Connection>, socket: OwnedFd) {
    while let Some(connection) = connection.upgrade() {
        if connection.due.get().is_some_and(|due| due < Instant::now()) {
            // Whoever has gone already needn't be told.
            let _ = rustix::net::shutdown(&socket, rustix::net::Shutdown::Both);
            return;
        }
        drop(connection);
        sleep(TICK).await;
    }
}

/// Notes that a request has arrived, and when the next is due.
///
/// # Errors
/// None of its own.
pub async fn middleware<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let connection = request.conn_data::<Rc<Connection>>().cloned();
    if let Some(connection) = &connection {
        connection.due.set(None);
    }
    let response = next.call(request).await;
    let Some(connection) = connection else { return response.map(ServiceResponse::map_into_left_body) };
    connection.due.set(Some(Instant::now() + NEXT));
    let going_on = |body: B| EitherBody::right(BoxBody::new(GoingOn { body: body.boxed(), connection }));
    response.map(|response| match response.response().body().size() {
        BodySize::Stream => response.map_body(|_, body| going_on(body)),
        _ => response.map_into_left_body(),
    })
}

/// An answer that takes its time. Each time the connection comes for more its reader is alive, however long it has been.
struct GoingOn {
    body: BoxBody,
    connection: Rc<Connection>,
}

impl MessageBody for GoingOn {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.connection.due.set(Some(Instant::now() + STILL));
        Pin::new(&mut self.body).poll_next(cx)
    }
}

impl Drop for GoingOn {
    fn drop(&mut self) {
        self.connection.due.set(Some(Instant::now() + NEXT));
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use actix_web::body::BodyStream;
    use futures_util::stream::repeat_with;
    use tokio::time::advance;

    use super::*;
    use crate::http::body::MAX_WAIT;

    #[test]
    fn a_request_that_drips_is_cut_within_45_seconds_on_a_kept_connection_too() {
        for head in [FIRST, NEXT] {
            assert!(head + TICK + MAX_WAIT < Duration::from_secs(45));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_goes_on_may_take_as_long_as_somebody_reads_it() {
        let connection = Rc::new(Connection { due: Cell::new(Some(Instant::now() + NEXT)) });
        let body = BodyStream::new(repeat_with(|| Ok::<_, Error>(Bytes::from_static(b"more"))));
        let mut answer = GoingOn { body: BoxBody::new(body), connection: Rc::clone(&connection) };
        let overdue = || connection.due.get().is_some_and(|due| due < Instant::now());
        for _ in 0..10 {
            assert!(poll_fn(|cx| Pin::new(&mut answer).poll_next(cx)).await.is_some());
            advance(Duration::from_secs(74)).await;
            assert!(!overdue());
        }
        advance(Duration::from_secs(2)).await;
        assert!(overdue(), "nobody reads it");
        drop(answer);
        assert!(!overdue(), "it has ended, and the next request may come");
        advance(NEXT + TICK).await;
        assert!(overdue());
    }
}
