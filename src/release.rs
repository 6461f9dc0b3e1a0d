//! Takes leave of numbers and customers: gone from the API at once, and undone at Meta in the background.
//!
//! What Meta was told is undone where nothing else needs it. A number that is deleted leaves a release behind, and
//! [`worker`] carries that out: the account's subscription ends unless another of its numbers is connected or is being
//! connected, in whichever project, since the app is the same; the number is deregistered when the platform asked for it.
//!
//! Two sides must not cross: who connects a number of an account and who ends the account's subscription. The one writes a
//! hold and then looks for work on the account ([`hold_off`]); the other takes its lease and then looks for holds. Whichever
//! order that happens in, at least one of them sees the other and waits.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    event::{Event, Name},
    id::{CustomerId, LinkId, ProjectId, ReleaseId},
    invite,
    link::Status,
    notify, number,
    seal::{Place, Sealer},
    signup::{self, Signup},
    store::{Tx, customers, links, numbers, numbers::Removed, releases, releases::Release, signups},
};

pub mod worker;

/// What a signup that is cut off may still be doing at Meta is over by then.
const LAST_CALLS: Duration = Duration::from_secs(60);

/// Where the token of a release is sealed.
fn place(id: ReleaseId) -> Place {
    Place { table: "releases", column: "token", row: id.0 }
}

/// Deletes a number of the project.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when a coexistence number is to be deregistered: Meta has no such thing.
pub async fn number(app: &App, project: ProjectId, phone_number_id: &str, deregister: bool) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let removed = numbers::remove(tx.db(), project, phone_number_id).await?.ok_or(Error::NotFound("phone number"))?;
    if deregister && removed.number.is_coexistence {
        return Err(Error::invalid(
            "deregister",
            "deregister must be false for a number that stays in use with the WhatsApp Business app",
        ));
    }
    told(&mut tx, &removed, now).await?;
    part(&app.sealer, &mut tx, &removed, deregister, now).await?;
    tx.commit().await
}

/// Deletes a customer of the project with all that is the customer's. Live links are revoked, and a signup that runs ends
/// without a connection. Of the numbers, those that are dedicated are deregistered when that is asked for.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn customer(app: &App, project: ProjectId, id: CustomerId, deregister: bool) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if !links::lock_customer(tx.db(), project, id).await? {
        return Err(Error::NotFound("customer"));
    }
    let running = depart(&app.sealer, &mut tx, id, (deregister, true), now).await?;
    customers::delete(tx.db(), id).await?;
    tx.commit().await?;
    // Pages that watch look again, and find nothing.
    for signup in &running {
        app.watchers.moved(signup.link_id);
    }
    Ok(())
}

/// All that is a customer's ends, and no webhook is told. The customer's row is the caller's. Gives the signups that ran.
pub(crate) async fn silently(
    sealer: &Sealer,
    tx: &mut Tx,
    id: CustomerId,
    deregister: bool,
    now: Timestamp,
) -> Result<Vec<Signup>> {
    depart(sealer, tx, id, (deregister, false), now).await
}

async fn depart(
    sealer: &Sealer,
    tx: &mut Tx,
    id: CustomerId,
    (deregister, is_told): (bool, bool),
    now: Timestamp,
) -> Result<Vec<Signup>> {
    links::lock_all(tx.db(), id).await?;
    for link in links::supersede(tx.db(), id, LinkId(Uuid::nil()), now).await? {
        if is_told && link.stored_status == Status::Revoked {
            invite::revoked(tx, &link, now).await?;
        }
    }
    for removed in numbers::remove_all(tx.db(), id).await? {
        if is_told {
            told(tx, &removed, now).await?;
        }
        part(sealer, tx, &removed, deregister && !removed.number.is_coexistence, now).await?;
    }
    let running = signups::running(tx.db(), id).await?;
    for signup in &running {
        cut_off(sealer, tx, signup, now).await?;
    }
    Ok(running)
}

/// A number is gone, and the platform is told.
async fn told(tx: &mut Tx, removed: &Removed, now: Timestamp) -> Result<()> {
    notify::tell(tx, &Event::of_number(Name::NumberDeleted, &removed.number, None, now)).await
}

/// A number is gone, and Meta will be told.
async fn part(sealer: &Sealer, tx: &mut Tx, removed: &Removed, deregister: bool, now: Timestamp) -> Result<()> {
    let number = &removed.number;
    let ids = (number.phone_number_id.as_str(), number.business_account_id.as_str());
    let sealed = (number::place(number.id, "token"), removed.token_sealed.as_slice());
    leave(sealer, tx, number.project_id, ids, sealed, (deregister, now, now)).await
}

/// A signup that has come as far as to subscribe leaves a subscription behind.
async fn cut_off(sealer: &Sealer, tx: &mut Tx, signup: &Signup, now: Timestamp) -> Result<()> {
    releases::let_go(tx.db(), signup.id.0).await?;
    let (Some(facts), Some(token)) = (signup.state.facts(), &signup.token) else { return Ok(()) };
    let ids = (facts.phone_number_id.as_str(), facts.business_account_id.as_str());
    let sealed = (signup::place(signup.id, "token"), token.as_slice());
    leave(sealer, tx, signup.project_id, ids, sealed, (false, now, now.plus(LAST_CALLS))).await
}

/// Writes down what Meta is to be told, with the token sealed anew. A token that does not open tells nobody anything.
async fn leave(
    sealer: &Sealer,
    tx: &mut Tx,
    project: ProjectId,
    ids: (&str, &str),
    (was, sealed): (Place, &[u8]),
    when: (bool, Timestamp, Timestamp),
) -> Result<()> {
    match sealer.open(was, sealed) {
        Ok(token) => releases::insert(tx.db(), &release(sealer, project, ids, &token, when)?).await,
        Err(e) => {
            let (phone, account) = ids;
            tracing::error!(phone, account, error = %e, "what Meta was told of a number cannot be undone");
            Ok(())
        }
    }
}

/// Writes down that an account was subscribed for a number that was not connected after all.
pub async fn of_nothing(app: &App, project: ProjectId, ids: (&str, &str), token: &SecretString) -> Result<()> {
    let now = app.clock.now();
    let release = release(&app.sealer, project, ids, token, (false, now, now))?;
    releases::insert(app.store.acquire().await?.db(), &release).await
}

fn release(
    sealer: &Sealer,
    project_id: ProjectId,
    (phone_number_id, account): (&str, &str),
    token: &SecretString,
    (deregister, now, next_at): (bool, Timestamp, Timestamp),
) -> Result<Release> {
    let id = ReleaseId::new(now);
    Ok(Release {
        id,
        project_id,
        phone_number_id: phone_number_id.to_owned(),
        business_account_id: account.to_owned(),
        deregister,
        token_sealed: sealer.seal(place(id), token.expose_secret())?,
        tries: 0,
        created_at: now,
        next_at,
        fence: 0,
    })
}

/// Says that `holder` connects a number of that account, for as long as that at the most. `false` while something of the
/// account is being undone: the holder waits and asks again.
pub async fn hold_off(app: &App, holder: Uuid, account: &str, longest: Duration) -> Result<bool> {
    let now = app.clock.now();
    let mut lease = app.store.acquire().await?;
    releases::hold(lease.db(), holder, account, now.plus(longest)).await?;
    Ok(!releases::is_at_work(lease.db(), account, now).await?)
}

/// The same for a signup, by whoever moves it.
///
/// # Errors
/// [`Error::Conflict`] when somebody else moves it by now: a hold of theirs is not ours to write.
pub async fn hold_off_for(app: &App, signup: &Signup, account: &str, longest: Duration) -> Result<bool> {
    let now = app.clock.now();
    let mut lease = app.store.acquire().await?;
    if !releases::hold_for(lease.db(), signup, account, now.plus(longest)).await? {
        return Err(Error::Conflict("the signup was taken over".to_owned()));
    }
    Ok(!releases::is_at_work(lease.db(), account, now).await?)
}

/// Forgets holds that nobody took back.
pub async fn sweep(app: &App) -> Result<u64> {
    releases::sweep(app.store.acquire().await?.db(), app.clock.now()).await
}
