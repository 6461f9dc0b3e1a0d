//! Projects.

use sqlx::{FromRow, types::Json};

use super::{Db, on, sql};
use crate::{clock::Timestamp, error::Result, id::ProjectId, link::Branding};

sql! {
    INSERT = "insert into projects (id, name, branding, created_at) values ($1, $2, $3, $4)";
    LIST = "select id, name, branding, renewal_url, created_at from projects order by created_at, id";
    FIND = "select id, name, branding, renewal_url, created_at from projects where id = $1";
    UPDATE = "update projects set name = coalesce($2, name), branding = coalesce($3, branding), \
        renewal_url = case when $4 then $5 else renewal_url end where id = $1";
    REDIRECT_SECRETS = "select redirect_secret_sealed as current, previous_redirect_secret_sealed as previous, \
        previous_redirect_secret_until as previous_until from projects where id = $1";
    FIRST_REDIRECT_SECRET = "update projects set redirect_secret_sealed = $2 \
        where id = $1 and redirect_secret_sealed is null";
    ROTATE_REDIRECT_SECRET = "update projects set previous_redirect_secret_sealed = redirect_secret_sealed, \
        previous_redirect_secret_until = $3, redirect_secret_sealed = $2 where id = $1";
}

/// One platform's corner of the deployment.
#[derive(Clone, Debug, FromRow)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The name that customers read.
    pub name: String,
    /// How it shows itself on its pages.
    pub branding: Json<Branding>,
    /// Where customers whose link is over ask for a new one; `None` for a button of ours.
    pub renewal_url: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Project {
    /// A new project, with nothing of its own but its name.
    #[must_use]
    pub fn new(name: String, now: Timestamp) -> Self {
        let branding = Json(Branding::default());
        Self { id: ProjectId::new(now), name, branding, renewal_url: None, created_at: now }
    }
}

/// What changes of a project; `None` is left as it is.
#[derive(Default)]
pub struct Change {
    /// Its name.
    pub name: Option<String>,
    /// How it shows itself.
    pub branding: Option<Branding>,
    /// Where customers ask for a new link, or nowhere.
    pub renewal_url: Option<Option<String>>,
}

/// What signs a project's redirects, sealed.
#[derive(Debug, FromRow)]
pub struct RedirectSecrets {
    /// The present secret; none until it is first needed.
    pub current: Option<Vec<u8>>,
    /// The one before it.
    pub previous: Option<Vec<u8>>,
    /// Until when that one signs too.
    pub previous_until: Option<Timestamp>,
}

/// Makes a project.
pub async fn insert(db: Db<'_>, project: &Project) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(project.id)
            .bind(&project.name)
            .bind(&project.branding)
            .bind(project.created_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// Changes a project.
pub async fn update(db: Db<'_>, id: ProjectId, change: Change) -> Result<()> {
    on!(db, c => {
        sqlx::query(UPDATE)
            .bind(id)
            .bind(change.name)
            .bind(change.branding.map(Json))
            .bind(change.renewal_url.is_some())
            .bind(change.renewal_url.flatten())
            .execute(c)
            .await?;
    });
    Ok(())
}

/// All projects, oldest first.
pub async fn list(db: Db<'_>) -> Result<Vec<Project>> {
    Ok(on!(db, c => sqlx::query_as(LIST).fetch_all(c).await?))
}

/// The project of that id.
pub async fn find(db: Db<'_>, id: ProjectId) -> Result<Option<Project>> {
    Ok(on!(db, c => sqlx::query_as(FIND).bind(id).fetch_optional(c).await?))
}

/// The project's redirect secrets.
pub async fn redirect_secrets(db: Db<'_>, id: ProjectId) -> Result<Option<RedirectSecrets>> {
    Ok(on!(db, c => sqlx::query_as(REDIRECT_SECRETS).bind(id).fetch_optional(c).await?))
}

/// Keeps a project's first redirect secret, unless somebody else was first.
pub async fn first_redirect_secret(db: Db<'_>, id: ProjectId, sealed: &[u8]) -> Result<()> {
    on!(db, c => {
        sqlx::query(FIRST_REDIRECT_SECRET).bind(id).bind(sealed).execute(c).await?;
    });
    Ok(())
}

/// Puts a new redirect secret in the place of the present one, which is kept until `until`.
pub async fn rotate_redirect_secret(db: Db<'_>, id: ProjectId, sealed: &[u8], until: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(ROTATE_REDIRECT_SECRET).bind(id).bind(sealed).bind(until).execute(c).await?;
    });
    Ok(())
}
