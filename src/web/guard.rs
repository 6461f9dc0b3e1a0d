//! The gate before each face: who is let in to try.

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::client::Client;
use crate::{
    app::App,
    error::{Error, Result},
    gate::What,
};

/// Before the pages: forms, logins that come back, and links.
pub async fn pages(State(app): State<App>, client: Client, request: Request, next: Next) -> Response {
    let from = client.prefix();
    let token = token(&request).map(str::to_owned);
    if let Err(error) = admitted(&app, client, &request, token.as_deref()) {
        return error.into_response();
    }
    let response = next.run(request).await;
    if let Some(token) = token {
        match response.extensions().get::<Arc<Error>>().map(AsRef::as_ref) {
            Some(Error::NotFound("page")) => app.gate.failed(What::Link, from),
            None => app.gate.opened(What::Link, &token),
            Some(_) => {}
        }
    }
    response
}

fn admitted(app: &App, client: Client, request: &Request, token: Option<&str>) -> Result<()> {
    let from = client.prefix();
    if request.method() == Method::POST {
        app.gate.pass(What::Form, from)?;
    }
    if request.uri().path() == "/auth/facebook/callback" {
        app.gate.pass(What::Login, from)?;
    }
    token.map_or(Ok(()), |token| app.gate.admit(What::Link, from, token))
}

/// Before what is told us under a signature.
pub async fn signed(State(app): State<App>, client: Client, request: Request, next: Next) -> Response {
    let from = client.prefix();
    if let Err(error) = app.gate.admit(What::Signature, from, "") {
        return error.into_response();
    }
    let response = next.run(request).await;
    if matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        app.gate.failed(What::Signature, from);
    }
    response
}

/// The token in the address, where the route has one.
fn token(request: &Request) -> Option<&str> {
    let route = request.extensions().get::<MatchedPath>()?.as_str();
    let at = route.split('/').position(|part| part == "{token}")?;
    request.uri().path().split('/').nth(at)
}
