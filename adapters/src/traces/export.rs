use std::{collections::HashMap, time::Duration};

use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider},
};
use tokio::runtime::Handle;

use super::courier::Courier;

/// How many spans wait to be exported. More are dropped; nobody waits.
const WAITING: usize = 2048;

/// How many are exported at once.
const TOGETHER: usize = 512;

/// How long a span waits at most for others to go with.
const DELAY: Duration = Duration::from_secs(1);

/// How long whoever stops waits for what is left to be exported.
const LAST: Duration = Duration::from_secs(2);

/// Which traces are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampling {
    /// This share of them, from 0 to 1; whoever has begun one says whether it is made.
    OfOurs(f64),
    /// This share of all, whatever others say.
    OfAll(f64),
}

impl From<Sampling> for Sampler {
    fn from(sampling: Sampling) -> Self {
        let share = |share: f64| if share >= 1.0 { Self::AlwaysOn } else { Self::TraceIdRatioBased(share) };
        match sampling {
            Sampling::OfOurs(ours) => Self::ParentBased(Box::new(share(ours))),
            Sampling::OfAll(all) => share(all),
        }
    }
}

/// Where traces go, and what they say of this process.
#[derive(Clone)]
pub struct Destination {
    /// Where a collector takes OTLP, protobuf by HTTP: `http://127.0.0.1:4318/v1/traces`.
    pub endpoint: String,
    /// What else it is told in each request, such as who we are.
    pub headers: HashMap<String, String>,
    /// The name of this program.
    pub service: String,
    /// What else there is to say of this process.
    pub resource: Vec<(String, String)>,
    /// Which traces are made.
    pub sampling: Sampling,
}

/// Traces on their way out, for as long as this process lives.
pub struct Exporting(SdkTracerProvider);

impl Exporting {
    /// Has whatever begins from now on exported to `there`, in the background. While nobody takes it, it is dropped.
    ///
    /// # Errors
    /// If the address or a header makes no sense, or if this machine has no certificates for https.
    pub fn start(
        there: Destination,
        runtime: Handle,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let courier = Courier::new(&there.endpoint, runtime)?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(there.endpoint)
            .with_headers(there.headers)
            .with_http_client(courier)
            .build()?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(WAITING)
            .with_max_export_batch_size(TOGETHER)
            .with_scheduled_delay(DELAY);
        let said = there.resource.into_iter().map(|(key, value)| KeyValue::new(key, value));
        // Not the one that reads the environment.
        let resource = Resource::builder_empty()
            .with_attributes([
                KeyValue::new("telemetry.sdk.name", "opentelemetry"),
                KeyValue::new("telemetry.sdk.language", "rust"),
            ])
            .with_attributes(said)
            .with_service_name(there.service);
        let provider = SdkTracerProvider::builder()
            .with_span_processor(
                BatchSpanProcessor::builder(exporter).with_batch_config(batches.build()).build(),
            )
            .with_sampler(Sampler::from(there.sampling))
            .with_resource(resource.build())
            .build();
        global::set_tracer_provider(provider.clone());
        Ok(Self(provider))
    }

    /// Exports what is left, if that doesn't take long. Blocks the thread meanwhile.
    pub fn stop(self) {
        // What couldn't be exported has been told by then.
        let _ = self.0.shutdown_with_timeout(LAST);
    }
}
