//! As much of Consul's agent as its documentation says of what we ask:
//! <https://developer.hashicorp.com/consul/api-docs/agent/service>, `…/agent/check` and `…/health`.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use reqwest::Url;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

#[derive(Clone)]
pub struct ConsulStub {
    pub url: Url,
    token: &'static str,
    services: Arc<Mutex<BTreeMap<String, Entered>>>,
}

struct Entered {
    definition: Value,
    /// When the TTL check was passed last.
    passed: Instant,
    /// Whether the HTTP check passes.
    is_well: bool,
}

impl Entered {
    fn check(&self, kind: &str) -> &Value {
        let checks = self.definition["Checks"].as_array().unwrap();
        checks.iter().find(|check| check.get(kind).is_some()).unwrap()
    }

    fn is_passing(&self) -> bool {
        self.is_well && self.passed.elapsed() < duration(&self.check("TTL")["TTL"])
    }
}

/// As Go writes durations, seconds only.
fn duration(text: &Value) -> Duration {
    let seconds = text.as_str().unwrap().strip_suffix('s').expect("a duration in seconds");
    Duration::from_secs(seconds.parse().unwrap())
}

impl ConsulStub {
    /// An agent that answers only whoever has `token`, unless that is empty.
    pub async fn start(token: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let stub = Self { url, token, services: Arc::default() };
        let agent = stub.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let agent = agent.clone();
                tokio::spawn(async move { agent.serve(stream).await });
            }
        });
        stub
    }

    /// What was entered.
    pub fn definitions(&self) -> Vec<Value> {
        self.services.lock().unwrap().values().map(|entered| entered.definition.clone()).collect()
    }

    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        loop {
            let mut first = String::new();
            if stream.read_line(&mut first).await.ok()? == 0 {
                return None;
            }
            let (mut length, mut token) = (0, String::new());
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).await.ok()?;
                let Some((name, value)) = line.trim().split_once(": ") else { break };
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse().unwrap(),
                    "x-consul-token" => value.clone_into(&mut token),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.ok()?;
            let mut parts = first.split(' ');
            let (method, target) = (parts.next()?, parts.next()?);
            let (status, said) = if token == self.token {
                self.answer(method, target, &body).await
            } else {
                (403, "Permission denied: token with AccessorID lacks permission".to_owned())
            };
            let head = format!("HTTP/1.1 {status} Consul\r\nContent-Length: {}\r\n\r\n", said.len());
            stream.get_mut().write_all(format!("{head}{said}").as_bytes()).await.ok()?;
        }
    }

    async fn answer(&self, method: &str, target: &str, body: &[u8]) -> (u16, String) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.replace("%3A", ":");
        let segments: Vec<&str> = path.strip_prefix("/v1/").unwrap_or_default().split('/').collect();
        match (method, segments.as_slice()) {
            ("PUT", ["agent", "service", "register"]) => self.register(serde_json::from_slice(body).unwrap()),
            ("PUT", ["agent", "service", "deregister", id]) => {
                match self.services.lock().unwrap().remove(*id) {
                    Some(_) => (200, String::new()),
                    None => (
                        404,
                        format!(
                            "Unknown service ID {id:?}. Ensure that the service ID is passed, not the service name."
                        ),
                    ),
                }
            }
            ("PUT", ["agent", "check", "pass", check]) => {
                let mut services = self.services.lock().unwrap();
                let of_check =
                    services.values_mut().find(|entered| entered.check("TTL")["CheckID"] == *check);
                match of_check {
                    Some(entered) => {
                        entered.passed = Instant::now();
                        (200, String::new())
                    }
                    None => (404, format!("Unknown check ID {check:?}")),
                }
            }
            ("GET", ["health", "service", name]) => {
                self.look().await;
                let services = self.services.lock().unwrap();
                let of_name = services.values().filter(|entered| entered.definition["Name"] == *name);
                let passing = of_name.filter(|entered| query != "passing=true" || entered.is_passing());
                let told: Vec<Value> = passing.map(|entered| told(&entered.definition)).collect();
                (200, json!(told).to_string())
            }
            _ => (404, format!("Invalid URL path: not a recognized HTTP API endpoint: {method} {target}")),
        }
    }

    fn register(&self, definition: Value) -> (u16, String) {
        let id = definition["ID"].as_str().unwrap().to_owned();
        for check in definition["Checks"].as_array().unwrap() {
            assert!(
                check.get("TTL").is_some() != check.get("HTTP").is_some(),
                "a check has one kind: {check}"
            );
            assert_eq!(check["Status"], "passing", "or else it begins as critical");
            assert!(
                check["HTTP"].is_null() || (check["Interval"].is_string() && check["Timeout"].is_string())
            );
        }
        let entered = Entered { definition, passed: Instant::now(), is_well: true };
        self.services.lock().unwrap().insert(id, entered);
        (200, String::new())
    }

    /// Asks every instance how it is, as an agent does at intervals.
    async fn look(&self) {
        let checks: Vec<(String, String)> = {
            let services = self.services.lock().unwrap();
            let url = |entered: &Entered| entered.check("HTTP")["HTTP"].as_str().unwrap().to_owned();
            services.iter().map(|(id, entered)| (id.clone(), url(entered))).collect()
        };
        for (id, url) in checks {
            let is_well = reqwest::get(url).await.is_ok_and(|answer| answer.status().is_success());
            if let Some(entered) = self.services.lock().unwrap().get_mut(&id) {
                entered.is_well = is_well;
            }
        }
    }
}

/// A definition as the health endpoint tells it, with more than anybody needs.
fn told(definition: &Value) -> Value {
    json!({
        "Node": { "ID": "40e4a748", "Node": "one", "Address": "127.0.0.9", "Datacenter": "dc1" },
        "Service": {
            "ID": definition["ID"],
            "Service": definition["Name"],
            "Tags": [],
            "Address": definition["Address"],
            "Meta": definition["Meta"],
            "Port": definition["Port"],
            "Weights": { "Passing": 1, "Warning": 1 },
        },
        "Checks": [{ "Node": "one", "CheckID": "serfHealth", "Status": "passing" }],
    })
}
