//! A claim on a signup: while it holds, nobody else moves it.
//!
//! The lease is short, so that the next process takes over from a dead one while a login's code still lives (thirty
//! seconds); a step may take longer than a lease, so its holder renews it for as long as it lives itself.

use std::time::Duration;

use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    id::SignupId,
    signup::Signup,
    store::signups,
};

/// How long a claim holds without being renewed. Processes that share a database must agree on the time to within this.
const LEASE: Duration = Duration::from_secs(10);
/// How often it is renewed: two renewals may be lost before the lease is.
const BEAT: Duration = Duration::from_secs(3);

/// When a claim that is made or renewed now will run out.
pub(super) fn until(now: Timestamp) -> Timestamp {
    now.plus(LEASE)
}

/// Claims that signup, if it is due and nobody is at it.
pub(super) async fn one(app: &App, id: SignupId) -> Result<Option<Signup>> {
    let now = app.clock.now();
    signups::claim(app.store.acquire().await?.db(), id, now, until(now)).await
}

/// Claims the signup that has been due longest and nobody is at.
pub(super) async fn next(app: &App) -> Result<Option<Signup>> {
    let now = app.clock.now();
    signups::claim_next(app.store.acquire().await?.db(), now, until(now)).await
}

/// Keeps a claim alive; ends only when it is lost to somebody else, with the error that says so.
pub(super) async fn renewed(app: &App, id: SignupId, fence: i64) -> Error {
    loop {
        tokio::time::sleep(BEAT).await;
        let lease = until(app.clock.now());
        let renewed = async { signups::renew(app.store.acquire().await?.db(), id, fence, lease).await };
        match renewed.await {
            Ok(true) => {}
            Ok(false) => return Error::Conflict("the signup was taken over".to_owned()),
            Err(e) => tracing::warn!(signup = %id, error = %e, "a claim could not be renewed; it will be tried again"),
        }
    }
}

/// Asked last before what must not be done twice: a process that was held up since it took its claim, by itself or by the
/// database, leaves it to whoever has the claim by now.
pub(super) fn sure(app: &App, signup: &Signup) -> Result<()> {
    match signup.lease_until {
        Some(until) if app.clock.now() < until => Ok(()),
        _ => Err(Error::Conflict("the claim has run out".to_owned())),
    }
}

/// Gives a claim up, so that another process need not wait for it to run out.
pub(super) async fn release(app: &App, id: SignupId, fence: i64) {
    let released = async { signups::release(app.store.acquire().await?.db(), id, fence).await };
    if let Err(e) = released.await {
        tracing::warn!(signup = %id, error = %e, "a claim could not be given up; it will run out");
    }
}

/// Saves a signup that goes on.
pub(super) async fn keep(app: &App, signup: &mut Signup, lease: Option<Timestamp>) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    signups::save(tx.db(), signup, lease, now).await?;
    tx.commit().await?;
    signup.lease_until = lease;
    app.watchers.moved(signup.link_id);
    Ok(())
}

/// Keeps a lease on a signup that is about to do what must not be done twice.
pub(super) async fn note(app: &App, signup: &mut Signup) -> Result<()> {
    let lease = until(app.clock.now());
    keep(app, signup, Some(lease)).await
}
