use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Stands between the store and the server, and can turn into a network that swallows everything.
pub(super) struct Proxy {
    pub(super) url: String,
    swallows: Arc<AtomicBool>,
}

impl Proxy {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = super::test_url();
        let (start, rest) = url.rsplit_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        let proxied = format!("{start}@{}/{database}", listener.local_addr().unwrap());
        let swallows = Arc::new(AtomicBool::new(false));
        let (server, swallowing) = (server.to_owned(), Arc::clone(&swallows));
        tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let far = TcpStream::connect(&server).await.unwrap();
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(pump(near_in, far_out, Arc::clone(&swallowing)));
                tokio::spawn(pump(far_in, near_out, Arc::clone(&swallowing)));
            }
        });
        Self { url: proxied, swallows }
    }

    pub(super) fn swallow(&self, everything: bool) {
        self.swallows.store(everything, Ordering::Relaxed);
    }
}

async fn pump(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    swallows: Arc<AtomicBool>,
) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if !swallows.load(Ordering::Relaxed) && to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
