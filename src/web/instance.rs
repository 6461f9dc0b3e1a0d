//! `/.well-known/setuplinks/{nonce}`: how `setuplinks doctor` learns that the public address leads to a server with these
//! keys. The answer proves the keys and gives nothing of them away.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    error::{Error, Result},
};

/// One line for each key: what only its holder can say of this nonce (32 hexadecimal digits).
pub async fn get(State(app): State<App>, Path(nonce): Path<String>) -> Result<Response> {
    if nonce.len() != 32 || !nonce.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Error::NotFound("page"));
    }
    let signs = app.sealer.vouch(&nonce).join("\n");
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], signs).into_response())
}
