//! Who calls: `X-API-Key` opens one project, and nothing of another is ever seen.

use axum::{extract::FromRequestParts, http::request::Parts};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    app::App,
    clock::{Timestamp, random},
    error::{Error, Result},
    id::{KeyId, ProjectId},
    seal::digest,
    store::{Store, keys},
};

/// The project of the request's key.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub ProjectId);

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let key = parts.headers.get("x-api-key").and_then(|value| value.to_str().ok()).ok_or(Error::Unauthorized)?;
        let project = keys::project_of(app.store.acquire().await?.db(), &digest(key)).await?;
        project.map(Self).ok_or(Error::Unauthorized)
    }
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
