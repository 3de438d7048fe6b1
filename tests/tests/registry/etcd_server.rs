//! An etcd of our own.
use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::Url;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::free_port::free_port;

pub struct EtcdServer {
    pub url: Url,
    port: u16,
    peers: u16,
    process: Child,
    folder: TempDir,
}

impl EtcdServer {
    /// Starts one, and waits until it answers.
    pub async fn start() -> Self {
        loop {
            let (port, peers, folder) = (free_port(), free_port(), TempDir::new().unwrap());
            let process = run(port, peers, &folder);
            let url = format!("http://127.0.0.1:{port}").parse().unwrap();
            let mut server = Self { url, port, peers, process, folder };
            // Or somebody was faster to take a port.
            if server.answers().await {
                return server;
            }
        }
    }

    pub fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub async fn start_again(&mut self) {
        loop {
            self.process = run(self.port, self.peers, &self.folder);
            // Or somebody has a port for the moment, as that of a connection.
            if self.answers().await {
                return;
            }
        }
    }

    /// What it answers; nothing if it isn't there.
    pub async fn ask(&self, path: &str, question: &Value) -> Option<Value> {
        let url = self.url.join(&format!("/v3/{path}")).unwrap();
        reqwest::Client::new().post(url).json(question).send().await.ok()?.json().await.ok()
    }

    /// Waits until it answers; `false` if it has ended.
    async fn answers(&mut self) -> bool {
        let began = Instant::now();
        while self.ask("kv/range", &json!({ "key": "AA==" })).await.is_none() {
            assert!(began.elapsed() < Duration::from_secs(30), "etcd doesn't answer");
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.process.try_wait().unwrap().is_none()
    }
}

fn run(port: u16, peers: u16, folder: &TempDir) -> Child {
    let (here, to_peers) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{peers}"));
    let mut command = Command::new("etcd");
    command.arg("--data-dir").arg(folder.path().join("data")).args(["--name", "one", "--log-level", "error"]);
    command.args(["--listen-client-urls", &here, "--advertise-client-urls", &here]);
    command.args(["--listen-peer-urls", &to_peers, "--initial-advertise-peer-urls", &to_peers]);
    command.args(["--initial-cluster", &format!("one={to_peers}"), "--heartbeat-interval", "20"]);
    // What isn't kept through a power cut is no loss here.
    command.args(["--election-timeout", "200", "--unsafe-no-fsync"]);
    let started = command
        .env_clear()
        .env("PATH", "/usr/bin:/usr/local/bin")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    started.expect("etcd is needed (Debian: etcd-server); scripts/test installs it")
}

impl Drop for EtcdServer {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
