//! The Platform API: what a platform's software calls, field by field as its published contract has it.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::wire::Failure;
use crate::{
    app::App,
    error::Error,
    web::{self, RequestId},
};

pub mod api_keys;
pub mod branding;
pub mod customers;
pub mod deliveries;
pub mod document;
pub mod etag;
pub mod fields;
pub mod idempotency;
pub mod key;
pub mod limit;
pub mod paging;
pub mod phone_numbers;
pub mod project;
pub mod provisioned_phone_numbers;
pub mod reference;
pub mod setup_links;
pub mod timeline;
pub mod twilio;
pub mod webhooks;
pub mod wire;

/// What every call's path begins with.
pub const BASE: &str = "/platform/v1";

/// Every call, with its description: one that has none cannot stand here. Paths and methods are beside the handlers.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(document::frame())
        .routes(routes!(project::get, project::update))
        .routes(routes!(project::rotate))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(customers::list, customers::create))
        .routes(routes!(customers::get, customers::update, customers::delete))
        .routes(routes!(customers::records::export))
        .routes(routes!(customers::records::erase))
        .routes(routes!(setup_links::list, setup_links::create))
        .routes(routes!(setup_links::get, setup_links::update))
        .routes(routes!(timeline::list))
        .routes(routes!(phone_numbers::list))
        .routes(routes!(phone_numbers::get, phone_numbers::change::update, phone_numbers::delete))
        .routes(routes!(phone_numbers::change::connect))
        .routes(routes!(phone_numbers::health::get))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::get, webhooks::update, webhooks::delete))
        .routes(routes!(webhooks::test))
        .routes(routes!(webhooks::secret::rotate))
        .routes(routes!(webhooks::of_number::list, webhooks::of_number::create))
        .routes(routes!(webhooks::secret::rotate_of_number))
        .routes(routes!(webhooks::of_number::test))
        .routes(routes!(webhooks::of_number::get, webhooks::of_number::update, webhooks::of_number::delete))
        .routes(routes!(provisioned_phone_numbers::list))
        .routes(routes!(provisioned_phone_numbers::get, provisioned_phone_numbers::release))
        .routes(routes!(twilio::get, twilio::put, twilio::delete))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::redeliver))
}

/// An address that no call has.
pub async fn nothing_here() -> Error {
    Error::NotFound("such address")
}

/// The API face of an error: one sentence under `error`, with `code`, the fields, and the request's id beside it.
pub async fn faces(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().copied();
    face(next.run(request).await, id)
}

/// Takes a call's body in, and bounds its answer. Around what keeps answers: a call that never came is no call.
pub async fn patience(app: State<App>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().copied();
    web::patience::of_request(app, request, next, |error| face(error.into_response(), id)).await
}

/// Gives words to a response that is an error. Headers that it has stay; its body, if any, was meant for nobody.
fn face(response: Response, id: Option<RequestId>) -> Response {
    let request_id = id.map(|id| id.to_string()).unwrap_or_default();
    let error = response.extensions().get::<Arc<Error>>().cloned();
    let (sentence, code) = match (&error, response.status()) {
        (Some(error), _) if matches!(**error, Error::DatabaseDown(_)) => {
            ("the database cannot be used at the moment; nothing was saved, try again later".to_owned(), error.code())
        }
        (Some(error), _) if error.is_passing() => {
            ("too much is going on here now; try again in a few seconds".to_owned(), error.code())
        }
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
    let errors = match error.as_deref() {
        Some(Error::Invalid(fields)) => Some(fields.clone()),
        _ => None,
    };
    let body = Failure { error: sentence, code, request_id, errors };
    let (parts, _) = response.into_parts();
    let mut shown = (parts.status, Json(body)).into_response();
    if let Some(Error::MetaDown(Some(seconds))) = error.as_deref() {
        shown.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    for (name, value) in &parts.headers {
        if !shown.headers().contains_key(name) && name != header::CONTENT_LENGTH {
            shown.headers_mut().insert(name, value.clone());
        }
    }
    if let Some(error) = error {
        shown.extensions_mut().insert(error);
    }
    shown
}
