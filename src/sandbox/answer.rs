//! What a Graph call answers: JSON, or an error in Meta's shape.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::fault::Fault;
use crate::clock::random;

/// A Graph error. Meta's documentation: `error{message,type,code,error_subcode,fbtrace_id}`, sometimes with
/// `is_transient`, and for WhatsApp `error_data{messaging_product,details}`.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) status: u16,
    pub(super) code: i64,
    subcode: Option<i64>,
    message: String,
    kind: &'static str,
    transient: bool,
    details: Option<String>,
}

impl Problem {
    /// HTTP 400 with the message as it is.
    pub(super) fn plain(code: i64, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code,
            subcode: None,
            message: message.into(),
            kind: "OAuthException",
            transient: false,
            details: None,
        }
    }

    /// HTTP 400 with the code before the message, as most are.
    pub(super) fn new(code: i64, message: &str) -> Self {
        Self::plain(code, format!("(#{code}) {message}"))
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::new(100, &format!("The parameter {parameter} is required."))
    }

    /// What Graph says of an object that is not there, or not for this token, or cannot do this.
    pub(super) fn unsupported(method: &str, id: &str) -> Self {
        let method = method.to_lowercase();
        let text = format!(
            "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation. Please read the Graph API documentation at \
             https://developers.facebook.com/docs/graph-api"
        );
        Self { kind: "GraphMethodException", ..Self::plain(100, text).subcode(33) }
    }

    pub(super) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) fn subcode(self, subcode: i64) -> Self {
        Self { subcode: Some(subcode), ..self }
    }

    pub(super) fn details(self, details: impl Into<String>) -> Self {
        Self { details: Some(details.into()), ..self }
    }

    fn json(&self) -> Value {
        let mut error = json!({ "message": self.message, "type": self.kind, "code": self.code });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = subcode.into();
        }
        if self.transient {
            error["is_transient"] = true.into();
        }
        if let Some(details) = &self.details {
            error["error_data"] = json!({ "messaging_product": "whatsapp", "details": details });
        }
        error["fbtrace_id"] = format!("A{}", BASE64_URL_SAFE_NO_PAD.encode(random::<16>())).into();
        json!({ "error": error })
    }
}

/// An answer, ready to go out.
pub(super) struct Answer {
    pub(super) status: u16,
    body: String,
    kind: &'static str,
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    fn json(status: u16, body: &Value) -> Self {
        Self { status, body: body.to_string(), kind: "application/json; charset=UTF-8", headers: Vec::new() }
    }

    /// What a fault puts in the answer's place; `None` for the faults that are no answer.
    pub(super) fn of_fault(fault: &Fault, business: &str) -> Option<Self> {
        match fault {
            Fault::Graph { status, code, subcode, message, transient, details } => Some(
                Problem {
                    status: *status,
                    subcode: *subcode,
                    transient: *transient,
                    details: details.clone(),
                    ..Problem::plain(*code, message)
                }
                .into(),
            ),
            Fault::Limited { status, code, minutes } => {
                let problem = if *code == 4 {
                    Problem::new(4, "Application request limit reached")
                } else {
                    Problem::new(*code, "There have been too many calls to this WhatsApp Business account.")
                };
                let mut answer = Self::from(problem.status(*status));
                let usage = json!({ "call_count": 100, "total_cputime": 25, "total_time": 25 });
                if *code == 4 {
                    answer.headers.push(("x-app-usage", usage.to_string()));
                } else {
                    let mut usage = usage;
                    usage["type"] = "whatsapp_business_management".into();
                    usage["estimated_time_to_regain_access"] = (*minutes).into();
                    answer.headers.push(("x-business-use-case-usage", json!({ business: [usage] }).to_string()));
                }
                Some(answer)
            }
            Fault::Html { status } => Some(Self {
                status: *status,
                body:
                    "<!DOCTYPE html><html lang=\"en\"><title>Error</title><body><h1>Sorry, something went wrong.</h1>\
                       <p>We're working on getting this fixed as soon as we can.</p></body></html>"
                        .to_owned(),
                kind: "text/html; charset=utf-8",
                headers: Vec::new(),
            }),
            Fault::CutBefore | Fault::CutAfter | Fault::Hang(_) | Fault::HangAfter(_) => None,
        }
    }

    pub(super) fn into_response(self, version: &str) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache, no-store, must-revalidate"));
        if let Ok(version) = HeaderValue::from_str(version) {
            headers.insert("facebook-api-version", version);
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let mut answer = Self::json(problem.status, &problem.json());
        if matches!(problem.code, 1 | 100 | 101 | 102 | 190 | 191) {
            let reason = if problem.code == 190 { "invalid_token" } else { "invalid_code" };
            // A message may quote what came in, and a header must stay one line of ASCII.
            let said: String = problem.message.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
            let value = format!("OAuth \"Facebook Platform\" \"{reason}\" \"{}\"", said.replace(['"', '\\'], "'"));
            answer.headers.push(("www-authenticate", value));
        }
        answer
    }
}

impl From<Result<Value, Problem>> for Answer {
    fn from(result: Result<Value, Problem>) -> Self {
        match result {
            Ok(value) => Self::json(200, &value),
            Err(problem) => problem.into(),
        }
    }
}

/// Meta's documentation: `appsecret_proof` is `hex(HMAC_SHA256(key = app_secret, message = access_token))`.
pub(super) fn proof(app_secret: &str, token: &str) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, app_secret.as_bytes());
    hex(aws_lc_rs::hmac::sign(&key, token.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}
