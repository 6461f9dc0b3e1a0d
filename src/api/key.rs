//! Who calls: `X-API-Key` opens one project, and nothing of another is ever seen.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    app::App,
    clock::{Timestamp, random},
    error::{Error, Result},
    id::{KeyId, ProjectId},
    seal::digest,
    store::{Db, Store, keys},
};

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

/// The key that a request gives, whatever it is.
pub(super) fn given(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-api-key").and_then(|value| value.to_str().ok())
}

/// Which key it is and who calls with it, if it is one.
pub(super) async fn look_up(db: Db<'_>, key: &str) -> Result<Option<(KeyId, Caller)>> {
    Ok(keys::opens(db, &digest(key)).await?.map(|(key, project)| (key, Caller(project))))
}

/// Makes a key for a project: the only moment at which it can be read.
pub async fn create(store: &Store, project: ProjectId, name: &str, now: Timestamp) -> Result<String> {
    let secret = format!("sl_{}", URL_SAFE_NO_PAD.encode(random::<32>()));
    let key = keys::Key {
        id: KeyId::new(now),
        project_id: project,
        name: name.to_owned(),
        created_at: now,
        revoked_at: None,
    };
    keys::insert(store.acquire().await?.db(), &key, &digest(&secret)).await?;
    Ok(secret)
}
