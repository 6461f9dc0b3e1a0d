//! `/whatsapp/phone_numbers/{phone_number_id}/webhooks`: those that are about one number.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
};

use super::{
    Filters, Sample, SampleBody, Tested, create_in, find, list_in,
    shape::{Envelope, NewEnvelope, View, view},
    test_in, update_in,
};
use crate::{
    api::{
        key::Caller,
        paging::{Paged, Paging},
        wire::{Data, List, data},
    },
    app::App,
    error::{Error, Result},
    id::{ProjectId, WebhookId},
    store::{numbers, webhooks},
};

/// The number that a path names, by Meta's id.
pub(super) async fn number(app: &App, project: ProjectId, id: &str) -> Result<String> {
    let found = numbers::find(app.store.acquire().await?.db(), project, id).await?;
    found.map(|number| number.phone_number_id).ok_or(Error::NotFound("phone number"))
}

/// List a number's webhooks
#[utoipa::path(
    get,
    path = "/whatsapp/phone_numbers/{phone_number_id}/webhooks",
    operation_id = "list_number_webhooks",
    tag = "Webhooks",
    params(
        ("phone_number_id" = String, Path, description = "Meta's id of the number", example = "106540352242922"),
        Filters,
        Paging,
    ),
    responses((status = 200, description = "A page of webhooks", body = List<View>))
)]
pub async fn list(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Paged<View>> {
    let number = number(&app, project, &id).await?;
    let path = format!("/platform/v1/whatsapp/phone_numbers/{number}/webhooks");
    list_in(&app, (project, Some(&number)), &path, query.as_deref()).await
}

/// Make a webhook of a number
#[utoipa::path(
    post,
    path = "/whatsapp/phone_numbers/{phone_number_id}/webhooks",
    operation_id = "create_number_webhook",
    tag = "Webhooks",
    params(
        ("phone_number_id" = String, Path, description = "Meta's id of the number", example = "106540352242922"),
    ),
    request_body(content = NewEnvelope, example = json!({"whatsapp_webhook": {
        "url": "https://app.example.com/hooks/whatsapp",
    }})),
    responses((status = 201, description = "The webhook, with its secret", body = Data<View>))
)]
pub async fn create(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Data<View>>)> {
    let number = number(&app, project, &id).await?;
    create_in(&app, (project, Some(&number)), &body).await
}

/// Get a webhook of a number
#[utoipa::path(
    get,
    path = "/whatsapp/phone_numbers/{phone_number_id}/webhooks/{webhook_id}",
    operation_id = "get_number_webhook",
    tag = "Webhooks",
    params(
        ("phone_number_id" = String, Path, description = "Meta's id of the number", example = "106540352242922"),
        ("webhook_id" = WebhookId, Path, description = "The webhook"),
    ),
    responses((status = 200, description = "The webhook", body = Data<View>))
)]
pub async fn get(
    State(app): State<App>,
    Caller(project): Caller,
    Path((id, webhook)): Path<(String, String)>,
) -> Result<Json<Data<View>>> {
    let number = number(&app, project, &id).await?;
    Ok(data(view(&app, find(&app, (project, Some(&number)), &webhook).await?)?))
}

/// Change a webhook of a number
#[utoipa::path(
    patch,
    path = "/whatsapp/phone_numbers/{phone_number_id}/webhooks/{webhook_id}",
    operation_id = "update_number_webhook",
    tag = "Webhooks",
    params(
        ("phone_number_id" = String, Path, description = "Meta's id of the number", example = "106540352242922"),
        ("webhook_id" = WebhookId, Path, description = "The webhook"),
    ),
    request_body(content = Option<Envelope>, example = json!({"whatsapp_webhook": {"active": false}})),
    responses((status = 200, description = "The webhook", body = Data<View>))
)]
pub async fn update(
    State(app): State<App>,
    Caller(project): Caller,
    Path((id, webhook)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Data<View>>> {
    let number = number(&app, project, &id).await?;
    update_in(&app, (project, Some(&number)), &webhook, &body).await
}

/// Test a webhook of a number
///
/// Sends a sample of an event, now and once. An endpoint that does not take it is a 422 that says what came back.
#[utoipa::path(
    post,
    path = "/whatsapp/phone_numbers/{phone_number_id}/webhooks/{webhook_id}/test",
    operation_id = "test_number_webhook",
    tag = "Webhooks",
    params(
        ("phone_number_id" = String, Path, description = "Meta's id of the number", example = "106540352242922"),
        ("webhook_id" = WebhookId, Path, description = "The webhook"),
        Sample,
    ),
    request_body = Option<SampleBody>,
    responses(
        (status = 200, description = "The endpoint took it", body = Data<Tested>),
        (status = 409, description = "It is of the kind meta, which is sent nothing", body = crate::api::wire::Failure),
    )
)]
pub async fn test(
    State(app): State<App>,
    Caller(project): Caller,
    Path((id, webhook)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Json<Data<Tested>>> {
    let number = number(&app, project, &id).await?;
    test_in(&app, (project, Some(&number)), &webhook, query.as_deref(), &body).await
}

/// Delete a webhook of a number
#[utoipa::path(
    delete,
    path = "/whatsapp/phone_numbers/{phone_number_id}/webhooks/{webhook_id}",
    operation_id = "delete_number_webhook",
    tag = "Webhooks",
    params(
        ("phone_number_id" = String, Path, description = "Meta's id of the number", example = "106540352242922"),
        ("webhook_id" = WebhookId, Path, description = "The webhook"),
    ),
    responses((status = 204, description = "It is gone"))
)]
pub async fn delete(
    State(app): State<App>,
    Caller(project): Caller,
    Path((id, webhook)): Path<(String, String)>,
) -> Result<StatusCode> {
    let number = number(&app, project, &id).await?;
    let webhook = find(&app, (project, Some(&number)), &webhook).await?;
    webhooks::delete(app.store.acquire().await?.db(), webhook.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
