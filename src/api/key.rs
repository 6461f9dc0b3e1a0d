//! Who calls: `X-API-Key` opens one project, as far as the key's scopes go, and nothing of another is ever seen.

use std::time::Duration;

use axum::{
    extract::{FromRequestParts, MatchedPath, Request},
    http::{HeaderMap, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{BASE, face};
use crate::{
    app::App,
    clock::{Timestamp, random},
    error::{Error, Result},
    id::{KeyId, ProjectId},
    scope::{Scope, Scopes},
    seal::digest,
    store::{
        Db, Lease, Store,
        keys::{self, Key},
    },
    web::RequestId,
};

/// How exactly the last use of a key is known: not every call writes it.
const USE: Duration = Duration::from_secs(60);

/// The project of the request's key.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub ProjectId);

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        // Looked up at the door, where the call was counted.
        parts.extensions.get::<Self>().copied().ok_or(Error::Unauthorized)
    }
}

/// The request's key itself, and what it may do.
#[derive(Clone, Debug)]
pub struct Rights {
    /// The key.
    pub key: KeyId,
    /// Its scopes.
    pub scopes: Scopes,
}

impl FromRequestParts<App> for Rights {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or(Error::Unauthorized)
    }
}

/// The key that a request gives, whatever it is.
pub(super) fn given(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-api-key").and_then(|value| value.to_str().ok())
}

/// Who calls with that key and what they may do, if it is one.
///
/// # Errors
/// [`Error::KeyExpired`] for one whose time is over: only its owner can learn that.
pub(super) async fn look_up(lease: &mut Lease, key: &str, now: Timestamp) -> Result<Option<(Caller, Rights)>> {
    let Some(opened) = keys::opens(lease.db(), &digest(key)).await? else { return Ok(None) };
    if opened.expires_at.is_some_and(|end| end <= now) {
        return Err(Error::KeyExpired);
    }
    if opened.last_used_at.is_none_or(|last| now.since(last) >= USE) {
        keys::used(lease.db(), opened.id, now).await?;
    }
    Ok(Some((Caller(opened.project_id), Rights { key: opened.id, scopes: opened.scopes() })))
}

/// Lets a call in that its key's scopes are enough for. A call without a valid key is refused where it arrives.
pub async fn admit(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let needed = extensions.get::<MatchedPath>().map(|path| {
        Scope::of_call(request.method().as_str(), path.as_str().strip_prefix(BASE).unwrap_or(path.as_str()))
    });
    let rights = extensions.get::<Rights>();
    if let Some((needed, rights)) = needed.zip(rights)
        && !rights.scopes.allow(needed)
    {
        let refused = Error::Forbidden { needed: needed.as_str(), has: rights.scopes.to_string() };
        return face(refused.into_response(), extensions.get::<RequestId>().copied());
    }
    next.run(request).await
}

/// What is wished of a new key.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it ends; `None` for never.
    pub expires_at: Option<Timestamp>,
}

/// Makes a key for a project, and gives it with its row: the only moment at which it can be read.
pub async fn issue(db: Db<'_>, project: ProjectId, wish: Wish, now: Timestamp) -> Result<(String, Key)> {
    let secret = format!("sl_{}", URL_SAFE_NO_PAD.encode(random::<32>()));
    let key = Key::new(project, wish.name, (&wish.scopes, wish.expires_at), now);
    keys::insert(db, &key, &digest(&secret)).await?;
    Ok((secret, key))
}

/// Makes a key that may do everything and does not end.
pub async fn create(store: &Store, project: ProjectId, name: &str, now: Timestamp) -> Result<String> {
    let wish = Wish { name: name.to_owned(), scopes: Scopes::all(), expires_at: None };
    issue(store.acquire().await?.db(), project, wish, now).await.map(|(secret, _)| secret)
}
