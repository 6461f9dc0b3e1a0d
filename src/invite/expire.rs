//! Notices that a link's time is over, and tells of it, once.
//!
//! A link is expired from that moment on whether anybody has noticed or not (`link::state`); this is for those who want
//! to be told.

use std::time::Duration;

use super::told;
use crate::{app::App, error::Result, event::Name, lasting::Lasting, store::links};

/// How often links are looked through.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells of links whose time is over until the house closes.
pub async fn run(app: App) {
    let looking = Lasting::new(
        "links whose time is over could not be looked for",
        "links whose time is over are looked for again",
    );
    while !app.stopping.is_cancelled() {
        app.pulse.beat("expiry", app.clock.now());
        if looking.note(one(&app).await) == Some(true) {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}

/// Ends one link whose time is over; `false` when there is none.
async fn one(app: &App) -> Result<bool> {
    let now = app.clock.now();
    // A look first: SQLite has one writer at a time, and nearly always there is nothing to write.
    if !links::any_is_over(app.store.acquire().await?.db(), now).await? {
        return Ok(false);
    }
    let mut tx = app.store.begin().await?;
    let Some(link) = links::expire(tx.db(), now).await? else { return Ok(false) };
    told(&mut tx, Name::LinkExpired, &link, now).await?;
    tx.commit().await?;
    tracing::info!(link = %link.id, "a link's time is over");
    Ok(true)
}
