//! etcd, a real one.
use std::time::Duration;

use adapters::registry::{EtcdConfig, EtcdRegistry, Found};
use domain_shared::{Instance, ServiceRegistry};
use serde_json::json;
use uuid::Uuid;

use super::{TERM, etcd_server::EtcdServer};

/// A registry, and the server that goes with it.
struct Fresh {
    registry: EtcdRegistry,
    server: EtcdServer,
}

fn config(server: &EtcdServer) -> EtcdConfig {
    EtcdConfig { url: server.url.clone(), credentials: None, prefix: "panal".to_owned(), term: TERM }
}

impl Fresh {
    async fn start() -> Self {
        let server = EtcdServer::start().await;
        Self { registry: EtcdRegistry::new(config(&server)).unwrap(), server }
    }
}

#[async_trait::async_trait]
impl ServiceRegistry for Fresh {
    async fn register(&self, instance: &Instance) -> Result<(), domain_shared::RegistryError> {
        self.registry.register(instance).await
    }
    async fn keep_alive(&self, instance: &Instance) -> Result<bool, domain_shared::RegistryError> {
        self.registry.keep_alive(instance).await
    }
    async fn deregister(&self, instance: &Instance) -> Result<(), domain_shared::RegistryError> {
        self.registry.deregister(instance).await
    }
    async fn find(&self, service: &str) -> Result<Vec<Instance>, domain_shared::RegistryError> {
        self.registry.find(service).await
    }
    fn term(&self) -> Duration {
        self.registry.term()
    }
}

conformance::service_registry!(Fresh::start().await);

fn ours() -> Instance {
    let (service, host, health) =
        ("auth-service".to_owned(), "10.0.0.7".to_owned(), "/health/ready".to_owned());
    Instance {
        service,
        id: Uuid::from_u128(0x0190_1234_5678_7000_8abc_def0_1234_5678),
        host,
        port: 8001,
        health,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_put_there_is_no_instance() {
    let Fresh { registry, server } = Fresh::start().await;
    registry.register(&ours()).await.unwrap();
    // base64 of panal/services/auth-service/x
    let foreign = json!({ "key": "cGFuYWwvc2VydmljZXMvYXV0aC1zZXJ2aWNlL3g=", "value": "YmFy" });
    server.ask("kv/put", &foreign).await.unwrap();
    assert_eq!(registry.find("auth-service").await.unwrap(), [ours()]);
    let elsewhere = EtcdRegistry::new(EtcdConfig { prefix: "other".to_owned(), ..config(&server) }).unwrap();
    assert_eq!(elsewhere.find("auth-service").await.unwrap(), [], "each prefix is a place of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_is_away_says_so_and_the_last_known_count() {
    let Fresh { registry, mut server } = Fresh::start().await;
    registry.register(&ours()).await.unwrap();
    let found = Found::of("auth-service", std::sync::Arc::new(EtcdRegistry::new(config(&server)).unwrap()));
    assert_eq!(found.now().await.unwrap(), [ours()]);
    server.stop();
    registry.find("auth-service").await.unwrap_err();
    registry.register(&ours()).await.unwrap_err();
    for _ in 0..5 {
        assert_eq!(found.now().await.unwrap(), [ours()]);
    }
    let stranger = Found::of("auth-service", std::sync::Arc::new(registry));
    stranger.now().await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_asked_for_once_and_again_when_etcd_has_forgotten() {
    let Fresh { registry, mut server } = Fresh::start().await;
    for (path, question) in [
        ("auth/user/add", json!({ "name": "root", "password": "secret" })),
        ("auth/role/add", json!({ "name": "root" })),
        ("auth/user/grant", json!({ "user": "root", "role": "root" })),
        ("auth/enable", json!({})),
    ] {
        server.ask(path, &question).await.unwrap();
    }
    registry.find("auth-service").await.unwrap_err();
    let known = |password: &str| {
        let credentials = Some(("root".to_owned(), password.to_owned()));
        EtcdRegistry::new(EtcdConfig { credentials, ..config(&server) }).unwrap()
    };
    let refused = known("wrong").register(&ours()).await.unwrap_err();
    assert!(
        format!("{refused:?}").contains("authentication failed") && !format!("{refused:?}").contains("wrong")
    );
    let welcome = known("secret");
    welcome.register(&ours()).await.unwrap();
    server.stop();
    server.start_again().await;
    assert_eq!(welcome.find("auth-service").await.unwrap(), [ours()], "with a new token");
}
