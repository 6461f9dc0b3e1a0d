//! Takes an event to those who want it.
//!
//! [`tell`] writes an event and a delivery for every webhook that wants it, in the transaction that made it true;
//! [`deliver`] sends what is due and goes on trying. What happened is told at least once, and what did not happen never.

use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    event::{Event, Name},
    id::{DeliveryId, WebhookId},
    seal::Place,
    store::{Tx, deliveries, events, webhooks},
    webhook::{Delivery, DeliveryStatus},
};

pub mod deliver;
pub mod sign;

/// Writes that something happened, and whom to tell.
pub async fn tell(tx: &mut Tx, event: &Event) -> Result<()> {
    events::insert(tx.db(), event).await?;
    let named = |name: Name| (name, event);
    let mut told = vec![named(event.name)];
    if event.name == Name::NumberCreated {
        told.push(named(Name::ConfigCreated));
    }
    for webhook in webhooks::of_project(tx.db(), event.project_id).await? {
        for (name, event) in &told {
            if webhook.wants(*name, event.phone_number_id.as_deref()) {
                deliveries::insert(tx.db(), &delivery(&webhook.url, webhook.id, *name, event)?).await?;
            }
        }
    }
    Ok(())
}

fn delivery(url: &str, webhook: WebhookId, name: Name, event: &Event) -> Result<Delivery> {
    Ok(Delivery {
        id: DeliveryId::new(event.at),
        project_id: event.project_id,
        webhook_id: webhook,
        event: name,
        webhook_url: url.to_owned(),
        phone_number_id: event.phone_number_id.clone(),
        body: serde_json::to_string(&event.payload).map_err(|e| Error::Internal(e.to_string()))?,
        status: DeliveryStatus::Pending,
        attempt_count: 0,
        next_at: event.at,
        response_status: None,
        response_head: None,
        last_attempt_at: None,
        delivered_at: None,
        failed_at: None,
        created_at: event.at,
    })
}

/// Where a secret of a webhook is sealed.
#[must_use]
pub fn place(webhook: WebhookId, column: &'static str) -> Place {
    Place { table: "webhooks", column, row: webhook.0 }
}

/// How long the secret before the present one goes on signing.
pub const OVERLAP: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// How long what was delivered is remembered.
pub const RETENTION: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 60 * 60);

/// Forgets deliveries that are over and older than [`RETENTION`].
pub async fn sweep(app: &App) -> Result<u64> {
    let retention = i64::try_from(RETENTION.as_millis()).unwrap_or(i64::MAX);
    let when = Timestamp(app.clock.now().0.saturating_sub(retention));
    deliveries::forget(app.store.acquire().await?.db(), when).await
}
