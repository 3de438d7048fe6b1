//! A mail server that knows nobody.
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

pub struct RefusingPost {
    pub port: u16,
}

impl RefusingPost {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self { port }
    }
}

/// Talks to a client until it leaves.
async fn serve(stream: TcpStream) -> Option<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 here\r\n").await.ok()?;
    loop {
        let line = lines.next_line().await.ok()??;
        let answer = match line.strip_prefix("RCPT TO:") {
            Some(address) => format!("550 5.1.1 {address} lives nowhere\r\n"),
            None => "250 well\r\n".to_owned(),
        };
        writer.write_all(answer.as_bytes()).await.ok()?;
    }
}
