//! `/api_keys`: the project's keys. A key is shown once, when it is made.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    fields::{Fields, Given, Query},
    key::{self, Caller, Rights, Wish},
    paging::{self, Paged, Paging},
    wire::{Data, List, Time, data},
};
use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    id::KeyId,
    scope::{Scope, Scopes},
    store::keys::{self, Key, Status},
};

const KNOWN: &[&str] = &["name", "scopes", "expires_at"];
const LONGEST_NAME: usize = 100;

/// An API key, without what opens anything.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct View {
    id: KeyId,
    /// What it is for.
    #[schema(examples("orders, production"))]
    name: String,
    /// What it may do.
    scopes: Vec<Scope>,
    status: Status,
    created_at: Time,
    /// When it ends; null for never.
    #[schema(required)]
    expires_at: Option<Time>,
    /// When it was used last, to the minute.
    #[schema(required)]
    last_used_at: Option<Time>,
    /// When it was revoked.
    #[schema(required)]
    revoked_at: Option<Time>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
#[schema(as = NewApiKey)]
pub struct Made {
    #[serde(flatten)]
    view: View,
    /// The key itself. It cannot be read again.
    #[schema(examples("sl_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"))]
    key: String,
}

fn view(key: &Key, now: Timestamp) -> View {
    View {
        id: key.id,
        name: key.name.clone(),
        scopes: key.scopes().iter().collect(),
        status: key.status(now),
        created_at: key.created_at.into(),
        expires_at: key.expires_at.map(Time),
        last_used_at: key.last_used_at.map(Time),
        revoked_at: key.revoked_at.map(Time),
    }
}

/// List API keys
///
/// Revoked and expired ones too, newest first.
#[utoipa::path(
    get,
    path = "/api_keys",
    operation_id = "list_api_keys",
    tag = "API keys",
    params(Paging),
    responses((status = 200, description = "A page of keys", body = List<View>))
)]
pub async fn list(State(app): State<App>, Caller(project): Caller, RawQuery(query): RawQuery) -> Result<Paged<View>> {
    let mut query = Query::read(query.as_deref());
    let page = paging::page(&mut query);
    query.done()?;
    let now = app.clock.now();
    let (rows, total) = keys::list(app.store.acquire().await?.db(), project, page).await?;
    let items = rows.iter().map(|key| view(key, now)).collect();
    Ok(paging::respond(items, total, page, "/platform/v1/api_keys", &query, &app.public_url))
}

/// The envelope of a key.
#[derive(ToSchema)]
#[schema(as = ApiKeyRequest)]
pub struct Envelope {
    /// The key.
    pub api_key: Draft,
}

/// What a new key is for, and what it may do.
#[derive(ToSchema)]
#[schema(as = ApiKeyFields)]
pub struct Draft {
    /// What it is for.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        examples("orders, production")
    )]
    pub name: String,
    /// What it may do.
    #[schema(min_items = 1, max_items = 6)]
    pub scopes: Vec<Scope>,
    /// When it ends: a time that lies in the future; null for never.
    #[schema(format = "date-time", examples("2027-11-26T00:00:00Z"))]
    pub expires_at: Option<String>,
}

/// Make an API key
///
/// The answer is the only one that holds the key.
#[utoipa::path(
    post,
    path = "/api_keys",
    operation_id = "create_api_key",
    tag = "API keys",
    request_body(content = Envelope, example = json!({"api_key": {
        "name": "orders, production", "scopes": ["links:write", "numbers:read"], "expires_at": "2027-11-26T00:00:00Z",
    }})),
    responses((status = 201, description = "The key", body = Data<Made>))
)]
pub async fn create(
    State(app): State<App>,
    Caller(project): Caller,
    body: Bytes,
) -> Result<(StatusCode, Json<Data<Made>>)> {
    let now = app.clock.now();
    let wish = wish(&body, now)?;
    let (key, row) = key::issue(app.store.acquire().await?.db(), project, wish, now).await?;
    Ok((StatusCode::CREATED, data(Made { view: view(&row, now), key })))
}

/// Revoke an API key
///
/// It opens nothing from now on. A key cannot revoke itself, so that nobody locks themselves out.
#[utoipa::path(
    delete,
    path = "/api_keys/{api_key_id}",
    operation_id = "revoke_api_key",
    tag = "API keys",
    params(("api_key_id" = KeyId, Path, description = "The key")),
    responses(
        (status = 204, description = "It is revoked"),
        (status = 409, description = "It is the key of this very call", body = super::wire::Failure),
    )
)]
pub async fn revoke(
    State(app): State<App>,
    Caller(project): Caller,
    rights: Rights,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    let id = KeyId::parse(&id).ok_or(Error::NotFound("API key"))?;
    if id == rights.key {
        return Err(Error::Conflict("a key cannot revoke itself; use another, or the command line".to_owned()));
    }
    if keys::revoke(app.store.acquire().await?.db(), Some(project), id, app.clock.now()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::NotFound("API key"))
    }
}

fn wish(body: &Bytes, now: Timestamp) -> Result<Wish> {
    let mut fields = Fields::read(body, "api_key", KNOWN)?;
    let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    let name = fields.text("name", LONGEST_NAME);
    let scopes = fields.list("scopes", Scope::ALL.len(), |value: &Value| {
        let scope = value.as_str().and_then(Scope::parse);
        scope.ok_or_else(|| format!("must be a list of {}", names.join(", ")))
    });
    let expires_at = fields.time("expires_at").value();
    if matches!(name, Given::Absent | Given::Null) && !fields.is_refused("name") {
        fields.refuse("name", "is required");
    }
    let scopes = scopes.value().unwrap_or_default();
    if scopes.is_empty() && !fields.is_refused("scopes") {
        fields.refuse("scopes", &format!("is required: at least one of {}", names.join(", ")));
    }
    if expires_at.is_some_and(|at| at <= now) {
        fields.refuse("expires_at", "must lie in the future");
    }
    fields.done()?;
    Ok(Wish { name: name.value().unwrap_or_default(), scopes: Scopes::of(scopes), expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::names;

    #[test]
    fn the_document_names_the_fields_that_are_read() {
        assert_eq!(names::<Draft>(), KNOWN);
    }
}
