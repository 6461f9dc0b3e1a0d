//! A number that is ours: kept for its link, listened to, and given back when nothing comes of it.

use super::{
    Provisioned, accounts, hear, marks, tell, verify,
    worker::{self, Turn},
};
use crate::{
    app::App,
    clock::Timestamp,
    error::Result,
    event::Name,
    link::{SetupLink, Status as LinkStatus},
    meter,
    number::digits,
    provisioned::{CODE_LIFETIME, Status, Trouble},
    store::{Tx, links, numbers, provisioned, records},
    twilio::{Account, Failure, numbers::Owned},
};

use std::time::Duration;

/// How often a number that waits is looked at: its link may have ended.
const LOOK: Duration = Duration::from_secs(60);
/// How often one that is connected is.
const LOOK_AFTER: Duration = Duration::from_secs(60 * 60);
/// How often messages are asked for while a code is awaited, at first and after five minutes.
const POLL: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));

/// A bought number: given back when its link is over, and listened to while its customer waits for a code.
pub(super) async fn watch(app: &App, number: &mut Provisioned) -> Result<Turn> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    // The link first, as everywhere: a signup that connects the number in this moment waits for us, or we for it.
    let link = links::lock(tx.db(), number.link_id).await?;
    if is_over(&mut tx, number, link.as_ref(), now).await? {
        number.status = Status::Releasing;
        number.next_at = now;
        provisioned::save(tx.db(), number, Some(worker::lease(now)), now).await?;
        tx.commit().await?;
        return Ok(Turn::On);
    }
    drop(tx);
    forget_stale(app, number, now).await?;
    let next = poll(app, number, now).await?;
    verify::go_on(app, number, next).await
}

/// Whether a bought number is to be given back. A signup that came back from Facebook in time is waited for.
async fn is_over(tx: &mut Tx, number: &Provisioned, link: Option<&SetupLink>, now: Timestamp) -> Result<bool> {
    let Some(link) = link else { return Ok(true) };
    if number.release_at.is_some_and(|when| when <= now) {
        return Ok(true);
    }
    match link.status(now) {
        LinkStatus::Active => Ok(false),
        // Used with another number, and nobody has said when this one is to go.
        LinkStatus::Used => Ok(number.release_at.is_none()),
        LinkStatus::Expired | LinkStatus::Revoked => {
            let visit = links::visit_by_id(tx.db(), link.id).await?;
            Ok(visit.is_none_or(|visit| visit.running.is_none()))
        }
    }
}

/// Asks for messages when a webhook should have come and did not. Gives the time of the next look.
async fn poll(app: &App, number: &Provisioned, now: Timestamp) -> Result<Timestamp> {
    let usual = number.release_at.map_or(now.plus(LOOK), |when| when.min(now.plus(LOOK)));
    let listening = &number.listening;
    let Some(since) = listening.since.filter(|_| listening.is_on(now)) else {
        return Ok(usual);
    };
    let first = since.plus(super::PATIENCE);
    if now < first {
        return Ok(first.min(usual));
    }
    if let (Some(account), Some(phone_number)) = (accounts::of_number(app, number).await?, &number.phone_number) {
        match app.twilio.messages_to(&account, phone_number, since).await {
            Ok(messages) => hear::messages(app, number, &messages, now).await?,
            Err(failure) => tracing::warn!(provisioned = %number.id, %failure, "messages could not be asked for"),
        }
    }
    let is_early = now.since(since) < Duration::from_secs(5 * 60) && !listening.has_code(now);
    Ok(now.plus(if is_early { POLL.0 } else { POLL.1 }).min(usual))
}

/// Codes and recordings are kept as long as a code is good for.
async fn forget_stale(app: &App, number: &Provisioned, now: Timestamp) -> Result<()> {
    let long_ago = now.minus(CODE_LIFETIME);
    provisioned::heard::forget_code(app.store.acquire().await?.db(), number.id, long_ago).await?;
    if number.listening.playable(now).is_none() {
        let_go_of_recording(app, number, now).await?;
    }
    Ok(())
}

/// A recording is not played any more: that it is to be forgotten at Twilio is written down with that. Its call is, already,
/// and will have seen to it by then; but not where a program of the version before has answered it.
async fn let_go_of_recording(app: &App, number: &Provisioned, now: Timestamp) -> Result<()> {
    let Some(recording) = &number.listening.recording else { return Ok(()) };
    let mut tx = app.store.begin().await?;
    provisioned::calls::remember(tx.db(), recording, &number.account_sid, now.plus(CODE_LIFETIME)).await?;
    provisioned::calls::let_go(tx.db(), number.id, recording).await?;
    tx.commit().await
}

/// A connected number: given back when the platform says so, or some time after it has left the project.
pub(super) async fn look_after(app: &App, number: &mut Provisioned) -> Result<Turn> {
    let now = app.clock.now();
    forget_stale(app, number, Timestamp(now.0.saturating_add(1))).await?;
    if number.release_at.is_some_and(|when| when <= now) {
        number.status = Status::Releasing;
        number.next_at = now;
        worker::save(app, number, true).await?;
        return Ok(Turn::On);
    }
    let digits = digits(number.phone_number.as_deref().unwrap_or_default());
    let mut lease = app.store.acquire().await?;
    let still = numbers::by_digits(lease.db(), number.project_id, number.customer_id, &digits).await?.is_some();
    match (still, number.release_at) {
        (true, Some(_)) => provisioned::keep(lease.db(), number.id, number.fence).await?,
        (false, None) => {
            let when = now.plus(app.twilio.settings().grace);
            tracing::info!(provisioned = %number.id, "a number is no longer connected; it is given back after a while");
            provisioned::let_go_at(lease.db(), number.project_id, number.id, when).await?;
            // That took the claim from us: whoever comes next goes on.
            return Ok(Turn::Over);
        }
        (true, None) | (false, Some(_)) => {}
    }
    let usual = now.plus(LOOK_AFTER);
    Ok(Turn::Until(if still { usual } else { number.release_at.map_or(usual, |when| when.min(usual)) }))
}

/// Gives a number back, if it still carries our mark; what somebody has renamed is theirs to keep.
pub(super) async fn give_back(app: &App, number: &mut Provisioned) -> Result<Turn> {
    let now = app.clock.now();
    // Nobody waits for its code any more.
    provisioned::heard::forget_code(app.store.acquire().await?.db(), number.id, now).await?;
    let_go_of_recording(app, number, now).await?;
    if !marks::of(app).await?.has(&number.mark) {
        tracing::error!(provisioned = %number.id, "a number is not given back: it was bought at another PUBLIC_URL, and may be another deployment's");
        return Ok(Turn::Until(now.plus(LOOK_AFTER)));
    }
    let Some(account) = accounts::of_number(app, number).await? else {
        tracing::error!(provisioned = %number.id, account = number.account_sid, "a number cannot be given back: nobody has the account's credentials");
        return Ok(Turn::Until(now.plus(LOOK_AFTER)));
    };
    if let Some(turn) = verify::leave(app, number).await? {
        return Ok(turn);
    }
    let released = match &number.sid {
        None => Ok(true),
        Some(sid) => {
            let phone_number = number.phone_number.as_deref().unwrap_or_default();
            release(app, &account, (sid, phone_number), &number.mark).await
        }
    };
    match released {
        Ok(true) => released_now(app, number).await,
        Ok(false) => {
            tracing::warn!(provisioned = %number.id, project = %number.project_id, "a number is not given back: somebody has renamed it at Twilio, and so it is theirs");
            number.trouble = Some(Trouble::Renamed);
            released_now(app, number).await
        }
        Err(failure) => {
            tracing::error!(provisioned = %number.id, %failure, tries = number.tries, "a number could not be given back; it will be tried again");
            Ok(Turn::Later(None))
        }
    }
}

/// Releases what carries exactly that mark, which must be ours. `true` when the account does not have it any more.
async fn release(
    app: &App,
    account: &Account,
    (sid, phone_number): (&str, &str),
    mark: &str,
) -> std::result::Result<bool, Failure> {
    match app.twilio.by_sid(account, sid, phone_number).await? {
        None => Ok(true),
        Some(owned) if owned.friendly_name == mark => app.twilio.release(account, sid).await.map(|()| true),
        Some(_) => Ok(false),
    }
}

/// The number is not ours any more: written and told.
async fn released_now(app: &App, number: &mut Provisioned) -> Result<Turn> {
    let now = app.clock.now();
    number.status = Status::Released;
    let mut tx = app.store.begin().await?;
    provisioned::save(tx.db(), number, None, now).await?;
    tell(&mut tx, Name::ProvisionedReleased, number, now).await?;
    // One whose customer was erased was kept until now, and no longer.
    records::forget_returned(tx.db(), 1).await?;
    tx.commit().await?;
    meter::provisioned(number.trouble.map_or("released", Trouble::as_str));
    tracing::info!(provisioned = %number.id, project = %number.project_id, trouble = number.trouble.map(Trouble::as_str), "a number is not ours any more");
    Ok(Turn::Over)
}

/// A purchase whose row is nobody's any more is undone at once.
pub(super) async fn compensate(app: &App, account: &Account, mark: &str, bought: &Owned) -> Result<()> {
    let row = provisioned::by_mark(app.store.acquire().await?.db(), mark).await?;
    let is_wanted = row.is_some_and(|row| row.status == Status::Picked || row.sid.as_ref() == Some(&bought.sid));
    if !is_wanted {
        orphan(app, account, mark, bought).await?;
    }
    Ok(())
}

/// Gives back a number that carries our mark and belongs to nothing of ours.
pub(super) async fn orphan(app: &App, account: &Account, mark: &str, number: &Owned) -> Result<()> {
    let Owned { sid, phone_number, .. } = number;
    if !marks::of(app).await?.has(mark) {
        return Ok(());
    }
    match release(app, account, (sid, phone_number), mark).await {
        Ok(true) => {
            meter::provisioned("orphan");
            tracing::warn!(sid, mark, "a number that was bought for nobody was given back");
        }
        Ok(false) => tracing::warn!(sid, "a number changed its mark while we looked; it stays"),
        Err(failure) => tracing::error!(sid, %failure, "a number that was bought for nobody could not be given back"),
    }
    Ok(())
}
