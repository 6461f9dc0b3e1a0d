//! One try: the request, its signatures, and what the answer means for the next.

use std::{borrow::Cow, time::Duration};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use crate::{
    app::App,
    clock::{Timestamp, random_below},
    error::{Error, Result},
    event::{Event, Name},
    guard::{Answer, RetryAfter},
    meter,
    notify::{place, sign},
    trace::{self, Of},
    webhook::{Delivery, DeliveryStatus, Webhook},
};

/// When a delivery is tried again, each time from the try before: the published ones, then over days.
const SCHEDULE: &[u64] = &[10, 40, 90, 300, 1800, 7200, 18_000, 36_000, 86_400];
/// The longest `Retry-After` that is kept.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// What a webhook's requests carry, opened.
pub(super) struct Secrets {
    current: SecretString,
    previous: Option<(SecretString, Timestamp)>,
    headers: Map<String, Value>,
}

impl Secrets {
    pub(super) fn open(app: &App, webhook: &Webhook) -> Result<Self> {
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

/// One try. Gives the delivery as it is to be kept.
pub(super) async fn attempt(app: &App, webhook: &Webhook, secrets: &Secrets, mut delivery: Delivery) -> Delivery {
    let mut span = trace::part(Of::Delivery(delivery.id), "try");
    let answer = match headers(webhook, secrets, &delivery, app.clock.now()) {
        Ok(headers) => app.guard.post(&webhook.url, headers, delivery.body.clone()).await,
        Err(_) => Err("the request cannot be written"),
    };
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
    let tries = delivery.attempt_count.saturating_sub(delivery.tries_before);
    match pause(tries, retry_after, now) {
        // The webhook is switched off for it; when it is on again, this is due at once.
        Some(_) if status == Some(410) => delivery.next_at = now,
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
    span.set("http.response.status_code", status.map_or(0, i64::from));
    if delivery.status != DeliveryStatus::Delivered {
        span.fail(status.map_or(Cow::Borrowed("no answer"), |status| format!("status {status}").into()));
    }
    drop(span);
    traced(&delivery);
    meter::attempted(delivery.status.as_str());
    tracing::info!(
        webhook = %webhook.id, delivery = %delivery.id, event = %delivery.event, status, tries = delivery.attempt_count,
        outcome = %delivery.status, "delivery"
    );
    delivery
}

/// Completes the trace of a delivery that is over, the first time that it is.
fn traced(delivery: &Delivery) {
    if delivery.status == DeliveryStatus::Pending || delivery.tries_before > 0 {
        return;
    }
    let mut span = trace::whole(Of::Delivery(delivery.id), "deliver", delivery.created_at);
    span.set("setuplinks.delivery.id", delivery.id.to_string());
    span.set("setuplinks.webhook.id", delivery.webhook_id.to_string());
    span.set("setuplinks.event", delivery.event.clone());
    span.set("setuplinks.tries", i64::from(delivery.attempt_count));
    if delivery.status == DeliveryStatus::Failed {
        span.fail("given up");
    }
}

/// Sends a sample of an event, now and once, and keeps no record of it. Gives why the endpoint did not take it.
pub async fn sample(app: &App, webhook: &Webhook, name: Name) -> Result<Result<(), String>> {
    let event = Event::sample(name, webhook.project_id, app.clock.now());
    let sample = Delivery::new(webhook, name, &event);
    let tried = attempt(app, webhook, &Secrets::open(app, webhook)?, sample).await;
    Ok(match (tried.status, tried.response_status) {
        (DeliveryStatus::Delivered, _) => Ok(()),
        (_, Some(status)) => Err(format!("it answered {status}")),
        (_, None) => Err(tried.response_head.unwrap_or_default()),
    })
}

/// How long until the next try, up to a tenth longer by chance; `None` when there is none.
fn pause(tries: i32, retry_after: Option<RetryAfter>, now: Timestamp) -> Option<Duration> {
    let done = usize::try_from(tries).unwrap_or(0);
    let seconds = *SCHEDULE.get(done.saturating_sub(1))?;
    let planned = Duration::from_millis(seconds * 1000 + random_below(seconds * 100));
    let asked = match retry_after {
        None => Duration::ZERO,
        Some(RetryAfter::Span(span)) => span,
        Some(RetryAfter::Moment(moment)) => moment.since(now),
    };
    Some(planned.max(asked.min(LONGEST_WAIT)))
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
        ("x-webhook-event", delivery.event.clone()),
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
        let now = Timestamp(1_000_000);
        let pauses: Vec<Duration> = (1..).map_while(|tries| pause(tries, None, now)).collect();
        assert_eq!(pauses.len(), 9, "ten tries in all");
        for (pause, planned) in pauses.iter().zip(SCHEDULE) {
            let planned = Duration::from_secs(*planned);
            assert!(*pause >= planned && *pause <= planned + planned / 10, "{pause:?}");
        }
        let asked = |asked| pause(1, Some(asked), now).unwrap();
        assert!(asked(RetryAfter::Span(Duration::from_secs(120))) >= Duration::from_secs(120));
        assert!(asked(RetryAfter::Span(Duration::MAX)) <= LONGEST_WAIT);
        assert_eq!(asked(RetryAfter::Moment(Timestamp(1_090_000))), Duration::from_secs(90));
        assert_eq!(asked(RetryAfter::Moment(Timestamp(i64::MAX))), LONGEST_WAIT);
        assert!(
            asked(RetryAfter::Moment(Timestamp(0))) < Duration::from_secs(12),
            "a moment that is over asks for nothing"
        );
    }
}
