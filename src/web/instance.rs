//! `/.well-known/setuplinks/{nonce}`: how `setuplinks doctor` learns that the public address leads to a server with these
//! keys, and whether that server knows whom requests come from. The answer proves the keys and gives nothing of them away;
//! to those who have none, it says nothing else either.

use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use super::client::{Peer, way};
use crate::{
    app::App,
    error::{Error, Result},
};

/// Two lines for each key: what only its holder can say of this nonce (32 hexadecimal digits), and of the way it came.
pub async fn get(
    State(app): State<App>,
    Path(nonce): Path<String>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Response> {
    if nonce.len() != 32 || !nonce.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Error::NotFound("page"));
    }
    let way = way(&headers, peer.map(|Extension(peer)| peer), &app.bounds.proxies);
    let signs = [app.sealer.vouch(&nonce), app.sealer.vouch(&way.after(&nonce))].concat().join("\n");
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], signs).into_response())
}
