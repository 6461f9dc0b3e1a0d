//! Sending what is due, one webhook at a time, so that a slow or dead endpoint delays no other's.
//!
//! A worker claims a webhook, sends what is due for it a few at a time, and gives it back. Nobody else sends to it
//! meanwhile, so no attempt is made twice at once; a worker that dies leaves a lease that runs out. Endpoints that have
//! taken nothing lately get a part of the hands and no more, so however many of them hang, the others are served.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout},
};

use self::attempt::{Secrets, attempt};
use super::WRITTEN;
use crate::{
    app::App,
    error::Result,
    id::WebhookId,
    lasting::Lasting,
    store::{deliveries, webhooks},
    webhook::{Delivery, DeliveryStatus, Webhook},
};

mod attempt;

pub use attempt::sample;

/// Webhooks served by one process at a time, and how many of them may be failing.
const HANDS: (usize, usize) = (128, 32);
/// Deliveries on the way to one webhook at a time.
const AT_ONCE: i64 = 4;
/// How long a claim holds without being renewed: what a dead worker's endpoint waits for the next.
const LEASE: Duration = Duration::from_secs(15);
/// How often it is renewed: two renewals may be lost before the lease is.
const BEAT: Duration = Duration::from_secs(4);
/// How often the loop looks for what nobody rang for: another try, a worker that died.
const PAUSE: Duration = Duration::from_millis(500);
/// How long tries on their way may go on after the end was asked for; less than the house waits for its tasks.
const LAST_TRY: Duration = Duration::from_secs(6);
/// How long a webhook is left alone after trouble of our own: with the database, and with a seal that does not open.
const TROUBLE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(5 * 60));

/// Sends what is due until the house closes.
pub async fn run(app: App) {
    let hands = Hands::new();
    let looking = Lasting::new("deliveries could not be looked for", "deliveries are looked for again");
    while !app.stopping.is_cancelled() {
        app.pulse.beat("deliveries", app.clock.now());
        // From before the look: what is written during it rings too.
        let bell = WRITTEN.notified();
        let hand = tokio::select! {
            hand = hands.free() => hand,
            () = app.stopping.cancelled() => return,
        };
        if let Some((webhook, fence)) = looking.note(claim(&app, hand.takes_failing()).await).flatten() {
            let owned = app.clone();
            app.tasks.spawn(async move {
                let hand = hand.on(&webhook);
                serve(&owned, webhook.id, fence).await;
                drop(hand);
            });
            continue;
        }
        drop(hand);
        tokio::select! {
            () = bell => {}
            () = sleep(PAUSE) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}

/// Those of a process that can be at a webhook.
struct Hands {
    all: Arc<Semaphore>,
    failing: Arc<Semaphore>,
}

/// One of them, and whether it may be at a failing one.
struct Hand {
    _one: Option<OwnedSemaphorePermit>,
    failing: Option<OwnedSemaphorePermit>,
}

impl Hands {
    fn new() -> Self {
        let (all, failing) = HANDS;
        Self { all: Arc::new(Semaphore::new(all)), failing: Arc::new(Semaphore::new(failing)) }
    }

    async fn free(&self) -> Hand {
        let one = self.all.clone().acquire_owned().await.ok();
        Hand { _one: one, failing: self.failing.clone().try_acquire_owned().ok() }
    }
}

impl Hand {
    fn takes_failing(&self) -> bool {
        self.failing.is_some()
    }

    fn on(self, webhook: &Webhook) -> Self {
        if webhook.failing_since.is_some() { self } else { Self { failing: None, ..self } }
    }
}

async fn claim(app: &App, failing_too: bool) -> Result<Option<(Webhook, i64)>> {
    let now = app.clock.now();
    webhooks::claim(app.store.acquire().await?.db(), now, LEASE, failing_too).await
}

async fn hold(app: &App, id: WebhookId, fence: i64, lease: Duration) -> Result<Option<Webhook>> {
    webhooks::hold(app.store.acquire().await?.db(), id, fence, lease).await
}

/// Serves a claimed webhook as long as that is of use, and gives it back.
async fn serve(app: &App, id: WebhookId, fence: i64) {
    let left_alone = loop {
        match round(app, id, fence).await {
            Ok(Next::Again) if !app.stopping.is_cancelled() => {}
            // An endpoint that fails waits for its next turn behind the others.
            Ok(Next::Again | Next::Over) => break Duration::ZERO,
            Ok(Next::Lost) => return,
            Ok(Next::Unopened) => break TROUBLE.1,
            Err(e) => {
                tracing::error!(webhook = %id, error = %e, "a webhook's deliveries could not be worked on");
                break TROUBLE.0;
            }
        }
    };
    if let Err(e) = hold(app, id, fence, left_alone).await {
        tracing::warn!(webhook = %id, error = %e, "a webhook could not be given back; its lease will run out");
    }
}

/// How it goes on with a webhook.
enum Next {
    /// Everything was taken, and there may be more.
    Again,
    /// Nothing is due, or something was not taken.
    Over,
    /// It is somebody else's by now, or gone.
    Lost,
    /// What it is sent with does not open.
    Unopened,
}

/// Sends a few of those that are due, all at once, and writes what came of each as soon as it is known.
async fn round(app: &App, id: WebhookId, fence: i64) -> Result<Next> {
    let Some(webhook) = hold(app, id, fence, LEASE).await? else { return Ok(Next::Lost) };
    if !webhook.active {
        return Ok(Next::Over);
    }
    let secrets = match Secrets::open(app, &webhook) {
        Ok(secrets) => secrets,
        Err(e) => {
            tracing::error!(webhook = %id, error = %e, "a webhook's secret cannot be read; its deliveries wait");
            return Ok(Next::Unopened);
        }
    };
    let due = deliveries::due(app.store.acquire().await?.db(), id, app.clock.now(), AT_ONCE).await?;
    let sent = due.len();
    let tries = due.into_iter().map(|delivery| tried(app, &webhook, &secrets, fence, delivery));
    let tries = tokio::select! {
        biased;
        tries = join_all(tries) => tries,
        () = lost(app, id, fence) => return Ok(Next::Lost),
        () = overrun(app) => return Ok(Next::Over),
    };
    // One that could not be written is due still, and is sent again; the others are not lost with it.
    let tries: Vec<Came> = tries.into_iter().collect::<Result<_>>()?;
    let taken = tries.iter().filter(|came| matches!(came, Came::Taken)).count();
    if tries.iter().any(|came| matches!(came, Came::Unwritten)) {
        return Ok(Next::Lost);
    }
    note_health(app, &webhook, fence, (sent, taken)).await?;
    if tries.iter().any(|came| matches!(came, Came::Gone)) {
        webhooks::pause(app.store.acquire().await?.db(), id, fence, app.clock.now()).await?;
        tracing::info!(webhook = %id, "the endpoint is gone; the webhook is switched off");
        return Ok(Next::Over);
    }
    Ok(if sent > 0 && taken == sent { Next::Again } else { Next::Over })
}

/// What came of a try.
enum Came {
    Taken,
    Refused,
    Gone,
    /// The webhook is somebody else's by now, or the delivery is gone: what came of it is theirs to say.
    Unwritten,
}

async fn tried(app: &App, webhook: &Webhook, secrets: &Secrets, fence: i64, delivery: Delivery) -> Result<Came> {
    let due_at = delivery.next_at;
    let delivery = attempt(app, webhook, secrets, delivery).await;
    if !deliveries::save(app.store.acquire().await?.db(), &delivery, due_at, fence).await? {
        tracing::warn!(webhook = %webhook.id, delivery = %delivery.id, "somebody else has taken the webhook over");
        return Ok(Came::Unwritten);
    }
    Ok(match (delivery.status, delivery.response_status) {
        (DeliveryStatus::Delivered, _) => Came::Taken,
        (_, Some(410)) => Came::Gone,
        _ => Came::Refused,
    })
}

/// Notes a change between an endpoint that takes what is sent and one that takes nothing.
async fn note_health(app: &App, webhook: &Webhook, fence: i64, (sent, taken): (usize, usize)) -> Result<()> {
    let since = match webhook.failing_since {
        None if sent > 0 && taken == 0 => Some(app.clock.now()),
        Some(_) if taken > 0 => None,
        _ => return Ok(()),
    };
    webhooks::failing(app.store.acquire().await?.db(), webhook.id, fence, since).await
}

/// Keeps the claim alive; ready when it is lost to somebody else, or may be for want of a word from the database.
async fn lost(app: &App, id: WebhookId, fence: i64) {
    let mut held = Instant::now();
    while held.elapsed() + BEAT < LEASE {
        sleep(BEAT).await;
        match timeout(BEAT, hold(app, id, fence, LEASE)).await {
            Ok(Ok(Some(_))) => held = Instant::now(),
            Ok(Ok(None)) => return,
            Ok(Err(e)) => tracing::warn!(webhook = %id, error = %e, "a lease could not be renewed"),
            Err(_) => tracing::warn!(webhook = %id, "the database did not renew a lease in time"),
        }
    }
}

/// Ready when the end was asked for and the endpoints have had their last chance to answer. What is on its way then is
/// sent again by the next process.
async fn overrun(app: &App) {
    app.stopping.cancelled().await;
    sleep(LAST_TRY).await;
}
