//! Asks Meta how a number is, at most every three minutes, and keeps the answer for those who ask in between.
//!
//! Whose turn it is stands in the database, so it holds over processes; what Meta says of the number on the way refreshes
//! the number itself.

use std::time::Duration;

use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    number::{PhoneNumber, place},
    store::{health, numbers},
};

mod checks;

pub use checks::{Check, Checks, Health, Status};

use checks::Heard;

/// How often Meta is asked about one number at most.
pub const INTERVAL: Duration = Duration::from_secs(3 * 60);

/// How the number is, and in how many seconds Meta will be asked again.
///
/// # Errors
/// [`Error::NotFound`] when the number is deleted meanwhile, or what is ours alone: the database, a seal.
pub async fn of(app: &App, number: PhoneNumber) -> Result<(Health, u64)> {
    let now = app.clock.now();
    let before = Timestamp(now.0.saturating_sub(i64::try_from(INTERVAL.as_millis()).unwrap_or(i64::MAX)));
    if !health::claim(app.store.acquire().await?.db(), number.id, now, before).await? {
        return last(app, &number, now).await;
    }
    // A caller who hangs up has taken the turn all the same.
    let owned = app.clone();
    let asked = app.tasks.spawn(async move { ask(&owned, number, now).await });
    let health = asked.await.map_err(|e| Error::Internal(format!("a health check: {e}")))??;
    Ok((health, wait(now, app.clock.now())))
}

/// What the last check found, or that it is still under way.
async fn last(app: &App, number: &PhoneNumber, now: Timestamp) -> Result<(Health, u64)> {
    let last =
        health::last(app.store.acquire().await?.db(), number.id).await?.ok_or(Error::NotFound("phone number"))?;
    let asked_at = last.health_asked_at.unwrap_or(now);
    // What a newer version found in its own words is as good as nothing yet.
    let health = last.health.and_then(|kept| serde_json::from_value(kept.0).ok());
    let health = health.unwrap_or_else(|| Health::under_way(asked_at));
    Ok((health, wait(asked_at, now)))
}

/// How long until Meta will be asked again, in whole seconds and none too few.
fn wait(asked_at: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(asked_at.plus(INTERVAL).since(now).as_millis().div_ceil(1000)).unwrap_or(u64::MAX)
}

async fn ask(app: &App, mut number: PhoneNumber, asked_at: Timestamp) -> Result<Health> {
    let sealed = numbers::token(app.store.acquire().await?.db(), number.id).await?;
    let sealed = sealed.ok_or(Error::NotFound("phone number"))?;
    let token = app.sealer.open(place(number.id, "token"), &sealed)?;
    let (phone, account) = (number.phone_number_id.clone(), number.business_account_id.clone());
    let (token_state, node, subscribed, webhook) = tokio::join!(
        app.meta.inspect(&token),
        app.meta.number_and_health(&phone, &account, &token),
        app.meta.is_subscribed(&account, &token),
        app.meta.subscriptions(),
    );
    let heard = Heard { token: token_state, number: node, subscribed, webhook, standing: number.standing.clone() };
    for failure in heard.failures() {
        tracing::info!(number = %number.id, %failure, "Meta refused a part of a health check");
    }
    let health = heard.health(asked_at);
    let before = number.clone();
    if heard.is_delivered() {
        number.webhook_verified_at = Some(asked_at);
    }
    if let Ok((facts, _)) = heard.number {
        number.learn(facts);
    }
    let changed = (number != before).then_some(asked_at);
    let kept = serde_json::to_value(&health).map_err(|e| Error::Internal(e.to_string()))?;
    health::keep(app.store.acquire().await?.db(), &number, (asked_at, changed), &kept).await?;
    Ok(health)
}
