//! A collector of traces: it takes what comes by OTLP over HTTP and writes it down.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, status::StatusCode},
};
use prost::Message as _;

use super::{house::loopback, output, until};

/// The collector.
pub struct Collector {
    pub url: String,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Default)]
struct Memory {
    spans: Vec<Seen>,
    headers: Vec<HeaderMap>,
    resource: HashMap<String, String>,
}

/// A span that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub trace: String,
    pub id: String,
    pub parent: String,
    pub name: String,
    pub attributes: HashMap<String, String>,
    /// The traces that it leads to.
    pub links: Vec<String>,
    pub failed: bool,
    pub nanoseconds: (u64, u64),
}

impl Seen {
    pub fn says(&self, key: &str) -> &str {
        self.attributes.get(key).map_or("", String::as_str)
    }
}

impl Collector {
    pub async fn open() -> Self {
        let memory = Arc::new(Mutex::new(Memory::default()));
        let router = Router::new().route("/v1/traces", post(take)).with_state(memory.clone());
        let listener = tokio::net::TcpListener::bind(loopback()).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, memory }
    }

    /// What came so far.
    pub fn spans(&self) -> Vec<Seen> {
        self.memory.lock().expect("memory").spans.clone()
    }

    /// The headers that batches came with.
    pub fn headers(&self) -> Vec<HeaderMap> {
        self.memory.lock().expect("memory").headers.clone()
    }

    /// Who sent the last batch.
    pub fn resource(&self, key: &str) -> String {
        self.memory.lock().expect("memory").resource.get(key).cloned().unwrap_or_default()
    }

    /// Waits for a span of that name; gives the first.
    pub async fn wait_for(&self, name: &str) -> Seen {
        until(&format!("a span {name}"), || async { self.spans().into_iter().find(|span| span.name == name) }).await
    }
}

async fn take(State(memory): State<Arc<Mutex<Memory>>>, headers: HeaderMap, body: Bytes) -> Bytes {
    let request = ExportTraceServiceRequest::decode(body).expect("what a collector reads");
    output::logged(&format!("{request:?}"));
    let mut memory = memory.lock().expect("memory");
    memory.headers.push(headers);
    for of_resource in request.resource_spans {
        memory.resource = pairs(of_resource.resource.map(|resource| resource.attributes).unwrap_or_default());
        let spans = of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        memory.spans.extend(spans.map(seen));
    }
    Bytes::new()
}

fn seen(span: Span) -> Seen {
    Seen {
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        name: span.name,
        attributes: pairs(span.attributes),
        links: span.links.iter().map(|link| hex(&link.trace_id)).collect(),
        failed: span.status.is_some_and(|status| status.code() == StatusCode::Error),
        nanoseconds: (span.start_time_unix_nano, span.end_time_unix_nano),
    }
}

fn pairs(attributes: Vec<KeyValue>) -> HashMap<String, String> {
    let text = |value: Option<Value>| match value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    attributes.into_iter().map(|pair| (pair.key, text(pair.value.and_then(|value| value.value)))).collect()
}

fn hex(bytes: &[u8]) -> String {
    setuplinks::seal::hex(bytes)
}
