//! `/project`: the caller's own project.

use axum::{Json, body::Bytes, extract::State};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    branding,
    fields::{Fields, Given},
    key::Caller,
    wire::{Data, Time, data},
};
use crate::{
    app::App,
    error::{Error, Result},
    id::ProjectId,
    landing,
    link::{Branding, redirect},
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
    /// How it shows itself on its pages, unless a link says otherwise.
    branding: branding::View,
    /// Where customers of expired and revoked links ask for a new one; null for a button that sends
    /// `setup_link.renewal_requested`.
    #[schema(required, examples("https://app.example.com/new-link"))]
    renewal_url: Option<String>,
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
        branding: project.branding.0.into(),
        renewal_url: project.renewal_url,
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

/// The envelope of a project.
#[derive(ToSchema)]
#[schema(as = ProjectRequest)]
pub struct Envelope {
    /// What changes.
    pub project: Option<Change>,
}

/// What may change of a project. What is left out stays as it is.
#[derive(ToSchema)]
#[schema(as = ProjectFields)]
pub struct Change {
    /// The name that customers read.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        examples("Acme Desk")
    )]
    pub name: Option<String>,
    /// How it shows itself on its pages. Replaced as a whole; `null` brings the plain page back.
    pub branding: Option<branding::View>,
    /// Where the button of expired and revoked links leads, with `setup_link_id` in its query; null for a button that sends
    /// `setup_link.renewal_requested`.
    #[schema(max_length = 2048, pattern = r"^https?://[^\s\\#]+$", examples("https://app.example.com/new-link"))]
    pub renewal_url: Option<String>,
}

const KNOWN: &[&str] = &["name", "branding", "renewal_url"];

/// Change the project
#[utoipa::path(
    patch,
    path = "/project",
    operation_id = "update_project",
    tag = "Project",
    request_body = Option<Envelope>,
    responses((status = 200, description = "The project as it is now", body = Data<View>))
)]
pub async fn update(State(app): State<App>, Caller(id): Caller, body: Bytes) -> Result<Json<Data<View>>> {
    let mut fields = Fields::read(&body, "project", KNOWN)?;
    let name = fields.text("name", branding::LONGEST_NAME);
    if name == Given::Null {
        fields.refuse("name", "must be text of 1 to 100 characters");
    }
    let branding = match branding::read(&app, id, &mut fields).await? {
        Given::Absent => None,
        Given::Null => Some(Branding::default()),
        Given::Value(branding) => Some(branding),
    };
    let renewal_url = match fields.field("renewal_url", |value| renewal_url(&app, value)) {
        Given::Absent => None,
        Given::Null => Some(None),
        Given::Value(url) => Some(Some(url)),
    };
    fields.done()?;
    let change = projects::Change { name: name.value(), branding, renewal_url };
    projects::update(app.store.acquire().await?.db(), id, change).await?;
    Ok(data(view(&app, id).await?))
}

/// Where customers ask for a new link. A page of ours would only send them back.
fn renewal_url(app: &App, value: &Value) -> Result<String, String> {
    let text = value.as_str().ok_or("must be an absolute http or https URL")?;
    redirect::check(text)?;
    if redirect::origin(text) == Some(app.public_url.of("")) {
        return Err("must be a page of yours, and not of this server".to_owned());
    }
    Ok(text.to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::names;

    #[test]
    fn the_document_names_the_fields_that_are_read() {
        assert_eq!(names::<Change>(), KNOWN);
    }
}
