//! An attempt to connect that leaves nothing behind when it is abandoned.
//!
//! The driver makes a connection on a thread of its own, which waits for the broker's greeting for ever, whoever else has
//! ceased to. So we keep hold of the socket, and hang up.
use std::{
    net::{Shutdown, TcpStream},
    os::fd::AsFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lapin::{
    Connection, ConnectionProperties, Error, runtime,
    tcp::{AMQPUriTcpExt, AsyncTcpStream, TLSConfig},
    uri::AMQPUri,
};

/// Connects, for as long as this is polled.
pub(super) async fn connect(uri: AMQPUri, properties: ConnectionProperties) -> lapin::Result<Connection> {
    let (attempt, runtime) = (Attempt::default(), runtime::default_runtime()?);
    let (wire, here) = (attempt.0.clone(), runtime.clone());
    let dial = async move |uri: AMQPUri, _| {
        let stream = uri.connect_with_config_async(TLSConfig::default(), &here).await.map_err(Error::from)?;
        if let AsyncTcpStream::Plain(plain) = &stream {
            let socket = plain.get_ref().as_fd().try_clone_to_owned().map_err(Error::from)?;
            wire.connected(socket.into());
        }
        Ok(stream)
    };
    let connection = Connection::connector(uri, runtime, dial, properties).await;
    attempt.0.succeeded();
    connection
}

/// Hangs up when it is dropped, unless the attempt has succeeded.
#[derive(Default)]
struct Attempt(Arc<Wire>);

#[derive(Default)]
struct Wire(Mutex<State>);

#[derive(Default)]
enum State {
    #[default]
    Dialling,
    Connected(TcpStream),
    Succeeded,
    Abandoned,
}

impl Wire {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connected(&self, socket: TcpStream) {
        let mut state = self.state();
        match *state {
            State::Abandoned => hang_up(&socket),
            _ => *state = State::Connected(socket),
        }
    }

    fn succeeded(&self) {
        *self.state() = State::Succeeded;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if let State::Connected(socket) = &*state {
            hang_up(socket);
        }
        if !matches!(*state, State::Succeeded) {
            *state = State::Abandoned;
        }
    }
}

fn hang_up(socket: &TcpStream) {
    // If it can't be, nobody is at the other end.
    drop(socket.shutdown(Shutdown::Both));
}
