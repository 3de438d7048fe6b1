//! Consul, as its documentation has it.
use std::time::Duration;

use adapters::registry::{ConsulConfig, ConsulRegistry};
use domain_shared::{Instance, ServiceRegistry};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use uuid::Uuid;

use super::{TERM, consul_stub::ConsulStub};

fn registry(stub: &ConsulStub, token: Option<&str>) -> ConsulRegistry {
    let (url, token) = (stub.url.clone(), token.map(str::to_owned));
    ConsulRegistry::new(ConsulConfig { url, token, term: TERM, look: Duration::from_secs(10) }).unwrap()
}

conformance::service_registry!(registry(&ConsulStub::start("").await, None));

fn ours(port: u16) -> Instance {
    let (service, host, health) =
        ("auth-service".to_owned(), "127.0.0.1".to_owned(), "/health/ready".to_owned());
    Instance { service, id: Uuid::from_u128(0x0190_1234_5678_7000_8abc_def0_1234_5678), host, port, health }
}

#[tokio::test]
async fn an_instance_has_two_checks_and_is_forgotten_after_a_minute() {
    let stub = ConsulStub::start("").await;
    let ours = ours(8001);
    registry(&stub, None).register(&ours).await.unwrap();
    let id = ours.id;
    let expected = json!({
        "ID": id, "Name": "auth-service", "Address": "127.0.0.1", "Port": 8001, "Meta": { "health": "/health/ready" },
        "Checks": [
            { "CheckID": format!("{id}:lease"), "Name": "is heard of", "TTL": "2s", "Status": "passing", "DeregisterCriticalServiceAfter": "1m" },
            {
                "CheckID": format!("{id}:health"), "Name": "can serve", "HTTP": "http://127.0.0.1:8001/health/ready",
                "Interval": "10s", "Timeout": "2s", "Status": "passing",
            },
        ],
    });
    assert_eq!(stub.definitions(), [expected]);
}

#[tokio::test]
async fn an_instance_that_can_not_serve_is_not_found() {
    let (stub, listener) = (ConsulStub::start("").await, TcpListener::bind("127.0.0.1:0").await.unwrap());
    let ours = ours(listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        for status in ["503 Unavailable", "200 OK"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await;
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let registry = registry(&stub, None);
    registry.register(&ours).await.unwrap();
    assert_eq!(registry.find("auth-service").await.unwrap(), [], "it says that it can't");
    assert_eq!(registry.find("auth-service").await.unwrap(), [ours]);
}

#[tokio::test]
async fn an_agent_is_shown_a_token_and_what_it_refuses_is_told() {
    let stub = ConsulStub::start("s3cret").await;
    let refused = registry(&stub, Some("wrong")).register(&ours(8001)).await.unwrap_err();
    assert!(format!("{refused:?}").contains("it answers 403: Permission denied"), "{refused:?}");
    registry(&stub, None).find("auth-service").await.unwrap_err();
    registry(&stub, Some("s3cret")).register(&ours(8001)).await.unwrap();
    assert_eq!(stub.definitions().len(), 1);
}
