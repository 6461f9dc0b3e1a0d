//! API keys: a row holds a digest, never a key.

use sqlx::FromRow;

use super::{Db, on, sql};
use crate::{
    clock::Timestamp,
    error::Result,
    id::{KeyId, ProjectId},
};

sql! {
    INSERT = "insert into api_keys (id, project_id, name, digest, created_at) values ($1, $2, $3, $4, $5)";
    OPENS = "select id, project_id from api_keys where digest = $1 and revoked_at is null";
    LIST = "select id, project_id, name, created_at, revoked_at from api_keys \
        where cast($1 as uuid) is null or project_id = $1 order by created_at, id";
    REVOKE = "update api_keys set revoked_at = $2 where id = $1 and revoked_at is null";
}

/// A key as it is listed.
#[derive(Clone, Debug, FromRow)]
pub struct Key {
    /// Its id, by which it is revoked.
    pub id: KeyId,
    /// The project it opens.
    pub project_id: ProjectId,
    /// What the operator called it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Stores a new key by its digest.
pub async fn insert(db: Db<'_>, key: &Key, digest: &[u8]) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT).bind(key.id).bind(key.project_id).bind(&key.name).bind(digest).bind(key.created_at).execute(c).await?;
    });
    Ok(())
}

/// The key of that digest, and the project that it opens.
pub async fn opens(db: Db<'_>, digest: &[u8]) -> Result<Option<(KeyId, ProjectId)>> {
    Ok(on!(db, c => sqlx::query_as(OPENS).bind(digest).fetch_optional(c).await?))
}

/// All keys, or those of one project, oldest first.
pub async fn list(db: Db<'_>, project: Option<ProjectId>) -> Result<Vec<Key>> {
    Ok(on!(db, c => sqlx::query_as(LIST).bind(project).fetch_all(c).await?))
}

/// Revokes a key; `false` when there is no such key that still opens anything.
pub async fn revoke(db: Db<'_>, id: KeyId, now: Timestamp) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(REVOKE).bind(id).bind(now).execute(c).await?.rows_affected()) > 0)
}
