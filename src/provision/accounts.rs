//! Who pays: the deployment's own Twilio account, or a project's.

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::types::Json;

use super::{Account, CountryRule, HOME, Provisioned, TwilioAccount};
use crate::{
    app::App,
    clock::Clock,
    error::{Error, Result},
    id::ProjectId,
    seal::{Place, Sealer},
    store::{Store, provisioned, twilio_accounts},
    twilio::{Failure, Remedy, Twilio},
};

/// An account, and what it has for the country that is wanted.
pub struct Payer {
    /// Who pays.
    pub account: Account,
    /// What it has.
    pub rule: CountryRule,
}

/// What a project sets.
pub struct Credentials {
    /// Whom.
    pub account: Account,
    /// What it has for which country.
    pub countries: Vec<CountryRule>,
}

fn place(project: ProjectId, column: &'static str) -> Place {
    Place { table: "twilio_accounts", column, row: project.0 }
}

fn open(app: &App, stored: &TwilioAccount) -> Result<Account> {
    let opened = |column, sealed: &[u8]| app.sealer.open(place(stored.project_id, column), sealed);
    let key = stored.api_key_sid.as_ref().zip(stored.api_key_secret_sealed.as_ref());
    Ok(Account {
        sid: stored.account_sid.clone(),
        auth_token: opened("auth_token", &stored.auth_token_sealed)?,
        api_key: key
            .map(|(id, sealed)| opened("api_key_secret", sealed).map(|secret| (id.clone(), secret)))
            .transpose()?,
    })
}

/// The project's own account, as it is stored.
pub async fn of_project(app: &App, project: ProjectId) -> Result<Option<TwilioAccount>> {
    twilio_accounts::of_project(app.store.acquire().await?.db(), project).await
}

/// Who pays for a number of a project in a country.
pub async fn payer(app: &App, project: ProjectId, country: &str) -> Result<Option<Payer>> {
    let plain = CountryRule { iso: country.to_owned(), number_type: None, bundle_sid: None, address_sid: None };
    if let Some(stored) = of_project(app, project).await? {
        let rule = stored.countries.iter().find(|rule| rule.iso == country).cloned();
        return Ok(Some(Payer { account: open(app, &stored)?, rule: rule.unwrap_or(plain) }));
    }
    let own = app.twilio.settings().account.clone().filter(|_| country == HOME);
    Ok(own.map(|account| Payer { account, rule: plain }))
}

/// The account that a number is on. `None` when nobody has its credentials any more.
pub async fn of_number(app: &App, number: &Provisioned) -> Result<Option<Account>> {
    let accounts = by_sid(app, &number.account_sid).await?;
    let mut projects = accounts.iter().position(|(project, _)| *project == Some(number.project_id));
    projects = projects.or_else(|| (!accounts.is_empty()).then_some(0));
    Ok(projects.and_then(|at| accounts.into_iter().nth(at)).map(|(_, account)| account))
}

/// Every account of that SID that we have: each with its project, or with none for the deployment's. What cannot be unsealed
/// is left out, and keeps nobody else from theirs.
pub async fn by_sid(app: &App, sid: &str) -> Result<Vec<(Option<ProjectId>, Account)>> {
    let own = app.twilio.settings().account.iter().filter(|account| account.sid == sid);
    let mut all: Vec<_> = own.map(|account| (None, account.clone())).collect();
    for stored in twilio_accounts::by_sid(app.store.acquire().await?.db(), sid).await? {
        match open(app, &stored) {
            Ok(account) => all.push((Some(stored.project_id), account)),
            Err(e) => {
                tracing::error!(project = %stored.project_id, error = %e, "a project's Twilio account cannot be unsealed");
            }
        }
    }
    Ok(all)
}

/// The SID of every account there is, once.
pub async fn sids(app: &App) -> Result<Vec<String>> {
    let mut all: Vec<String> = app.twilio.settings().account.iter().map(|account| account.sid.clone()).collect();
    for stored in twilio_accounts::all(app.store.acquire().await?.db()).await? {
        if !all.contains(&stored.account_sid) {
            all.push(stored.account_sid);
        }
    }
    Ok(all)
}

/// What it takes to set an account; less than a house.
pub struct Means<'a> {
    /// The database.
    pub store: &'a Store,
    /// The time.
    pub clock: &'a Clock,
    /// Secrets at rest.
    pub sealer: &'a Sealer,
    /// The way to Twilio.
    pub twilio: &'a Twilio,
}

impl<'a> Means<'a> {
    /// Those of a house.
    #[must_use]
    pub fn of(app: &'a App) -> Self {
        Self { store: &app.store, clock: &app.clock, sealer: &app.sealer, twilio: &app.twilio }
    }
}

/// Sets a project's account, once Twilio has said that it opens.
///
/// # Errors
/// [`Error::Invalid`] when Twilio refuses it or one of its bundles, [`Error::Conflict`] when numbers are held on the account
/// it had before, [`Error::Unavailable`] when Twilio does not answer.
pub async fn set(app: &Means<'_>, project: ProjectId, given: Credentials) -> Result<TwilioAccount> {
    let Credentials { account, countries } = given;
    if let Err(failure) = app.twilio.check(&account).await {
        let field = if account.api_key.is_some() { "api_key_sid" } else { "auth_token" };
        return Err(refused(&failure, field, "must open the account: Twilio refused it"));
    }
    for (at, rule) in countries.iter().enumerate() {
        let Some(bundle) = &rule.bundle_sid else { continue };
        let field = format!("countries[{at}].bundle_sid");
        match app.twilio.is_approved(&account, bundle).await {
            Ok(true) => {}
            Ok(false) => {
                return Err(Error::invalid(&*field, format!("{field} must be a bundle that Twilio has approved")));
            }
            Err(failure) => return Err(refused(&failure, &field, "could not be looked up with these credentials")),
        }
    }
    let now = app.clock.now();
    let seal = |column, secret: &SecretString| app.sealer.seal(place(project, column), secret.expose_secret());
    let key = account.api_key.as_ref();
    let stored = TwilioAccount {
        project_id: project,
        auth_token_sealed: seal("auth_token", &account.auth_token)?,
        api_key_sid: key.map(|(id, _)| id.clone()),
        api_key_secret_sealed: key.map(|(_, secret)| seal("api_key_secret", secret)).transpose()?,
        account_sid: account.sid,
        countries: Json(countries),
        created_at: now,
        updated_at: now,
    };
    let mut tx = app.store.begin().await?;
    provisioned::lock_project(tx.db(), project).await?;
    let before = twilio_accounts::of_project(tx.db(), project).await?;
    if let Some(before) = before.filter(|before| before.account_sid != stored.account_sid) {
        not_while_held(&mut tx, project, &before.account_sid).await?;
    }
    twilio_accounts::put(tx.db(), &stored).await?;
    tx.commit().await?;
    Ok(stored)
}

/// Forgets a project's account.
///
/// # Errors
/// [`Error::NotFound`] when it has none, [`Error::Conflict`] when numbers are held on it: nobody could give them back.
pub async fn forget(app: &App, project: ProjectId) -> Result<()> {
    let mut tx = app.store.begin().await?;
    provisioned::lock_project(tx.db(), project).await?;
    let before = twilio_accounts::of_project(tx.db(), project).await?.ok_or(Error::NotFound("Twilio account"))?;
    not_while_held(&mut tx, project, &before.account_sid).await?;
    twilio_accounts::delete(tx.db(), project).await?;
    tx.commit().await
}

async fn not_while_held(tx: &mut crate::store::Tx, project: ProjectId, account: &str) -> Result<()> {
    let held = provisioned::held_by_project(tx.db(), project, account).await?;
    if held == 0 {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "{held} provisioned phone numbers are held on the Twilio account of before; release them first"
    )))
}

fn refused(failure: &Failure, field: &str, says: &str) -> Error {
    match failure.remedy() {
        Remedy::Later(_) | Remedy::Ask => Error::Unavailable("Twilio"),
        _ => Error::invalid(field, format!("{field} {says}")),
    }
}
