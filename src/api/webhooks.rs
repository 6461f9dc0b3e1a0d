//! `/whatsapp/webhooks`, and the same below one phone number ([`of_number`]).

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use self::{
    draft::{Draft, KNOWN},
    shape::{Envelope, NewEnvelope, View, view},
};
use super::{
    fields::{Fields, Query},
    key::Caller,
    paging::{self, Paged, Paging},
    wire::{Data, Failure, List, Time, data},
};
use crate::{
    app::App,
    error::{Error, Result},
    event::Name,
    id::WebhookId,
    notify::{self, place, sign},
    store::{Tx, numbers, webhooks},
    webhook::{Buffering, Kind, Webhook},
};

mod draft;
pub mod of_number;
pub mod secret;
pub mod shape;

fn seal(app: &App, id: WebhookId, column: &'static str, secret: &str) -> Result<Vec<u8>> {
    app.sealer.seal(place(id, column), secret)
}

async fn find(app: &App, scope: webhooks::Scope<'_>, id: &str) -> Result<Webhook> {
    let id = WebhookId::parse(id).ok_or(Error::NotFound("webhook"))?;
    webhooks::find(app.store.acquire().await?.db(), scope, id).await?.ok_or(Error::NotFound("webhook"))
}

/// The same, taken for the rest of the transaction.
async fn lock(tx: &mut Tx, scope: webhooks::Scope<'_>, id: &str) -> Result<Webhook> {
    let id = WebhookId::parse(id).ok_or(Error::NotFound("webhook"))?;
    webhooks::lock(tx.db(), scope, id).await?.ok_or(Error::NotFound("webhook"))
}

/// Which webhooks a list holds.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// Webhooks that carry this.
    pub kind: Option<Kind>,
    /// Only those that are active, or only those that are not.
    pub active: Option<bool>,
    /// Webhooks whose URL contains this, in either case.
    #[param(pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub url_contains: Option<String>,
    /// Made after this moment.
    pub created_after: Option<Time>,
    /// Made before this moment.
    pub created_before: Option<Time>,
}

async fn list_in(app: &App, scope: webhooks::Scope<'_>, path: &str, query: Option<&str>) -> Result<Paged<View>> {
    let mut query = Query::read(query);
    let page = paging::page(&mut query);
    let filter = webhooks::Filter {
        kind: query.parsed("kind", "kapso or meta", Kind::parse),
        active: query.parsed("active", "true or false", |text| text.parse().ok()),
        url_contains: query.text("url_contains"),
        created_after: query.time("created_after"),
        created_before: query.time("created_before"),
    };
    query.done()?;
    let (rows, total) = webhooks::list(app.store.acquire().await?.db(), scope, &filter, page).await?;
    let items = rows.into_iter().map(|webhook| view(app, webhook)).collect::<Result<Vec<_>>>()?;
    Ok(paging::respond(items, total, page, path, &query, &app.public_url))
}

async fn create_in(app: &App, scope: webhooks::Scope<'_>, body: &Bytes) -> Result<(StatusCode, Json<Data<View>>)> {
    let mut fields = Fields::read(body, "whatsapp_webhook", KNOWN)?;
    let mut draft = Draft {
        url: String::new(),
        kind: Kind::Kapso,
        events: Vec::new(),
        active: true,
        headers: Map::new(),
        buffering: Buffering::default(),
        secret: None,
    };
    if !fields.has("url") {
        fields.refuse("url", "is required");
    }
    draft.read(&mut fields, app);
    let phone_number_id = match (scope.1, fields.text("phone_number_id", 64).value()) {
        (Some(number), _) => Some(number.to_owned()),
        (None, Some(named)) => {
            let known = numbers::find(app.store.acquire().await?.db(), scope.0, &named).await?;
            if known.is_none() {
                fields.refuse("phone_number_id", "must be a number of this project");
            }
            Some(named)
        }
        (None, None) => None,
    };
    fields.done()?;
    let now = app.clock.now();
    let id = WebhookId::new(now);
    let secret = draft.secret.unwrap_or_else(sign::new_secret);
    let webhook = Webhook {
        id,
        project_id: scope.0,
        phone_number_id,
        url: draft.url,
        kind: draft.kind,
        events: draft.events,
        active: draft.active,
        secret: seal(app, id, "secret", &secret)?,
        previous_secret: None,
        headers: seal(app, id, "headers", &Value::Object(draft.headers).to_string())?,
        buffering: draft.buffering,
        payload_version: "v2".to_owned(),
        failing_since: None,
        created_at: now,
        updated_at: now,
    };
    webhooks::insert(app.store.acquire().await?.db(), &webhook).await?;
    Ok((StatusCode::CREATED, data(view(app, webhook)?)))
}

async fn update_in(app: &App, scope: webhooks::Scope<'_>, id: &str, body: &Bytes) -> Result<Json<Data<View>>> {
    let mut fields = Fields::read(body, "whatsapp_webhook", KNOWN)?;
    let mut tx = app.store.begin().await?;
    let mut webhook = lock(&mut tx, scope, id).await?;
    let headers = app.sealer.open(place(webhook.id, "headers"), &webhook.headers)?;
    let mut draft = Draft {
        url: webhook.url.clone(),
        kind: webhook.kind,
        events: webhook.events.clone(),
        active: webhook.active,
        headers: serde_json::from_str(headers.expose_secret()).unwrap_or_default(),
        buffering: webhook.buffering.clone(),
        secret: None,
    };
    draft.read(&mut fields, app);
    if fields.text("phone_number_id", 64).value().is_some_and(|named| webhook.phone_number_id.as_ref() != Some(&named))
    {
        fields.refuse("phone_number_id", "can only be set when the webhook is made");
    }
    fields.done()?;
    let now = app.clock.now();
    if let Some(secret) = draft.secret {
        secret::change(app, &mut webhook, &secret, now)?;
    }
    let comes_back = draft.active && !webhook.active;
    webhook.headers = seal(app, webhook.id, "headers", &Value::Object(draft.headers).to_string())?;
    webhook.url = draft.url;
    webhook.kind = draft.kind;
    webhook.events = draft.events;
    webhook.active = draft.active;
    webhook.buffering = draft.buffering;
    webhook.updated_at = now;
    webhooks::update(tx.db(), &webhook).await?;
    tx.commit().await?;
    if comes_back {
        // What waited for it goes out.
        notify::WRITTEN.notify_waiters();
    }
    Ok(data(view(app, webhook)?))
}

/// List webhooks
///
/// All of the project, those of single numbers among them.
#[utoipa::path(
    get,
    path = "/whatsapp/webhooks",
    operation_id = "list_webhooks",
    tag = "Webhooks",
    params(Filters, Paging),
    responses((status = 200, description = "A page of webhooks", body = List<View>))
)]
pub async fn list(State(app): State<App>, Caller(project): Caller, RawQuery(query): RawQuery) -> Result<Paged<View>> {
    list_in(&app, (project, None), "/platform/v1/whatsapp/webhooks", query.as_deref()).await
}

/// Make a webhook
///
/// For the whole project, or for one number.
#[utoipa::path(
    post,
    path = "/whatsapp/webhooks",
    operation_id = "create_webhook",
    tag = "Webhooks",
    request_body(content = NewEnvelope, example = json!({"whatsapp_webhook": {
        "url": "https://app.example.com/hooks/whatsapp",
        "events": ["whatsapp.phone_number.created", "whatsapp.phone_number.deleted"],
    }})),
    responses((status = 201, description = "The webhook, with its secret", body = Data<View>))
)]
pub async fn create(
    State(app): State<App>,
    Caller(project): Caller,
    body: Bytes,
) -> Result<(StatusCode, Json<Data<View>>)> {
    create_in(&app, (project, None), &body).await
}

/// Get a webhook
#[utoipa::path(
    get,
    path = "/whatsapp/webhooks/{webhook_id}",
    operation_id = "get_webhook",
    tag = "Webhooks",
    params(("webhook_id" = WebhookId, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook", body = Data<View>))
)]
pub async fn get(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<Json<Data<View>>> {
    Ok(data(view(&app, find(&app, (project, None), &id).await?)?))
}

/// Change a webhook
///
/// Only the fields that are there change; `null` brings a field's default back.
#[utoipa::path(
    patch,
    path = "/whatsapp/webhooks/{webhook_id}",
    operation_id = "update_webhook",
    tag = "Webhooks",
    params(("webhook_id" = WebhookId, Path, description = "The webhook")),
    request_body(content = Option<Envelope>, example = json!({"whatsapp_webhook": {"active": false}})),
    responses((status = 200, description = "The webhook", body = Data<View>))
)]
pub async fn update(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Data<View>>> {
    update_in(&app, (project, None), &id, &body).await
}

/// Delete a webhook
///
/// What is on its way to it is not sent any more, and its deliveries leave the log.
#[utoipa::path(
    delete,
    path = "/whatsapp/webhooks/{webhook_id}",
    operation_id = "delete_webhook",
    tag = "Webhooks",
    params(("webhook_id" = WebhookId, Path, description = "The webhook")),
    responses((status = 204, description = "It is gone"))
)]
pub async fn delete(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<StatusCode> {
    let webhook = find(&app, (project, None), &id).await?;
    webhooks::delete(app.store.acquire().await?.db(), webhook.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a test sent.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookTest)]
pub struct Tested {
    /// Always true: an endpoint that did not take the event is a 422.
    #[schema(examples(true))]
    success: bool,
}

/// Which event a test sends.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Sample {
    /// The event, unless the body names one.
    pub event_type: Option<Name>,
}

/// Which event a test sends.
#[derive(ToSchema)]
#[schema(as = WebhookTestRequest)]
pub struct SampleBody {
    /// The event; `whatsapp.phone_number.created` when none is named.
    pub event_type: Option<Name>,
}

/// Test a webhook
///
/// Sends a sample of an event, now and once. An endpoint that does not take it is a 422 that says what came back.
#[utoipa::path(
    post,
    path = "/whatsapp/webhooks/{webhook_id}/test",
    operation_id = "test_webhook",
    tag = "Webhooks",
    params(("webhook_id" = WebhookId, Path, description = "The webhook"), Sample),
    request_body = Option<SampleBody>,
    responses(
        (status = 200, description = "The endpoint took it", body = Data<Tested>),
        (status = 409, description = "It is of the kind meta, which is sent nothing", body = Failure),
    )
)]
pub async fn test(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Json<Data<Tested>>> {
    test_in(&app, (project, None), &id, query.as_deref(), &body).await
}

async fn test_in(
    app: &App,
    scope: webhooks::Scope<'_>,
    id: &str,
    query: Option<&str>,
    body: &Bytes,
) -> Result<Json<Data<Tested>>> {
    let webhook = find(app, scope, id).await?;
    let event = sampled(query, body)?;
    if webhook.kind == Kind::Meta {
        return Err(Error::Conflict(
            "a webhook of the kind meta is sent nothing, so there is nothing to try".to_owned(),
        ));
    }
    match notify::deliver::sample(app, &webhook, event).await? {
        Ok(()) => Ok(data(Tested { success: true })),
        Err(trouble) => Err(Error::invalid("url", format!("the endpoint did not take the event: {trouble}"))),
    }
}

/// The event that a test names, in the body or in the query; nobody wraps it.
fn sampled(query: Option<&str>, body: &Bytes) -> Result<Name> {
    let refused = || Error::invalid("event_type", "event_type must be the name of an event");
    let text = body.trim_ascii();
    let body = if text.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(text) };
    let named = match body.map_err(|e| Error::invalid("body", format!("the body is not valid JSON: {e}")))? {
        Value::Null => None,
        Value::Object(mut object) => match object.remove("event_type") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(refused()),
        },
        _ => return Err(Error::invalid("body", "the body must be an object: {\"event_type\": …}")),
    };
    match named.or_else(|| Query::read(query).text("event_type")) {
        None => Ok(Name::NumberCreated),
        Some(name) => Name::parse(&name).ok_or_else(refused),
    }
}
