//! A Graph request, taken apart.

use axum::http::{HeaderMap, Method, Uri, header};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::answer::Problem;

/// What a path points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Exchange,
    DebugToken,
    Me,
    Node(String),
    Edge(String, String),
    /// Nothing, or in another version; the part that Graph would quote.
    Unknown(String),
}

/// A request to the Graph API.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) target: Target,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Value,
    pub(super) token: Option<String>,
    /// The query and the body in one, as Graph sees them.
    parameters: Map<String, Value>,
}

impl Ask {
    pub(super) fn read(version: &str, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Self {
        let query = pairs(uri.query().unwrap_or_default().as_bytes());
        let body = read_body(headers, body);
        let mut parameters: Map<_, _> =
            query.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
        if let Value::Object(fields) = &body {
            parameters.extend(fields.clone());
        }
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth")).then(|| token.to_owned())
        });
        let token = bearer.or_else(|| parameters.get("access_token")?.as_str().map(str::to_owned));
        Self {
            method: method.as_str().to_owned(),
            path: uri.path().to_owned(),
            target: target(version, uri.path()),
            query,
            body,
            token,
            parameters,
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.parameters.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// A parameter that must be there, as text.
    pub(super) fn need(&self, name: &str) -> Result<&str, Problem> {
        match self.value(name) {
            None | Some(Value::Null) => Err(Problem::missing(name)),
            Some(Value::String(text)) if text.is_empty() => Err(Problem::missing(name)),
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Problem::new(100, &format!("Param {name} must be a string."))),
        }
    }

    /// Every POST to WhatsApp's edges names the product.
    pub(super) fn need_whatsapp(&self) -> Result<(), Problem> {
        match self.need("messaging_product")? {
            "whatsapp" => Ok(()),
            _ => Err(Problem::new(100, "Param messaging_product must be one of {whatsapp}")),
        }
    }

    /// Meta's documentation: a PIN is a string of six digits.
    pub(super) fn need_pin(&self) -> Result<&str, Problem> {
        let pin = self.need("pin")?;
        if pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(pin);
        }
        Err(Problem::new(100, "Invalid parameter").subcode(2_388_092).details("Invalid PIN format"))
    }

    pub(super) fn is_post(&self) -> bool {
        self.method == "POST"
    }

    pub(super) fn is_get(&self) -> bool {
        self.method == "GET"
    }
}

pub(super) fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

/// JSON when it says so, else a form; what is neither stays a string.
fn read_body(headers: &HeaderMap, body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let as_text = || Value::String(String::from_utf8_lossy(body).into_owned());
    match kind.as_str() {
        "application/json" => serde_json::from_slice(body).unwrap_or_else(|_| as_text()),
        "application/x-www-form-urlencoded" => {
            Value::Object(pairs(body).into_iter().map(|(name, value)| (name, Value::String(value))).collect())
        }
        _ => as_text(),
    }
}

fn target(version: &str, path: &str) -> Target {
    let unknown = || Target::Unknown(path.to_owned());
    let mut parts = path.trim_start_matches('/').split('/');
    if parts.next() != Some(version) {
        return unknown();
    }
    let parts: Vec<&str> = parts.collect();
    match parts.as_slice() {
        ["oauth", "access_token"] => Target::Exchange,
        ["debug_token"] => Target::DebugToken,
        ["me"] => Target::Me,
        [id] if !id.is_empty() => Target::Node((*id).to_owned()),
        [id, edge] if !id.is_empty() && !edge.is_empty() => Target::Edge((*id).to_owned(), (*edge).to_owned()),
        _ => unknown(),
    }
}
