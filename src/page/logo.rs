//! `/logo/{digest}`: a platform's logo, as we drew it. Its address is its content, so it is kept for ever.

use axum::{
    extract::{Path, State},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use crate::{
    app::App,
    error::{Error, Result},
    store::logos,
};

/// Serves a logo.
pub async fn get(State(app): State<App>, Path(digest): Path<String>) -> Result<Response> {
    let png = logos::find(app.store.acquire().await?.db(), &digest).await?.ok_or(Error::NotFound("page"))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ];
    Ok((headers, png).into_response())
}
