//! Around every request: an id, a log line, the headers that every answer has, and a bound on what is read.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{
    app::App,
    error::Error,
    id::{KeyId, uuid_at},
    meter,
    trace::Request as Traced,
};

pub mod admin;
pub mod assets;
pub mod client;
pub mod encoding;
pub mod guard;
pub mod instance;
pub mod patience;
pub mod person;
pub mod ranges;
pub mod server;

/// The most that a request may carry. Our largest body is a setup link with a theme.
pub const LARGEST_BODY: usize = 64 * 1024;

/// The id of a request: in its log line, in the answer's `X-Request-Id`, and on the page or in the error that tells of trouble.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(uuid::Uuid);

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The API key that a request was let in by, for its log line: its id, never the key.
#[derive(Clone, Copy, Debug)]
pub struct CalledBy(pub KeyId);

/// Gives the request its id and its log line. The line has the route and never the address: the token is in it.
pub async fn trace(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let now = app.clock.now();
    let id = RequestId(uuid_at(now));
    request.extensions_mut().insert(id);
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let began = Instant::now();

    let traced = Traced::begin(id.0, now);
    let mut response = traced.around(next.run(request)).await;
    let status = response.status().as_u16();
    let took = began.elapsed();
    meter::answered(&route, method.as_str(), status, took);
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let key = response.extensions().get::<CalledBy>().map(|CalledBy(key)| tracing::field::display(key));
    let signup = traced.signup().map(tracing::field::display);
    match response.extensions().get::<Arc<Error>>() {
        Some(error) if error.is_internal() => {
            tracing::error!(request = %id, %method, route, status, ms, key, signup, %error, "request");
        }
        Some(error) => {
            tracing::info!(request = %id, %method, route, status, ms, key, signup, code = error.code(), "request");
        }
        None => tracing::info!(request = %id, %method, route, status, ms, key, signup, "request"),
    }
    let code = response.extensions().get::<Arc<Error>>().map(|error| error.code());
    traced.end(method.as_str(), &route, status, code);
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// A handler that panicked is an error like any other: logged, and shown by the face of its route.
#[allow(clippy::needless_pass_by_value, reason = "the layer hands it over so")]
pub fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let what = cause.downcast_ref::<&str>().map(ToString::to_string);
    let what = what.or_else(|| cause.downcast_ref::<String>().cloned()).unwrap_or_default();
    Error::Internal(format!("panicked: {what}")).into_response()
}

/// The headers that every answer has, and a policy for those that brought none of their own.
pub async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A link's token is in its path: no other site hears of it.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'"));
    // Answers hold tokens and names; what may be kept says so itself.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if app.public_url.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
    response
}
