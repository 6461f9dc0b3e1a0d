//! `/whatsapp/webhooks`, and the same below one phone number.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use super::{
    data,
    fields::{Fields, Given, Query},
    key::Caller,
    paging,
};
use crate::{
    app::App,
    error::{Error, Result},
    event::Name,
    id::{ProjectId, WebhookId},
    notify::{self, OVERLAP, place, sign},
    store::{numbers, webhooks},
    webhook::{Buffering, Kind, Webhook},
};

/// Every field that may stand in the envelope.
const KNOWN: &[&str] = &[
    "url",
    "kind",
    "events",
    "active",
    "secret_key",
    "headers",
    "payload_version",
    "phone_number_id",
    "buffer_enabled",
    "buffer_window_seconds",
    "max_buffer_size",
    "buffer_events",
    "inactivity_minutes",
];

/// Headers that are ours to set, or the connection's.
const RESERVED: &[&str] =
    &["host", "content-length", "content-type", "transfer-encoding", "connection", "te", "upgrade", "trailer"];

fn view(app: &App, webhook: &Webhook) -> Result<Value> {
    let open = |column, sealed: &[u8]| app.sealer.open(place(webhook.id, column), sealed);
    let headers: Value = serde_json::from_str(open("headers", &webhook.headers)?.expose_secret())
        .map_err(|e| Error::Internal(format!("stored headers: {e}")))?;
    let buffering = &webhook.buffering;
    Ok(json!({
        "id": webhook.id,
        "url": webhook.url,
        "kind": webhook.kind,
        "events": webhook.events,
        "active": webhook.active,
        "project_id": webhook.project_id,
        "phone_number_id": webhook.phone_number_id,
        "secret_key": open("secret", &webhook.secret)?.expose_secret(),
        "headers": headers,
        "buffer_enabled": buffering.enabled,
        "buffer_window_seconds": buffering.window_seconds,
        "max_buffer_size": buffering.max_size,
        "buffer_events": buffering.events,
        "inactivity_minutes": buffering.inactivity_minutes,
        "payload_version": webhook.payload_version,
        "created_at": webhook.created_at.rfc3339(),
        "updated_at": webhook.updated_at.rfc3339(),
    }))
}

/// What a request may say of a webhook, read over what it is.
struct Draft {
    url: String,
    kind: Kind,
    events: Vec<Name>,
    active: bool,
    headers: Map<String, Value>,
    buffering: Buffering,
    secret: Option<String>,
}

impl Draft {
    fn read(&mut self, fields: &mut Fields, app: &App) {
        let url = fields.field("url", |value| {
            let text = value.as_str().ok_or("must be an absolute https URL")?;
            app.guard.check(text)?;
            Ok(text.to_owned())
        });
        match url {
            Given::Value(url) => self.url = url,
            Given::Null => fields.refuse("url", "must be an absolute https URL"),
            Given::Absent => {}
        }
        fields.one_of("kind", "kapso, meta", Kind::parse).put(&mut self.kind, Kind::Kapso);
        let events = fields.list("events", 50, |value| {
            let name = value.as_str().unwrap_or_default();
            Name::parse(name).ok_or_else(|| format!("names an event that there is not: {name:?}"))
        });
        events.put(&mut self.events, Vec::new());
        fields.boolean("active").put(&mut self.active, true);
        fields.field("headers", headers).put(&mut self.headers, Map::new());
        self.secret = fields.text("secret_key", 255).value();
        if self.secret.as_ref().is_some_and(|secret| secret.len() < 8) {
            fields.refuse("secret_key", "must have at least 8 characters");
        }
        let _ = fields.one_of("payload_version", "v2", |text| (text == "v2").then_some(()));
        self.read_buffering(fields);
    }

    fn read_buffering(&mut self, fields: &mut Fields) {
        let buffering = &mut self.buffering;
        let number = |value: &Value| {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            number.filter(|number| *number > 0).ok_or_else(|| "must be a whole number above 0".to_owned())
        };
        fields.boolean("buffer_enabled").put(&mut buffering.enabled, false);
        fields.field("buffer_window_seconds", number).put_option(&mut buffering.window_seconds);
        fields.field("max_buffer_size", number).put_option(&mut buffering.max_size);
        fields.field("inactivity_minutes", number).put_option(&mut buffering.inactivity_minutes);
        let events = fields.list("buffer_events", 50, |value| {
            value.as_str().map(str::to_owned).ok_or_else(|| "must be a list of event names".to_owned())
        });
        events.put(&mut buffering.events, Vec::new());
    }
}

/// The receiver's own headers: an object of strings that can be sent.
fn headers(value: &Value) -> Result<Map<String, Value>, String> {
    let object =
        value.as_object().filter(|object| object.len() <= 20).ok_or("must be an object of at most 20 headers")?;
    for (name, value) in object {
        let is_name = HeaderName::try_from(name.as_str()).is_ok_and(|name| !RESERVED.contains(&name.as_str()));
        let is_value = value.as_str().is_some_and(|text| text.len() <= 1024 && HeaderValue::from_str(text).is_ok());
        if !is_name || !is_value {
            return Err(format!("has a header that cannot be sent: {name:?}"));
        }
    }
    Ok(object.clone())
}

fn seal(app: &App, id: WebhookId, column: &'static str, secret: &str) -> Result<Vec<u8>> {
    app.sealer.seal(place(id, column), secret)
}

/// The number that a path names, by Meta's id.
async fn number(app: &App, project: ProjectId, id: &str) -> Result<String> {
    let found = numbers::find(app.store.acquire().await?.db(), project, id).await?;
    found.map(|number| number.phone_number_id).ok_or(Error::NotFound("phone number"))
}

async fn find(app: &App, scope: webhooks::Scope<'_>, id: &str) -> Result<Webhook> {
    let id = WebhookId::parse(id).ok_or(Error::NotFound("webhook"))?;
    webhooks::find(app.store.acquire().await?.db(), scope, id).await?.ok_or(Error::NotFound("webhook"))
}

async fn list_in(app: &App, scope: webhooks::Scope<'_>, path: &str, query: Option<&str>) -> Result<Response> {
    let mut query = Query::read(query);
    let page = paging::page(&mut query);
    query.done()?;
    let (rows, total) = webhooks::list(app.store.acquire().await?.db(), scope, page).await?;
    let items = rows.iter().map(|webhook| view(app, webhook)).collect::<Result<Vec<_>>>()?;
    Ok(paging::respond(&items, total, page, path, &query, &app.public_url))
}

async fn create_in(app: &App, scope: webhooks::Scope<'_>, body: &Bytes) -> Result<(StatusCode, Json<Value>)> {
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
        created_at: now,
        updated_at: now,
    };
    webhooks::insert(app.store.acquire().await?.db(), &webhook).await?;
    Ok((StatusCode::CREATED, data(view(app, &webhook)?)))
}

async fn update_in(app: &App, scope: webhooks::Scope<'_>, id: &str, body: &Bytes) -> Result<Json<Value>> {
    let mut webhook = find(app, scope, id).await?;
    let mut fields = Fields::read(body, "whatsapp_webhook", KNOWN)?;
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
        // Receivers change over one by one: both secrets sign meanwhile.
        let before = std::mem::replace(&mut webhook.secret, seal(app, webhook.id, "secret", &secret)?);
        webhook.previous_secret = Some((before, now.plus(OVERLAP)));
    }
    webhook.headers = seal(app, webhook.id, "headers", &Value::Object(draft.headers).to_string())?;
    webhook.url = draft.url;
    webhook.kind = draft.kind;
    webhook.events = draft.events;
    webhook.active = draft.active;
    webhook.buffering = draft.buffering;
    webhook.updated_at = now;
    webhooks::update(app.store.acquire().await?.db(), &webhook).await?;
    Ok(data(view(app, &webhook)?))
}

/// `GET /whatsapp/webhooks`.
pub async fn list(State(app): State<App>, Caller(project): Caller, RawQuery(query): RawQuery) -> Result<Response> {
    list_in(&app, (project, None), "/platform/v1/whatsapp/webhooks", query.as_deref()).await
}

/// `POST /whatsapp/webhooks`.
pub async fn create(State(app): State<App>, Caller(project): Caller, body: Bytes) -> Result<(StatusCode, Json<Value>)> {
    create_in(&app, (project, None), &body).await
}

/// `GET /whatsapp/webhooks/{id}`.
pub async fn get(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<Json<Value>> {
    Ok(data(view(&app, &find(&app, (project, None), &id).await?)?))
}

/// `PATCH /whatsapp/webhooks/{id}`.
pub async fn update(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>> {
    update_in(&app, (project, None), &id, &body).await
}

/// `DELETE /whatsapp/webhooks/{id}`.
pub async fn delete(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<StatusCode> {
    let webhook = find(&app, (project, None), &id).await?;
    webhooks::delete(app.store.acquire().await?.db(), webhook.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /whatsapp/webhooks/{id}/test`: sends a sample of an event, now and once.
pub async fn test(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Json<Value>> {
    let webhook = find(&app, (project, None), &id).await?;
    // Named in the body or in the query; nobody wraps it.
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let named = Query::read(query.as_deref()).text("event_type");
    let named = body["event_type"].as_str().map(str::to_owned).or(named);
    let event = match named.as_deref().map(Name::parse) {
        None => Name::NumberCreated,
        Some(Some(event)) => event,
        Some(None) => return Err(Error::invalid("event_type", "event_type must be the name of an event")),
    };
    match notify::deliver::sample(&app, &webhook, event).await? {
        Ok(()) => Ok(data(json!({"success": true}))),
        Err(trouble) => Err(Error::invalid("url", format!("the endpoint did not take the event: {trouble}"))),
    }
}

/// `GET /whatsapp/phone_numbers/{id}/webhooks`.
pub async fn list_of_number(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let number = number(&app, project, &id).await?;
    let path = format!("/platform/v1/whatsapp/phone_numbers/{number}/webhooks");
    list_in(&app, (project, Some(&number)), &path, query.as_deref()).await
}

/// `POST /whatsapp/phone_numbers/{id}/webhooks`.
pub async fn create_of_number(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>)> {
    let number = number(&app, project, &id).await?;
    create_in(&app, (project, Some(&number)), &body).await
}

/// `GET /whatsapp/phone_numbers/{id}/webhooks/{id}`.
pub async fn get_of_number(
    State(app): State<App>,
    Caller(project): Caller,
    Path((id, webhook)): Path<(String, String)>,
) -> Result<Json<Value>> {
    let number = number(&app, project, &id).await?;
    Ok(data(view(&app, &find(&app, (project, Some(&number)), &webhook).await?)?))
}

/// `PATCH /whatsapp/phone_numbers/{id}/webhooks/{id}`.
pub async fn update_of_number(
    State(app): State<App>,
    Caller(project): Caller,
    Path((id, webhook)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>> {
    let number = number(&app, project, &id).await?;
    update_in(&app, (project, Some(&number)), &webhook, &body).await
}

/// `DELETE /whatsapp/phone_numbers/{id}/webhooks/{id}`.
pub async fn delete_of_number(
    State(app): State<App>,
    Caller(project): Caller,
    Path((id, webhook)): Path<(String, String)>,
) -> Result<StatusCode> {
    let number = number(&app, project, &id).await?;
    let webhook = find(&app, (project, Some(&number)), &webhook).await?;
    webhooks::delete(app.store.acquire().await?.db(), webhook.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
