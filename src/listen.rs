//! What Meta tells unasked, and what is made of it.
//!
//! [`keep`] writes down what came and is done: Meta is answered at once. What is told of an account becomes how its numbers
//! stand ([`worker`]), and a business that came without its customer's browser may be known again (`arrival`); everything is handed on to the operator, byte for byte, where that is wanted ([`forward`]). Duplicates
//! and any order come to the same ([`crate::number::Standing`]).

use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    app::App,
    clock::Timestamp,
    error::Result,
    id::uuid_at,
    meter,
    notice::Contents,
    seal::{Place, digest},
    store::{forwards, notices},
};

mod arrival;
pub mod forward;
pub mod worker;

/// Rung when something was kept in this process; other processes find it by themselves.
static KEPT: Notify = Notify::const_new();

/// How long what was worked on is known again: Meta goes on telling for seven days.
const MEMORY: Duration = Duration::from_secs(8 * 24 * 60 * 60);

/// Keeps what Meta has signed. What means nothing here and is wanted by nobody leaves nothing behind.
///
/// # Errors
/// When it could not be kept: Meta is to tell it again.
pub async fn keep(app: &App, body: &[u8], signature: &str) -> Result<()> {
    let now = app.clock.now();
    let Ok(text) = std::str::from_utf8(body) else {
        meter::noticed("none", "unreadable");
        return Ok(());
    };
    let contents = Contents::read(text, now);
    if contents.is_none() {
        meter::noticed("none", "unreadable");
    }
    let contents = contents.unwrap_or_default();
    contents.fields.iter().for_each(|field| meter::noticed(field, "received"));
    if contents.notices.is_empty() && app.listening.forward_to.is_none() {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    let mut known = 0;
    for mut notice in contents.notices {
        let digest = notice.digest();
        // A clock that is ahead must not keep later notices from counting.
        notice.at = notice.at.min(now);
        // A browser that comes back of its own accord is not to be overtaken.
        let due = if notice.is_arrival() { now.plus(arrival::GRACE) } else { now };
        if !notices::insert(tx.db(), uuid_at(now), &digest, &notice, (now, due)).await? {
            known += 1;
        }
    }
    if app.listening.forward_to.is_some() {
        let id = uuid_at(now);
        let forward = forwards::Forward {
            id,
            digest: digest(body),
            body_sealed: app.sealer.seal(place(id), text)?,
            signature: signature.to_owned(),
            received_at: now,
            tries: 0,
            fence: 0,
        };
        forwards::insert(tx.db(), &forward).await?;
    }
    tx.rings(&KEPT);
    tx.commit().await?;
    (0..known).for_each(|_| meter::noticed("account_update", "known"));
    Ok(())
}

/// Where what is handed on is sealed.
fn place(id: Uuid) -> Place {
    Place { table: "meta_forwards", column: "body", row: id }
}

/// Forgets what was worked on long ago, and what could not be handed on in time.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.clock.now();
    let before = |age: Duration| Timestamp(now.0.saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX)));
    notices::forget(app.store.acquire().await?.db(), before(MEMORY)).await?;
    let dropped = forwards::drop_old(app.store.acquire().await?.db(), before(forward::GIVE_UP)).await?;
    if dropped > 0 {
        meter::handed_on("dropped", dropped);
        tracing::error!(
            dropped,
            "what Meta told could not be handed on to META_FORWARD_URL within a week, and is dropped"
        );
    }
    Ok(())
}
