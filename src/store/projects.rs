//! Projects.

use sqlx::FromRow;

use super::{Db, on, sql};
use crate::{clock::Timestamp, error::Result, id::ProjectId};

sql! {
    INSERT = "insert into projects (id, name, created_at) values ($1, $2, $3)";
    LIST = "select id, name, created_at from projects order by created_at, id";
    FIND = "select id, name, created_at from projects where id = $1";
}

/// One platform's corner of the deployment.
#[derive(Clone, Debug, FromRow)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The name that customers read.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Makes a project.
pub async fn insert(db: Db<'_>, project: &Project) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT).bind(project.id).bind(&project.name).bind(project.created_at).execute(c).await?;
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
