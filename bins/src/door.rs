//! The way in: open while the process serves, then closed to newcomers while those inside are still served.
use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::Notify;

/// Whether the process has been told to stop. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Closing(Arc<Told>);

#[derive(Debug, Default)]
struct Told {
    begun: AtomicBool,
    waiting: Notify,
}

impl Closing {
    /// Whether newcomers are turned away.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.begun.load(Ordering::Acquire)
    }

    /// Returns once they are: for whatever would go on until then.
    pub async fn begun(&self) {
        // Whoever waits from here on is woken, so nothing is missed between the question and the wait.
        let told = self.0.waiting.notified();
        if !self.has_begun() {
            told.await;
        }
    }

    /// Turns newcomers away from now on.
    pub fn begin(&self) {
        self.0.begun.store(true, Ordering::Release);
        self.0.waiting.notify_waiters();
    }
}

/// An address we listen on.
pub struct Door {
    socket: Socket,
    closing: Closing,
}

/// How many connections may wait to be let in.
const QUEUE: i32 = 4096;

/// How long those who came in just before the door closed have to say what they want.
const LAST_CALL: Duration = Duration::from_millis(500);

impl Door {
    /// Listens on `address`.
    ///
    /// # Errors
    /// If the address is somebody else's.
    pub fn open(address: SocketAddr, closing: Closing) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        let bound = socket.bind(&address.into()).and_then(|()| socket.listen(QUEUE));
        bound.map_err(|error| {
            io::Error::new(error.kind(), format!("{address} can't be listened on, since {}", reason(&error)))
        })?;
        Ok(Self { socket, closing })
    }

    /// What the server accepts from.
    ///
    /// # Errors
    /// If the system has no file to spare.
    pub fn listener(&self) -> io::Result<TcpListener> {
        Ok(self.socket.try_clone()?.into())
    }

    /// Turns newcomers away. A listening socket that is simply closed cuts off whoever the kernel has let in and the
    /// server hasn't accepted yet; on Linux a filter keeps anybody else from coming that far.
    pub fn close(&self) {
        self.closing.begin();
        #[cfg(target_os = "linux")]
        {
            // BPF_RET | BPF_K: accept 0 bytes of any packet.
            let nothing = socket2::SockFilter::new(0x06, 0, 0, 0);
            if let Err(error) = self.socket.attach_filter(&[nothing]) {
                tracing::warn!(%error, "the door can't be closed softly");
            }
        }
    }
}

/// What keeps an address from being listened on.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another process does so already".to_owned(),
        io::ErrorKind::PermissionDenied => "ports below 1024 are for root".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
        _ => error.to_string(),
    }
}

/// Closes all `doors` and serves those who are inside until they have said what they want.
pub async fn close_all(doors: &[Door]) {
    doors.iter().for_each(Door::close);
    tokio::time::sleep(LAST_CALL).await;
}
