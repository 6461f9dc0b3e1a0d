//! Forgets what is over, each kind after its own time, a handful at a time.
//!
//! Every step is a statement of its own that an index leads to, so nobody waits long for it, and a process that stops in the
//! middle has done what it has done. Nothing that is still needed is touched: see each statement.

use std::time::Duration;

use crate::{
    app::App,
    clock::Timestamp,
    error::Result,
    lasting::Lasting,
    listen, release,
    store::{deliveries, events, idempotency as answers, provisioned, records, sessions, signups, visits},
    visit,
};

/// How often what is over is swept out.
const PAUSE: Duration = Duration::from_secs(10 * 60);
/// Forgotten in one go: a database that is busy with more keeps others waiting.
const HANDFUL: i64 = 500;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long each kind of thing is kept once nothing needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Events.
    pub events: Duration,
    /// Deliveries that are over.
    pub deliveries: Duration,
    /// Signups that have ended.
    pub signups: Duration,
    /// Logins that never came back.
    pub logins: Duration,
    /// Answers under an `Idempotency-Key`.
    pub answers: Duration,
    /// Bought numbers that were given back, and wishes for one that came to nothing.
    pub released: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            events: 30 * DAY,
            deliveries: 30 * DAY,
            signups: 90 * DAY,
            logins: 7 * DAY,
            answers: DAY,
            released: 365 * DAY,
        }
    }
}

/// Sweeps until the house closes.
pub async fn run(app: App) {
    let sweeping = Lasting::new("what is over could not be swept out", "what is over is swept out again");
    while !app.stopping.is_cancelled() {
        sweeping.note(sweep(&app).await);
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}

/// Forgets all that is over now.
pub async fn sweep(app: &App) -> Result<()> {
    let (now, kept) = (app.clock.now(), app.retention);
    let before = |span: Duration| Timestamp(now.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)));
    macro_rules! forget {
        ($forget:path, $when:expr) => {
            while !app.stopping.is_cancelled()
                && $forget(app.store.acquire().await?.db(), $when, HANDFUL).await? == HANDFUL.unsigned_abs()
            {
                tokio::task::yield_now().await;
            }
        };
    }
    forget!(sessions::forget, now);
    forget!(visits::forget, before(visit::PAUSE));
    forget!(answers::forget, before(kept.answers));
    forget!(deliveries::forget, before(kept.deliveries));
    forget!(events::forget, before(kept.events));
    forget!(signups::forget_logins, before(kept.logins));
    forget!(signups::forget, before(kept.signups));
    forget!(provisioned::forget, before(kept.released));
    while !app.stopping.is_cancelled()
        && records::forget_returned(app.store.acquire().await?.db(), HANDFUL).await? == HANDFUL.unsigned_abs()
    {
        tokio::task::yield_now().await;
    }
    release::sweep(app).await?;
    listen::sweep(app).await?;
    app.gate.sweep().await?;
    Ok(())
}
