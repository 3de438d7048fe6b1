//! Somebody who takes in traces, as OTLP in protobuf by HTTP.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
};
use prost::Message;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A span as the collector got it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub service: String,
    pub name: String,
    pub kind: i32,
    pub trace: String,
    pub id: String,
    pub parent: String,
    pub attributes: HashMap<String, String>,
}

#[derive(Clone, Default)]
pub struct Taken {
    spans: Arc<Mutex<Vec<Seen>>>,
    /// What each request said before its body.
    heads: Arc<Mutex<Vec<String>>>,
}

pub struct Collector {
    pub address: String,
    taken: Taken,
    taking: JoinHandle<()>,
}

impl Collector {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let taken = Taken::default();
        let here = taken.clone();
        let taking = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let here = here.clone();
                tokio::spawn(async move { here.take_from(stream).await });
            }
        });
        Self { address, taken, taking }
    }

    /// All that came.
    pub fn spans(&self) -> Vec<Seen> {
        self.taken.spans.lock().unwrap().clone()
    }

    /// What requests said before their bodies.
    pub fn heads(&self) -> Vec<String> {
        self.taken.heads.lock().unwrap().clone()
    }

    /// Those of that trace.
    pub fn of_trace(&self, trace: &str) -> Vec<Seen> {
        self.spans().into_iter().filter(|span| span.trace == trace).collect()
    }

    /// The only span of that name for which `condition` holds.
    pub fn the(&self, name: &str, condition: impl Fn(&Seen) -> bool) -> Seen {
        let named: Vec<_> =
            self.spans().into_iter().filter(|span| span.name == name && condition(span)).collect();
        assert_eq!(named.len(), 1, "{name}: {:#?}", self.spans());
        named.into_iter().next().unwrap()
    }

    /// The only child of `parent` with that name.
    pub fn child(&self, parent: &Seen, name: &str) -> Seen {
        let child = self.the(name, |span| span.parent == parent.id);
        assert_eq!(child.trace, parent.trace);
        child
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.taking.abort();
    }
}

impl Taken {
    /// Answers requests until nobody sends any.
    async fn take_from(&self, stream: TcpStream) -> Option<()> {
        let (reader, mut writer) = stream.into_split();
        let mut reader = BufReader::new(reader);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if reader.read_line(&mut head).await.ok()? == 0 {
                    return None;
                }
            }
            let lower = head.to_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length: "))?;
            let mut body = vec![0; length.trim().parse().ok()?];
            reader.read_exact(&mut body).await.ok()?;
            let request = ExportTraceServiceRequest::decode(&body[..]).unwrap();
            self.heads.lock().unwrap().push(lower);
            self.spans.lock().unwrap().extend(spans(request));
            writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.ok()?;
        }
    }
}

fn spans(request: ExportTraceServiceRequest) -> Vec<Seen> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let mut all = Vec::new();
    for of_resource in request.resource_spans {
        let resource = attributes(of_resource.resource.unwrap().attributes);
        for span in of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            all.push(Seen {
                service: resource["service.name"].clone(),
                name: span.name,
                kind: span.kind,
                trace: hex(&span.trace_id),
                id: hex(&span.span_id),
                parent: hex(&span.parent_span_id),
                attributes: attributes(span.attributes),
            });
        }
    }
    all
}

fn attributes(given: Vec<KeyValue>) -> HashMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    given.into_iter().map(|pair| (pair.key, text(pair.value))).collect()
}
