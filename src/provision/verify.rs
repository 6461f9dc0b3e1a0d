//! A bought number is verified with Meta before its customer sees it, where a solution partner runs the house: into the pool,
//! a code asked for, heard, and given back to Meta. The customer then chooses the number at Facebook and is asked for nothing.
//!
//! A code is asked for by message and then by call, and never once more: the request is written down before it is made, and
//! one whose answer was lost counts as made. What else Meta did not answer is asked of the pool. Whatever fails for good, the
//! customer goes the ordinary way and types the code.

use std::time::Duration;

use super::{
    Provisioned, code,
    worker::{self, Turn},
};
use crate::{
    app::App,
    clock::Timestamp,
    error::Result,
    id::{LinkId, ProvisionedId},
    meta::{
        Failure, Remedy,
        pool::{Pool, Pooled},
    },
    meter,
    provisioned::{Status, pool::Stage},
    store::{Tx, provisioned::pooled},
};

/// How long a round may take in all; the customer looks on.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How long a message is waited for, and a call: that one has to be transcribed too.
const BY_MESSAGE: Duration = Duration::from_secs(30);
const BY_CALL: Duration = Duration::from_secs(3 * 60);
/// How often Meta is asked whether a number is still verified.
const LOOK: Duration = Duration::from_secs(60 * 60);
/// A verification that ends sooner is renewed first: a login may take an hour.
const MARGIN: Duration = Duration::from_secs(2 * 60 * 60);
/// Another round of codes is not begun sooner after the last one, whatever Meta says.
const PAUSE: Duration = Duration::from_secs(24 * 60 * 60);
/// Tries to take a number out of the pool before it is given back all the same: it costs money.
const MOST_REMOVALS: i32 = 5;

/// How far a number is, for its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Its customer types the code.
    Ordinary,
    /// It is being verified; the code is awaited by call, or else by message.
    Verifying {
        /// Whether by call.
        by_call: bool,
    },
    /// It is verified.
    Verified,
}

/// How far a bought number is.
#[must_use]
pub fn way(app: &App, number: &Provisioned) -> Way {
    let now = app.clock.now();
    if app.meta.pool().is_none() || number.status != Status::Bought {
        return Way::Ordinary;
    }
    match number.pooled.stage {
        None if number.listening.is_on(now) => Way::Ordinary,
        Some(Stage::Waiting) => Way::Verifying { by_call: number.pooled.asked > 1 || !number.takes_sms },
        Some(Stage::Verified) if number.pooled.offered(now).is_some() => Way::Verified,
        // What has expired is verified again at the next look.
        None | Some(Stage::Adding | Stage::Asking | Stage::Verified) => Way::Verifying { by_call: false },
        Some(Stage::GivenUp | Stage::Left) => Way::Ordinary,
    }
}

/// A bought number's next step in the pool; `next` is when it is looked at for everything else.
pub(super) async fn go_on(app: &App, number: &mut Provisioned, next: Timestamp) -> Result<Turn> {
    let Some(pool) = app.meta.pool() else { return Ok(Turn::Until(next)) };
    let now = app.clock.now();
    match number.pooled.stage {
        // Its customer is at Facebook already, and the code is theirs.
        None if number.listening.is_on(now) => Ok(Turn::Until(next)),
        None => begin(app, number, Stage::Adding, now).await,
        Some(Stage::Adding) => add(app, pool, number, now).await,
        Some(Stage::Asking) => ask(app, pool, number, (now, next)).await,
        Some(Stage::Waiting) => wait(app, pool, number, (now, next)).await,
        Some(Stage::Verified) => look(app, pool, number, (now, next)).await,
        Some(Stage::GivenUp | Stage::Left) => Ok(Turn::Until(next)),
    }
}

async fn begin(app: &App, number: &mut Provisioned, stage: Stage, now: Timestamp) -> Result<Turn> {
    number.pooled.begin(stage, now);
    keep(app, number, false).await?;
    Ok(Turn::On)
}

/// Puts the number into the pool, unless it is there: a call whose answer was lost may have done it.
async fn add(app: &App, pool: Pool<'_>, number: &mut Provisioned, now: Timestamp) -> Result<Turn> {
    let phone_number = number.phone_number.clone().unwrap_or_default();
    let id = match pool.find(&phone_number).await {
        Ok(Some(found)) if found.is_verified => return verified(app, number, &found).await,
        Ok(Some(found)) => found.id,
        Ok(None) => match pool.add(&phone_number).await {
            Ok(id) => id,
            Err(failure) => return refused(app, pool, number, &failure, now).await,
        },
        Err(failure) => return refused(app, pool, number, &failure, now).await,
    };
    number.pooled.id = Some(id);
    number.pooled.stage = Some(Stage::Asking);
    keep(app, number, false).await?;
    Ok(Turn::On)
}

/// Asks for a code, by message and then by call. From then on the number listens.
async fn ask(app: &App, pool: Pool<'_>, number: &mut Provisioned, (now, next): (Timestamp, Timestamp)) -> Result<Turn> {
    let Some(id) = number.pooled.id.clone() else { return begin(app, number, Stage::Adding, now).await };
    if !number.pooled.may_ask(number.takes_sms) || is_late(number, now) {
        return give_up(app, pool, number, "no code came").await;
    }
    let by_call = number.pooled.is_next_by_call(number.takes_sms);
    let until = now.plus(if by_call { BY_CALL } else { BY_MESSAGE });
    number.pooled.asked += 1;
    (number.pooled.stage, number.pooled.next_at) = (Some(Stage::Waiting), Some(until));
    (number.listening.since, number.listening.until) = (Some(now), Some(until));
    keep(app, number, true).await?;
    let Err(failure) = pool.ask_for_code(&id, by_call).await else {
        tracing::info!(provisioned = %number.id, by_call, "a code was asked for");
        return Ok(Turn::Until(first_look(now, next, until)));
    };
    said(number, &failure);
    if failure.is_ambiguous() {
        // Another one would take the first one's worth, if that is on its way.
        return Ok(Turn::Until(first_look(now, next, until)));
    }
    match pool.look(&id).await {
        Ok(Some(found)) if found.is_verified => return verified(app, number, &found).await,
        Ok(None) => return give_up(app, pool, number, "it is not in the pool").await,
        Ok(Some(_)) | Err(_) => {}
    }
    number.pooled.stage = Some(Stage::Asking);
    if let Remedy::Retry(wait) = failure.remedy() {
        // Nothing was sent: this one does not count.
        number.pooled.asked -= 1;
        keep(app, number, true).await?;
        return later(app, pool, number, wait, now).await;
    }
    keep(app, number, true).await?;
    Ok(Turn::On)
}

/// Hands a code that was heard to Meta, and gives up on one that does not come.
async fn wait(
    app: &App,
    pool: Pool<'_>,
    number: &mut Provisioned,
    (now, next): (Timestamp, Timestamp),
) -> Result<Turn> {
    let Some(id) = number.pooled.id.clone() else { return begin(app, number, Stage::Adding, now).await };
    let until = number.pooled.next_at.unwrap_or(now);
    let Some(heard) = code(app, number)? else {
        if now < until {
            return Ok(Turn::Until(next.min(until)));
        }
        number.pooled.stage = Some(Stage::Asking);
        keep(app, number, true).await?;
        return Ok(Turn::On);
    };
    let proved = pool.prove(&id, &heard).await;
    if let Err(failure) = &proved {
        said(number, failure);
    }
    match (pool.look(&id).await, proved) {
        (Ok(Some(found)), _) if found.is_verified => verified(app, number, &found).await,
        // Meta has taken it; until when is asked later.
        (_, Ok(())) => verified(app, number, &Pooled { id, is_verified: true, expires_at: None }).await,
        (Ok(None), Err(_)) => give_up(app, pool, number, "it is not in the pool").await,
        (Err(failure), Err(_)) => refused(app, pool, number, &failure, now).await,
        (Ok(Some(_)), Err(failure)) => match failure.remedy() {
            Remedy::Retry(wait) => later(app, pool, number, wait, now).await,
            // An old one, or somebody else's: the right one may still come.
            Remedy::GiveUp(_) => {
                number.listening.since = Some(now);
                keep(app, number, true).await?;
                Ok(Turn::Until(next.min(until)))
            }
        },
    }
}

/// Asks now and then whether Meta still takes the number as verified, and begins anew when it does not. Not while its customer
/// is at Facebook, who may have taken it this very moment.
async fn look(
    app: &App,
    pool: Pool<'_>,
    number: &mut Provisioned,
    (now, next): (Timestamp, Timestamp),
) -> Result<Turn> {
    let due = number.pooled.next_at.unwrap_or(now);
    if now < due || (number.listening.is_on(now) && number.pooled.offered(now).is_some()) {
        return Ok(Turn::Until(if now < due { next.min(due) } else { next }));
    }
    let id = number.pooled.id.clone().unwrap_or_default();
    let is_fresh = number.pooled.began_at.is_some_and(|began| now.since(began) < PAUSE);
    match pool.look(&id).await {
        Ok(Some(found))
            if found.is_verified && (is_fresh || found.expires_at.is_none_or(|end| now.plus(MARGIN) < end)) =>
        {
            verified(app, number, &found).await
        }
        Ok(Some(_)) if is_fresh => give_up(app, pool, number, "Meta forgot it").await,
        Ok(Some(_)) => {
            tracing::info!(provisioned = %number.id, "a number has to be verified again");
            begin(app, number, Stage::Asking, now).await
        }
        Ok(None) => {
            tracing::info!(provisioned = %number.id, "a number has left the pool: its customer took it, or somebody removed it");
            (number.pooled.stage, number.pooled.id) = (Some(Stage::Left), None);
            keep(app, number, false).await?;
            Ok(Turn::On)
        }
        Err(failure) => {
            said(number, &failure);
            Ok(Turn::Later(failure.wait()))
        }
    }
}

/// It is verified, and listens no more: its customer is asked for no code.
async fn verified(app: &App, number: &mut Provisioned, found: &Pooled) -> Result<Turn> {
    let now = app.clock.now();
    let is_news = number.pooled.stage != Some(Stage::Verified);
    number.pooled.stage = Some(Stage::Verified);
    number.pooled.id = Some(found.id.clone());
    number.pooled.expires_at = found.expires_at;
    let before = |end: Timestamp| Timestamp(end.0 - i64::try_from(MARGIN.as_millis()).unwrap_or(0));
    let usual = now.plus(LOOK);
    number.pooled.next_at = Some(found.expires_at.map_or(usual, |end| usual.min(before(end)).max(now.plus(SOON))));
    if is_news {
        (number.listening.since, number.listening.until) = (None, None);
        meter::provisioned("verified");
        tracing::info!(provisioned = %number.id, project = %number.project_id, "a number is verified beforehand");
    }
    keep(app, number, is_news).await?;
    Ok(Turn::On)
}

/// How soon a verification may be looked at again, however short it is.
const SOON: Duration = Duration::from_secs(60);

/// What to do about an answer that is none: try again while the customer has patience, else the ordinary way.
async fn refused(
    app: &App,
    pool: Pool<'_>,
    number: &mut Provisioned,
    failure: &Failure,
    now: Timestamp,
) -> Result<Turn> {
    said(number, failure);
    match failure.remedy() {
        Remedy::Retry(wait) => later(app, pool, number, wait, now).await,
        Remedy::GiveUp(_) => give_up(app, pool, number, "Meta refuses it").await,
    }
}

async fn later(
    app: &App,
    pool: Pool<'_>,
    number: &mut Provisioned,
    wait: Option<Duration>,
    now: Timestamp,
) -> Result<Turn> {
    if is_late(number, now.plus(wait.unwrap_or_default())) {
        return give_up(app, pool, number, "Meta does not answer").await;
    }
    Ok(Turn::Later(wait))
}

fn is_late(number: &Provisioned, now: Timestamp) -> bool {
    number.pooled.began_at.is_some_and(|began| now.since(began) >= PATIENCE)
}

/// The customer types the code. In the pool the number would be in their way.
async fn give_up(app: &App, pool: Pool<'_>, number: &mut Provisioned, why: &'static str) -> Result<Turn> {
    tracing::warn!(provisioned = %number.id, project = %number.project_id, why, "a number is not verified beforehand; its customer types the code");
    meter::provisioned("unverified");
    number.pooled.stage = Some(Stage::GivenUp);
    number.pooled.next_at = None;
    (number.listening.since, number.listening.until) = (None, None);
    if let Some(id) = number.pooled.id.clone() {
        match pool.remove(&id).await {
            Ok(()) => number.pooled.id = None,
            // It is tried again when the number is given back.
            Err(failure) => said(number, &failure),
        }
    }
    keep(app, number, true).await?;
    Ok(Turn::On)
}

/// A number that is given back leaves the pool first. `None` when it is not in it, or stays there after all: a pool that
/// cannot be emptied must not keep a number that costs money.
pub(super) async fn leave(app: &App, number: &mut Provisioned) -> Result<Option<Turn>> {
    let (Some(pool), Some(stage)) = (app.meta.pool(), number.pooled.stage) else { return Ok(None) };
    let found = match (&number.pooled.id, stage) {
        (_, Stage::Left) => return Ok(None),
        (Some(id), _) => Ok(Some(id.clone())),
        // The call that puts it in may have been made.
        (None, Stage::Adding) => {
            let found = pool.find(number.phone_number.as_deref().unwrap_or_default()).await;
            found.map(|found| found.map(|found| found.id))
        }
        (None, _) => Ok(None),
    };
    let removed = match found {
        Ok(Some(id)) => pool.remove(&id).await,
        Ok(None) => Ok(()),
        Err(failure) => Err(failure),
    };
    match removed {
        Ok(()) => {
            (number.pooled.stage, number.pooled.id) = (Some(Stage::Left), None);
            keep(app, number, false).await?;
            Ok(None)
        }
        Err(failure) if number.tries < MOST_REMOVALS => {
            said(number, &failure);
            Ok(Some(Turn::Later(failure.wait().filter(|wait| *wait <= PATIENCE))))
        }
        Err(failure) => {
            tracing::error!(provisioned = %number.id, pooled = number.pooled.id, %failure, "a number that is given back stays in the pool; remove it by hand");
            Ok(None)
        }
    }
}

/// The id to offer in Facebook's dialog, of a link whose number is verified. Whoever was at Facebook already may have taken
/// the number out of the pool, and an id that is not there any more would stop them there.
pub(super) async fn offer(app: &App, number: &Provisioned) -> Result<Option<String>> {
    let now = app.clock.now();
    let (Some(pool), Some(id)) = (app.meta.pool(), number.pooled.offered(now)) else { return Ok(None) };
    if number.listening.is_on(now) && matches!(pool.look(id).await, Ok(None)) {
        pooled::leave(app.store.acquire().await?.db(), number.id).await?;
        return Ok(None);
    }
    Ok(Some(id.to_owned()))
}

/// The link's login came to nothing: its number is looked at now, since it may have been taken out of the pool.
pub(super) async fn look_again(tx: &mut Tx, link: LinkId, now: Timestamp) -> Result<()> {
    pooled::look_again(tx.db(), link, now).await
}

/// A code was heard: whoever waits for it goes on at once. `false` when its customer is the one who waits.
pub(super) async fn wake(tx: &mut Tx, id: ProvisionedId, now: Timestamp) -> Result<bool> {
    pooled::wake(tx.db(), id, now).await
}

/// The customer has connected the number: it has left the pool.
pub(super) async fn claimed(tx: &mut Tx, id: ProvisionedId) -> Result<()> {
    pooled::leave(tx.db(), id).await
}

/// When a number that has just begun to listen is looked at: in time to ask for messages if no webhook comes.
fn first_look(now: Timestamp, next: Timestamp, until: Timestamp) -> Timestamp {
    now.plus(super::PATIENCE).min(next).min(until)
}

fn said(number: &Provisioned, failure: &Failure) {
    let stage = number.pooled.stage.map_or("none", Stage::as_str);
    tracing::warn!(provisioned = %number.id, link = %number.link_id, stage, %failure, "Meta did not do it");
}

async fn keep(app: &App, number: &Provisioned, forgets: bool) -> Result<()> {
    let lease = worker::lease(app.clock.now());
    pooled::save(app.store.acquire().await?.db(), number, lease, forgets).await
}
