use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Stands between the store and the server, and can turn into a network that swallows everything, such as one whose
/// router has lost its memory: the connections of before stay dead without a word.
pub(super) struct Proxy {
    pub(super) url: String,
    /// Goes up with every change; odd while everything is swallowed.
    age: Arc<AtomicU64>,
}

impl Proxy {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = super::test_url();
        let (start, rest) = url.rsplit_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        let proxied = format!("{start}@{}/{database}", listener.local_addr().unwrap());
        let age = Arc::new(AtomicU64::new(0));
        let (server, now) = (server.to_owned(), Arc::clone(&age));
        tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let far = TcpStream::connect(&server).await.unwrap();
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(pump(near_in, far_out, Arc::clone(&now)));
                tokio::spawn(pump(far_in, near_out, Arc::clone(&now)));
            }
        });
        Self { url: proxied, age }
    }

    /// Begins to swallow everything, or ceases to.
    pub(super) fn turn(&self) {
        self.age.fetch_add(1, Ordering::Relaxed);
    }
}

async fn pump(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, age: Arc<AtomicU64>) {
    let (born, mut buffer) = (age.load(Ordering::Relaxed), [0; 4096]);
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let alive = born % 2 == 0 && born == age.load(Ordering::Relaxed);
        if alive && to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
