//! A process that is told to stop ends what it is at, also beside serving.
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::{JoinHandle, spawn_blocking},
};

use super::world::{Stores, World, eventually};

/// A mail server that takes letters in and keeps whoever sent one waiting until it is let.
#[derive(Clone)]
struct SlowPost {
    port: u16,
    /// To whom letters came.
    taken: Arc<Mutex<Vec<String>>>,
    /// Closed when it is let.
    held: Arc<Semaphore>,
}

impl SlowPost {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mails = Self { port, taken: Arc::default(), held: Arc::new(Semaphore::new(0)) };
        let counter = mails.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counter = counter.clone();
                tokio::spawn(async move { counter.serve(stream).await });
            }
        });
        mails
    }

    /// Talks to a client until it leaves.
    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        let mut recipient = String::new();
        writer.write_all(b"220 here\r\n").await.ok()?;
        loop {
            let line = lines.next_line().await.ok()??;
            if let Some(address) = line.strip_prefix("RCPT TO:") {
                address.clone_into(&mut recipient);
            }
            let answer: &[u8] = if line == "DATA" { b"354 go on\r\n" } else { b"250 well\r\n" };
            writer.write_all(answer).await.ok()?;
            if line == "DATA" {
                while lines.next_line().await.ok()?? != "." {}
                self.taken.lock().unwrap().push(recipient.clone());
                let _ = self.held.acquire().await;
                writer.write_all(b"250 taken\r\n").await.ok()?;
            }
        }
    }

    fn letters_to(&self, address: &str) -> usize {
        self.taken.lock().unwrap().iter().filter(|taken| taken.contains(address)).count()
    }
}

/// Someone who came in before the door closed and says nothing more; ends when they are shown out.
async fn guest(world: &World) -> JoinHandle<()> {
    let address = world.auth.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut greeting = [0];
    stream.read_exact(&mut greeting).await.unwrap();
    tokio::spawn(async move {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.ok();
    })
}

async fn a_mail_that_was_begun_is_sent_once(stores: Stores, program: &'static str) {
    let mails = SlowPost::open().await;
    let port = mails.port.to_string();
    let settings = [("MAIL_SERVER", "127.0.0.1"), ("MAIL_PORT", &port), ("MAIL_STARTTLS", "false")];
    let world = World::prepare(stores, &settings).await;
    let mut running = world.spawn(program, &[]);
    world.ready(&world.auth).await;
    assert_eq!(world.register("ada").await.status(), 201);
    let (ada, eve) = (world.address("ada"), world.address("eve"));
    let guest = guest(&world).await;
    eventually("the letter is on its way", async || mails.letters_to(&ada) == 1).await;

    let began = Instant::now();
    let stopped = spawn_blocking(move || running.terminate());
    guest.await.unwrap();
    mails.held.close();
    assert_eq!(stopped.await.unwrap(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());

    let _again = world.spawn(program, &[]);
    world.ready(&world.auth).await;
    assert_eq!(world.register("eve").await.status(), 201);
    eventually("the next letter comes", async || mails.letters_to(&eve) == 1).await;
    assert_eq!(mails.letters_to(&ada), 1, "whoever was written to isn't written to again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_was_begun_is_sent_once_without_a_broker() {
    a_mail_that_was_begun_is_sent_once(Stores::Sqlite, "panal").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_was_begun_is_sent_once_with_a_broker() {
    a_mail_that_was_begun_is_sent_once(Stores::Postgres, "auth-service").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_without_an_answer_keeps_no_process_from_ending() {
    let mails = SlowPost::open().await;
    let port = mails.port.to_string();
    let settings = [("MAIL_SERVER", "127.0.0.1"), ("MAIL_PORT", &port), ("MAIL_STARTTLS", "false")];
    let world = World::prepare(Stores::Sqlite, &settings).await;
    let mut running = world.spawn("panal", &[]);
    world.ready(&world.auth).await;
    assert_eq!(world.register("ada").await.status(), 201);
    eventually("the letter is on its way", async || mails.letters_to(&world.address("ada")) == 1).await;
    let began = Instant::now();
    assert_eq!(spawn_blocking(move || running.terminate()).await.unwrap(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}
