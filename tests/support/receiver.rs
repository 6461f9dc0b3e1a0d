//! A platform's webhook endpoint: it writes down what comes and answers as a test says.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;

use super::{house::loopback, until};

/// How an endpoint answers.
#[derive(Clone, Debug)]
pub enum Manner {
    /// With this status.
    Status(u16),
    /// With this status and a header.
    With(u16, &'static str, String),
    /// Not at all.
    Hang,
}

/// An endpoint.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    memory: Arc<Memory>,
}

#[derive(Default)]
struct Memory {
    received: Mutex<Vec<Received>>,
    manners: Mutex<VecDeque<Manner>>,
    always: Mutex<Option<Manner>>,
    here: Mutex<HashSet<String>>,
    twice: Mutex<Vec<String>>,
}

/// A request that is being answered, until it is or its sender hangs up.
struct Visit {
    id: String,
    memory: Arc<Memory>,
}

impl Visit {
    fn begin(memory: Arc<Memory>, id: String) -> Self {
        if !memory.here.lock().expect("here").insert(id.clone()) {
            memory.twice.lock().expect("twice").push(id.clone());
        }
        Self { id, memory }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.memory.here.lock().expect("here").remove(&self.id);
    }
}

/// One request that came.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl Receiver {
    /// One that answers 200.
    pub async fn open() -> Self {
        let memory = Arc::new(Memory::default());
        let router = Router::new().fallback(receive).layer(DefaultBodyLimit::disable()).with_state(memory.clone());
        let listener = tokio::net::TcpListener::bind(loopback()).await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, memory }
    }

    /// The address of one that resets every connection as soon as a request comes.
    pub async fn resetting() -> String {
        let listener = tokio::net::TcpListener::bind(loopback()).await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.readable().await;
                // With nothing left to send, the system's last word is a reset.
                let _ = stream.set_zero_linger();
            }
        });
        url
    }

    /// Answers the next requests so, one after the other.
    pub fn next(&self, manners: impl IntoIterator<Item = Manner>) {
        self.memory.manners.lock().expect("manners").extend(manners);
    }

    /// Answers every request so.
    pub fn always(&self, manner: Manner) {
        *self.memory.always.lock().expect("manner") = Some(manner);
    }

    /// Ids that came a second time while the first was still being answered.
    pub fn twice_at_once(&self) -> Vec<String> {
        self.memory.twice.lock().expect("twice").clone()
    }

    /// The ids that came so far.
    pub fn ids(&self) -> HashSet<String> {
        self.received().iter().map(|request| request.header("x-idempotency-key").to_owned()).collect()
    }

    /// What came so far.
    pub fn received(&self) -> Vec<Received> {
        self.memory.received.lock().expect("received").clone()
    }

    /// Waits until so many requests have come.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        until(&format!("{count} requests at {}", self.url), || async {
            Some(self.received()).filter(|received| received.len() >= count)
        })
        .await
    }
}

async fn receive(State(memory): State<Arc<Memory>>, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).expect("UTF-8");
    let id = headers.get("x-idempotency-key").map_or("", |id| id.to_str().expect("text")).to_owned();
    let _visit = Visit::begin(memory.clone(), id);
    memory.received.lock().expect("received").push(Received { headers, body });
    let next = memory.manners.lock().expect("manners").pop_front();
    let manner = next.or_else(|| memory.always.lock().expect("manner").clone()).unwrap_or(Manner::Status(200));
    let status = |code: u16| StatusCode::from_u16(code).expect("a status");
    match manner {
        Manner::Status(code) => (status(code), "seen").into_response(),
        Manner::With(code, name, value) => (status(code), [(name, value)], "seen").into_response(),
        Manner::Hang => std::future::pending().await,
    }
}
