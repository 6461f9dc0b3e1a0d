//! `/webhook_deliveries`: what was sent, when, and what came of it.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value, json};

use super::{data, fields::Query, key::Caller, paging};
use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    event::Name,
    id::{DeliveryId, WebhookId},
    store::deliveries,
    webhook::{Delivery, DeliveryStatus},
};

fn view(delivery: &Delivery) -> Value {
    let time = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    json!({
        "id": delivery.id,
        "event": delivery.event,
        "status": delivery.status,
        "attempt_count": delivery.attempt_count,
        "created_at": delivery.created_at.rfc3339(),
        "response_status": delivery.response_status,
        "response_head": delivery.response_head,
        "next_attempt_at": time((delivery.status == DeliveryStatus::Pending).then_some(delivery.next_at)),
        "delivered_at": time(delivery.delivered_at),
        "failed_at": time(delivery.failed_at),
        "last_attempt_at": time(delivery.last_attempt_at),
        "webhook_id": delivery.webhook_id,
        "webhook_url": delivery.webhook_url,
        "phone_number_id": delivery.phone_number_id,
    })
}

/// Spans that `period` may name.
fn period(text: &str) -> Option<Duration> {
    let hours = match text {
        "1h" => 1,
        "24h" => 24,
        "7d" => 7 * 24,
        "30d" => 30 * 24,
        _ => return None,
    };
    Some(Duration::from_secs(hours * 60 * 60))
}

/// `GET /webhook_deliveries`.
pub async fn list(State(app): State<App>, Caller(project): Caller, RawQuery(query): RawQuery) -> Result<Response> {
    let mut query = Query::read(query.as_deref());
    let page = paging::page(&mut query);
    let span = query.parsed("period", "1h, 24h, 7d or 30d", period);
    let since = span.map(|span| Timestamp(app.clock.now().0 - i64::try_from(span.as_millis()).unwrap_or(0)));
    let filter = deliveries::Filter {
        status: query.parsed("status", "pending, delivered or failed", DeliveryStatus::parse),
        event: query.parsed("event", "the name of an event", Name::parse),
        webhook_id: query.parsed("webhook_id", "a UUID", WebhookId::parse),
        since,
        errors_only: query.parsed("errors_only", "true or false", |text| text.parse().ok()),
    };
    query.done()?;
    let (rows, total) = deliveries::list(app.store.acquire().await?.db(), project, &filter, page).await?;
    let items: Vec<_> = rows.iter().map(view).collect();
    Ok(paging::respond(&items, total, page, "/platform/v1/webhook_deliveries", &query, &app.public_url))
}

/// `POST /webhook_deliveries/{id}/redeliver`: the same bytes under the same id again, from now on.
pub async fn redeliver(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>)> {
    let id = DeliveryId::parse(&id).ok_or(Error::NotFound("delivery"))?;
    let again = deliveries::again(app.store.acquire().await?.db(), project, id, app.clock.now()).await?;
    Ok((StatusCode::ACCEPTED, data(view(&again.ok_or(Error::NotFound("delivery"))?))))
}
