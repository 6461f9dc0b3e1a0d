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
    signup::{Candidate, Claim, Illegal, Reason, Signup, State},
    store::{
        numbers::{self, Secrets},
        provisioned,
    },
};

mod exchange;
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

/// How often an account that does not answer is asked again when others did.
const ASKED_AGAIN: i32 = 2;

/// Does the step that the signup stands at.
///
/// # Errors
/// What is ours alone: the database, a seal. What Meta says is never an error here.
pub(super) async fn advance(app: &App, signup: &mut Signup, link: &SetupLink) -> Result<Outcome> {
    match signup.state.clone() {
        State::Exchange => exchange::exchange(app, signup).await,
        State::Accounts => accounts(app, signup).await,
        State::Numbers { accounts } => find_numbers(app, signup, link, &accounts).await,
        State::Check { chosen } => check(app, signup, link, &chosen).await,
        State::Subscribe { facts } => subscribe(app, signup, &facts).await,
        State::Register { facts, attempts } => register::register(app, signup, &facts, attempts).await,
        State::Contacts { facts } => sync(app, signup, &facts, Sync::Contacts).await,
        State::History { facts } => sync(app, signup, &facts, Sync::History).await,
        State::Store { facts } => store(app, signup, facts).await,
        // Nobody chose for an hour; the login's token is not kept for longer.
        State::Choose { .. } => Ok(Outcome::Failed(Reason::TooLate)),
        State::Login | State::Connected { .. } | State::Failed { .. } => {
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
    tracing::warn!(signup = %signup.id, step = %signup.state.step(), failure = %failure, "Meta did not do it");
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

async fn find_numbers(app: &App, signup: &mut Signup, link: &SetupLink, accounts: &[String]) -> Result<Outcome> {
    let token = token(app, signup)?;
    let (mut listed, mut refused, mut unanswered, mut has_read) = (Vec::new(), None, None, false);
    for account in accounts {
        match app.meta.numbers_of(account, &token).await {
            Ok(numbers) => {
                has_read = true;
                listed.extend(numbers);
            }
            Err(failure) => match remedy(signup, &failure) {
                Remedy::Retry(wait) => unanswered = Some(wait),
                // An old account that is closed to us must not hide a new one that is open.
                Remedy::GiveUp(Reason::NumberFailed) => refused = refused.or(Some(Reason::NoAccess)),
                Remedy::GiveUp(reason) => refused = refused.or(Some(reason)),
            },
        }
    }
    // Nor must one that stays silent, once it was asked again.
    if let Some(wait) = unanswered
        && (listed.is_empty() || signup.tries < ASKED_AGAIN)
    {
        return Ok(Outcome::Later(wait));
    }
    let found_any = !listed.is_empty();
    let mut miss = Reason::WrongNumber;
    if let Some(wanted) = &link.reconnect {
        listed.retain(|number| number.facts.phone_number_id == wanted.phone_number_id);
        // One that was deleted since may come back from any account: nothing is known of it.
        let known = numbers::find(app.store.acquire().await?.db(), signup.project_id, &wanted.phone_number_id).await?;
        if let Some(known) = known.filter(|_| !listed.is_empty()) {
            listed.retain(|number| number.facts.business_account_id == known.business_account_id);
            miss = Reason::OtherAccount;
        }
    }
    // The newest first; the sort is stable, so what Meta gave no time for stays in Meta's own order.
    listed.sort_by_key(|number| std::cmp::Reverse(number.onboarded_at));
    let mut candidates: Vec<Candidate> = Vec::new();
    for number in listed.into_iter().map(|number| number.facts) {
        if candidates.iter().all(|known| known.phone_number_id != number.phone_number_id) {
            candidates.push(Candidate {
                phone_number_id: number.phone_number_id,
                business_account_id: number.business_account_id,
                display_phone_number: number.display_phone_number,
                verified_name: number.verified_name,
            });
        }
    }
    if let Some(expected) = &link.terms.expected_phone_number {
        keep_expected(&mut candidates, expected);
    }
    if link.terms.provision_phone_number {
        // Who has the number that was bought for them is not asked which one is meant.
        let own = provisioned::newest(app.store.acquire().await?.db(), link.id).await?;
        let own = own.and_then(|own| own.phone_number).unwrap_or_default();
        if candidates.iter().any(|candidate| is_same(&candidate.display_phone_number, &own)) {
            candidates.retain(|candidate| is_same(&candidate.display_phone_number, &own));
        }
    }
    if !candidates.is_empty() && all_taken(app, signup, &candidates).await? {
        return Ok(Outcome::Failed(Reason::Taken));
    }
    if let Some(claim) = &signup.claim {
        keep_claimed(&mut candidates, claim);
    }
    let mut candidates = candidates.into_iter();
    match candidates.next() {
        Some(first) => {
            let state = signup.state.clone().numbers_found(first, candidates.collect());
            moved(signup, state)
        }
        None if found_any && link.reconnect.is_none() => Ok(Outcome::Failed(Reason::UnexpectedNumber)),
        None if found_any => Ok(Outcome::Failed(miss)),
        None => Ok(Outcome::Failed(refused.filter(|_| !has_read).unwrap_or(Reason::NoNumber))),
    }
}

/// Of the numbers on offer the one that the platform expects. Where Meta does not list the numbers themselves, they are
/// asked for one by one ([`check`]).
fn keep_expected(candidates: &mut Vec<Candidate>, expected: &str) {
    let is_it = |candidate: &Candidate| is_same(&candidate.display_phone_number, expected);
    if candidates.iter().any(is_it) {
        candidates.retain(is_it);
    } else {
        candidates.retain(|candidate| candidate.display_phone_number.is_empty());
    }
}

/// Of the numbers that the token reaches, keeps those that the customer chose in the dialog, as the browser tells it. A claim
/// that fits none of them is no claim.
fn keep_claimed(candidates: &mut Vec<Candidate>, claim: &Claim) {
    let is_number = |candidate: &Candidate| claim.phone_number_id.as_ref() == Some(&candidate.phone_number_id);
    let is_account = |candidate: &Candidate| claim.business_account_id.as_ref() == Some(&candidate.business_account_id);
    if candidates.iter().any(is_number) {
        candidates.retain(is_number);
    } else if candidates.iter().any(is_account) {
        candidates.retain(is_account);
    }
}

/// Whether every number on offer is another customer's: then there is nothing to choose.
async fn all_taken(app: &App, signup: &Signup, candidates: &[Candidate]) -> Result<bool> {
    let mut lease = app.store.acquire().await?;
    for candidate in candidates {
        let known = numbers::find(lease.db(), signup.project_id, &candidate.phone_number_id).await?;
        if known.is_none_or(|number| number.customer_id == signup.customer_id) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Asks what the number is and refuses what must not be, before anything is done to it.
async fn check(app: &App, signup: &mut Signup, link: &SetupLink, chosen: &Candidate) -> Result<Outcome> {
    let known = numbers::find(app.store.acquire().await?.db(), signup.project_id, &chosen.phone_number_id).await?;
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
    if !release::hold_off(app, signup.id.0, &facts.business_account_id, HOLD).await? {
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
            Remedy::GiveUp(_) => tracing::warn!(signup = %signup.id, ?what, "the number is connected without"),
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
    let known = numbers::find(app.store.acquire().await?.db(), signup.project_id, &facts.phone_number_id).await?;
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
            tracing::info!(signup = %signup.id, "a number is connected");
            Ok(Outcome::Moved)
        }
        Err(Reason::Taken) => {
            drop(tx);
            let owner = numbers::find(app.store.acquire().await?.db(), signup.project_id, &phone_number_id).await?;
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
