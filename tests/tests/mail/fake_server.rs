//! A mail server that does as it is told: what no real one does on demand.
use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What it says to a command, or to the greeting, which is the empty one. `None` is what any server would say.
pub type Manners = fn(&str) -> Option<&'static str>;

/// The answer that is none: it hangs up.
pub const HANG_UP: &str = "hang up";
/// The answer that never comes.
pub const SILENCE: &str = "silence";

pub struct FakeServer {
    pub port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl FakeServer {
    pub async fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, heard) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Vec<String>>>::default());
        let ears = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, manners, ears.clone()));
            }
        });
        Self { port, heard }
    }

    /// Every line it was told, the mails included.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    pub fn count(&self, command: &str) -> usize {
        self.heard().iter().filter(|line| line.starts_with(command)).count()
    }
}

async fn talk(stream: TcpStream, manners: Manners, heard: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let (mut lines, mut line, mut mail) = (BufReader::new(stream), String::new(), false);
    loop {
        let usual = match line.split([' ', ':']).next().unwrap_or_default() {
            "" if !mail => "220 fake",
            "EHLO" => "250-fake\r\n250 AUTH PLAIN LOGIN",
            "AUTH" => "235 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        match if mail { Some("") } else { manners(&line) }.unwrap_or(usual) {
            HANG_UP => return None,
            SILENCE => std::future::pending().await,
            "" => {}
            answer => lines.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await.ok()?,
        }
        mail = mail || line == "DATA";
        line.clear();
        if lines.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        line.truncate(line.trim_end().len());
        heard.lock().unwrap().push(line.clone());
        mail = mail && line != ".";
    }
}
