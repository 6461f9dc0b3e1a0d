//! `/provisioned_phone_numbers`: what was bought for customers. Never a code.

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
    wire::{Data, List, Time, data},
};
use crate::{
    app::App,
    error::{Error, Result},
    id::{CustomerId, LinkId, ProvisionedId},
    number::{dial_code, spelled},
    provision,
    provisioned::{Provisioned, Status, Trouble},
    store::provisioned,
};

/// A number that was bought for a customer, as it stands beside the link.
#[derive(Serialize, ToSchema)]
#[schema(as = ProvisionedPhoneNumber)]
pub struct Brief {
    id: ProvisionedId,
    /// The number in E.164.
    #[schema(examples("+14155550100"))]
    phone_number: String,
    status: Status,
    /// Its country, ISO 3166-1 alpha-2.
    #[schema(examples("US"))]
    country_iso: String,
    /// Its country's dial code.
    #[schema(required, examples("1"))]
    country_dial_code: Option<String>,
    /// Its area code, where there is one.
    #[schema(required, examples("415"))]
    area_code: Option<String>,
    /// The number as people write it.
    #[schema(examples("+1 415-555-0100"))]
    display_number: String,
}

/// The number beside its link; `None` as long as none is picked.
pub(super) fn brief(number: Provisioned) -> Option<Brief> {
    let area_code = number.own_area_code().map(str::to_owned);
    let phone_number = number.phone_number.filter(|_| !matches!(number.status, Status::Wanted | Status::Failed))?;
    Some(Brief {
        id: number.id,
        status: number.status,
        country_iso: number.country_iso,
        country_dial_code: dial_code(&phone_number).map(|code| code.to_string()),
        area_code,
        display_number: spelled(&phone_number),
        phone_number,
    })
}

/// A number that was bought for a customer, or is being bought.
#[derive(Serialize, ToSchema)]
#[schema(as = ProvisionedPhoneNumberDetails)]
pub struct View {
    id: ProvisionedId,
    /// The number in E.164, once one is picked.
    #[schema(required, examples("+14155550100"))]
    phone_number: Option<String>,
    status: Status,
    /// Why none was bought.
    #[schema(required)]
    trouble: Option<Trouble>,
    /// Its country, ISO 3166-1 alpha-2.
    #[schema(examples("US"))]
    country_iso: String,
    /// Its country's dial code.
    #[schema(required, examples("1"))]
    country_dial_code: Option<String>,
    /// Its area code, where there is one.
    #[schema(required, examples("415"))]
    area_code: Option<String>,
    /// The number as people write it.
    #[schema(required, examples("+1 415-555-0100"))]
    display_number: Option<String>,
    customer_id: CustomerId,
    setup_link_id: LinkId,
    /// The Twilio account that pays for it.
    #[schema(examples("AC0123456789abcdef0123456789abcdef"))]
    account_sid: String,
    created_at: Time,
    /// When it was bought.
    #[schema(required)]
    bought_at: Option<Time>,
    /// When it is given back, where that is decided.
    #[schema(required)]
    release_at: Option<Time>,
}

fn view(number: Provisioned) -> View {
    let phone_number = number.phone_number.as_deref();
    View {
        id: number.id,
        status: number.status,
        trouble: number.trouble,
        country_dial_code: phone_number.and_then(dial_code).map(|code| code.to_string()),
        area_code: number.own_area_code().map(str::to_owned),
        display_number: phone_number.map(spelled),
        country_iso: number.country_iso,
        customer_id: number.customer_id,
        setup_link_id: number.link_id,
        account_sid: number.account_sid,
        created_at: number.created_at.into(),
        bought_at: number.bought_at.map(Time::from),
        release_at: number.release_at.map(Time::from),
        phone_number: number.phone_number,
    }
}

/// Which numbers a list holds.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// Numbers that stand so. Wishes that failed are only listed when they are asked for.
    pub status: Option<Status>,
}

/// List provisioned phone numbers
#[utoipa::path(
    get,
    path = "/provisioned_phone_numbers",
    operation_id = "list_provisioned_phone_numbers",
    tag = "Provisioned phone numbers",
    params(Filters, Paging),
    responses((status = 200, description = "A page of numbers", body = List<View>))
)]
pub async fn list(State(app): State<App>, Caller(project): Caller, RawQuery(query): RawQuery) -> Result<Paged<View>> {
    let mut query = Query::read(query.as_deref());
    let page = paging::page(&mut query);
    let allowed = "wanted, picked, bought, connected, releasing, released or failed";
    let status = query.parsed("status", allowed, Status::parse);
    query.done()?;
    let (rows, total) = provisioned::list(app.store.acquire().await?.db(), project, status, page).await?;
    let items = rows.into_iter().map(view).collect();
    Ok(paging::respond(items, total, page, "/platform/v1/provisioned_phone_numbers", &query, &app.public_url))
}

/// Get a provisioned phone number
#[utoipa::path(
    get,
    path = "/provisioned_phone_numbers/{provisioned_phone_number_id}",
    operation_id = "get_provisioned_phone_number",
    tag = "Provisioned phone numbers",
    params(("provisioned_phone_number_id" = ProvisionedId, Path, description = "The number")),
    responses((status = 200, description = "The number", body = Data<View>))
)]
pub async fn get(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<Json<Data<View>>> {
    let id = ProvisionedId::parse(&id).ok_or(Error::NotFound("provisioned phone number"))?;
    let number = provisioned::find(app.store.acquire().await?.db(), project, id).await?;
    Ok(data(view(number.ok_or(Error::NotFound("provisioned phone number"))?)))
}

/// Give a provisioned phone number back
///
/// Also one that is connected: nobody can receive its verification code any more then. It is `releasing` until Twilio has
/// taken it back, and `released` after.
#[utoipa::path(
    delete,
    path = "/provisioned_phone_numbers/{provisioned_phone_number_id}",
    operation_id = "release_provisioned_phone_number",
    tag = "Provisioned phone numbers",
    params(("provisioned_phone_number_id" = ProvisionedId, Path, description = "The number")),
    responses((status = 204, description = "It is being given back"))
)]
pub async fn release(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<StatusCode> {
    let id = ProvisionedId::parse(&id).ok_or(Error::NotFound("provisioned phone number"))?;
    if provision::release(&app, project, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::NotFound("provisioned phone number"))
    }
}
