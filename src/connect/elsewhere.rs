//! A link that is carried on with on another device: how far that is, for the device that waits.

use super::LOGIN_LIFETIME;
use crate::{
    app::App,
    error::Result,
    link::Status,
    signup::{Reason, State},
    store::{links, links::Visit, signups},
};

/// How far the other device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// Nothing was heard of it.
    Waiting,
    /// It has opened the page.
    Opened,
    /// A login is under way at Facebook.
    AtFacebook,
    /// The last login came to nothing; the link can be tried again.
    Failed(Reason),
    /// A signup is being carried through, or the number is connected: the progress page shows it.
    OnItsWay,
    /// The link is over without a number.
    Over,
}

/// How far the link has come, whoever carries it on.
pub async fn look(app: &App, visit: &Visit) -> Result<Elsewhere> {
    let now = app.clock.now();
    let status = visit.link.status(now);
    match (visit.running, status) {
        // A signup that began in time goes on although the link's time ended meanwhile.
        (Some(_), Status::Active | Status::Expired) | (_, Status::Used) => return Ok(Elsewhere::OnItsWay),
        (_, Status::Active) => {}
        (_, Status::Expired | Status::Revoked) => return Ok(Elsewhere::Over),
    }
    let mut lease = app.store.acquire().await?;
    let arrived = links::arrived(lease.db(), visit.link.id).await?;
    let last = signups::last(lease.db(), visit.link.id).await?;
    let last = last.filter(|signup| now.since(signup.created_at) < LOGIN_LIFETIME);
    let opened_since = |at| arrived.is_some_and(|arrived| arrived > at);
    Ok(match last.map(|signup| (signup.state, signup.created_at)) {
        Some((State::Login, _)) => Elsewhere::AtFacebook,
        Some((State::Failed { reason, .. }, began)) if !opened_since(began) => Elsewhere::Failed(reason),
        _ if arrived.is_some_and(|arrived| now.since(arrived) < LOGIN_LIFETIME) => Elsewhere::Opened,
        _ => Elsewhere::Waiting,
    })
}

/// Notes that a second device has opened the page, and tells the first.
pub async fn arrived(app: &App, visit: &Visit) -> Result<()> {
    if visit.link.status(app.clock.now()) == Status::Active {
        links::note_arrival(app.store.acquire().await?.db(), visit.link.id, app.clock.now()).await?;
    }
    Ok(())
}
