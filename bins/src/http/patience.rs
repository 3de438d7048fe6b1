//! Connections that dawdle are closed: those whose request doesn't arrive, all at once or a byte at a time.
//!
//! actix-web's own limit answers 408 and covers only a connection's first request.
use std::{
    any::Any,
    cell::Cell,
    os::fd::{AsFd, OwnedFd},
    rc::{Rc, Weak},
    time::Duration,
};

use actix_web::{
    Error,
    body::MessageBody,
    dev::{Extensions, ServiceRequest, ServiceResponse},
    middleware::Next,
    rt::{net::TcpStream, spawn, time::sleep},
};
use tokio::time::Instant;

/// How long a new connection may take to send its first request.
const FIRST: Duration = Duration::from_secs(10);
/// How long a connection may be kept for the next request, all of it but its body.
pub const NEXT: Duration = Duration::from_secs(30);
/// How often connections are looked at.
const TICK: Duration = Duration::from_secs(2);

/// What is known of a connection.
struct Connection {
    /// When its request is due; `None` while one is being answered.
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
pub async fn middleware<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let connection = request.conn_data::<Rc<Connection>>().cloned();
    if let Some(connection) = &connection {
        connection.due.set(None);
    }
    let response = next.call(request).await;
    if let Some(connection) = connection {
        connection.due.set(Some(Instant::now() + NEXT));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::body::MAX_WAIT;

    #[test]
    fn a_request_that_drips_is_cut_within_45_seconds_on_a_kept_connection_too() {
        for head in [FIRST, NEXT] {
            assert!(head + TICK + MAX_WAIT < Duration::from_secs(45));
        }
    }
}
