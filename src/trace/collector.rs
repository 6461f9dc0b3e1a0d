//! Where traces go: by OTLP to the operator's collector, in batches, by a thread that nobody waits for.
//!
//! A collector that is away costs spans and nothing else: what does not fit into the queue is dropped.

use std::{cell::Cell, sync::Arc, time::Duration};

use async_trait::async_trait;
use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanId, SpanKind, TraceId, TracerProvider as _},
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{Config, IdGenerator, SamplingResult, SdkTracerProvider, ShouldSample},
};
use tokio::runtime::Handle;

use super::TRACER;
use crate::{
    error::{Error, Result},
    lasting::Lasting,
};

/// How long one try may take; `OTEL_EXPORTER_OTLP_TIMEOUT` bounds those of a batch together.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long the last spans may take when the house closes.
const LAST_WORD: Duration = Duration::from_secs(2);
/// The most that a collector has to say.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Traces on their way to a collector.
pub struct Collector(SdkTracerProvider);

/// Begins to make spans and to send them to `endpoint`, or to where `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` says.
///
/// # Errors
/// When they are made already, or the endpoint is no address.
pub fn install(endpoint: Option<&str>) -> Result<Collector> {
    let unusable = |e: &dyn std::fmt::Display| Error::Internal(format!("traces cannot be sent: {e}"));
    let mut exporter = SpanExporter::builder().with_http().with_http_client(Post::new()?);
    if let Some(endpoint) = endpoint {
        exporter = exporter.with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')));
    }
    let exporter = exporter.build().map_err(|e| unusable(&e))?;
    let provider = SdkTracerProvider::builder()
        .with_sampler(ByTrace(Config::default().sampler))
        .with_id_generator(Given)
        .with_resource(resource())
        .with_batch_exporter(exporter)
        .build();
    match TRACER.set(provider.tracer("setuplinks")) {
        Ok(()) => Ok(Collector(provider)),
        Err(_) => Err(unusable(&"they are sent already")),
    }
}

impl Collector {
    /// Sends what is left, if the collector takes it soon.
    pub async fn close(self) {
        let closed = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(LAST_WORD)).await;
        if !matches!(closed, Ok(Ok(()))) {
            tracing::warn!("the last traces did not reach the collector");
        }
    }
}

/// Who we are, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` say otherwise.
fn resource() -> Resource {
    let said = Resource::builder().build();
    let is_named = said.get(&"service.name".into()).is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    let name = (!is_named).then(|| KeyValue::new("service.name", "setuplinks"));
    let has_version = said.get(&"service.version".into()).is_some();
    let version = (!has_version).then(|| KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    Resource::builder().with_attributes(name.into_iter().chain(version)).build()
}

thread_local! {
    static NEXT: Cell<(TraceId, SpanId)> = const { Cell::new((TraceId::INVALID, SpanId::INVALID)) };
}

/// Makes a span with these ids.
pub(super) fn with_ids<T>(trace: TraceId, span: SpanId, make: impl FnOnce() -> T) -> T {
    NEXT.set((trace, span));
    make()
}

/// Ids are given: that of a trace is its signup's, that of a whole's span follows from it.
#[derive(Debug)]
struct Given;

impl IdGenerator for Given {
    fn new_trace_id(&self) -> TraceId {
        NEXT.get().0
    }

    fn new_span_id(&self) -> SpanId {
        NEXT.get().1
    }
}

/// Decides by the trace's id alone and never by a parent, so that all processes decide alike on a signup. The SDK's own
/// samplers look at the first bits of the id's second half, two of which are fixed in a UUID: they are shifted out.
#[derive(Clone, Debug)]
struct ByTrace(Box<dyn ShouldSample>);

impl ShouldSample for ByTrace {
    fn should_sample(
        &self,
        _parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let random = TraceId::from(u128::from_be_bytes(trace.to_bytes()) << 2);
        self.0.should_sample(None, random, name, kind, attributes, links)
    }
}

/// Posts a batch. The exporter's thread has no runtime, so the house's does it.
#[derive(Clone, Debug)]
struct Post {
    http: reqwest::Client,
    house: Handle,
    sending: Arc<Lasting>,
}

impl Post {
    fn new() -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("setuplinks/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| Error::Internal(format!("no HTTP client: {e}")))?;
        let sending = Lasting::minor("the collector does not take traces", "the collector takes traces again");
        Ok(Self { http, house: Handle::current(), sending: Arc::new(sending) })
    }
}

#[async_trait]
impl HttpClient for Post {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self.house.spawn(async move { send(&http, request).await }).await?;
        self.sending.note(match &sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("status {}", answer.status().as_u16())),
            // The address may hold credentials: the kind of trouble is enough.
            Err(e) if e.is_timeout() => Err("timed out".to_owned()),
            Err(e) if e.is_connect() => Err("not connected".to_owned()),
            Err(_) => Err("cut".to_owned()),
        });
        Ok(sent?)
    }
}

async fn send(http: &reqwest::Client, request: Request<Bytes>) -> reqwest::Result<Response<Bytes>> {
    let mut answer = http.execute(request.try_into()?).await?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await?
        && body.len() + chunk.len() <= LONGEST_ANSWER
    {
        body.extend_from_slice(&chunk);
    }
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = answer.status();
    std::mem::swap(response.headers_mut(), answer.headers_mut());
    Ok(response)
}

#[cfg(test)]
mod tests {
    use opentelemetry_sdk::trace::{Sampler, SamplingDecision};

    use super::*;
    use crate::{clock::Timestamp, id::SignupId};

    /// How many of a thousand signups are kept.
    fn kept(sampler: Sampler) -> usize {
        let sampler = ByTrace(Box::new(sampler));
        let ids = (0..1000).map(|at| TraceId::from(SignupId::new(Timestamp(1_790_000_000_000 + at)).0.as_u128()));
        ids.filter(|&id| {
            sampler.should_sample(None, id, "signup", &SpanKind::Internal, &[], &[]).decision
                == SamplingDecision::RecordAndSample
        })
        .count()
    }

    #[test]
    fn a_share_of_the_signups_is_a_share() {
        let ratio = |share| Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share)));
        assert_eq!((kept(Sampler::AlwaysOn), kept(ratio(0.0))), (1000, 0));
        for share in [0.1, 0.5, 0.9] {
            let kept = kept(ratio(share));
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of a thousand")]
            let expected = (share * 1000.0) as usize;
            assert!(kept.abs_diff(expected) < 80, "{share}: {kept}");
        }
    }
}
