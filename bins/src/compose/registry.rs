//! The registry of services, as a service sees it: where others are, and that it is there itself.
use std::{io, sync::Arc, time::Duration};

use adapters::{
    backoff::Backoff,
    registry::{ConsulRegistry, EtcdRegistry},
    system::UuidV7,
};
use domain_shared::{IdGenerator, Instance, RegistryError, ServiceRegistry};
use tokio::{
    net::UdpSocket,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{ComposeError, Health, Probe};
use crate::config::{self, Config};

/// The name of auth-service, there and everywhere.
pub const AUTH_SERVICE: &str = "auth-service";

/// A registry, and what is known of it.
#[derive(Clone)]
pub struct Registry {
    /// Behind its port.
    pub(super) port: Arc<dyn ServiceRegistry>,
    /// Whether it has lately taken in that a service is there.
    pub health: Health,
    url: Url,
    /// Where others reach this machine, if that is known.
    host: Option<String>,
    advertised_port: Option<u16>,
}

/// How long a registry may take to hear that a service leaves. If it doesn't, the lease ends soon.
const FAREWELL: Duration = Duration::from_secs(2);

impl Registry {
    /// The one that `config` names, if it does. Nothing is connected yet.
    ///
    /// # Errors
    /// If there is no way to speak https to it.
    pub fn open(config: &Config) -> Result<Option<Self>, ComposeError> {
        let (port, url): (Arc<dyn ServiceRegistry>, _) = match &config.registry {
            None => return Ok(None),
            Some(config::Registry::Consul(consul)) => {
                (Arc::new(ConsulRegistry::new(consul.clone())?), consul.url.clone())
            }
            Some(config::Registry::Etcd(etcd)) => {
                (Arc::new(EtcdRegistry::new(etcd.clone())?), etcd.url.clone())
            }
        };
        let advertised = config.settings.advertise_address.as_ref();
        let own = config.settings.host;
        let host = advertised.map(|told| told.host.clone());
        let host = host.or_else(|| (!own.is_unspecified()).then(|| own.to_string()));
        let advertised_port = advertised.and_then(|told| told.port);
        Ok(Some(Self { port, health: Health::default(), url, host, advertised_port }))
    }

    /// Enters a service of that name which listens on `port`, as soon as its `store` answers, and keeps it there.
    #[must_use]
    pub fn enter(&self, service: &'static str, port: u16, store: Arc<dyn Probe>) -> Presence {
        let (health, port) = ("/health/ready".to_owned(), self.advertised_port.unwrap_or(port));
        let host = self.host.clone().unwrap_or_default();
        let instance = Instance { service: service.to_owned(), id: UuidV7.next_id(), host, port, health };
        let stay = Stay { registry: self.clone(), store, instance, is_entered: false };
        let until = CancellationToken::new();
        Presence { task: tokio::spawn(stay.keep(until.clone())), until }
    }

    /// The address that this machine has towards the registry. Nothing is sent.
    async fn own_address(&self) -> io::Result<String> {
        let host = self.url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let far = (host, self.url.port_or_known_default().unwrap_or_default());
        let far = tokio::net::lookup_host(far).await?.next().ok_or(io::ErrorKind::NotFound)?;
        let socket = UdpSocket::bind(if far.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }).await?;
        socket.connect(far).await?;
        Ok(socket.local_addr()?.ip().to_string())
    }
}

/// That a service is in a registry, until it [leaves](Self::leave).
pub struct Presence {
    task: JoinHandle<()>,
    until: CancellationToken,
}

impl Presence {
    /// Takes the service out.
    pub async fn leave(self) {
        self.until.cancel();
        // If it panicked, the lease ends soon.
        let _ = self.task.await;
    }
}

struct Stay {
    registry: Registry,
    store: Arc<dyn Probe>,
    instance: Instance,
    is_entered: bool,
}

impl Stay {
    async fn keep(mut self, until: CancellationToken) {
        let mut backoff = Backoff::new(Duration::from_millis(200), self.registry.port.term() / 3);
        let mut is_well = true;
        while let Some(kept) = until.run_until_cancelled(self.once()).await {
            let pause = match &kept {
                Ok(()) => {
                    backoff.reset();
                    self.registry.port.term() / 3
                }
                Err(error) => {
                    if is_well {
                        let error: &(dyn std::error::Error + 'static) = &**error;
                        let service = &self.instance.service;
                        tracing::warn!(error, service, "not in the registry of services; trying again");
                    }
                    backoff.pause()
                }
            };
            if kept.is_ok() && !is_well {
                tracing::info!(service = self.instance.service, "in the registry of services again");
            }
            is_well = kept.is_ok();
            if until.run_until_cancelled(sleep(pause)).await.is_none() {
                break;
            }
        }
        // Also if it isn't known to be there: what was said last may have been heard.
        let told = timeout(FAREWELL, self.registry.port.deregister(&self.instance)).await;
        if !matches!(told, Ok(Ok(()))) {
            tracing::warn!(service = self.instance.service, "the registry can't be told that it leaves");
        }
    }

    async fn once(&mut self) -> Result<(), ComposeError> {
        if !self.is_entered {
            // It is no fault of the registry's, and told elsewhere, if the service can't serve yet.
            while self.store.ping().await.is_err() {
                sleep(Duration::from_millis(500)).await;
            }
        }
        let kept = self.said().await;
        self.registry.health.note(kept.is_ok());
        kept
    }

    async fn said(&mut self) -> Result<(), ComposeError> {
        let port = &self.registry.port;
        if self.is_entered && port.keep_alive(&self.instance).await? {
            return Ok(());
        }
        if self.registry.host.is_none() {
            // It may have changed since, on a laptop say.
            self.instance.host = self.registry.own_address().await.map_err(RegistryError::because)?;
        }
        port.register(&self.instance).await?;
        self.is_entered = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use adapters::memory::{MemoryRegistry, MemoryStore};

    use super::*;

    fn registry(port: &MemoryRegistry) -> Registry {
        let (url, host) = ("http://127.0.0.1:2379".parse().unwrap(), Some("auth".to_owned()));
        Registry { port: Arc::new(port.clone()), health: Health::default(), url, host, advertised_port: None }
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_is_there_until_it_leaves() {
        let port = MemoryRegistry::new(Duration::from_secs(15));
        let registry = registry(&port);
        let presence = registry.enter(AUTH_SERVICE, 8001, Arc::new(MemoryStore::default()));
        for _ in 0..100 {
            sleep(Duration::from_secs(1)).await;
            let [found] = &port.find(AUTH_SERVICE).await.unwrap()[..] else { panic!("it is there") };
            assert_eq!(found.health_check(), "http://auth:8001/health/ready");
        }
        assert_eq!(registry.health.last(), Some(true));
        presence.leave().await;
        assert!(port.find(AUTH_SERVICE).await.unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn whom_the_registry_has_lost_enters_again() {
        let port = MemoryRegistry::new(Duration::from_secs(15));
        let _presence = registry(&port).enter(AUTH_SERVICE, 8001, Arc::new(MemoryStore::default()));
        sleep(Duration::from_secs(1)).await;
        let found = port.find(AUTH_SERVICE).await.unwrap();
        port.deregister(&found[0]).await.unwrap();
        sleep(Duration::from_secs(6)).await;
        assert_eq!(port.find(AUTH_SERVICE).await.unwrap(), found);
    }
}
