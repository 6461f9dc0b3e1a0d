//! What each step asks of Meta, and what the answer means.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::{claim::note, place, settle};
use crate::{
    app::App,
    clock::random_below,
    error::{Error, Result},
    id::NumberId,
    link::{ConnectionType, SetupLink},
    meta::{Failure, Remedy, numbers::Sync},
    number::{Facts, Kind, is_same},
    release,
    signup::{Candidate, Illegal, Reason, Signup, State},
    store::{self, numbers::Secrets},
};

mod exchange;
mod numbers;
mod register;

/// What a step came to.
pub(super) enum Outcome {
    /// The state has moved; it is saved and the next step follows.
    Moved,
    /// Not now.
    Later(Option<Duration>),
    /// Never.
    Failed(Reason),
}

impl Outcome {
    /// What is counted.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Later(_) => "later",
            Self::Failed(_) => "failed",
        }
    }
}

impl From<Remedy> for Outcome {
    fn from(remedy: Remedy) -> Self {
        match remedy {
            Remedy::Retry(wait) => Self::Later(wait),
            Remedy::GiveUp(reason) => Self::Failed(reason),
        }
    }
}

/// Longer than the waits that Meta may ask for from the subscription to the end.
const HOLD: Duration = Duration::from_secs(24 * 60 * 60);

/// Does the step that the signup stands at.
///
/// # Errors
/// What is ours alone: the database, a seal. What Meta says is never an error here.
pub(super) async fn advance(app: &App, signup: &mut Signup, link: &SetupLink) -> Result<Outcome> {
    match signup.state.clone() {
        State::Exchange => exchange::exchange(app, signup).await,
        State::Accounts => accounts(app, signup).await,
        State::Numbers { accounts } => numbers::find_all(app, signup, link, &accounts).await,
        State::Check { chosen } => check(app, signup, link, &chosen).await,
        State::Subscribe { facts } => subscribe(app, signup, &facts).await,
        State::Register { facts, attempts } => register::register(app, signup, &facts, attempts).await,
        State::Contacts { facts } => sync(app, signup, &facts, Sync::Contacts).await,
        State::History { facts } => sync(app, signup, &facts, Sync::History).await,
        State::Store { facts } => store(app, signup, facts).await,
        // Nobody chose for an hour; the login's token is not kept for longer.
        State::Choose { .. } => Ok(Outcome::Failed(Reason::TooLate)),
        State::Login | State::Connected { .. } | State::Failed { .. } | State::Newer(_) => {
            Err(Error::Internal(format!("a signup at {} was claimed", signup.state.step())))
        }
    }
}

/// The state to go on with where a step is worth less than the connection: a number without its old chats still works.
pub(super) fn go_on_without(state: &State) -> Option<State> {
    match state {
        State::Contacts { .. } | State::History { .. } => state.clone().synced().ok(),
        _ => None,
    }
}

/// Puts a moved state into the signup.
fn moved(signup: &mut Signup, state: Result<State, Illegal>) -> Result<Outcome> {
    signup.state = state.map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Outcome::Moved)
}

/// Logs what Meta answered, in numbers, and gives what to do about it.
fn remedy(signup: &Signup, failure: &Failure) -> Remedy {
    let (id, link, step) = (signup.id, signup.link_id, signup.state.step());
    tracing::warn!(signup = %id, %link, %step, %failure, "Meta did not do it");
    failure.remedy()
}

fn token(app: &App, signup: &Signup) -> Result<SecretString> {
    let sealed =
        signup.token.as_ref().ok_or_else(|| Error::Internal("a signup past the exchange has no token".into()))?;
    app.sealer.open(place(signup.id, "token"), sealed)
}

async fn accounts(app: &App, signup: &mut Signup) -> Result<Outcome> {
    let token = token(app, signup)?;
    let mut refused = None;
    let inspected = match app.meta.inspect(&token).await {
        Ok(inspected) if !inspected.is_valid => return Ok(Outcome::Failed(Reason::Exchange)),
        Ok(inspected) => inspected,
        Err(failure) => match remedy(signup, &failure) {
            Remedy::Retry(wait) => return Ok(Outcome::Later(wait)),
            // The token itself may still read what is needed.
            Remedy::GiveUp(reason) => {
                refused = Some(reason);
                crate::meta::accounts::Inspected::default()
            }
        },
    };
    signup.token_expires_at = inspected.expires_at.or(signup.token_expires_at);
    signup.business_id = match app.meta.client_business(&token).await {
        Ok(business) => business,
        Err(failure) => match remedy(signup, &failure) {
            // Worth another try, and needed only where the accounts are not known already.
            Remedy::Retry(wait) if inspected.accounts.is_empty() || (wait.is_none() && signup.tries == 0) => {
                return Ok(Outcome::Later(wait));
            }
            // Said of the customer's own token, it is dead; another refusal only says that this is a plain user's.
            Remedy::GiveUp(reason) if reason.is_dead_login() => {
                refused = Some(reason);
                None
            }
            _ => None,
        },
    };
    let mut accounts = inspected.accounts;
    if accounts.is_empty()
        && let Some(business) = &signup.business_id
    {
        match app.meta.accounts_of(business, &token).await {
            Ok(found) => accounts = found,
            Err(failure) => match remedy(signup, &failure) {
                Remedy::Retry(wait) => return Ok(Outcome::Later(wait)),
                Remedy::GiveUp(_) => return Ok(Outcome::Failed(Reason::NoAccess)),
            },
        }
    }
    // What the browser says was chosen is looked at too; the token proves whether it may be.
    if let Some(claimed) = signup.claim.as_ref().and_then(|claim| claim.business_account_id.as_ref())
        && !accounts.contains(claimed)
    {
        accounts.insert(0, claimed.clone());
    }
    if accounts.is_empty() {
        // A dead token is no login without a number.
        let dead = refused.filter(|reason| reason.is_dead_login());
        return Ok(Outcome::Failed(dead.unwrap_or(Reason::NoNumber)));
    }
    let state = signup.state.clone().accounts_found(accounts);
    moved(signup, state)
}

/// Asks what the number is and refuses what must not be, before anything is done to it.
async fn check(app: &App, signup: &mut Signup, link: &SetupLink, chosen: &Candidate) -> Result<Outcome> {
    let known =
        store::numbers::find(app.store.acquire().await?.db(), signup.project_id, &chosen.phone_number_id).await?;
    if known.is_some_and(|number| number.customer_id != signup.customer_id) {
        return Ok(Outcome::Failed(Reason::Taken));
    }
    let token = token(app, signup)?;
    let asked = app.meta.number(&chosen.phone_number_id, &chosen.business_account_id, &token).await;
    let mut facts = match asked {
        Ok(facts) => facts,
        Err(failure) => return Ok(remedy(signup, &failure).into()),
    };
    if facts.display_phone_number.is_empty() {
        facts.display_phone_number.clone_from(&chosen.display_phone_number);
    }
    let expected = link.terms.expected_phone_number.as_deref();
    if expected.is_some_and(|expected| !is_same(&facts.display_phone_number, expected)) {
        return Ok(Outcome::Failed(Reason::UnexpectedNumber));
    }
    // Unsaid, the dialog that the customer was sent through decides: what may be in an app is never registered.
    facts.is_on_biz_app.get_or_insert(signup.connection_type == ConnectionType::Coexistence);
    let allowed = link.connection_types();
    match facts.kind() {
        Kind::Connects(kind) if allowed.contains(&kind) => {
            let state = signup.state.clone().accepted(facts);
            moved(signup, state)
        }
        Kind::Connects(ConnectionType::Dedicated) => Ok(Outcome::Failed(Reason::WrongTypeCoexistence)),
        Kind::AppOnly if allowed.contains(&ConnectionType::Coexistence) => Ok(Outcome::Failed(Reason::NumberFailed)),
        Kind::Connects(ConnectionType::Coexistence) | Kind::AppOnly => Ok(Outcome::Failed(Reason::WrongTypeDedicated)),
    }
}

async fn subscribe(app: &App, signup: &mut Signup, facts: &Facts) -> Result<Outcome> {
    let token = token(app, signup)?;
    // From here on something is done at Meta that a release of another number of the account would undo.
    if !release::hold_off_for(app, signup, &facts.business_account_id, HOLD).await? {
        return Ok(Outcome::Later(None));
    }
    match app.meta.subscribe(&facts.business_account_id, &token).await {
        Ok(()) => {
            let connection_type = match facts.kind() {
                Kind::Connects(connection_type) => connection_type,
                Kind::AppOnly => return Ok(Outcome::Failed(Reason::NumberFailed)),
            };
            let state = signup.state.clone().subscribed(connection_type);
            moved(signup, state)
        }
        Err(failure) => Ok(remedy(signup, &failure).into()),
    }
}

/// Asks for contacts or history. Meta takes the question once (2593107: it was asked before, by us or by a process that
/// died in the middle) and within a day (2593108); the number works without.
async fn sync(app: &App, signup: &mut Signup, facts: &Facts, what: Sync) -> Result<Outcome> {
    const ASKED_BEFORE: i64 = 2_593_107;
    let token = token(app, signup)?;
    match app.meta.sync(&facts.phone_number_id, what, &token).await {
        Err(failure) if failure.code() != ASKED_BEFORE => match remedy(signup, &failure) {
            Remedy::Retry(wait) => return Ok(Outcome::Later(wait)),
            Remedy::GiveUp(_) => {
                tracing::warn!(signup = %signup.id, link = %signup.link_id, ?what, "the number is connected without");
            }
        },
        Ok(()) | Err(_) => {}
    }
    let state = signup.state.clone().synced();
    moved(signup, state)
}

/// Stores the number under the id it has, or a new one, with its secrets sealed anew for that row.
async fn store(app: &App, signup: &mut Signup, facts: Facts) -> Result<Outcome> {
    let token = token(app, signup)?;
    let facts = as_registered(app, signup, facts, &token).await;
    let now = app.clock.now();
    let known =
        store::numbers::find(app.store.acquire().await?.db(), signup.project_id, &facts.phone_number_id).await?;
    let id = known.map_or_else(|| NumberId::new(now), |number| number.id);
    let seal =
        |column, secret: &SecretString| app.sealer.seal(crate::number::place(id, column), secret.expose_secret());
    let pin = match &signup.pin {
        Some(sealed) => Some(seal("pin", &app.sealer.open(place(signup.id, "pin"), sealed)?)?),
        None => None,
    };
    let secrets = Secrets { token: seal("token", &token)?, token_expires_at: signup.token_expires_at, pin };
    let phone_number_id = facts.phone_number_id.clone();
    let mut tx = app.store.begin().await?;
    match settle::connected(app, &mut tx, signup, settle::Finished { facts, id, secrets }, now).await? {
        Ok(()) => {
            tx.commit().await?;
            Ok(Outcome::Moved)
        }
        Err(Reason::Taken) => {
            drop(tx);
            let owner =
                store::numbers::find(app.store.acquire().await?.db(), signup.project_id, &phone_number_id).await?;
            let is_ours = owner.is_some_and(|number| number.customer_id == signup.customer_id);
            // Another link of the same customer stored it in this very moment: refreshed, then, under the id it has.
            Ok(if is_ours { Outcome::Later(None) } else { Outcome::Failed(Reason::Taken) })
        }
        Err(reason) => Ok(Outcome::Failed(reason)),
    }
}

/// What Meta says of the number after it was registered, which changed its status and more. It is connected whatever
/// comes of this question, so it is asked once.
async fn as_registered(app: &App, signup: &Signup, facts: Facts, token: &SecretString) -> Facts {
    if facts.is_registered() {
        return facts;
    }
    match app.meta.number(&facts.phone_number_id, &facts.business_account_id, token).await {
        Ok(now) if now.kind() == facts.kind() && !now.display_phone_number.is_empty() => now,
        Ok(_) => facts,
        Err(failure) => {
            let _ = remedy(signup, &failure);
            facts
        }
    }
}

/// Six random digits.
fn new_pin() -> SecretString {
    format!("{:06}", random_below(1_000_000)).into()
}
