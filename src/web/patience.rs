//! How long a request is waited for, and how long it may wait. A body is read whole before anybody works on it, so that a slow
//! client holds nothing but its own connection: no database connection, no claim, no lock.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::{FromRequest as _, Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{
    app::App,
    error::{Error, Result},
};

/// Bounds a request: its body, then its answer. What was too much has the face that the caller gives it.
pub async fn of_request(
    State(app): State<App>,
    request: Request,
    next: Next,
    face: impl FnOnce(Error) -> Response,
) -> Response {
    let patience = &app.bounds.patience;
    answer(request, next, (patience.body, patience.answer)).await.unwrap_or_else(face)
}

/// The same for pages: whoever only looks is told sooner to come again. The way back from Facebook is no look: it is
/// carried through.
pub async fn of_page(State(app): State<App>, request: Request, next: Next) -> Response {
    let patience = &app.bounds.patience;
    let is_look = request.method() == Method::GET && !request.uri().path().starts_with("/auth/");
    let bound = if is_look { patience.page } else { patience.answer };
    answer(request, next, (patience.body, bound)).await.unwrap_or_else(Error::into_response)
}

async fn answer(request: Request, next: Next, (body, answer): (Duration, Duration)) -> Result<Response> {
    let request = whole(request, body).await?;
    within(answer, next.run(request)).await
}

/// Bounds the answer alone.
pub async fn of_answer(State(app): State<App>, request: Request, next: Next) -> Response {
    within(app.bounds.patience.answer, next.run(request)).await.unwrap_or_else(Error::into_response)
}

/// Waits for an answer that long.
///
/// # Errors
/// [`Error::Busy`] after that.
pub async fn within<T>(bound: Duration, answer: impl Future<Output = T>) -> Result<T> {
    let late = |_| Error::Busy(format!("no answer after {} seconds", bound.as_secs_f32()));
    tokio::time::timeout(bound, answer).await.map_err(late)
}

/// The request with its whole body in memory.
async fn whole(request: Request, bound: Duration) -> Result<Request> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let reading = Bytes::from_request(Request::from_parts(parts.clone(), body), &());
    let read = tokio::time::timeout(bound, reading).await.map_err(|_| Error::TooSlow)?;
    match read {
        Ok(body) => Ok(Request::from_parts(parts, Body::from(body))),
        Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Error::TooLarge),
        Err(_) => Err(Error::BadRequest("its body broke off")),
    }
}
