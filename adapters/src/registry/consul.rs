//! Consul, by the HTTP API of an agent: an instance is a service with two checks, both of which must pass.
//! <https://developer.hashicorp.com/consul/api-docs/agent/service>
use std::{fmt, time::Duration};

use async_trait::async_trait;
use domain_shared::{Instance, RegistryError, ServiceRegistry};
use reqwest::{Client, Method, RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::asking::{ask, refusal};
use crate::http;

/// Where the agent is, and how long an instance is found.
#[derive(Clone)]
pub struct ConsulConfig {
    /// `http://host:8500`, or https.
    pub url: Url,
    /// A token, where the agent asks for one; it must be allowed to read and write services.
    pub token: Option<String>,
    /// How long an instance is found of which nothing is heard.
    pub term: Duration,
    /// How often the agent asks an instance whether it can serve.
    pub look: Duration,
}

/// Keeps instances at an agent of Consul.
pub struct ConsulRegistry {
    config: ConsulConfig,
    client: Client,
}

/// What Consul tells of an instance.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "Node")]
    node: Node,
    #[serde(rename = "Service")]
    service: Service,
}

#[derive(Deserialize)]
struct Node {
    #[serde(rename = "Address")]
    address: String,
}

#[derive(Deserialize)]
struct Service {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Address")]
    address: String,
    #[serde(rename = "Port")]
    port: u16,
    #[serde(rename = "Meta", default)]
    meta: Option<Meta>,
}

#[derive(Deserialize, Default)]
struct Meta {
    #[serde(default)]
    health: String,
}

/// After how long Consul forgets an instance that has failed: no sooner than it can, which is good for whoever was only slow.
const FORGOTTEN: &str = "1m";

/// How long an instance has to answer whether it can serve.
const PATIENCE: &str = "2s";

impl ConsulRegistry {
    /// The agent that `config` names. Nothing is connected yet.
    ///
    /// # Errors
    /// If this machine has no certificates for https.
    pub fn new(config: ConsulConfig) -> Result<Self, RegistryError> {
        let client = http::client(config.url.scheme()).map_err(RegistryError::because)?;
        Ok(Self { config, client })
    }

    fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, RegistryError> {
        let mut url = self.config.url.clone();
        let no_path = || RegistryError::because("its address can have no path");
        url.path_segments_mut().map_err(|()| no_path())?.clear().push("v1").extend(path);
        let request = self.client.request(method, url);
        Ok(match &self.config.token {
            Some(token) => request.header("X-Consul-Token", token),
            None => request,
        })
    }
}

/// The name of the check that fails when nothing is heard of the instance.
fn lease(instance: &Instance) -> String {
    format!("{}:lease", instance.id)
}

fn seconds(duration: Duration) -> String {
    format!("{}s", duration.as_secs().max(1))
}

impl From<Entry> for Option<Instance> {
    fn from(Entry { node, service }: Entry) -> Self {
        // Somebody else may have entered an instance of their own, by any name.
        let id = Uuid::parse_str(&service.id).ok()?;
        let host = if service.address.is_empty() { node.address } else { service.address };
        let health = service.meta.unwrap_or_default().health;
        Some(Instance { service: String::new(), id, host, port: service.port, health })
    }
}

#[async_trait]
impl ServiceRegistry for ConsulRegistry {
    async fn register(&self, instance: &Instance) -> Result<(), RegistryError> {
        let entry = json!({
            "ID": instance.id,
            "Name": instance.service,
            "Address": instance.host,
            "Port": instance.port,
            "Meta": { "health": instance.health },
            // Both pass at first: whoever registers can serve.
            "Checks": [
                {
                    "CheckID": lease(instance),
                    "Name": "is heard of",
                    "TTL": seconds(self.config.term),
                    "Status": "passing",
                    "DeregisterCriticalServiceAfter": FORGOTTEN,
                },
                {
                    "CheckID": format!("{}:health", instance.id),
                    "Name": "can serve",
                    "HTTP": instance.health_check(),
                    "Interval": seconds(self.config.look),
                    "Timeout": PATIENCE,
                    "Status": "passing",
                },
            ],
        });
        let request = self.request(Method::PUT, &["agent", "service", "register"])?;
        let request = request.query(&[("replace-existing-checks", "true")]).json(&entry);
        match ask(request).await? {
            (StatusCode::OK, _) => Ok(()),
            (status, said) => Err(refusal(status, &said)),
        }
    }

    async fn keep_alive(&self, instance: &Instance) -> Result<bool, RegistryError> {
        let request = self.request(Method::PUT, &["agent", "check", "pass", &lease(instance)])?;
        match ask(request).await? {
            (StatusCode::OK, _) => Ok(true),
            (status, said) if is_unknown(status, &said) => Ok(false),
            (status, said) => Err(refusal(status, &said)),
        }
    }

    async fn deregister(&self, instance: &Instance) -> Result<(), RegistryError> {
        let id = instance.id.to_string();
        match ask(self.request(Method::PUT, &["agent", "service", "deregister", &id])?).await? {
            (StatusCode::OK, _) => Ok(()),
            (status, said) if is_unknown(status, &said) => Ok(()),
            (status, said) => Err(refusal(status, &said)),
        }
    }

    async fn find(&self, service: &str) -> Result<Vec<Instance>, RegistryError> {
        let request = self.request(Method::GET, &["health", "service", service])?;
        let (status, said) = ask(request.query(&[("passing", "true")])).await?;
        if status != StatusCode::OK {
            return Err(refusal(status, &said));
        }
        let entries: Vec<Entry> = serde_json::from_slice(&said).map_err(RegistryError::because)?;
        let instances = entries.into_iter().filter_map(Option::<Instance>::from);
        let mut found: Vec<Instance> =
            instances.map(|instance| Instance { service: service.to_owned(), ..instance }).collect();
        found.sort_by_key(|instance| instance.id);
        Ok(found)
    }

    fn term(&self) -> Duration {
        self.config.term
    }
}

/// Whether the agent has never heard of what it was asked about: 404, and 500 before version 1.9 or so.
fn is_unknown(status: StatusCode, said: &[u8]) -> bool {
    let said = String::from_utf8_lossy(said);
    status == StatusCode::NOT_FOUND
        || (status == StatusCode::INTERNAL_SERVER_ERROR
            && (said.contains("nknown check") || said.contains("nknown service")))
}

/// Without the token.
impl fmt::Debug for ConsulConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("ConsulConfig");
        debug.field("host", &self.url.host_str()).field("term", &self.term).finish_non_exhaustive()
    }
}
