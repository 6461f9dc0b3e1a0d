//! Registering a dedicated number: at most twice by ourselves, since Meta allows ten in 72 hours and then closes the
//! number for three days.
//!
//! Before a call is made it is written down; a process that finds a call in doubt asks Meta what became of it before
//! it makes another.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::{Outcome, moved, new_pin, note, remedy, token};
use crate::{
    app::App,
    connect::{claim::sure, place},
    error::{Error, Result},
    meta::{Failure, Remedy},
    number::Facts,
    signup::{Attempts, Errand, Reason, Signup},
    store::numbers,
};

/// Answers of `register` that ask for something of their own (Meta's documentation of error codes).
mod code {
    pub(super) const DEREGISTRATION_FAILED: i64 = 133_000;
    pub(super) const WRONG_PIN: i64 = 133_005;
    pub(super) const TOO_MANY_GUESSES: i64 = 133_008;
    pub(super) const PIN_TOO_FAST: i64 = 133_009;
    pub(super) const NOT_REGISTERED: i64 = 133_010;
    pub(super) const BEING_DELETED: i64 = 133_015;
}

/// What 133015 asks for: the deletion before takes about this long.
const DELETION: Duration = Duration::from_secs(5 * 60);
/// A pause for 133009 when Meta names none.
const SLOWER: Duration = Duration::from_secs(30);

pub(super) async fn register(app: &App, signup: &mut Signup, facts: &Facts, mut attempts: Attempts) -> Result<Outcome> {
    let token = token(app, signup)?;
    let phone = facts.phone_number_id.as_str();
    // A number that was registered before we came says nothing about our call; then it is simply made again.
    if attempts.in_doubt && !facts.is_registered() {
        match app.meta.number(phone, &facts.business_account_id, &token).await {
            Ok(now) if now.is_registered() => return registered(signup),
            Ok(_) => attempts.in_doubt = false,
            Err(failure) => return Ok(remedy(signup, &failure).into()),
        }
    }
    if attempts.registered >= Attempts::MOST {
        return Ok(Outcome::Failed(Reason::MetaDownLater));
    }
    let pin = pin(app, signup, phone).await?;
    if let Some(errand) = attempts.due {
        attempts.errands += 1;
        signup.state = attempted(signup, attempts)?;
        if let Err(failure) = run(app, errand, phone, &pin, &token).await {
            return Ok(stuck(signup, &failure, errand, attempts));
        }
        attempts.due = None;
    }
    attempts.registered += 1;
    attempts.in_doubt = true;
    keep(app, signup, attempts).await?;
    sure(app, signup)?;
    let Err(failure) = app.meta.register(phone, &pin, &token).await else { return registered(signup) };

    let remedy = remedy(signup, &failure);
    if failure.is_ambiguous() {
        return Ok(Outcome::Later(wait_of(remedy)));
    }
    attempts.in_doubt = false;
    let may_repeat = attempts.registered < Attempts::MOST;
    let outcome = match (failure.code(), remedy) {
        // Saved before it is done: a process that dies here must not register again without it.
        (code::DEREGISTRATION_FAILED, _) if may_repeat => {
            attempts.due = Some(Errand::Deregister);
            Outcome::Moved
        }
        (code::WRONG_PIN, _) if may_repeat => {
            attempts.due = Some(Errand::ReplacePin);
            Outcome::Moved
        }
        (code::TOO_MANY_GUESSES | code::PIN_TOO_FAST, _) if may_repeat => match (failure.wait(), failure.code()) {
            (Some(wait), _) => Outcome::Later(Some(wait)),
            (None, code::PIN_TOO_FAST) => Outcome::Later(Some(SLOWER)),
            (None, _) => Outcome::Failed(Reason::Pause),
        },
        (code::NOT_REGISTERED, _) if may_repeat => Outcome::Later(None),
        (code::BEING_DELETED, _) if may_repeat => Outcome::Later(Some(failure.wait().unwrap_or(DELETION))),
        (code::NOT_REGISTERED | code::BEING_DELETED | code::DEREGISTRATION_FAILED, _) => {
            Outcome::Failed(Reason::NumberFailed)
        }
        (_, Remedy::Retry(wait)) if may_repeat => Outcome::Later(wait),
        (_, Remedy::Retry(_)) => Outcome::Failed(Reason::MetaDownLater),
        (_, Remedy::GiveUp(reason)) => Outcome::Failed(reason),
    };
    signup.state = attempted(signup, attempts)?;
    Ok(outcome)
}

fn registered(signup: &mut Signup) -> Result<Outcome> {
    let state = signup.state.clone().registered();
    moved(signup, state)
}

fn attempted(signup: &Signup, attempts: Attempts) -> Result<crate::signup::State> {
    signup.state.clone().attempted(attempts).map_err(|e| Error::Internal(e.to_string()))
}

/// Writes down what is about to be tried.
async fn keep(app: &App, signup: &mut Signup, attempts: Attempts) -> Result<()> {
    signup.state = attempted(signup, attempts)?;
    note(app, signup).await
}

fn wait_of(remedy: Remedy) -> Option<Duration> {
    match remedy {
        Remedy::Retry(wait) => wait,
        Remedy::GiveUp(_) => None,
    }
}

async fn run(
    app: &App,
    errand: Errand,
    phone: &str,
    pin: &SecretString,
    token: &SecretString,
) -> std::result::Result<(), Failure> {
    match errand {
        Errand::ReplacePin => app.meta.set_pin(phone, pin, token).await,
        Errand::Deregister => match app.meta.deregister(phone, token).await {
            // It was done by a process that died before it could say so.
            Err(failure) if failure.code() == code::NOT_REGISTERED => Ok(()),
            answer => answer,
        },
    }
}

/// An errand failed too: what it says, or else why it was made.
fn stuck(signup: &Signup, failure: &Failure, errand: Errand, attempts: Attempts) -> Outcome {
    let reason = match errand {
        Errand::ReplacePin => Reason::Pin,
        Errand::Deregister => Reason::NumberFailed,
    };
    match remedy(signup, failure) {
        Remedy::Retry(wait) if attempts.errands < Attempts::MOST_ERRANDS => Outcome::Later(wait),
        Remedy::Retry(_) => Outcome::Failed(Reason::MetaDownLater),
        Remedy::GiveUp(Reason::NumberFailed) => Outcome::Failed(reason),
        Remedy::GiveUp(other) => Outcome::Failed(other),
    }
}

/// The PIN to register with: the one this signup chose before, else the one we know the number to have, else a new one.
async fn pin(app: &App, signup: &mut Signup, phone: &str) -> Result<SecretString> {
    if let Some(sealed) = &signup.pin {
        return app.sealer.open(place(signup.id, "pin"), sealed);
    }
    let known = numbers::known(app.store.acquire().await?.db(), signup.project_id, phone).await?;
    let kept = known.and_then(|known| Some((known.number.id, known.pin_sealed?)));
    let pin = match kept {
        Some((known, sealed)) => app.sealer.open(crate::number::place(known, "pin"), &sealed)?,
        None => new_pin(),
    };
    signup.pin = Some(app.sealer.seal(place(signup.id, "pin"), pin.expose_secret())?);
    Ok(pin)
}
