//! What Twilio answers: JSON, nothing, a recording, or an error in its shape.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};

use crate::sandbox::fault::Fault;

/// An answer, ready to go out.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) code: Option<i64>,
    body: Vec<u8>,
    kind: &'static str,
}

impl Answer {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self { status, code: None, body: body.to_string().into_bytes(), kind: "application/json;charset=utf-8" }
    }

    pub(super) fn nothing() -> Self {
        Self { status: 204, code: None, body: Vec::new(), kind: "application/json;charset=utf-8" }
    }

    pub(super) fn sound(body: Vec<u8>) -> Self {
        Self { status: 200, code: None, body, kind: "audio/mpeg" }
    }

    /// Twilio's documentation: `{"code", "message", "more_info", "status"}`.
    pub(super) fn error(status: u16, code: i64, message: &str) -> Self {
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        let body = json!({ "code": code, "message": message, "more_info": more_info, "status": status });
        Self { code: Some(code), ..Self::json(status, &body) }
    }

    pub(super) fn missing(path: &str) -> Self {
        Self::error(404, 20_404, &format!("The requested resource {path} was not found"))
    }

    /// What a fault puts in the answer's place; `None` for the faults that are no answer.
    pub(super) fn of_fault(fault: &Fault) -> Option<Self> {
        match fault {
            Fault::Graph { status, code, message, .. } => Some(Self::error(*status, *code, message)),
            Fault::Limited { .. } => Some(Self::error(429, 20_429, "Too Many Requests")),
            Fault::Html { status } => Some(Self {
                status: *status,
                code: None,
                body: b"<html><head><title>Bad Gateway</title></head></html>".to_vec(),
                kind: "text/html",
            }),
            Fault::CutBefore | Fault::CutAfter | Fault::Hang(_) | Fault::HangAfter(_) => None,
        }
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert("twilio-request-id", HeaderValue::from_static("RQ00000000000000000000000000000000"));
        response
    }
}
