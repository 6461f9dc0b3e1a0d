//! The Platform API: what a platform's software calls, field by field as its published contract has it.

use std::sync::Arc;

use axum::{
    Json,
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use crate::{error::Error, web::RequestId};

pub mod customers;
pub mod deliveries;
pub mod fields;
pub mod key;
pub mod paging;
pub mod phone_numbers;
pub mod setup_links;
pub mod webhooks;

/// One thing in its envelope.
#[allow(clippy::needless_pass_by_value, reason = "callers make it for this")]
fn data(value: Value) -> Json<Value> {
    Json(json!({"data": value}))
}

/// An address that no call has.
pub async fn nothing_here() -> Error {
    Error::NotFound("such address")
}

/// The API face of an error: one sentence under `error`, with `code`, the fields, and the request's id beside it.
pub async fn faces(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(ToString::to_string);
    let response = next.run(request).await;
    let error = response.extensions().get::<Arc<Error>>().cloned();
    let (sentence, code) = match (&error, response.status()) {
        (Some(error), _) if error.is_internal() => ("something went wrong on our side".to_owned(), error.code()),
        (Some(error), _) => (error.to_string(), error.code()),
        (None, StatusCode::NOT_FOUND) => ("there is nothing at this address".to_owned(), "not_found"),
        (None, StatusCode::METHOD_NOT_ALLOWED) => {
            ("this address does not take that method".to_owned(), "method_not_allowed")
        }
        (None, StatusCode::PAYLOAD_TOO_LARGE) => ("the body is too large".to_owned(), "too_large"),
        (None, status) if status.is_client_error() || status.is_server_error() => {
            ("the request could not be read".to_owned(), "bad_request")
        }
        (None, _) => return response,
    };
    let mut body = json!({"error": sentence, "code": code, "request_id": id});
    if let Some(Error::Invalid(fields)) = error.as_deref() {
        body["errors"] = json!(fields);
    }
    let (parts, _) = response.into_parts();
    let mut shown = (parts.status, Json(body)).into_response();
    if let Some(allow) = parts.headers.get("allow") {
        shown.headers_mut().insert("allow", allow.clone());
    }
    if let Some(error) = error {
        shown.extensions_mut().insert(error);
    }
    shown
}
