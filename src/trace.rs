//! Traces: what was done on the way of one signup, one delivery, one bought number, and how long each part took.
//!
//! A trace has the id of what it is about. A signup's trace is found by the id in its log lines, without the hyphens, and
//! a request's by its `X-Request-Id`. So every process that touches a signup writes to the one trace of it, without a word
//! between them and without a column for it. Without [`collector::install`] nothing is made.
//!
//! A span carries what is named where it is made and nothing else: no log line, no address, no word of a customer's.

use std::{
    borrow::Cow,
    future::Future,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use opentelemetry::{
    Context, KeyValue, Value,
    trace::{
        Link, Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceId,
        TraceState, Tracer as _,
    },
};
use opentelemetry_sdk::trace::{SdkTracer, Span as SdkSpan};
use uuid::Uuid;

use crate::{
    clock::{Timestamp, random},
    id::{DeliveryId, ProvisionedId, ReleaseId, SignupId},
};

pub mod collector;

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

tokio::task_local! {
    static HERE: Arc<Here>;
    static ABOUT: Arc<OnceLock<SignupId>>;
}

/// The span that runs, for those that begin below it.
struct Here {
    span: SpanId,
    own: TraceId,
    /// A request learns on its way which signup it is about; from the first span below it on, that is settled.
    trace: OnceLock<TraceId>,
}

impl Here {
    fn trace(&self) -> TraceId {
        *self.trace.get_or_init(|| self.own)
    }
}

/// What has a trace of its own, in whichever process its parts are done.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    /// From the button to the connected number.
    Signup(SignupId),
    /// Every try of one event to one webhook.
    Delivery(DeliveryId),
    /// What Meta is told of a number that went.
    Release(ReleaseId),
    /// From the search for a number to its return.
    Provisioned(ProvisionedId),
}

impl Of {
    fn trace(self) -> TraceId {
        let (Self::Signup(SignupId(id))
        | Self::Delivery(DeliveryId(id))
        | Self::Release(ReleaseId(id))
        | Self::Provisioned(ProvisionedId(id))) = self;
        TraceId::from(id.as_u128())
    }

    /// The span that stands for the whole, where one is made: a bought number lives too long for that.
    fn root(self) -> Option<SpanId> {
        matches!(self, Self::Signup(_) | Self::Delivery(_)).then(|| root(self.trace()))
    }
}

/// A whole's span is known by every process from the trace's id; the second half of a UUID is never zero.
fn root(trace: TraceId) -> SpanId {
    #[allow(clippy::cast_possible_truncation, reason = "half of it is what is meant")]
    SpanId::from(u128::from_be_bytes(trace.to_bytes()) as u64)
}

fn new_span_id() -> SpanId {
    SpanId::from_bytes(random())
}

fn context(trace: TraceId, span: SpanId, is_remote: bool) -> SpanContext {
    SpanContext::new(trace, span, TraceFlags::SAMPLED, is_remote, TraceState::NONE)
}

fn moment(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap_or(0))
}

/// Begins a span with these ids below that parent; `None` where nothing is kept.
fn start(builder: SpanBuilder, (trace, span): (TraceId, SpanId), parent: Option<SpanContext>) -> Option<SdkSpan> {
    let tracer = TRACER.get()?;
    let above = parent.map_or_else(Context::new, |parent| Context::new().with_remote_span_context(parent));
    Some(collector::with_ids(trace, span, || tracer.build_with_context(builder, &above)))
}

/// A span that runs until it is dropped.
pub struct Span(Option<(SdkSpan, Arc<Here>)>);

impl Span {
    fn begin(name: Cow<'static, str>, kind: SpanKind, trace: TraceId, parent: Option<SpanContext>) -> Self {
        let span = new_span_id();
        let builder = SpanBuilder::from_name(name).with_kind(kind);
        let here = || Arc::new(Here { span, own: trace, trace: OnceLock::from(trace) });
        Self(start(builder, (trace, span), parent).map(|running| (running, here())))
    }

    /// Below the span that runs, or in a trace of its own.
    fn below(name: Cow<'static, str>, kind: SpanKind) -> Self {
        if TRACER.get().is_none() {
            return Self(None);
        }
        match HERE.try_with(|here| context(here.trace(), here.span, false)) {
            Ok(parent) => Self::begin(name, kind, parent.trace_id(), Some(parent)),
            Err(_) => Self::begin(name, kind, TraceId::from_bytes(random()), None),
        }
    }

    /// Says something of it. Never a token, a code, a key, a phone number, or an address that may hold one.
    pub fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        if let Some((running, _)) = &mut self.0 {
            running.set_attribute(KeyValue::new(key, value));
        }
    }

    /// Says that it came to nothing, and the kind of trouble.
    pub fn fail(&mut self, why: impl Into<Cow<'static, str>>) {
        if let Some((running, _)) = &mut self.0 {
            running.set_attribute(KeyValue::new("error.type", why.into()));
            running.set_status(Status::error(""));
        }
    }

    /// Does some work within it.
    pub async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        // Steps are large, and would stand here twice.
        let work = Box::pin(work);
        match &self.0 {
            Some((_, here)) => HERE.scope(here.clone(), work).await,
            None => work.await,
        }
    }
}

/// A part of what has a trace of its own.
#[must_use]
pub fn part(of: Of, name: &'static str) -> Span {
    let trace = of.trace();
    Span::begin(Cow::Borrowed(name), SpanKind::Internal, trace, of.root().map(|root| context(trace, root, true)))
}

/// A call to somebody else's service, named without ids and secrets.
#[must_use]
pub fn call(service: &'static str, name: &str) -> Span {
    if TRACER.get().is_none() {
        return Span(None);
    }
    let mut span = Span::below(Cow::Owned(name.to_owned()), SpanKind::Client);
    span.set("peer.service", service);
    if let Some((method, path)) = name.split_once(' ') {
        span.set("http.request.method", method.to_owned());
        span.set("url.template", path.to_owned());
    }
    span
}

/// An event was written, for those deliveries: each goes on in its own trace, which this one leads to.
pub fn told(event: &'static str, deliveries: &[DeliveryId]) {
    let Ok((trace, parent)) = HERE.try_with(|here| (here.trace(), context(here.trace(), here.span, false))) else {
        return;
    };
    let lead = |id: &DeliveryId| {
        let of = Of::Delivery(*id).trace();
        Link::with_context(context(of, root(of), true))
    };
    let builder = SpanBuilder::from_name(format!("tell {event}"))
        .with_kind(SpanKind::Producer)
        .with_links(deliveries.iter().map(lead).collect());
    // Ends as it begins: the commit that makes it true is the surrounding span's.
    drop(start(builder, (trace, new_span_id()), Some(parent)));
}

/// The span of a whole, from its beginning to now: the one that its parts are below.
#[must_use]
pub fn whole(of: Of, name: &'static str, began: Timestamp) -> Span {
    let (trace, span) = (of.trace(), root(of.trace()));
    let builder = SpanBuilder::from_name(name).with_kind(SpanKind::Internal).with_start_time(moment(began));
    let here = || Arc::new(Here { span, own: trace, trace: OnceLock::from(trace) });
    Span(start(builder, (trace, span), None).map(|running| (running, here())))
}

/// The request that is answered here is a part of that signup.
pub fn belongs_to(signup: SignupId) {
    let _ = ABOUT.try_with(|about| about.set(signup));
    // One that has called or told something already stays where that is.
    let _ = HERE.try_with(|here| here.trace.set(Of::Signup(signup).trace()));
}

/// A request on its way. Its span is made when it is answered, since only then is known whose trace it is in.
pub struct Request {
    traced: Option<(Arc<Here>, Timestamp)>,
    about: Arc<OnceLock<SignupId>>,
}

impl Request {
    /// A request with that id has come.
    #[must_use]
    pub fn begin(id: Uuid, now: Timestamp) -> Self {
        let here = |_| {
            let here = Here { span: new_span_id(), own: TraceId::from(id.as_u128()), trace: OnceLock::new() };
            (Arc::new(here), now)
        };
        Self { traced: TRACER.get().map(here), about: Arc::default() }
    }

    /// Answers it.
    pub async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        let work = ABOUT.scope(self.about.clone(), work);
        match &self.traced {
            Some((here, _)) => HERE.scope(here.clone(), work).await,
            None => work.await,
        }
    }

    /// The signup that it belongs to, as far as is known by now.
    #[must_use]
    pub fn signup(&self) -> Option<SignupId> {
        self.about.get().copied()
    }

    /// It was answered. The route is the pattern of the path, never the path.
    pub fn end(self, method: &str, route: &str, status: u16, error: Option<&'static str>) {
        let Some((here, began)) = self.traced else { return };
        let trace = here.trace();
        let parent = (trace != here.own).then(|| context(trace, root(trace), true));
        let mut attributes = vec![
            KeyValue::new("http.request.method", method.to_owned()),
            KeyValue::new("http.route", route.to_owned()),
            KeyValue::new("http.response.status_code", i64::from(status)),
            KeyValue::new("setuplinks.request.id", Uuid::from_bytes(here.own.to_bytes()).to_string()),
        ];
        attributes.extend(error.map(|code| KeyValue::new("error.type", code)));
        let builder = SpanBuilder::from_name(format!("{method} {route}"))
            .with_kind(SpanKind::Server)
            .with_start_time(moment(began))
            .with_attributes(attributes);
        if let Some(mut span) = start(builder, (trace, here.span), parent)
            && status >= 500
        {
            span.set_status(Status::error(""));
        }
    }
}
