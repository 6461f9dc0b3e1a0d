//! A proxy in front of several processes, as an operator has one: each request goes to the next of them, whoever asks.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::net::TcpListener;

use super::house::loopback;

/// Listens for as long as the test runs.
pub struct Proxy {
    /// `http://localhost:PORT`.
    pub url: String,
}

struct Inner {
    client: Client<HttpConnector, Body>,
    backs: Vec<SocketAddr>,
    turn: AtomicUsize,
}

impl Proxy {
    /// A free address, to say to processes before there is anything behind it.
    pub async fn listener() -> (String, TcpListener) {
        let listener = TcpListener::bind(loopback()).await.expect("a free port");
        (format!("http://localhost:{}", listener.local_addr().expect("an address").port()), listener)
    }

    /// Spreads what comes there over what listens on these ports.
    pub fn open((url, listener): (String, TcpListener), ports: &[u16]) -> Self {
        let inner = Inner {
            client: Client::builder(TokioExecutor::new()).build_http(),
            backs: ports.iter().map(|&port| ([127, 0, 0, 1], port).into()).collect(),
            turn: AtomicUsize::new(0),
        };
        let router = Router::new().fallback(pass).with_state(Arc::new(inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url }
    }
}

/// As nginx does by itself: to the next process when one cannot be reached, and when one breaks off, if that may be asked twice.
async fn pass(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 1024 * 1024).await else { return StatusCode::BAD_REQUEST.into_response() };
    for _ in &inner.backs {
        let turn = inner.turn.fetch_add(1, Ordering::Relaxed) % inner.backs.len();
        match ask(&inner, inner.backs[turn], &parts, body.clone()).await {
            Ok(response) => return response,
            Err(Broken { was_sent: true }) if !matches!(parts.method, Method::GET | Method::HEAD) => break,
            Err(_) => {}
        }
    }
    StatusCode::BAD_GATEWAY.into_response()
}

struct Broken {
    was_sent: bool,
}

async fn ask(inner: &Inner, back: SocketAddr, parts: &Parts, body: Bytes) -> Result<Response, Broken> {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder().method(&parts.method).uri(format!("http://{back}{path}"));
    if let Some(headers) = request.headers_mut() {
        headers.clone_from(&parts.headers);
    }
    let request = request.body(Body::from(body)).expect("a request");
    let response = inner.client.request(request).await.map_err(|e: Error| Broken { was_sent: !e.is_connect() })?;
    let (parts, body) = response.into_parts();
    let is_stream = parts.headers.get(header::CONTENT_TYPE) == Some(&HeaderValue::from_static("text/event-stream"));
    if is_stream {
        return Ok(Response::from_parts(parts, Body::new(body)));
    }
    // Whole or not at all: an answer that breaks off in the middle is none.
    let body = to_bytes(Body::new(body), 16 * 1024 * 1024).await.map_err(|_| Broken { was_sent: true })?;
    Ok(Response::from_parts(parts, Body::from(body)))
}
