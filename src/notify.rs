//! Takes an event to those who want it.
//!
//! [`tell`] writes an event and a delivery for every webhook that wants it, in the transaction that made it true;
//! [`deliver`] sends what is due and goes on trying. What happened is told at least once, and what did not happen never.

use std::time::Duration;

use tokio::sync::Notify;

use crate::{
    app::App,
    error::{Error, Result},
    event::{Event, Name},
    id::{DeliveryId, ProjectId, WebhookId},
    seal::Place,
    store::{Tx, deliveries, events, webhooks},
    trace,
    webhook::Delivery,
};

pub mod deliver;
pub mod sign;

/// Rung when deliveries were written in this process, for whoever sends them; other processes find them by themselves.
pub static WRITTEN: Notify = Notify::const_new();

/// Writes that something happened, and whom to tell.
pub async fn tell(tx: &mut Tx, event: &Event) -> Result<()> {
    events::insert(tx.db(), event).await?;
    let mut names = vec![event.name];
    if event.name == Name::NumberCreated {
        names.push(Name::ConfigCreated);
    }
    let mut written = Vec::new();
    for webhook in webhooks::of_project(tx.db(), event.project_id).await? {
        for &name in &names {
            if webhook.wants(name, event.phone_number_id.as_deref()) {
                let delivery = Delivery::new(&webhook, name, event);
                deliveries::insert(tx.db(), &delivery).await?;
                tx.rings(&WRITTEN);
                written.push(delivery.id);
            }
        }
    }
    trace::told(event.name.as_str(), &written);
    Ok(())
}

/// Puts a delivery on its way again, whatever became of it: the same bytes under the same id.
///
/// # Errors
/// [`Error::Conflict`] while its webhook is switched off: nothing would be sent.
pub async fn redeliver(app: &App, project: ProjectId, id: DeliveryId) -> Result<Delivery> {
    let mut tx = app.store.begin().await?;
    let found = deliveries::find(tx.db(), project, id).await?.ok_or(Error::NotFound("delivery"))?;
    let webhook = webhooks::find(tx.db(), (project, None), found.webhook_id).await?;
    if !webhook.is_some_and(|webhook| webhook.active) {
        return Err(Error::Conflict("the delivery's webhook is switched off: set its active to true first".to_owned()));
    }
    let again = deliveries::again(tx.db(), project, id, app.clock.now()).await?;
    tx.rings(&WRITTEN);
    tx.commit().await?;
    again.ok_or(Error::NotFound("delivery"))
}

/// Where a secret of a webhook is sealed.
#[must_use]
pub fn place(webhook: WebhookId, column: &'static str) -> Place {
    Place { table: "webhooks", column, row: webhook.0 }
}

/// How long the secret before the present one goes on signing.
pub const OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);
