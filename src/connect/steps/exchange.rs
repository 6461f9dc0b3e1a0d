//! The first step: the code for a token, within the half minute that the code lives.

use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::{Outcome, moved, note, remedy};
use crate::{
    app::App,
    connect::{claim::sure, place},
    error::Result,
    meta::{Failure, Remedy},
    signup::{Reason, Signup},
};

/// A second try must be over before the code's 30 seconds are.
const TRIES: i32 = 2;

/// Until when after it came a code is surely alive, with a call's time to spare (Meta's documentation: 30 seconds).
const ALIVE: Duration = Duration::from_secs(18);

/// A wait that still leaves the code alive.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What Meta says of a code. The subcodes are seen in practice, not in a table of Meta's.
mod subcode {
    pub(super) const EXPIRED: i64 = 36_007;
    pub(super) const REDIRECT_URI: i64 = 36_008;
    pub(super) const USED: i64 = 36_009;
}

pub(super) async fn exchange(app: &App, signup: &mut Signup) -> Result<Outcome> {
    let (None, Some(sealed)) = (&signup.token, &signup.code) else {
        // A token is held: whatever happened to the code, this is done.
        return hold(signup);
    };
    let code = app.sealer.open(place(signup.id, "code"), sealed)?;
    if signup.tries >= TRIES {
        // Whoever tried died of something else, and the code with them.
        return Ok(Outcome::Failed(Reason::TooLate));
    }
    // Written down first: of a code that comes too often Meta may take back what it gave for it.
    signup.tries += 1;
    note(app, signup).await?;
    sure(app, signup)?;
    match app.meta.exchange(&code, signup.way).await {
        Ok(grant) => {
            signup.token = Some(app.sealer.seal(place(signup.id, "token"), grant.token.expose_secret())?);
            signup.token_expires_at = grant.lives.map(|lives| app.clock.now().plus(lives));
            signup.code = None;
            hold(signup)
        }
        Err(failure) if failure.was_never_sent() && is_alive(app, signup) => {
            tracing::warn!(signup = %signup.id, link = %signup.link_id, %failure, "Meta could not be connected to; the code waits");
            // The one that was written down, and the one that is counted when it is put aside: Meta has heard of neither.
            signup.tries -= 2;
            Ok(Outcome::Later(None))
        }
        Err(failure) => Ok(refused(signup, &failure)),
    }
}

fn is_alive(app: &App, signup: &Signup) -> bool {
    signup.since.is_some_and(|came| app.clock.now().since(came) < ALIVE)
}

fn hold(signup: &mut Signup) -> Result<Outcome> {
    let state = signup.state.clone().token_held();
    moved(signup, state)
}

fn refused(signup: &mut Signup, failure: &Failure) -> Outcome {
    let remedy = remedy(signup, failure);
    if let Failure::Graph(error) = failure {
        match (error.code, error.subcode) {
            (100, Some(subcode::EXPIRED | subcode::USED)) => return Outcome::Failed(Reason::TooLate),
            // Everywhere else, and with another message, 1 is "unknown error" and may pass.
            (1, _) if error.is_about_secret => return misconfigured("META_APP_SECRET is not this app's"),
            (101, _) => return misconfigured("META_APP_ID is no app of Meta's"),
            (191, _) | (100, Some(subcode::REDIRECT_URI)) => {
                return misconfigured(
                    "the app's valid OAuth redirect URIs do not have {PUBLIC_URL}/auth/facebook/callback",
                );
            }
            _ => {}
        }
    }
    match remedy {
        Remedy::Retry(wait) if signup.tries < TRIES && wait.unwrap_or_default() <= LONGEST_WAIT => {
            // Counted when it is put aside.
            signup.tries -= 1;
            Outcome::Later(wait)
        }
        Remedy::Retry(_) => Outcome::Failed(Reason::MetaDown),
        Remedy::GiveUp(_) => Outcome::Failed(Reason::Exchange),
    }
}

/// The operator's to mend: every customer will meet it.
fn misconfigured(what: &'static str) -> Outcome {
    tracing::error!("no login can be completed: {what}");
    Outcome::Failed(Reason::Exchange)
}
