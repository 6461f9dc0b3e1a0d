//! A business has come to us with an account, and perhaps its customer's browser did not: the window was closed on the last
//! screen, the telephone died. Then the open signup goes on with the token that Meta keeps for us, if it is certain whose
//! account it is ([`certain`]); in every other case nothing happens, and the customer starts again.
//!
//! Nothing is done while the browser may still come back, or a signup is under way that the account may belong to.

use std::time::Duration;

use secrecy::SecretString;

use self::certain::{Fit, Possible};
use crate::{
    app::App,
    clock::Timestamp,
    connect::{LOGIN_LIFETIME, arrive, worker},
    error::Result,
    link::Status,
    meta::{Failure, Remedy, numbers::Listed},
    meter,
    notice::Notice,
    number::is_same,
    signup::{Signup, State},
    store::{links, notices, notices::Kept, numbers, provisioned, signups},
};

mod certain;

/// How long the browser is waited for: as a rule it has come back before the notice has.
pub(super) const GRACE: Duration = Duration::from_secs(2 * 60);
/// How long a signup that is under way is waited for, from look to look and in all.
const NEXT_LOOK: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(60 * 60);
/// Who pressed the button longer ago than this is not at Facebook any more. A login may come back for an hour only; who takes
/// longer is in vain there, and may be meant all the same.
const AT_FACEBOOK: Duration = Duration::from_secs(3 * 60 * 60);
/// Meta's clock and ours need not agree to the second.
const SLACK: Duration = Duration::from_secs(60);
/// With more logins open than this nothing is certain.
const MOST: usize = 1000;

/// What came of a look.
enum Outcome {
    /// The signup went on, or there is none to go on with; a word for the meter.
    Done(&'static str),
    /// Not yet.
    Later(Duration),
}

/// Looks whose the account is, and lets their signup go on.
pub(super) async fn attend(app: &App, kept: &Kept) -> Result<()> {
    let now = app.clock.now();
    let outcome = match look(app, kept).await? {
        Outcome::Later(_) if now.since(kept.received_at) > PATIENCE => Outcome::Done("uncertain"),
        outcome => outcome,
    };
    match outcome {
        Outcome::Later(wait) => notices::later(app.store.acquire().await?.db(), kept, now.plus(wait)).await,
        Outcome::Done(outcome) => {
            notices::done(app.store.acquire().await?.db(), kept).await?;
            if outcome == "uncertain" {
                tracing::info!(
                    account = kept.notice.account,
                    "a business came with an account, and it is not certain for which link"
                );
            }
            meter::noticed("account_update", outcome);
            Ok(())
        }
    }
}

async fn look(app: &App, kept: &Kept) -> Result<Outcome> {
    let notice = &kept.notice;
    let (Some(system), Some(owner)) = (&app.listening.system_token, &notice.owner) else {
        return Ok(Outcome::Done("unchanged"));
    };
    if !notice.is_about(app.meta.app_id()) {
        return Ok(Outcome::Done("unchanged"));
    }
    let open = match open_signups(app, notice).await? {
        Ok(open) => open,
        Err(outcome) => return Ok(outcome),
    };
    if !open.iter().any(|signup| signup.state == State::Login) {
        return Ok(Outcome::Done("nobody's"));
    }
    let (token, expires_at, listed) = match ask(app, notice, owner, system).await {
        Ok(told) => told,
        Err(failure) => {
            tracing::warn!(%failure, account = notice.account, "the token of a business that came was not to be had");
            return Ok(match failure.remedy() {
                Remedy::Retry(wait) => Outcome::Later(wait.unwrap_or(NEXT_LOOK).max(NEXT_LOOK)),
                Remedy::GiveUp(_) => Outcome::Done("refused"),
            });
        }
    };
    let mut possible = Vec::new();
    for signup in &open {
        if let Some(one) = weigh(app, signup, notice, &listed).await? {
            possible.push(one);
        }
    }
    let Some((id, number)) = certain::choose(&possible) else { return Ok(Outcome::Done("uncertain")) };
    let mut tx = app.store.begin().await?;
    if !notices::done(tx.db(), kept).await? {
        return Ok(Outcome::Done("unchanged"));
    }
    let arrival =
        arrive::Arrival { account: notice.account.clone(), number, business: owner.clone(), token, expires_at };
    if !arrive::arrive(app, &mut tx, id, arrival).await? {
        return Ok(Outcome::Later(NEXT_LOOK));
    }
    tx.commit().await?;
    let link = open.iter().find(|signup| signup.id == id).map(|signup| tracing::field::display(signup.link_id));
    tracing::info!(signup = %id, link, "a signup goes on without its browser");
    worker::start(app, id);
    Ok(Outcome::Done("finished"))
}

/// The signups that the account may belong to; or why that is not to be decided now, or not at all.
async fn open_signups(app: &App, notice: &Notice) -> Result<Result<Vec<Signup>, Outcome>> {
    let mut lease = app.store.acquire().await?;
    let (since, until) = (before(notice.at, AT_FACEBOOK), notice.at.plus(SLACK));
    let mut open = Vec::new();
    let all = signups::around(lease.db(), (since, until), before(notice.at, SLACK), MOST + 1).await?;
    if all.len() > MOST {
        return Ok(Err(Outcome::Done("uncertain")));
    }
    for signup in all {
        match &signup.state {
            State::Login | State::Failed { .. } => open.push(signup),
            // Connected meanwhile: to this account, and nothing is left to do, or to another, and then it is not meant.
            State::Connected { number } => {
                let number = numbers::by_id(lease.db(), *number).await?;
                if number.is_some_and(|number| number.business_account_id == notice.account) {
                    return Ok(Err(Outcome::Done("unchanged")));
                }
            }
            _ => return Ok(Err(Outcome::Later(NEXT_LOOK))),
        }
    }
    Ok(Ok(open))
}

fn before(at: Timestamp, span: Duration) -> Timestamp {
    Timestamp(at.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
}

/// The token that the business has granted to the app, when it ends, and the numbers that it reads in the account.
async fn ask(
    app: &App,
    notice: &Notice,
    owner: &str,
    system: &SecretString,
) -> Result<(SecretString, Option<Timestamp>, Vec<Listed>), Failure> {
    let token = app.meta.business_token(owner, system).await?;
    let inspected = app.meta.inspect(&token).await?;
    let listed = app.meta.numbers_of(&notice.account, &token).await?;
    Ok((token, inspected.expires_at, listed))
}

/// How well the account fits a signup; `None` when it cannot be theirs.
async fn weigh(app: &App, signup: &Signup, notice: &Notice, listed: &[Listed]) -> Result<Option<Possible>> {
    let mut lease = app.store.acquire().await?;
    let Some(visit) = links::visit_by_id(lease.db(), signup.link_id).await? else { return Ok(None) };
    let link = &visit.link;
    let of_digits = |digits: &str| listed.iter().find(|one| is_same(&one.facts.display_phone_number, digits));
    let is_proven = |one: &&Listed| one.facts.code_verification_status.as_deref() == Some("VERIFIED");
    let id = |one: &Listed| one.facts.phone_number_id.clone();
    let mut fit = Fit::Open;
    if let Some(wanted) = &link.reconnect {
        let Some(found) = listed.iter().find(|one| one.facts.phone_number_id == wanted.phone_number_id) else {
            return Ok(None);
        };
        let known = numbers::find(lease.db(), signup.project_id, &wanted.phone_number_id).await?;
        let is_theirs = known.is_some_and(|known| {
            known.customer_id == signup.customer_id && known.business_account_id == notice.account
        });
        fit = if is_theirs { Fit::Proven(id(found)) } else { Fit::Open };
    } else if let Some(expected) = &link.terms.expected_phone_number {
        let Some(found) = of_digits(expected) else { return Ok(None) };
        fit = if is_proven(&found) { Fit::Named(id(found)) } else { Fit::Open };
    } else if let Some(owner) = &notice.owner
        && let [only] = listed
        && numbers::customers_of_business(lease.db(), owner).await? == [signup.customer_id]
    {
        fit = Fit::Business(id(only));
    }
    if link.terms.provision_phone_number {
        let bought = provisioned::newest(lease.db(), link.id).await?.filter(|bought| bought.status.is_held());
        let bought = bought.and_then(|bought| bought.phone_number);
        if let Some(found) = bought.as_deref().and_then(of_digits).filter(is_proven) {
            fit = Fit::Proven(id(found));
        }
    }
    let can_go_on = signup.state == State::Login
        && notice.at.since(signup.created_at) <= LOGIN_LIFETIME
        && !matches!(link.stored_status, Status::Used | Status::Revoked)
        && visit.running.is_none();
    Ok(Some(Possible { signup: signup.id, link: link.id, project: signup.project_id, can_go_on, fit }))
}
