//! Sending what is due, one webhook at a time, so that a slow or dead endpoint delays no other's.
//!
//! A worker claims a webhook, sends what is due for it a few at a time, and gives it back. Nobody else sends to it
//! meanwhile, so no attempt is made twice at once; a worker that dies leaves a lease that runs out.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use futures_util::future::join_all;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use super::{place, sign};
use crate::{
    app::App,
    clock::{Timestamp, random_below},
    error::{Error, Result},
    event::Name,
    guard::Answer,
    meter,
    store::{deliveries, webhooks},
    webhook::{Delivery, DeliveryStatus, Webhook},
};

/// When a delivery is tried again, each time from the try before: the published ones, then over days.
const SCHEDULE: &[u64] = &[10, 40, 90, 300, 1800, 7200, 18_000, 36_000, 86_400];
/// Webhooks served by one process at a time.
const HANDS: usize = 64;
/// Deliveries on the way to one webhook at a time.
const AT_ONCE: i64 = 4;
/// How long a claim holds: longer than the tries of one round take.
const LEASE: Duration = Duration::from_secs(30);
/// How often the loop looks for work.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest `Retry-After` that is kept.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Sends what is due until the house closes.
pub async fn run(app: App) {
    let hands = Arc::new(Semaphore::new(HANDS));
    while !app.stopping.is_cancelled() {
        app.pulse.beat("deliveries", app.clock.now());
        let Ok(hand) = hands.clone().acquire_owned().await else { return };
        let now = app.clock.now();
        let claimed = async { webhooks::claim(app.store.acquire().await?.db(), now, now.plus(LEASE)).await };
        match claimed.await {
            Ok(Some((webhook, fence))) => {
                let owned = app.clone();
                app.tasks.spawn(async move {
                    if let Err(e) = serve(&owned, webhook, fence).await {
                        tracing::error!(error = %e, "a webhook's deliveries could not be worked on");
                    }
                    drop(hand);
                });
                continue;
            }
            Ok(None) => {}
            Err(e) => tracing::error!(error = %e, "deliveries could not be looked for"),
        }
        drop(hand);
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}

/// Sends what is due for a claimed webhook, round by round, until nothing is, a round fails, or the house closes.
async fn serve(app: &App, mut webhook: Webhook, fence: i64) -> Result<()> {
    let secrets = Secrets::open(app, &webhook)?;
    loop {
        let now = app.clock.now();
        if !webhooks::hold(app.store.acquire().await?.db(), webhook.id, fence, now.plus(LEASE)).await? {
            return Ok(());
        }
        let due = deliveries::due(app.store.acquire().await?.db(), webhook.id, now, AT_ONCE).await?;
        let round = due.len();
        let tries = due.into_iter().map(|delivery| attempt(app, &webhook, &secrets, delivery));
        let mut taken = 0;
        for tried in join_all(tries).await {
            let (delivery, is_gone) = tried?;
            taken += usize::from(delivery.status == DeliveryStatus::Delivered);
            webhook.active &= !is_gone;
            deliveries::save(app.store.acquire().await?.db(), &delivery).await?;
        }
        let now = app.clock.now();
        if !webhook.active {
            webhooks::pause(app.store.acquire().await?.db(), webhook.id, now).await?;
            tracing::info!(webhook = %webhook.id, "the endpoint is gone; the webhook is paused");
        }
        let goes_on = round > 0 && taken == round && webhook.active && !app.stopping.is_cancelled();
        if !goes_on {
            // An endpoint that fails waits for its next turn behind the others.
            webhooks::hold(app.store.acquire().await?.db(), webhook.id, fence, now).await?;
            return Ok(());
        }
    }
}

/// What a webhook's requests carry, opened.
struct Secrets {
    current: SecretString,
    previous: Option<(SecretString, Timestamp)>,
    headers: Map<String, Value>,
}

impl Secrets {
    fn open(app: &App, webhook: &Webhook) -> Result<Self> {
        let open = |column, sealed: &[u8]| app.sealer.open(place(webhook.id, column), sealed);
        let previous = webhook.previous_secret.as_ref();
        let headers = open("headers", &webhook.headers)?;
        Ok(Self {
            current: open("secret", &webhook.secret)?,
            previous: previous.map(|(sealed, until)| Ok::<_, Error>((open("secret", sealed)?, *until))).transpose()?,
            headers: serde_json::from_str(headers.expose_secret()).unwrap_or_default(),
        })
    }
}

/// One try. Gives the delivery as it is to be kept, and whether the endpoint said that it is gone for good.
async fn attempt(app: &App, webhook: &Webhook, secrets: &Secrets, mut delivery: Delivery) -> Result<(Delivery, bool)> {
    let headers = headers(webhook, secrets, &delivery, app.clock.now())?;
    let answer = app.guard.post(&webhook.url, headers, delivery.body.clone()).await;
    let now = app.clock.now();
    delivery.attempt_count = delivery.attempt_count.saturating_add(1);
    delivery.last_attempt_at = Some(now);
    delivery.webhook_url.clone_from(&webhook.url);
    let (status, head, retry_after) = match answer {
        Ok(Answer { status, head, retry_after }) => (Some(status), head, retry_after),
        Err(trouble) => (None, trouble.to_owned(), None),
    };
    delivery.response_status = status.map(i32::from);
    delivery.response_head = Some(head);
    let is_gone = status == Some(410);
    match pause(delivery.attempt_count, retry_after).filter(|_| !is_gone) {
        _ if status.is_some_and(|status| (200..300).contains(&status)) => {
            delivery.status = DeliveryStatus::Delivered;
            delivery.delivered_at = Some(now);
        }
        Some(pause) => delivery.next_at = now.plus(pause),
        None => {
            delivery.status = DeliveryStatus::Failed;
            delivery.failed_at = Some(now);
        }
    }
    meter::attempted(delivery.status.as_str());
    tracing::info!(
        webhook = %webhook.id, delivery = %delivery.id, event = %delivery.event, status, tries = delivery.attempt_count,
        outcome = %delivery.status, "delivery"
    );
    Ok((delivery, is_gone))
}

/// Sends a sample of an event, now and once, and keeps no record of it. Gives why the endpoint did not take it.
pub async fn sample(app: &App, webhook: &Webhook, event: Name) -> Result<Result<(), String>> {
    let now = app.clock.now();
    let body = serde_json::json!({
        "phone_number_id": "106540352242922",
        "project": {"id": webhook.project_id},
        "customer": {"id": crate::id::CustomerId::new(now)},
        "test": true,
    });
    let sample = Delivery {
        id: crate::id::DeliveryId::new(now),
        project_id: webhook.project_id,
        webhook_id: webhook.id,
        event,
        webhook_url: webhook.url.clone(),
        phone_number_id: None,
        body: body.to_string(),
        status: DeliveryStatus::Pending,
        attempt_count: 0,
        next_at: now,
        response_status: None,
        response_head: None,
        last_attempt_at: None,
        delivered_at: None,
        failed_at: None,
        created_at: now,
    };
    let (tried, _) = attempt(app, webhook, &Secrets::open(app, webhook)?, sample).await?;
    Ok(match (tried.status, tried.response_status) {
        (DeliveryStatus::Delivered, _) => Ok(()),
        (_, Some(status)) => Err(format!("it answered {status}")),
        (_, None) => Err(tried.response_head.unwrap_or_default()),
    })
}

/// How long until the next try, up to a tenth longer by chance; `None` when there is none.
fn pause(tries: i32, retry_after: Option<Duration>) -> Option<Duration> {
    let done = usize::try_from(tries).unwrap_or(0);
    let seconds = *SCHEDULE.get(done.saturating_sub(1))?;
    let planned = Duration::from_millis(seconds * 1000 + random_below(seconds * 100));
    Some(planned.max(retry_after.unwrap_or_default().min(LONGEST_WAIT)))
}

/// The request's headers: the receiver's own first, so that none of them can stand in for one of ours.
fn headers(webhook: &Webhook, secrets: &Secrets, delivery: &Delivery, now: Timestamp) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in &secrets.headers {
        let name = HeaderName::try_from(name.as_str());
        let value = value.as_str().map(HeaderValue::from_str);
        if let (Ok(name), Some(Ok(value))) = (name, value) {
            headers.insert(name, value);
        }
    }
    let current = secrets.current.expose_secret();
    let still = secrets.previous.as_ref().filter(|(_, until)| *until > now).map(|(secret, _)| secret.expose_secret());
    let all: Vec<&str> = [current].into_iter().chain(still).collect();
    let id = delivery.id.to_string();
    for (name, value) in [
        ("content-type", "application/json".to_owned()),
        ("x-webhook-event", delivery.event.to_string()),
        ("x-webhook-signature", sign::published(current, &delivery.body)),
        ("x-idempotency-key", id.clone()),
        ("x-webhook-payload-version", webhook.payload_version.clone()),
        ("webhook-id", id.clone()),
        ("webhook-timestamp", sign::seconds(now).to_string()),
        ("webhook-signature", sign::standard(&all, &id, now, &delivery.body)),
    ] {
        let value = HeaderValue::try_from(value).map_err(|_| Error::Internal(format!("{name} is no header")))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_spread_over_days_and_end() {
        let pauses: Vec<Duration> = (1..).map_while(|tries| pause(tries, None)).collect();
        assert_eq!(pauses.len(), 9, "ten tries in all");
        for (pause, planned) in pauses.iter().zip(SCHEDULE) {
            let planned = Duration::from_secs(*planned);
            assert!(*pause >= planned && *pause <= planned + planned / 10, "{pause:?}");
        }
        assert!(pause(1, Some(Duration::from_secs(120))).unwrap() >= Duration::from_secs(120));
        assert!(pause(1, Some(Duration::from_secs(u64::MAX))).unwrap() <= LONGEST_WAIT);
    }
}
