//! Works on notices: what Meta told of an account becomes how its numbers stand, in every project that has them.
//!
//! A notice is claimed before it is touched, and what it changes is written together with the end of it. A process that
//! dies leaves a lease that runs out; one that slept through its lease writes nothing.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};

use super::{KEPT, arrival};
use crate::{
    app::App,
    clock::{Timestamp, backoff},
    error::{Error, Result},
    event::{Event, Name},
    lasting::Lasting,
    meter,
    notice::Notice,
    notify,
    number::{Change, Connection, PhoneNumber, is_same},
    store::{notices, notices::Kept, numbers},
};

/// How often the loop looks for what nobody rang for.
const PAUSE: Duration = Duration::from_millis(500);
/// Notices worked on by one process at a time.
const HANDS: usize = 8;
/// How long a claim holds, and how long its holder may take: less.
const LEASE: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(50);
/// The first pause after trouble of our own, and the longest one.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10 * 60));

/// Works on what is due until the house closes.
pub async fn run(app: App) {
    let hands = Arc::new(Semaphore::new(HANDS));
    let looking = Lasting::new("notices of Meta's could not be looked for", "notices of Meta's are looked for again");
    while !app.stopping.is_cancelled() {
        app.pulse.beat("notices", app.clock.now());
        // From before the look: what is kept during it rings too.
        let bell = KEPT.notified();
        let Ok(hand) = hands.clone().acquire_owned().await else { return };
        let now = app.clock.now();
        let claimed = async { notices::claim(app.store.acquire().await?.db(), now, now.plus(LEASE)).await };
        if let Some(kept) = looking.note(claimed.await).flatten() {
            let owned = app.clone();
            app.tasks.spawn(async move {
                work(&owned, kept).await;
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

async fn work(app: &App, kept: Kept) {
    let worked = timeout(LONGEST, attend(app, &kept)).await;
    let Err(e) = worked.unwrap_or_else(|_| Err(Error::Internal("it took too long".to_owned()))) else { return };
    tracing::error!(notice = %kept.id, error = %e, "a notice of Meta's could not be worked on; it will be tried again");
    let next_at = app.clock.now().plus(backoff(BACKOFF, kept.tries));
    let later = async { notices::later(app.store.acquire().await?.db(), &kept, next_at).await };
    if let Err(e) = later.await {
        tracing::error!(notice = %kept.id, error = %e, "a notice of Meta's could not be put aside; its claim will run out");
    }
}

async fn attend(app: &App, kept: &Kept) -> Result<()> {
    let notice = &kept.notice;
    if notice.is_arrival() {
        return arrival::attend(app, kept).await;
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if !notices::done(tx.db(), kept).await? {
        return Ok(());
    }
    let mut outcome = "nobody's";
    for mut number in numbers::of_account(tx.db(), &notice.account).await? {
        if notice.digits.as_ref().is_some_and(|digits| !is_same(digits, &number.display_phone_number)) {
            continue;
        }
        if outcome == "nobody's" {
            outcome = "unchanged";
        }
        let Some(change) = number.standing.hear(notice, app.meta.app_id()) else { continue };
        let is_change = change.from != change.to;
        numbers::stand(tx.db(), &number, is_change.then_some(now)).await?;
        if is_change {
            outcome = "changed";
            tracing::info!(number = %number.id, notice = %notice.told, from = %change.from, to = %change.to, "Meta has told of a number");
            notify::tell(&mut tx, &event(&number, &change, notice, now)).await?;
        }
    }
    if notice.asks_for_a_look() && numbers::look_again(tx.db(), &notice.account).await? > 0 && outcome == "unchanged" {
        outcome = "looked";
    }
    tx.commit().await?;
    meter::noticed("account_update", outcome);
    Ok(())
}

fn event(number: &PhoneNumber, change: &Change, notice: &Notice, now: Timestamp) -> Event {
    let name = match change.to {
        Connection::Connected => Name::NumberReconnected,
        Connection::Offboarded => Name::NumberOffboarded,
        Connection::Disconnected => Name::NumberDisconnected,
    };
    let more = json!({
        "meta_event": notice.told,
        "reason": notice.reason,
        "initiated_by": notice.initiated_by,
        "occurred_at": notice.at.rfc3339(),
    });
    Event::of_number(name, number, None, now).with(&more)
}
