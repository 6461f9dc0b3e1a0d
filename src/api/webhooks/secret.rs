//! `POST /whatsapp/webhooks/{id}/rotate_secret`: a new secret of our making, with the one before it signing too for a day.

use axum::{
    Json,
    extract::{Path, State},
};
use secrecy::ExposeSecret as _;

use super::{
    lock,
    of_number::number,
    seal,
    shape::{View, view},
};
use crate::{
    api::{
        key::Caller,
        wire::{Data, data},
    },
    app::App,
    clock::Timestamp,
    error::Result,
    id::WebhookId,
    notify::{OVERLAP, place, sign},
    store::webhooks,
    webhook::Webhook,
};

/// Gives a webhook another secret. Receivers change over one by one: the one before signs too meanwhile. The same secret
/// again changes nothing.
pub(super) fn change(app: &App, webhook: &mut Webhook, secret: &str, now: Timestamp) -> Result<()> {
    let current = app.sealer.open(place(webhook.id, "secret"), &webhook.secret)?;
    if current.expose_secret() != secret {
        let before = std::mem::replace(&mut webhook.secret, seal(app, webhook.id, "secret", secret)?);
        webhook.previous_secret = Some((before, now.plus(OVERLAP)));
    }
    Ok(())
}

async fn rotate_in(app: &App, scope: webhooks::Scope<'_>, id: &str) -> Result<Json<Data<View>>> {
    let mut tx = app.store.begin().await?;
    let mut webhook = lock(&mut tx, scope, id).await?;
    let now = app.clock.now();
    change(app, &mut webhook, &sign::new_secret(), now)?;
    webhook.updated_at = now;
    webhooks::update(tx.db(), &webhook).await?;
    tx.commit().await?;
    Ok(data(view(app, webhook)?))
}

/// Rotate a webhook's secret
///
/// Makes a new secret. The one before it goes on signing beside it for 24 hours, in `webhook-signature`.
#[utoipa::path(
    post,
    path = "/whatsapp/webhooks/{webhook_id}/rotate_secret",
    operation_id = "rotate_webhook_secret",
    tag = "Webhooks",
    params(("webhook_id" = WebhookId, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook, with its new secret", body = Data<View>))
)]
pub async fn rotate(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
) -> Result<Json<Data<View>>> {
    rotate_in(&app, (project, None), &id).await
}

/// Rotate the secret of a number's webhook
///
/// Makes a new secret. The one before it goes on signing beside it for 24 hours, in `webhook-signature`.
#[utoipa::path(
    post,
    path = "/whatsapp/phone_numbers/{phone_number_id}/webhooks/{webhook_id}/rotate_secret",
    operation_id = "rotate_phone_number_webhook_secret",
    tag = "Webhooks",
    params(
        ("phone_number_id" = String, Path, description = "The number, by Meta's id"),
        ("webhook_id" = WebhookId, Path, description = "The webhook"),
    ),
    responses((status = 200, description = "The webhook, with its new secret", body = Data<View>))
)]
pub async fn rotate_of_number(
    State(app): State<App>,
    Caller(project): Caller,
    Path((id, webhook)): Path<(String, String)>,
) -> Result<Json<Data<View>>> {
    let number = number(&app, project, &id).await?;
    rotate_in(&app, (project, Some(&number)), &webhook).await
}
