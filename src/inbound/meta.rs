//! `/meta/webhooks`: what Meta sends without being asked. Signed, or not heard at all; kept, then answered; worked on later.

use axum::{
    body::{self, Body},
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use url::form_urlencoded;

use crate::{app::App, error::Result, listen, meta::listening::SIGNATURE, meter};

/// The most that Meta may send at once: its documentation promises no more than 3 MB.
const LARGEST_NOTICE: usize = 8 * 1024 * 1024;

/// Meta asks whether this address is one that its app's owner chose (Meta's documentation of webhooks).
pub(super) async fn handshake(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let query: Vec<(String, String)> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let field = |name: &str| query.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    match app.listening.knows(field("hub.verify_token").unwrap_or_default()) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(true) if field("hub.mode") == Some("subscribe") => {
            let challenge = field("hub.challenge").unwrap_or_default().to_owned();
            // As text: whoever knows the token could have us say anything.
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], challenge).into_response()
        }
        Some(_) => {
            tracing::warn!(
                "somebody asked for Meta's webhook to be verified with another token than META_VERIFY_TOKEN"
            );
            StatusCode::FORBIDDEN.into_response()
        }
    }
}

/// Meta tells something.
pub(super) async fn told(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Response> {
    // What brings no signature is not even read.
    let Some(signature) = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()) else { return Ok(forged()) };
    let Ok(body) = body::to_bytes(body, LARGEST_NOTICE).await else {
        meter::noticed("none", "refused");
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    if !app.meta.has_signed(&body, signature) {
        return Ok(forged());
    }
    listen::keep(&app, &body, signature).await?;
    Ok(StatusCode::OK.into_response())
}

fn forged() -> Response {
    meter::noticed("none", "forged");
    tracing::warn!("a request to Meta's address was not signed with META_APP_SECRET");
    StatusCode::FORBIDDEN.into_response()
}
