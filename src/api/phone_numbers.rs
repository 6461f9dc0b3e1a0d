//! `/whatsapp/phone_numbers`: what finished setups left behind. Never a token or a PIN.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    customers::{Leave, deregister},
    fields::Query,
    key::Caller,
    paging::{self, Paged, Paging},
    wire::{Data, List, Time, data},
};
use crate::{
    app::App,
    error::{Error, Result},
    id::{CustomerId, NumberId, ProjectId},
    notice::Told,
    number::{self, Connection, PhoneNumber, digits, is_meta_provided},
    release,
    store::numbers,
};

pub mod change;
pub mod health;

/// A connected WhatsApp Business number.
#[derive(Serialize, ToSchema)]
#[schema(as = PhoneNumber)]
#[allow(clippy::struct_excessive_bools, reason = "the contract has them")]
pub struct View {
    /// Meta's id of the number.
    #[schema(examples("106540352242922"))]
    id: String,
    /// Meta's id of the number, once more.
    #[schema(examples("106540352242922"))]
    phone_number_id: String,
    internal_id: NumberId,
    /// The platform's name for it.
    #[schema(examples("Bakery on the Corner"))]
    name: String,
    /// The WhatsApp Business Account (WABA).
    #[schema(examples("102290129340398"))]
    business_account_id: String,
    /// Whether the WhatsApp Business app stays in use beside the API.
    is_coexistence: bool,
    customer_id: CustomerId,
    /// The name that WhatsApp shows.
    #[schema(required, examples("Bakery on the Corner"))]
    display_name: Option<String>,
    /// The number as Meta writes it.
    #[schema(examples("+1 555-123-4567"))]
    display_phone_number: String,
    /// The number's digits.
    #[schema(examples("15551234567"))]
    display_phone_number_normalized: String,
    /// The name that WhatsApp shows, once more.
    #[schema(required, examples("Bakery on the Corner"))]
    verified_name: Option<String>,
    /// Meta's rating: `GREEN`, `YELLOW`, `RED` or `NA`.
    #[schema(required, examples("GREEN"))]
    quality_rating: Option<String>,
    /// `VERIFIED`, `NOT_VERIFIED` or `EXPIRED`.
    #[schema(required, examples("VERIFIED"))]
    code_verification_status: Option<String>,
    /// The review of the name: `APPROVED`, `PENDING_REVIEW` and so on.
    #[schema(required, examples("APPROVED"))]
    name_status: Option<String>,
    /// Meta's status of it: `CONNECTED` is what it takes to send. `DISCONNECTED` too once Meta has told that the number was
    /// taken from the platform.
    #[schema(required, examples("CONNECTED"))]
    status: Option<String>,
    connection: Standing,
    /// Meta's throughput level.
    #[schema(required, examples("STANDARD"))]
    throughput_tier: Option<String>,
    /// Meta's messaging limit of the business.
    #[schema(required, examples("TIER_250"))]
    whatsapp_business_manager_messaging_limit: Option<String>,
    /// Whether it is one of Meta's limited +1 555 numbers, which it gives to who chooses "display name only".
    #[schema(examples(false))]
    is_meta_provided: bool,
    /// Whether it has the blue mark.
    is_official_business_account: bool,
    /// Whether two-step verification is on.
    is_pin_enabled: bool,
    /// Kept for the platform: this server carries no messages.
    inbound_processing_enabled: bool,
    /// Kept for the platform: this server carries no calls.
    calls_enabled: bool,
    /// When a health check last saw that Meta delivers what comes in to the Meta app.
    #[schema(required)]
    webhook_verified_at: Option<Time>,
    created_at: Time,
    updated_at: Time,
}

/// How a number stands by what Meta has told of it since it was connected.
#[derive(Serialize, ToSchema)]
#[schema(as = PhoneNumberConnection)]
pub struct Standing {
    status: Connection,
    /// When Meta told so, or the number was connected; null for one that was connected before this was kept.
    #[schema(required)]
    since: Option<Time>,
    /// The notice it came in; null while nothing has come.
    #[schema(required)]
    meta_event: Option<Told>,
    /// Meta's reason, where it gave one.
    #[schema(required, examples("PRIMARY_INACTIVITY"))]
    reason: Option<String>,
    /// Meta's word for who did it, where it gave one: `USER` or `SYSTEM`.
    #[schema(required, examples("SYSTEM"))]
    initiated_by: Option<String>,
}

impl Standing {
    fn of(standing: &number::Standing) -> Self {
        let word = standing.word();
        Self {
            status: standing.connection(),
            since: word.map(|word| word.at.into()),
            meta_event: word.and_then(|word| word.told),
            reason: word.and_then(|word| word.reason.clone()),
            initiated_by: word.and_then(|word| word.initiated_by.clone()),
        }
    }
}

fn view(number: PhoneNumber) -> View {
    let (status, connection) = (number.status_now().map(str::to_owned), Standing::of(&number.standing));
    View {
        id: number.phone_number_id.clone(),
        phone_number_id: number.phone_number_id,
        internal_id: number.id,
        name: number.name,
        business_account_id: number.business_account_id,
        is_coexistence: number.is_coexistence,
        customer_id: number.customer_id,
        display_name: number.verified_name.clone(),
        display_phone_number_normalized: digits(&number.display_phone_number),
        is_meta_provided: is_meta_provided(&number.display_phone_number),
        display_phone_number: number.display_phone_number,
        verified_name: number.verified_name,
        quality_rating: number.quality_rating,
        code_verification_status: number.code_verification_status,
        name_status: number.name_status,
        status,
        connection,
        throughput_tier: number.throughput_tier,
        whatsapp_business_manager_messaging_limit: number.messaging_limit,
        is_official_business_account: number.is_official_business_account,
        is_pin_enabled: number.is_pin_enabled,
        inbound_processing_enabled: number.inbound_processing_enabled,
        calls_enabled: number.calls_enabled,
        webhook_verified_at: number.webhook_verified_at.map(Into::into),
        created_at: number.created_at.into(),
        updated_at: number.updated_at.into(),
    }
}

/// Which phone numbers a list holds.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// The one number with this id of Meta's.
    #[param(pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub phone_number_id: Option<String>,
    /// Numbers of this WhatsApp Business Account.
    #[param(pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub business_account_id: Option<String>,
    /// Numbers of this customer.
    pub customer_id: Option<CustomerId>,
    /// Numbers whose name contains this, in either case.
    #[param(pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name_contains: Option<String>,
    /// Whether they can send, which is when their status is `CONNECTED`.
    pub messaging_enabled: Option<bool>,
    /// Connected after this moment.
    pub created_after: Option<Time>,
    /// Connected before this moment.
    pub created_before: Option<Time>,
}

/// List phone numbers
///
/// Ask it before you believe what a browser brought: a redirect is for the eye, this list is for the record.
#[utoipa::path(
    get,
    path = "/whatsapp/phone_numbers",
    operation_id = "list_phone_numbers",
    tag = "Phone numbers",
    params(Filters, Paging),
    responses((status = 200, description = "A page of phone numbers", body = List<View>))
)]
pub async fn list(State(app): State<App>, Caller(project): Caller, RawQuery(query): RawQuery) -> Result<Paged<View>> {
    let mut query = Query::read(query.as_deref());
    let page = paging::page(&mut query);
    let filter = numbers::Filter {
        phone_number_id: query.text("phone_number_id"),
        business_account_id: query.text("business_account_id"),
        customer_id: query.parsed("customer_id", "a UUID", CustomerId::parse),
        name_contains: query.text("name_contains"),
        created_after: query.time("created_after"),
        created_before: query.time("created_before"),
        messaging_enabled: query.parsed("messaging_enabled", "true or false", |text| text.parse().ok()),
    };
    query.done()?;
    let (rows, total) = numbers::list(app.store.acquire().await?.db(), project, &filter, page).await?;
    let items = rows.into_iter().map(view).collect();
    Ok(paging::respond(items, total, page, "/platform/v1/whatsapp/phone_numbers", &query, &app.public_url))
}

/// The project's number of a path's id, which is Meta's.
async fn find(app: &App, project: ProjectId, id: &str) -> Result<PhoneNumber> {
    if !is_id(id) {
        return Err(Error::NotFound("phone number"));
    }
    let number = numbers::find(app.store.acquire().await?.db(), project, id).await?;
    number.ok_or(Error::NotFound("phone number"))
}

/// Meta's ids are digits; letters may come, and nothing else.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Get a phone number
///
/// What Meta says of it is as of its setup, or of the last health check.
#[utoipa::path(
    get,
    path = "/whatsapp/phone_numbers/{phone_number_id}",
    operation_id = "get_phone_number",
    tag = "Phone numbers",
    params(("phone_number_id" = String, Path, description = "Meta's id of the number", example = "106540352242922")),
    responses((status = 200, description = "The phone number", body = Data<View>))
)]
pub async fn get(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<Json<Data<View>>> {
    Ok(data(view(find(&app, project, &id).await?)))
}

/// Delete a phone number
///
/// It is gone from the API at once. In the background the account's subscription ends at Meta, unless another of its
/// numbers is connected here.
#[utoipa::path(
    delete,
    path = "/whatsapp/phone_numbers/{phone_number_id}",
    operation_id = "delete_phone_number",
    tag = "Phone numbers",
    params(
        ("phone_number_id" = String, Path, description = "Meta's id of the number", example = "106540352242922"),
        Leave
    ),
    responses((status = 204, description = "The phone number is gone"))
)]
pub async fn delete(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode> {
    let number = find(&app, project, &id).await?;
    release::number(&app, project, &number.phone_number_id, deregister(query.as_deref())?).await?;
    Ok(StatusCode::NO_CONTENT)
}
