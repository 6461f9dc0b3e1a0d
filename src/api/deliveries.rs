//! `/webhook_deliveries`: what was sent, when, and what came of it.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    fields::Query,
    key::Caller,
    paging::{self, Paged, Paging},
    wire::{Data, Failure, List, Time, data},
};
use crate::{
    app::App,
    choice::choice,
    clock::Timestamp,
    error::{Error, Result},
    event::Name,
    id::{DeliveryId, WebhookId},
    notify,
    store::deliveries,
    webhook::{Delivery, DeliveryStatus},
};

/// One event on its way to one webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct View {
    id: DeliveryId,
    #[schema(value_type = Name)]
    event: String,
    status: DeliveryStatus,
    /// Tries so far.
    #[schema(minimum = 0, examples(1))]
    attempt_count: i32,
    created_at: Time,
    /// The status of the last answer; null when there was none.
    #[schema(required, examples(200))]
    response_status: Option<i32>,
    /// The first kilobyte of the last answer, or why there was none.
    #[schema(required, examples("ok"))]
    response_head: Option<String>,
    /// When it is tried next; null when it is not.
    #[schema(required)]
    next_attempt_at: Option<Time>,
    /// When the endpoint took it.
    #[schema(required)]
    delivered_at: Option<Time>,
    /// When it was given up.
    #[schema(required)]
    failed_at: Option<Time>,
    /// When it was last tried.
    #[schema(required)]
    last_attempt_at: Option<Time>,
    webhook_id: WebhookId,
    /// Where the webhook pointed when the event happened.
    #[schema(examples("https://app.example.com/hooks/whatsapp"))]
    webhook_url: String,
    /// The number that the event is about, by Meta's id.
    #[schema(required, examples("106540352242922"))]
    phone_number_id: Option<String>,
}

fn view(delivery: Delivery) -> View {
    let next_at = (delivery.status == DeliveryStatus::Pending).then_some(delivery.next_at);
    View {
        id: delivery.id,
        event: delivery.event,
        status: delivery.status,
        attempt_count: delivery.attempt_count,
        created_at: delivery.created_at.into(),
        response_status: delivery.response_status,
        response_head: delivery.response_head,
        next_attempt_at: next_at.map(Time),
        delivered_at: delivery.delivered_at.map(Time),
        failed_at: delivery.failed_at.map(Time),
        last_attempt_at: delivery.last_attempt_at.map(Time),
        webhook_id: delivery.webhook_id,
        webhook_url: delivery.webhook_url,
        phone_number_id: delivery.phone_number_id,
    }
}

choice! {
    /// A span of time that ends now.
    pub enum Period {
        /// The last hour.
        Hour = "1h",
        /// The last day.
        Day = "24h",
        /// The last week.
        Week = "7d",
        /// The last 30 days.
        Month = "30d",
    }
}

impl Period {
    fn span(self) -> Duration {
        let hours = match self {
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
        };
        Duration::from_secs(hours * 60 * 60)
    }
}

/// Which deliveries a list holds.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// Deliveries of this status.
    pub status: Option<DeliveryStatus>,
    /// Deliveries of this event.
    pub event: Option<Name>,
    /// Deliveries to this webhook.
    pub webhook_id: Option<WebhookId>,
    /// Only those that were refused or not answered, so far or for good.
    pub errors_only: Option<bool>,
    /// Deliveries about this number, by Meta's id.
    #[param(pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub phone_number_id: Option<String>,
    /// Events of this span; the last day unless another is named.
    #[param(inline)]
    pub period: Option<Period>,
}

/// List deliveries
///
/// What was sent, and what came of it.
#[utoipa::path(
    get,
    path = "/webhook_deliveries",
    operation_id = "list_webhook_deliveries",
    tag = "Webhook deliveries",
    params(Filters, Paging),
    responses((status = 200, description = "A page of deliveries", body = List<View>))
)]
pub async fn list(State(app): State<App>, Caller(project): Caller, RawQuery(query): RawQuery) -> Result<Paged<View>> {
    let mut query = Query::read(query.as_deref());
    let page = paging::page(&mut query);
    // A day is the published API's default.
    let period = query.parsed("period", "1h, 24h, 7d or 30d", Period::parse).unwrap_or(Period::Day);
    let span = i64::try_from(period.span().as_millis()).unwrap_or(0);
    let since = Some(Timestamp(app.clock.now().0 - span));
    let filter = deliveries::Filter {
        status: query.parsed("status", "pending, delivered or failed", DeliveryStatus::parse),
        event: query.parsed("event", "the name of an event", Name::parse),
        webhook_id: query.parsed("webhook_id", "a UUID", WebhookId::parse),
        since,
        errors_only: query.parsed("errors_only", "true or false", |text| text.parse().ok()),
        phone_number_id: query.text("phone_number_id"),
    };
    query.done()?;
    let (rows, total) = deliveries::list(app.store.acquire().await?.db(), project, &filter, page).await?;
    let items = rows.into_iter().map(view).collect();
    Ok(paging::respond(items, total, page, "/platform/v1/webhook_deliveries", &query, &app.public_url))
}

/// Send a delivery again
///
/// The same bytes under the same id, from now on and with all its tries.
#[utoipa::path(
    post,
    path = "/webhook_deliveries/{delivery_id}/redeliver",
    operation_id = "redeliver_webhook_delivery",
    tag = "Webhook deliveries",
    params(("delivery_id" = DeliveryId, Path, description = "The delivery")),
    responses(
        (status = 202, description = "The delivery, which is sent soon", body = Data<View>),
        (status = 409, description = "Its webhook is switched off: nothing would be sent", body = Failure),
    )
)]
pub async fn redeliver(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Data<View>>)> {
    let id = DeliveryId::parse(&id).ok_or(Error::NotFound("delivery"))?;
    let again = notify::redeliver(&app, project, id).await?;
    Ok((StatusCode::ACCEPTED, data(view(again))))
}
