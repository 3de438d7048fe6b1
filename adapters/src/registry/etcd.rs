//! etcd 3.4 or newer, by its JSON gateway: an instance is a key with a lease.
//! <https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/>
use std::{fmt, time::Duration};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain_shared::{Instance, RegistryError, ServiceRegistry};
use reqwest::{Client, StatusCode, Url, header::AUTHORIZATION};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::asking::{ask, refusal};
use crate::http;

/// Where etcd is, and what is kept there how long.
#[derive(Clone)]
pub struct EtcdConfig {
    /// `http://host:2379`, or https.
    pub url: Url,
    /// A user and their password, where it asks for them.
    pub credentials: Option<(String, String)>,
    /// What the keys begin with, which must be nobody else's: those of services are below `PREFIX/services/`.
    pub prefix: String,
    /// How long an instance is found of which nothing is heard, in whole seconds. etcd takes more where it has to, 2 at least.
    pub term: Duration,
}

/// Keeps instances in etcd.
pub struct EtcdRegistry {
    config: EtcdConfig,
    client: Client,
    /// What proves who we are, once we have asked for it.
    token: Mutex<Option<String>>,
}

/// What is kept of an instance.
#[derive(Serialize, Deserialize)]
struct Entry {
    host: String,
    port: u16,
    health: String,
}

/// A lease, as it is told. Numbers of 64 bits are strings in this JSON; what is 0 is left out.
#[derive(Deserialize)]
struct Lease {
    #[serde(rename = "TTL")]
    ttl: Option<String>,
}

/// Of an answer that comes as a stream.
#[derive(Deserialize)]
struct Streamed<T> {
    result: T,
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    kvs: Vec<KeyValue>,
}

#[derive(Deserialize)]
struct KeyValue {
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct Authenticated {
    token: String,
}

impl EtcdRegistry {
    /// The registry that `config` names. Nothing is connected yet.
    ///
    /// # Errors
    /// If this machine has no certificates for https.
    pub fn new(config: EtcdConfig) -> Result<Self, RegistryError> {
        let client = http::client(config.url.scheme()).map_err(RegistryError::because)?;
        Ok(Self { config, client, token: Mutex::default() })
    }

    /// What etcd answers to `question`; `None` if there is no such thing.
    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &Value,
    ) -> Result<Option<T>, RegistryError> {
        let (mut status, mut said) = self.try_ask(path, question, false).await?;
        if status == StatusCode::UNAUTHORIZED {
            // A token lasts some minutes, and doesn't outlive etcd.
            (status, said) = self.try_ask(path, question, true).await?;
        }
        match status {
            StatusCode::OK => serde_json::from_slice(&said).map(Some).map_err(RegistryError::because),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(refusal(status, &said)),
        }
    }

    async fn try_ask(
        &self,
        path: &str,
        question: &Value,
        anew: bool,
    ) -> Result<(StatusCode, Vec<u8>), RegistryError> {
        let mut request = self.client.post(self.at(path)?).json(question);
        if let Some(token) = self.token(anew).await? {
            request = request.header(AUTHORIZATION, token);
        }
        ask(request).await
    }

    async fn token(&self, anew: bool) -> Result<Option<String>, RegistryError> {
        let Some((name, password)) = &self.config.credentials else { return Ok(None) };
        let mut token = self.token.lock().await;
        if token.is_none() || anew {
            let question = json!({ "name": name, "password": password });
            let request = self.client.post(self.at("auth/authenticate")?).json(&question);
            let (status, said) = ask(request).await?;
            if status != StatusCode::OK {
                return Err(refusal(status, &said));
            }
            let Authenticated { token: new } =
                serde_json::from_slice(&said).map_err(RegistryError::because)?;
            *token = Some(new);
        }
        Ok(token.clone())
    }

    fn at(&self, path: &str) -> Result<Url, RegistryError> {
        self.config.url.join(&format!("/v3/{path}")).map_err(RegistryError::because)
    }

    /// What the keys of the instances of `service` begin with.
    fn place(&self, service: &str) -> String {
        format!("{}/services/{service}/", self.config.prefix)
    }

    fn instance(&self, service: &str, kept: &KeyValue) -> Option<Instance> {
        let key = String::from_utf8(STANDARD.decode(&kept.key).ok()?).ok()?;
        let id = Uuid::parse_str(key.strip_prefix(&self.place(service))?).ok()?;
        let Entry { host, port, health } =
            serde_json::from_slice(&STANDARD.decode(&kept.value).ok()?).ok()?;
        Some(Instance { service: service.to_owned(), id, host, port, health })
    }
}

/// The lease of an instance, made of its id, so that nobody need remember which it is. etcd takes positive numbers of 63 bits.
fn lease(instance: &Instance) -> String {
    let (high, low) = instance.id.as_u64_pair();
    ((high.rotate_left(32) ^ low) >> 1).max(1).to_string()
}

/// The first key after all that begin with `prefix`, which ends with a slash.
fn after(prefix: &str) -> String {
    format!("{}0", prefix.trim_end_matches('/'))
}

#[async_trait]
impl ServiceRegistry for EtcdRegistry {
    async fn register(&self, instance: &Instance) -> Result<(), RegistryError> {
        let lease = lease(instance);
        if !self.keep_alive(instance).await? {
            let ttl = self.config.term.as_secs().max(1).to_string();
            let _: Option<Lease> = self.ask("lease/grant", &json!({ "TTL": ttl, "ID": lease })).await?;
        }
        let Instance { host, port, health, .. } = instance;
        let entry = Entry { host: host.clone(), port: *port, health: health.clone() };
        let entry = serde_json::to_vec(&entry).map_err(RegistryError::because)?;
        let key = STANDARD.encode(format!("{}{}", self.place(&instance.service), instance.id));
        let question = json!({ "key": key, "value": STANDARD.encode(entry), "lease": lease });
        let kept: Option<Value> = self.ask("kv/put", &question).await?;
        kept.map(drop).ok_or_else(|| RegistryError::because("the lease is over already"))
    }

    async fn keep_alive(&self, instance: &Instance) -> Result<bool, RegistryError> {
        let question = json!({ "ID": lease(instance) });
        let kept: Option<Streamed<Lease>> = self.ask("lease/keepalive", &question).await?;
        Ok(kept.is_some_and(|kept| kept.result.ttl.is_some_and(|ttl| ttl != "0")))
    }

    async fn deregister(&self, instance: &Instance) -> Result<(), RegistryError> {
        // The key goes with it.
        self.ask::<Value>("lease/revoke", &json!({ "ID": lease(instance) })).await.map(drop)
    }

    async fn find(&self, service: &str) -> Result<Vec<Instance>, RegistryError> {
        let place = self.place(service);
        let (key, range_end) = (STANDARD.encode(&place), STANDARD.encode(after(&place)));
        let found: Option<Range> =
            self.ask("kv/range", &json!({ "key": key, "range_end": range_end })).await?;
        // They come in the order of their keys. What somebody else has put there is no instance.
        let kept = found.map(|found| found.kvs).unwrap_or_default();
        Ok(kept.iter().filter_map(|kept| self.instance(service, kept)).collect())
    }

    fn term(&self) -> Duration {
        self.config.term
    }
}

/// Without the password.
impl fmt::Debug for EtcdConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("EtcdConfig");
        debug.field("host", &self.url.host_str()).field("prefix", &self.prefix).field("term", &self.term);
        debug.finish_non_exhaustive()
    }
}
