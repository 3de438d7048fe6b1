//! Something between the services and a server of theirs that can be cut.
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::broadcast,
};

use crate::world::World;

pub struct Proxy {
    cut: broadcast::Sender<()>,
    is_down: Arc<AtomicBool>,
}

impl Proxy {
    /// Stands between `world` and the server that the setting `name` has the URL of.
    pub async fn before(world: &mut World, name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (_, url) = world.env.iter_mut().rev().find(|(known, _)| known == name).unwrap();
        let server = url.rsplit_once('@').unwrap().1.split('/').next().unwrap().to_owned();
        *url = url.replace(&format!("@{server}"), &format!("@{}", listener.local_addr().unwrap()));
        let proxy = Self { cut: broadcast::Sender::new(1), is_down: Arc::default() };
        tokio::spawn(serve(listener, server.parse().unwrap(), proxy.cut.clone(), proxy.is_down.clone()));
        proxy
    }

    /// Ends all connections; others can be made.
    pub fn cut(&self) {
        drop(self.cut.send(()));
    }

    /// Ends all connections; who makes another one is hung up on.
    pub fn go_down(&self) {
        self.is_down.store(true, Ordering::Relaxed);
        self.cut();
    }

    pub fn come_back(&self) {
        self.is_down.store(false, Ordering::Relaxed);
    }
}

async fn serve(
    listener: TcpListener,
    server: SocketAddr,
    cuts: broadcast::Sender<()>,
    is_down: Arc<AtomicBool>,
) {
    loop {
        let (mut near, _) = listener.accept().await.unwrap();
        let mut cut = cuts.subscribe();
        if is_down.load(Ordering::Relaxed) {
            continue;
        }
        tokio::spawn(async move {
            let mut far = TcpStream::connect(server).await.unwrap();
            tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => {}
                _ = cut.recv() => {}
            }
        });
    }
}
