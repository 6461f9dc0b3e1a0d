//! Tells Meta what is still to be told of numbers that went, for as long as a week.
//!
//! A release is claimed before it is touched, and held anew before every call. What it undoes can be undone twice without
//! harm, so a process that dies in the middle leaves a lease that runs out, and the next one does it again.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use super::place;
use crate::{
    app::App,
    clock::backoff,
    error::Result,
    lasting::Lasting,
    meta::{Failure, Remedy},
    signup::Reason,
    store::{
        releases,
        releases::{Release, Uses},
    },
    trace::{self, Of},
};

/// How often the loop looks for work.
const PAUSE: Duration = Duration::from_millis(500);
/// Releases carried out by one process at a time.
const HANDS: usize = 8;
/// How long a claim holds: longer than a call takes.
const LEASE: Duration = Duration::from_secs(20);
/// How long after a claim was taken a call may begin, so that it is over before the claim is.
const LATEST: Duration = Duration::from_secs(5);
/// The first pause between tries, and the longest one.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(6 * 60 * 60));
/// How long the end of a connection is waited for before another look.
const NEXT_LOOK: Duration = Duration::from_secs(5);
/// A number that was deregistered too often is closed for three days; after a week there is no hope.
const GIVE_UP: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// `deregister` of a number that is not registered: it is as it should be.
const NOT_REGISTERED: i64 = 133_010;

/// Carries out what is due until the house closes.
pub async fn run(app: App) {
    let hands = Arc::new(Semaphore::new(HANDS));
    let looking = Lasting::new("releases could not be looked for", "releases are looked for again");
    while !app.stopping.is_cancelled() {
        app.pulse.beat("releases", app.clock.now());
        let Ok(hand) = hands.clone().acquire_owned().await else { return };
        let now = app.clock.now();
        let claimed = async { releases::claim(app.store.acquire().await?.db(), now, now.plus(LEASE)).await };
        if let Some(release) = looking.note(claimed.await).flatten() {
            let owned = app.clone();
            app.tasks.spawn(async move {
                    let id = release.id;
                    // The end of the house leaves it as a process that died would: the lease runs out.
                    let attended = tokio::select! {
                        attended = attend(&owned, release) => attended,
                        () = owned.stopping.cancelled() => Ok(()),
                    };
                    if let Err(e) = attended {
                        tracing::error!(release = %id, error = %e, "a release could not be worked on; its claim will run out");
                    }
                    drop(hand);
                });
            continue;
        }
        drop(hand);
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}

/// What came of a release for now.
enum Outcome {
    /// Nothing is left to do.
    Done,
    /// Somebody is connecting a number of the account: what they need shows when they are done.
    Held,
    /// Meta did not do it, and asks for that wait if it does.
    Later(Option<Duration>),
    /// Somebody else has the release now.
    Lost,
}

async fn attend(app: &App, mut release: Release) -> Result<()> {
    let span = trace::part(Of::Release(release.id), "release");
    let outcome = span.around(carry_out(app, &mut release)).await?;
    drop(span);
    let now = app.clock.now();
    match outcome {
        Outcome::Lost => return Ok(()),
        Outcome::Done => return releases::done(app.store.acquire().await?.db(), &release).await,
        Outcome::Held => release.next_at = now.plus(NEXT_LOOK),
        Outcome::Later(_) if now.since(release.created_at) > GIVE_UP => {
            given_up(&release, "it was not done within a week");
            return releases::done(app.store.acquire().await?.db(), &release).await;
        }
        Outcome::Later(asked) => {
            release.next_at = now.plus(pause(asked, release.tries));
            release.tries = release.tries.saturating_add(1);
        }
    }
    releases::later(app.store.acquire().await?.db(), &release).await
}

/// How long until the next try. A wait of more than the longest pause is not sat out: what asked for it may have gone wrong.
fn pause(asked: Option<Duration>, tries: i32) -> Duration {
    asked.unwrap_or_default().min(BACKOFF.1).max(backoff(BACKOFF, tries))
}

async fn carry_out(app: &App, release: &mut Release) -> Result<Outcome> {
    let token = match app.sealer.open(place(release.id), &release.token_sealed) {
        Ok(token) => token,
        Err(e) => {
            tracing::error!(release = %release.id, error = %e, "a release waits for the key of its token");
            return Ok(Outcome::Later(Some(BACKOFF.1)));
        }
    };
    if release.deregister {
        match look(app, release).await? {
            None => return Ok(Outcome::Lost),
            Some(uses) if uses.number > 0 => {}
            Some(uses) if uses.holds > 0 => return Ok(Outcome::Held),
            Some(_) => match refused(release, app.meta.deregister(&release.phone_number_id, &token).await) {
                Ok(()) => {
                    tracing::info!(release = %release.id, phone = release.phone_number_id, "a number is deregistered");
                }
                Err(Remedy::Retry(wait)) => return Ok(Outcome::Later(wait)),
                // Ten tries in three days, and then Meta closes the number for another three.
                Err(Remedy::GiveUp(Reason::Wait)) => return Ok(Outcome::Later(Some(BACKOFF.1))),
                Err(Remedy::GiveUp(_)) => given_up(release, "Meta refuses to deregister the number"),
            },
        }
        release.deregister = false;
    }
    match look(app, release).await? {
        None => return Ok(Outcome::Lost),
        Some(uses) if uses.account > 0 => return Ok(Outcome::Done),
        Some(uses) if uses.holds > 0 => return Ok(Outcome::Held),
        Some(_) => {}
    }
    match refused(release, app.meta.unsubscribe(&release.business_account_id, &token).await) {
        Ok(()) => {
            tracing::info!(release = %release.id, account = release.business_account_id, "an account is unsubscribed");
        }
        Err(Remedy::Retry(wait)) => return Ok(Outcome::Later(wait)),
        Err(Remedy::GiveUp(_)) => given_up(release, "Meta refuses to end the account's subscription"),
    }
    Ok(Outcome::Done)
}

/// Takes the lease anew and then looks who needs what is to be undone: in this order, or somebody who begins to need it
/// in between is not seen. `None` when somebody else has the release, or may have it before a call that begins now is over.
async fn look(app: &App, release: &Release) -> Result<Option<Uses>> {
    let now = app.clock.now();
    let mut lease = app.store.acquire().await?;
    if !releases::renew(lease.db(), release, now.plus(LEASE)).await? {
        return Ok(None);
    }
    let uses = releases::uses(lease.db(), release, now).await?;
    // A process that slept here, or a database that did, must not end what somebody else has begun meanwhile.
    Ok((app.clock.now().since(now) < LATEST).then_some(uses))
}

/// What to do about Meta's answer, when it is no success.
fn refused(release: &Release, answer: Result<(), Failure>) -> Result<(), Remedy> {
    match answer {
        Err(failure) if failure.code() != NOT_REGISTERED => {
            tracing::warn!(release = %release.id, %failure, "Meta did not undo it");
            Err(failure.remedy())
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn given_up(release: &Release, why: &str) {
    tracing::error!(
        release = %release.id, project = %release.project_id, phone = release.phone_number_id,
        account = release.business_account_id, deregister = release.deregister, why,
        "what Meta was told of a number was not undone; it has to be done by hand"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn a_wait_that_is_asked_for_is_kept_within_reason() {
        assert_eq!(pause(Some(Duration::from_secs(3600)), 0), Duration::from_secs(3600));
        assert_eq!(pause(Some(Duration::from_secs(365 * 24 * 60 * 60)), 0), BACKOFF.1);
        assert!(pause(None, 0) <= BACKOFF.0);
    }

    #[test]
    fn tries_spread_over_a_week() {
        let mut at = Timestamp(0);
        let mut tries = 0;
        while at.since(Timestamp(0)) < GIVE_UP {
            let pause = backoff(BACKOFF, tries);
            assert!(pause >= BACKOFF.0 / 2 && pause <= BACKOFF.1, "{tries}: {pause:?}");
            at = at.plus(pause);
            tries += 1;
        }
        assert!((25..100).contains(&tries), "{tries} tries");
    }
}
