//! API keys: a row holds a digest, never a key.

use sqlx::FromRow;

use super::{Db, Page, on, sql};
use crate::{
    choice::choice,
    clock::Timestamp,
    error::Result,
    id::{KeyId, ProjectId},
    scope::Scopes,
};

macro_rules! columns {
    () => {
        "id, project_id, name, scopes, created_at, expires_at, last_used_at, revoked_at"
    };
}

sql! {
    INSERT = "insert into api_keys (id, project_id, name, digest, created_at, scopes, expires_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    OPENS = "select id, project_id, scopes, expires_at, last_used_at from api_keys where digest = $1 and revoked_at is null";
    USED = "update api_keys set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $2)";
    ALL_OF = concat!("select ", columns!(), " from api_keys where cast($1 as uuid) is null or project_id = $1 order by created_at, id");
    LIST = concat!("select ", columns!(), " from api_keys where project_id = $1 order by created_at desc, id desc limit $2 offset $3");
    COUNT = "select count(*) from api_keys where project_id = $1";
    REVOKE = "update api_keys set revoked_at = $3 \
        where id = $1 and (cast($2 as uuid) is null or project_id = $2) and revoked_at is null";
}

choice! {
    /// Whether a key opens anything.
    pub enum Status as ApiKeyStatus {
        /// It does.
        Active = "active",
        /// Its time is over.
        Expired = "expired",
        /// It was taken back.
        Revoked = "revoked",
    }
}

/// A key as it is listed.
#[derive(Clone, Debug, FromRow)]
pub struct Key {
    /// Its id, by which it is revoked.
    pub id: KeyId,
    /// The project it opens.
    pub project_id: ProjectId,
    /// What its maker called it.
    pub name: String,
    scopes: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Key {
    /// A new key, which nobody has used.
    #[must_use]
    pub fn new(
        project_id: ProjectId,
        name: String,
        (scopes, expires_at): (&Scopes, Option<Timestamp>),
        now: Timestamp,
    ) -> Self {
        Self {
            id: KeyId::new(now),
            project_id,
            name,
            scopes: Some(scopes.to_string()),
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
        }
    }

    /// What it may do.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        Scopes::stored(self.scopes.as_deref())
    }

    /// Whether it opens anything at the moment `now`.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => Status::Revoked,
            (None, Some(end)) if end <= now => Status::Expired,
            (None, _) => Status::Active,
        }
    }
}

/// A key that was given with a call and is not revoked.
#[derive(Clone, Debug, FromRow)]
pub struct Opened {
    /// The key.
    pub id: KeyId,
    /// The project it opens.
    pub project_id: ProjectId,
    scopes: Option<String>,
    /// When it ends; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl Opened {
    /// What it may do.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        Scopes::stored(self.scopes.as_deref())
    }
}

/// Stores a new key by its digest.
pub async fn insert(db: Db<'_>, key: &Key, digest: &[u8]) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(key.id)
            .bind(key.project_id)
            .bind(&key.name)
            .bind(digest)
            .bind(key.created_at)
            .bind(&key.scopes)
            .bind(key.expires_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// The key of that digest, unless it is revoked.
pub async fn opens(db: Db<'_>, digest: &[u8]) -> Result<Option<Opened>> {
    Ok(on!(db, c => sqlx::query_as(OPENS).bind(digest).fetch_optional(c).await?))
}

/// Notes that a key was used.
pub async fn used(db: Db<'_>, id: KeyId, now: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(USED).bind(id).bind(now).execute(c).await?;
    });
    Ok(())
}

/// All keys, or those of one project, oldest first.
pub async fn all(db: Db<'_>, project: Option<ProjectId>) -> Result<Vec<Key>> {
    Ok(on!(db, c => sqlx::query_as(ALL_OF).bind(project).fetch_all(c).await?))
}

/// One page of the project's keys, newest first, and how many there are.
pub async fn list(mut db: Db<'_>, project: ProjectId, page: Page) -> Result<(Vec<Key>, i64)> {
    on!(&mut db, c => {
        let rows =
            sqlx::query_as(LIST).bind(project).bind(page.limit()).bind(page.offset()).fetch_all(&mut **c).await?;
        let count = sqlx::query_scalar(COUNT).bind(project).fetch_one(&mut **c).await?;
        Ok((rows, count))
    })
}

/// Revokes a key, of that project if one is named; `false` when there is no such key that is not revoked.
pub async fn revoke(db: Db<'_>, project: Option<ProjectId>, id: KeyId, now: Timestamp) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(REVOKE).bind(id).bind(project).bind(now).execute(c).await?.rows_affected()) > 0)
}
