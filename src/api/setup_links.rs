//! `/customers/{id}/setup_links`.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use self::shape::{Envelope, Filters, NewEnvelope, View, Wanted, view};
use super::{
    branding, customers, etag,
    fields::{Fields, Given, Query},
    key::Caller,
    paging::{self, Paged, Paging},
    wire::{Data, List, data},
};
use crate::{
    app::App,
    customer::Customer,
    error::{Error, Result},
    id::{CustomerId, LinkId, ProjectId},
    invite::{self, Wish},
    link::{BillingMode, ConnectionType, Reconnect, SetupLink, Status, Terms, state::Unmet},
    number::digits,
    provision,
    store::{links, numbers, provisioned},
};

pub mod shape;
mod terms;

pub(super) use terms::is_country;

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
    "recover_in_place",
    "expires_at",
    "status",
    "external_id",
    "metadata",
    "state",
    "expected_phone_number",
    "branding",
];

/// List a customer's setup links
#[utoipa::path(
    get,
    path = "/customers/{customer_id}/setup_links",
    operation_id = "list_setup_links",
    tag = "Setup links",
    params(("customer_id" = CustomerId, Path, description = "The customer"), Filters, Paging),
    responses((status = 200, description = "A page of setup links", body = List<View>))
)]
pub async fn list(
    State(app): State<App>,
    Caller(project): Caller,
    Path(customer): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Paged<View>> {
    let customer = customers::find(&app, project, &customer).await?;
    let mut query = Query::read(query.as_deref());
    let page = paging::page(&mut query);
    let filter = links::Filter {
        status: query.parsed("status", "active, used, expired or revoked", Status::parse),
        external_id: query.text("external_id"),
        created_after: query.time("created_after"),
        created_before: query.time("created_before"),
    };
    query.done()?;
    let owner = (project, customer.id);
    let (rows, total) = links::list(app.store.acquire().await?.db(), owner, &filter, page, app.clock.now()).await?;
    let mut numbers = provisioned::of_customer(app.store.acquire().await?.db(), customer.id).await?;
    let of_link = |link: SetupLink| {
        let newest = numbers.iter().rposition(|number| number.link_id == link.id).map(|at| numbers.remove(at));
        view(&app, link, newest)
    };
    let items = rows.into_iter().map(of_link).collect::<Result<Vec<_>>>()?;
    let path = format!("/platform/v1/customers/{}/setup_links", customer.id);
    Ok(paging::respond(items, total, page, &path, &query, &app.public_url))
}

/// Get a setup link
#[utoipa::path(
    get,
    path = "/customers/{customer_id}/setup_links/{setup_link_id}",
    operation_id = "get_setup_link",
    tag = "Setup links",
    params(
        ("customer_id" = CustomerId, Path, description = "The customer"),
        ("setup_link_id" = LinkId, Path, description = "The setup link"),
    ),
    responses(
        (status = 200, description = "The setup link", body = Data<View>),
        (status = 304, description = "It is as the caller has it: its tag is in `If-None-Match`."),
    )
)]
pub async fn get(
    State(app): State<App>,
    Caller(project): Caller,
    Path((customer, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let customer = customers::find(&app, project, &customer).await?;
    let id = LinkId::parse(&id).ok_or(Error::NotFound("setup link"))?;
    let link = links::find(app.store.acquire().await?.db(), project, customer.id, id).await?;
    let shown = with_number(&app, link.ok_or(Error::NotFound("setup link"))?).await?;
    let tag = etag::of(&shown)?;
    if etag::is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], data(shown)).into_response())
}

/// An answer with its tag.
type Tagged = ([(HeaderName, HeaderValue); 1], Json<Data<View>>);

/// Make a setup link
///
/// A customer has at most one active link: the one before is revoked. No body, `{}` and an empty envelope are fine too.
#[utoipa::path(
    post,
    path = "/customers/{customer_id}/setup_links",
    operation_id = "create_setup_link",
    tag = "Setup links",
    params(("customer_id" = CustomerId, Path, description = "The customer")),
    request_body(content = Option<NewEnvelope>, example = json!({"setup_link": {
        "success_redirect_url": "https://app.example.com/done",
        "failure_redirect_url": "https://app.example.com/failed",
        "language": "es",
        "theme_config": {"primary_color": "#3b82f6"},
    }})),
    responses((status = 201, description = "The setup link, with its token", body = Data<View>))
)]
pub async fn create(
    State(app): State<App>,
    Caller(project): Caller,
    Path(customer): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Tagged)> {
    let customer = customers::find(&app, project, &customer).await?;
    let mut fields = Fields::read(&body, "setup_link", KNOWN)?;
    let mut terms = Terms::default();
    terms::read(&mut fields, &mut terms);
    let billing = fields.one_of("meta_billing_mode", "customer_managed, partner_managed", BillingMode::parse);
    let reconnect = reconnect(&app, &customer, &mut fields, &mut terms).await?;
    branding::read(&app, project, &mut fields).await?.put_option(&mut terms.branding);
    let expires_at = terms::expiry(&mut fields, app.clock.now());
    terms::agree(&mut fields, &terms, has_own_twilio(&app, project).await?);
    fields.done()?;

    let meta_billing_mode = billing.value().unwrap_or(BillingMode::CustomerManaged);
    let wish = Wish { terms, meta_billing_mode, reconnect, expires_at };
    let (link, token) = invite::make(&app, &customer, wish).await?;
    let mut shown = view(&app, link, None)?;
    // The tag of what will be shown from now on: without the token.
    let tag = etag::of(&shown)?;
    shown.token = Some(token.expose().to_owned());
    Ok((StatusCode::CREATED, ([(header::ETAG, tag)], data(shown))))
}

async fn has_own_twilio(app: &App, project: ProjectId) -> Result<bool> {
    Ok(provision::accounts::of_project(app, project).await?.is_some())
}

/// A link with the number that was picked for it, if one was.
async fn with_number(app: &App, link: SetupLink) -> Result<View> {
    let number = provisioned::newest(app.store.acquire().await?.db(), link.id).await?;
    view(app, link, number)
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
    if terms.expected_phone_number.take().is_some() {
        fields.refuse("expected_phone_number", "must be null with reconnect_phone_number, which says the same");
    }
    terms.allowed_connection_types = vec![own];
    Ok(Some(Reconnect { phone_number_id: number.phone_number_id, digits }))
}

/// Change a setup link
///
/// Only the fields that are there change; `null` brings a field's default back. A link can be revoked, and made active
/// again while it is not used. With `If-Match`, nothing changes unless the link is as the caller saw it.
#[utoipa::path(
    patch,
    path = "/customers/{customer_id}/setup_links/{setup_link_id}",
    operation_id = "update_setup_link",
    tag = "Setup links",
    params(
        ("customer_id" = CustomerId, Path, description = "The customer"),
        ("setup_link_id" = LinkId, Path, description = "The setup link"),
    ),
    request_body(content = Option<Envelope>, example = json!({"setup_link": {"status": "revoked"}})),
    responses((status = 200, description = "The setup link", body = Data<View>))
)]
pub async fn update(
    State(app): State<App>,
    Caller(project): Caller,
    Path((customer, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Tagged> {
    let customer = customers::find(&app, project, &customer).await?;
    let id = LinkId::parse(&id).ok_or(Error::NotFound("setup link"))?;
    let mut fields = Fields::read(&body, "setup_link", KNOWN)?;
    let branding = branding::read(&app, project, &mut fields).await?;
    let has_own = has_own_twilio(&app, project).await?;
    let number = provisioned::newest(app.store.acquire().await?.db(), id).await?;
    let link = invite::change(&app, &customer, id, |before, now| {
        etag::must_match(&headers, &etag::of(&view(&app, before.clone(), number)?)?)?;
        let mut link = before.clone();
        branding.put_option(&mut link.terms.branding);
        terms::read(&mut fields, &mut link.terms);
        terms::agree(&mut fields, &link.terms, has_own);
        keep_what_is_fixed(&mut fields, before, &link);
        fields.time("expires_at").put(&mut link.expires_at, before.expires_at);
        let wanted =
            fields.one_of("status", "active, revoked (used and expired follow by themselves)", Wanted::parse).value();
        let wanted = wanted.map(|wanted| match wanted {
            Wanted::Active => Status::Active,
            Wanted::Revoked => Status::Revoked,
        });
        match before.stored_status.changed(wanted, link.expires_at, now) {
            Ok(status) => link.stored_status = status,
            Err(Unmet::Over) => fields.refuse("expires_at", "must lie in the future for the link to become active"),
            Err(Unmet::Illegal(illegal)) => fields.refuse("status", &format!("cannot be set so: {illegal}")),
        }
        fields.done().map(|()| link)
    })
    .await?;
    let shown = with_number(&app, link).await?;
    Ok(([(header::ETAG, etag::of(&shown)?)], data(shown)))
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
    if after.terms.expected_phone_number != before.terms.expected_phone_number {
        if before.stored_status == Status::Used {
            fields.refuse("expected_phone_number", "cannot be changed once the link is used");
        } else if before.reconnect.is_some() {
            fields.refuse("expected_phone_number", "must be null on a link that reconnects a number");
        }
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
