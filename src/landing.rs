//! Where a customer lands: the platform's URL with what happened in its query, signed under the project's redirect
//! secret, so that the platform can tell our redirects from an address that somebody typed.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    id::ProjectId,
    link::{SetupLink, redirect, signature},
    number::{PhoneNumber, e164},
    provisioned::Status,
    seal::Place,
    signup::ErrorCode,
    store::{projects, provisioned},
};

/// How long the secret before the present one goes on signing: receivers change over one by one.
pub const OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

/// What signs a project's redirects.
pub struct Secrets {
    /// The present one.
    pub current: SecretString,
    /// The one before it, and until when it signs too.
    pub previous: Option<(SecretString, Timestamp)>,
}

/// The success URL of a link whose number is connected; `None` when it has none.
pub async fn success(app: &App, link: &SetupLink, number: &PhoneNumber) -> Result<Option<String>> {
    let Some(base) = &link.terms.success_redirect_url else { return Ok(None) };
    let (id, config) = (link.id.to_string(), number.id.to_string());
    let display = e164(&number.display_phone_number);
    let mut parameters = vec![
        ("setup_link_id", id.as_str()),
        ("status", "completed"),
        ("phone_number_id", &number.phone_number_id),
        ("business_account_id", &number.business_account_id),
        ("whatsapp_config_id", &config),
    ];
    let bought = if link.terms.provision_phone_number {
        provisioned::newest(app.store.acquire().await?.db(), link.id).await?
    } else {
        None
    };
    let bought = bought.filter(|bought| bought.status == Status::Connected).map(|bought| bought.id.to_string());
    parameters.extend(bought.as_deref().map(|id| ("provisioned_phone_number_id", id)));
    // Meta may not have said; a lone plus sign would be read as a number.
    parameters.extend((display.len() > 1).then_some(("display_phone_number", display.as_str())));
    signed(app, link, base, parameters).await.map(Some)
}

/// The failure URL of a link; `None` when it has none.
pub async fn failure(app: &App, link: &SetupLink, code: ErrorCode) -> Result<Option<String>> {
    let Some(base) = &link.terms.failure_redirect_url else { return Ok(None) };
    let id = link.id.to_string();
    let parameters = vec![("setup_link_id", id.as_str()), ("error_code", code.as_str())];
    signed(app, link, base, parameters).await.map(Some)
}

async fn signed<'a>(
    app: &App,
    link: &'a SetupLink,
    base: &str,
    mut parameters: Vec<(&'a str, &'a str)>,
) -> Result<String> {
    parameters.extend(link.terms.state.as_deref().map(|state| ("state", state)));
    let now = app.clock.now();
    match secrets(app, link.project_id).await {
        Ok(Secrets { current, previous }) => {
            let previous = previous.filter(|(_, until)| *until > now);
            let all = [Some(&current), previous.as_ref().map(|(secret, _)| secret)];
            let all: Vec<&str> = all.into_iter().flatten().map(ExposeSecret::expose_secret).collect();
            Ok(signature::signed(base, &parameters, &all, now))
        }
        // The operator has lost a key. The customer shall land all the same; who verifies will refuse it.
        Err(error @ Error::Sealed(_)) => {
            tracing::error!(project = %link.project_id, %error, "a redirect is not signed");
            Ok(redirect::with_parameters(base, &parameters))
        }
        Err(error) => Err(error),
    }
}

/// The project's redirect secrets. The first is made when it is first needed, once, whoever else is at it.
pub async fn secrets(app: &App, project: ProjectId) -> Result<Secrets> {
    let mut lease = app.store.acquire().await?;
    let mut sealed = projects::redirect_secrets(lease.db(), project).await?.ok_or(Error::NotFound("project"))?;
    if sealed.current.is_none() {
        let first = app.sealer.seal(place(project), &signature::new_secret())?;
        projects::first_redirect_secret(lease.db(), project, &first).await?;
        sealed = projects::redirect_secrets(lease.db(), project).await?.ok_or(Error::NotFound("project"))?;
    }
    let current = sealed.current.ok_or_else(|| Error::Internal("a redirect secret was not kept".to_owned()))?;
    let open = |sealed: &[u8]| app.sealer.open(place(project), sealed);
    let previous = sealed.previous.zip(sealed.previous_until);
    Ok(Secrets {
        current: open(&current)?,
        previous: previous.map(|(sealed, until)| Ok::<_, Error>((open(&sealed)?, until))).transpose()?,
    })
}

/// Makes a new redirect secret; the one before it signs too for a while.
pub async fn rotate(app: &App, project: ProjectId) -> Result<()> {
    let next = app.sealer.seal(place(project), &signature::new_secret())?;
    let until = app.clock.now().plus(OVERLAP);
    projects::rotate_redirect_secret(app.store.acquire().await?.db(), project, &next, until).await
}

/// Where a redirect secret is sealed, in either of its two columns: it moves from the one to the other.
fn place(project: ProjectId) -> Place {
    Place { table: "projects", column: "redirect_secret", row: project.0 }
}
