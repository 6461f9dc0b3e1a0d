//! `/project`: the caller's own project.

use axum::{Json, extract::State};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    key::Caller,
    wire::{Data, Time, data},
};
use crate::{
    app::App,
    error::{Error, Result},
    id::ProjectId,
    landing,
    store::projects,
};

/// A project: one platform's own corner of the deployment.
#[derive(Serialize, ToSchema)]
#[schema(as = Project)]
pub struct View {
    id: ProjectId,
    /// The name that customers read.
    #[schema(examples("Acme Desk"))]
    name: String,
    created_at: Time,
    /// The secret that signs redirects.
    #[schema(examples("rdsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))]
    redirect_secret: String,
    /// The one before it, while it signs too.
    #[schema(required, examples("rdsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="))]
    previous_redirect_secret: Option<String>,
    /// Until when that one signs.
    #[schema(required)]
    previous_redirect_secret_expires_at: Option<Time>,
}

async fn view(app: &App, id: ProjectId) -> Result<View> {
    let project = projects::find(app.store.acquire().await?.db(), id).await?.ok_or(Error::NotFound("project"))?;
    let secrets = landing::secrets(app, id).await?;
    let previous = secrets.previous.filter(|(_, until)| *until > app.clock.now());
    let (previous, until) = previous.unzip();
    Ok(View {
        id: project.id,
        name: project.name,
        created_at: project.created_at.into(),
        redirect_secret: secrets.current.expose_secret().to_owned(),
        previous_redirect_secret: previous.map(|secret| secret.expose_secret().to_owned()),
        previous_redirect_secret_expires_at: until.map(Time),
    })
}

/// Get the project
#[utoipa::path(
    get,
    path = "/project",
    operation_id = "get_project",
    tag = "Project",
    responses((status = 200, description = "The project that the key belongs to", body = Data<View>))
)]
pub async fn get(State(app): State<App>, Caller(project): Caller) -> Result<Json<Data<View>>> {
    Ok(data(view(&app, project).await?))
}

/// Rotate the redirect secret
///
/// From now on redirects are signed under a new secret, and for 24 hours under the one before it too.
#[utoipa::path(
    post,
    path = "/project/redirect_secret/rotate",
    operation_id = "rotate_redirect_secret",
    tag = "Project",
    responses((status = 200, description = "The project, with its new secret", body = Data<View>))
)]
pub async fn rotate(State(app): State<App>, Caller(project): Caller) -> Result<Json<Data<View>>> {
    landing::rotate(&app, project).await?;
    Ok(data(view(&app, project).await?))
}
