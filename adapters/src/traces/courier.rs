use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::{Client, redirect::Policy};
use tokio::runtime::Handle;

/// How long a collector may take. Spans wait meanwhile, and then are dropped.
const PATIENCE: Duration = Duration::from_secs(5);

/// Brings spans to a collector. Whoever exports does so on a thread of its own, where no sockets are served; this does it on
/// the threads of the runtime.
#[derive(Debug)]
pub(super) struct Courier {
    client: Client,
    runtime: Handle,
    is_well: AtomicBool,
}

impl Courier {
    /// One that goes to `endpoint`, and nowhere else.
    pub(super) fn new(endpoint: &str, runtime: Handle) -> Result<Self, reqwest::Error> {
        let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).no_proxy();
        // Without https no certificate is needed, and a small image may have none.
        let client = if endpoint.starts_with("https:") { client } else { client.tls_certs_only([]) };
        Ok(Self { client: client.build()?, runtime, is_well: AtomicBool::new(true) })
    }

    /// Tells when traces begin to be lost, and when they are no longer.
    fn note(&self, outcome: Result<(), &(dyn std::error::Error + 'static)>) {
        let was_well = self.is_well.swap(outcome.is_ok(), Ordering::Relaxed);
        match outcome {
            Err(error) if was_well => {
                tracing::warn!(error, "traces are lost: their collector doesn't take them");
            }
            Ok(()) if !was_well => tracing::info!("traces are exported again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Courier {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (client, request) = (self.client.clone(), reqwest::Request::try_from(request)?);
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request).await?.error_for_status()?;
            Ok::<_, reqwest::Error>((answer.status(), answer.bytes().await?))
        });
        let (status, body) = match sent.await? {
            Ok(answer) => answer,
            Err(error) => {
                self.note(Err(&error));
                return Err(error.into());
            }
        };
        self.note(Ok(()));
        Ok(Response::builder().status(status).body(body)?)
    }
}
