//! Hands on to the operator what Meta sent, as it came: the same bytes with the same signature, each at least once, in no
//! promised order. What is not taken within a week is dropped, as Meta itself would drop it.

use std::{sync::Arc, time::Duration};

use secrecy::ExposeSecret as _;
use tokio::{sync::Semaphore, time::sleep};
use url::Url;

use super::{KEPT, place};
use crate::{
    app::App,
    clock::backoff,
    error::Result,
    lasting::Lasting,
    meter,
    store::{forwards, forwards::Forward},
};

/// After so long something is dropped.
pub(super) const GIVE_UP: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How often the loop looks for what nobody rang for.
const PAUSE: Duration = Duration::from_millis(500);
/// What one process hands on at a time.
const HANDS: usize = 8;
/// How long a claim holds: longer than a call takes.
const LEASE: Duration = Duration::from_secs(30);
/// The first pause between tries, and the longest one.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(60 * 60));
/// How long calls on their way may go on after the end was asked for; less than the house waits for its tasks.
const LAST_CALL: Duration = Duration::from_secs(6);

/// Hands on what is due until the house closes.
pub async fn run(app: App) {
    let Some(to) = app.listening.forward_to.clone() else { return };
    let hands = Arc::new(Semaphore::new(HANDS));
    let looking =
        Lasting::new("what is to be handed on could not be looked for", "what is to be handed on is looked for again");
    while !app.stopping.is_cancelled() {
        app.pulse.beat("forwards", app.clock.now());
        let bell = KEPT.notified();
        let Ok(hand) = hands.clone().acquire_owned().await else { return };
        let now = app.clock.now();
        let claimed = async { forwards::claim(app.store.acquire().await?.db(), now, now.plus(LEASE)).await };
        if let Some(forward) = looking.note(claimed.await).flatten() {
            let (owned, to) = (app.clone(), to.clone());
            app.tasks.spawn(async move {
                let attended = tokio::select! {
                    attended = attend(&owned, &to, &forward) => attended,
                    () = overrun(&owned) => Ok(()),
                };
                if let Err(e) = attended {
                    tracing::error!(error = %e, "what Meta told could not be worked on; its claim will run out");
                }
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

/// Ready when the end was asked for and the operator's endpoint has had its last chance to answer.
async fn overrun(app: &App) {
    app.stopping.cancelled().await;
    sleep(LAST_CALL).await;
}

async fn attend(app: &App, to: &Url, forward: &Forward) -> Result<()> {
    let body = match app.sealer.open(place(forward.id), &forward.body_sealed) {
        Ok(body) => body.expose_secret().to_owned(),
        Err(e) => {
            tracing::error!(error = %e, "what Meta told waits for the key that it was sealed with");
            let next_at = app.clock.now().plus(BACKOFF.1);
            return forwards::later(app.store.acquire().await?.db(), forward, next_at).await;
        }
    };
    match app.meta.hand_on(to, body, &forward.signature).await {
        Ok(()) => {
            forwards::done(app.store.acquire().await?.db(), forward).await?;
            meter::handed_on("taken", 1);
        }
        Err(failure) => {
            let next_at = app.clock.now().plus(backoff(BACKOFF, forward.tries));
            forwards::later(app.store.acquire().await?.db(), forward, next_at).await?;
            meter::handed_on("later", 1);
            tracing::warn!(%failure, tries = forward.tries + 1, "META_FORWARD_URL did not take what Meta told; it will be tried again");
        }
    }
    Ok(())
}
