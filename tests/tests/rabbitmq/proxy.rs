use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::broadcast,
};

/// Stands between us and the broker, and can be cut.
pub struct Proxy {
    pub url: String,
    cut: broadcast::Sender<()>,
    deaf: Arc<AtomicBool>,
}

impl Proxy {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = super::bus::test_url();
        let (start, rest) = url.rsplit_once('@').unwrap();
        let (broker, host) = rest.split_once('/').unwrap();
        let proxied = format!("{start}@{}/{host}", listener.local_addr().unwrap());
        let (cut, deaf) = (broadcast::Sender::new(1), Arc::new(AtomicBool::new(false)));
        let (broker, cuts, is_deaf) = (broker.to_owned(), cut.clone(), deaf.clone());
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let mut cut = cuts.subscribe();
                let (broker, deaf) = (broker.clone(), is_deaf.load(Ordering::Relaxed));
                tokio::spawn(async move {
                    let connected = async {
                        if deaf {
                            std::future::pending::<()>().await;
                        }
                        let mut far = TcpStream::connect(&broker).await.unwrap();
                        drop(copy_bidirectional(&mut near, &mut far).await);
                    };
                    tokio::select! {
                        () = connected => {}
                        _ = cut.recv() => {}
                    }
                });
            }
        });
        Self { url: proxied, cut, deaf }
    }

    /// Ends all connections; others can be made.
    pub fn cut(&self) {
        drop(self.cut.send(()));
    }

    /// Whether connections that are made from now on get no answer.
    pub fn deafen(&self, deaf: bool) {
        self.deaf.store(deaf, Ordering::Relaxed);
        self.cut();
    }
}
