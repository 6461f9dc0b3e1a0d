//! Who moves numbers: a task for one that a request just touched, and a loop that finds those that are due.
//!
//! Both claim a number before they touch it. A process that dies leaves a claim that runs out, and the next one goes on from
//! what was saved last.

use std::time::Duration;

use super::{buy, keep};
use crate::{
    app::App,
    clock::{Timestamp, backoff},
    error::{Error, Result},
    id::ProvisionedId,
    lasting::Lasting,
    provisioned::{Provisioned, Status},
    store::provisioned,
    trace::{self, Of},
};

/// How often the loop looks for work that no request announced.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a claim holds without being renewed, and how often it is.
const LEASE: Duration = Duration::from_secs(10);
const BEAT: Duration = Duration::from_secs(3);
/// How many numbers one process moves at a time.
const HANDS: usize = 16;
/// The first pause between tries, and the longest one.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(60));

/// What a step came to. Whatever has changed is saved already, but for the time of the next look.
pub(super) enum Turn {
    /// The number stands somewhere else: what follows is done at once.
    On,
    /// Not now: after the wait that was asked for, or after one that grows with every try.
    Later(Option<Duration>),
    /// All is done until then.
    Until(Timestamp),
    /// All is done.
    Over,
}

/// Moves that number in the background, if it is due and nobody is at it.
pub fn start(app: &App, id: ProvisionedId) {
    let owned = app.clone();
    app.tasks.spawn(async move {
        let now = owned.clock.now();
        let claimed = async { provisioned::claim(owned.store.acquire().await?.db(), id, now, now.plus(LEASE)).await };
        match claimed.await {
            Ok(Some(number)) => drive(&owned, number).await,
            Ok(None) => {}
            Err(e) => {
                tracing::error!(provisioned = %id, error = %e, "a number could not be claimed; the loop will try again");
            }
        }
    });
}

/// Finds and moves numbers until the house closes.
pub async fn run(app: App) {
    let hands = std::sync::Arc::new(tokio::sync::Semaphore::new(HANDS));
    let looking = Lasting::new("numbers could not be looked for", "numbers are looked for again");
    while !app.stopping.is_cancelled() {
        app.pulse.beat("provisioning", app.clock.now());
        let Ok(hand) = hands.clone().acquire_owned().await else { return };
        if let Some(number) = looking.note(next(&app).await).flatten() {
            let owned = app.clone();
            app.tasks.spawn(async move {
                drive(&owned, number).await;
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

async fn next(app: &App) -> Result<Option<Provisioned>> {
    let now = app.clock.now();
    provisioned::claim_next(app.store.acquire().await?.db(), now, now.plus(LEASE)).await
}

/// Moves a claimed number as far as it goes now.
async fn drive(app: &App, mut number: Provisioned) {
    let (id, fence) = (number.id, number.fence);
    while !app.stopping.is_cancelled() {
        let stepped = tokio::select! {
            biased;
            stepped = step(app, &mut number) => stepped,
            lost = renewed(app, id, fence) => Err(lost),
            // What is in flight is left as it would be by a process that died.
            () = app.stopping.cancelled() => break,
        };
        match stepped {
            Ok(true) => {}
            Ok(false) => return,
            Err(Error::Conflict(_)) => {
                tracing::debug!(provisioned = %id, "somebody else has taken the number");
                return;
            }
            Err(e) => {
                tracing::error!(provisioned = %id, status = %number.status, error = %e, "a step failed on our side; it will be tried again");
                return;
            }
        }
    }
    let let_go = async { provisioned::let_go(app.store.acquire().await?.db(), id, fence).await };
    if let Err(e) = let_go.await {
        tracing::warn!(provisioned = %id, error = %e, "a claim could not be given up; it will run out");
    }
}

/// One step. `false` when nothing more can be done now.
async fn step(app: &App, number: &mut Provisioned) -> Result<bool> {
    // What others wrote beside us counts: whether it is to be given back, and what it has heard.
    if let Some(fresh) = provisioned::by_mark(app.store.acquire().await?.db(), &number.mark).await? {
        (number.release_at, number.listening) = (fresh.release_at, fresh.listening);
    }
    let span = trace::part(Of::Provisioned(number.id), number.status.as_str());
    let turn = span.around(turn(app, number)).await?;
    drop(span);
    let now = app.clock.now();
    match turn {
        Turn::On => {
            number.tries = 0;
            return Ok(true);
        }
        Turn::Over => return Ok(false),
        Turn::Until(when) => (number.next_at, number.tries) = (when, 0),
        Turn::Later(asked) => {
            number.next_at = now.plus(asked.unwrap_or_default().max(backoff(BACKOFF, number.tries)));
            number.tries = number.tries.saturating_add(1);
        }
    }
    save(app, number, false).await?;
    Ok(false)
}

/// What is due where the number stands.
async fn turn(app: &App, number: &mut Provisioned) -> Result<Turn> {
    match number.status {
        Status::Wanted => buy::pick(app, number).await,
        Status::Picked => buy::buy(app, number).await,
        Status::Bought => keep::watch(app, number).await,
        Status::Connected => keep::look_after(app, number).await,
        Status::Releasing => keep::give_back(app, number).await,
        Status::Released | Status::Failed => Ok(Turn::Over),
    }
}

/// Writes where a number stands; with `goes_on` the claim is kept. `false` when another link has picked it.
pub(super) async fn save(app: &App, number: &Provisioned, goes_on: bool) -> Result<bool> {
    let now = app.clock.now();
    let lease = goes_on.then(|| now.plus(LEASE));
    provisioned::save(app.store.acquire().await?.db(), number, lease, now).await
}

/// When a claim that is made or renewed now will run out.
pub(super) fn lease(now: Timestamp) -> Timestamp {
    now.plus(LEASE)
}

/// Keeps a claim alive; ends only when it is lost to somebody else, with the error that says so.
async fn renewed(app: &App, id: ProvisionedId, fence: i64) -> Error {
    loop {
        tokio::time::sleep(BEAT).await;
        let lease = lease(app.clock.now());
        let renewed = async { provisioned::renew(app.store.acquire().await?.db(), id, fence, lease).await };
        match renewed.await {
            Ok(true) => {}
            Ok(false) => return Error::Conflict("the number was taken over".to_owned()),
            Err(e) => tracing::warn!(provisioned = %id, error = %e, "a claim could not be renewed"),
        }
    }
}
