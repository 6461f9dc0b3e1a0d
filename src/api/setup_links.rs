//! `/customers/{id}/setup_links`.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value, json};

use super::{
    customers, data,
    fields::{Fields, Given, Query},
    key::Caller,
    paging,
};
use crate::{
    app::App,
    customer::Customer,
    error::{Error, Result},
    id::LinkId,
    invite::{self, Wish},
    link::{BillingMode, ConnectionType, Reconnect, SetupLink, Status, Terms, state::Unmet},
    number::digits,
    store::{links, numbers},
};

mod terms;

/// Every field that may stand in the envelope.
const KNOWN: &[&str] = &[
    "success_redirect_url",
    "failure_redirect_url",
    "allowed_origins",
    "allowed_connection_types",
    "meta_billing_mode",
    "theme_config",
    "provision_phone_number",
    "phone_number_country_isos",
    "phone_number_area_code",
    "reconnect_phone_number",
    "language",
    "expires_at",
    "status",
];

fn view(app: &App, link: &SetupLink) -> Result<Value> {
    let token = app.token_of(link)?;
    let terms = &link.terms;
    Ok(json!({
        "id": link.id,
        "status": link.status(app.clock.now()),
        "created_at": link.created_at.rfc3339(),
        "updated_at": link.updated_at.rfc3339(),
        "expires_at": link.expires_at.rfc3339(),
        "url": app.public_url.of(&token.path()),
        "success_redirect_url": terms.success_redirect_url,
        "failure_redirect_url": terms.failure_redirect_url,
        "allowed_origins": terms.allowed_origins,
        "allowed_connection_types": terms.allowed_connection_types,
        "meta_billing_mode": link.meta_billing_mode,
        "theme_config": terms.theme_config,
        "provision_phone_number": terms.provision_phone_number,
        "phone_number_country_isos": terms.phone_number_country_isos,
        "phone_number_area_code": terms.phone_number_area_code,
        "reconnect_phone_number": link.reconnect.as_ref().map(|reconnect| &reconnect.digits),
        "language": terms.language,
        "whatsapp_setup_status": link.setup_status,
        "whatsapp_setup_error": link.setup_error,
        "provisioned_phone_number": null,
    }))
}

/// `GET …/setup_links`.
pub async fn list(
    State(app): State<App>,
    Caller(project): Caller,
    Path(customer): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let customer = customers::find(&app, project, &customer).await?;
    let mut query = Query::read(query.as_deref());
    let page = paging::page(&mut query);
    let filter = links::Filter {
        status: query.parsed("status", "active, used, expired or revoked", Status::parse),
        created_after: query.time("created_after"),
        created_before: query.time("created_before"),
    };
    query.done()?;
    let owner = (project, customer.id);
    let (rows, total) = links::list(app.store.acquire().await?.db(), owner, &filter, page, app.clock.now()).await?;
    let items = rows.iter().map(|link| view(&app, link)).collect::<Result<Vec<_>>>()?;
    let path = format!("/platform/v1/customers/{}/setup_links", customer.id);
    Ok(paging::respond(&items, total, page, &path, &query, &app.public_url))
}

/// `GET …/setup_links/{id}`, which the published API lacks.
pub async fn get(
    State(app): State<App>,
    Caller(project): Caller,
    Path((customer, id)): Path<(String, String)>,
) -> Result<Json<Value>> {
    let customer = customers::find(&app, project, &customer).await?;
    let id = LinkId::parse(&id).ok_or(Error::NotFound("setup link"))?;
    let link = links::find(app.store.acquire().await?.db(), project, customer.id, id).await?;
    Ok(data(view(&app, &link.ok_or(Error::NotFound("setup link"))?)?))
}

/// `POST …/setup_links`: a new link, which ends the customer's active one.
pub async fn create(
    State(app): State<App>,
    Caller(project): Caller,
    Path(customer): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>)> {
    let customer = customers::find(&app, project, &customer).await?;
    let mut fields = Fields::read(&body, "setup_link", KNOWN)?;
    let mut terms = Terms::default();
    terms::read(&mut fields, &mut terms);
    let billing = fields.one_of("meta_billing_mode", "customer_managed, partner_managed", BillingMode::parse);
    let reconnect = reconnect(&app, &customer, &mut fields, &mut terms).await?;
    terms::agree(&mut fields, &terms);
    fields.done()?;

    let wish = Wish { terms, meta_billing_mode: billing.value().unwrap_or(BillingMode::CustomerManaged), reconnect };
    let (link, token) = invite::make(&app, &customer, wish).await?;
    let mut shown = view(&app, &link)?;
    shown["token"] = token.expose().into();
    Ok((StatusCode::CREATED, data(shown)))
}

/// Reads `reconnect_phone_number`: one of the customer's own numbers, which then decides the connection type.
async fn reconnect(
    app: &App,
    customer: &Customer,
    fields: &mut Fields,
    terms: &mut Terms,
) -> Result<Option<Reconnect>> {
    const NAME: &str = "reconnect_phone_number";
    let Given::Value(wanted) = fields.text(NAME, 64) else { return Ok(None) };
    let digits = digits(&wanted);
    let mut lease = app.store.acquire().await?;
    let known = numbers::by_digits(lease.db(), customer.project_id, customer.id, &digits).await?;
    let Some(number) = known.filter(|_| !digits.is_empty()) else {
        fields.refuse(NAME, "must be a number that this customer has connected");
        return Ok(None);
    };
    let own = if number.is_coexistence { ConnectionType::Coexistence } else { ConnectionType::Dedicated };
    if terms.provision_phone_number {
        fields.refuse("provision_phone_number", "must be false with reconnect_phone_number");
        terms.provision_phone_number = false;
    }
    if fields.has("allowed_connection_types") && !terms.allowed_connection_types.contains(&own) {
        fields.refuse("allowed_connection_types", &format!("must be [\"{own}\"], the type of the number to reconnect"));
    }
    terms.allowed_connection_types = vec![own];
    Ok(Some(Reconnect { phone_number_id: number.phone_number_id, digits }))
}

/// `PATCH …/setup_links/{id}`.
pub async fn update(
    State(app): State<App>,
    Caller(project): Caller,
    Path((customer, id)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>> {
    let customer = customers::find(&app, project, &customer).await?;
    let id = LinkId::parse(&id).ok_or(Error::NotFound("setup link"))?;
    let mut fields = Fields::read(&body, "setup_link", KNOWN)?;
    let link = invite::change(&app, &customer, id, |before, now| {
        let mut link = before.clone();
        terms::read(&mut fields, &mut link.terms);
        terms::agree(&mut fields, &link.terms);
        keep_what_is_fixed(&mut fields, before, &link);
        fields.time("expires_at").put(&mut link.expires_at, before.expires_at);
        let wanted = fields.one_of("status", "active, revoked (used and expired follow by themselves)", |text| {
            Status::parse(text).filter(|status| matches!(status, Status::Active | Status::Revoked))
        });
        match before.stored_status.changed(wanted.value(), link.expires_at, now) {
            Ok(status) => link.stored_status = status,
            Err(Unmet::Over) => fields.refuse("expires_at", "must lie in the future for the link to become active"),
            Err(Unmet::Illegal(illegal)) => fields.refuse("status", &format!("cannot be set so: {illegal}")),
        }
        fields.done().map(|()| link)
    })
    .await?;
    Ok(data(view(&app, &link)?))
}

/// What is set when a link is made and never after; the same value again is no change.
fn keep_what_is_fixed(fields: &mut Fields, before: &SetupLink, after: &SetupLink) {
    let billing = fields.one_of("meta_billing_mode", "customer_managed, partner_managed", BillingMode::parse);
    if billing.value().is_some_and(|billing| billing != before.meta_billing_mode) {
        fields.refuse("meta_billing_mode", "can only be set when the link is made");
    }
    if fields.text("reconnect_phone_number", 64).value().is_some() {
        fields.refuse("reconnect_phone_number", "can only be set when the link is made");
    }
    if before.reconnect.is_some() {
        if after.terms.provision_phone_number {
            fields.refuse("provision_phone_number", "must be false on a link that reconnects a number");
        }
        if after.terms.allowed_connection_types != before.terms.allowed_connection_types {
            fields.refuse("allowed_connection_types", "is fixed on a link that reconnects a number");
        }
    }
}
