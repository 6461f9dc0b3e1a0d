//! `/whatsapp/phone_numbers`: what finished setups left behind. Never a token or a PIN.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    response::Response,
};
use serde_json::{Value, json};

use super::{data, fields::Query, key::Caller, paging};
use crate::{
    app::App,
    error::{Error, Result},
    id::CustomerId,
    number::{PhoneNumber, digits},
    store::numbers,
};

fn view(number: &PhoneNumber) -> Value {
    json!({
        "id": number.phone_number_id,
        "phone_number_id": number.phone_number_id,
        "internal_id": number.id,
        "name": number.name,
        "business_account_id": number.business_account_id,
        "is_coexistence": number.is_coexistence,
        "customer_id": number.customer_id,
        "display_name": number.verified_name,
        "display_phone_number": number.display_phone_number,
        "display_phone_number_normalized": digits(&number.display_phone_number),
        "verified_name": number.verified_name,
        "quality_rating": number.quality_rating,
        "code_verification_status": number.code_verification_status,
        "name_status": number.name_status,
        "status": number.status,
        "throughput_tier": number.throughput_tier,
        "whatsapp_business_manager_messaging_limit": number.messaging_limit,
        "is_official_business_account": number.is_official_business_account,
        "is_pin_enabled": number.is_pin_enabled,
        "inbound_processing_enabled": true,
        "calls_enabled": false,
        "webhook_verified_at": null,
        "created_at": number.created_at.rfc3339(),
        "updated_at": number.updated_at.rfc3339(),
    })
}

/// `GET /whatsapp/phone_numbers`.
pub async fn list(State(app): State<App>, Caller(project): Caller, RawQuery(query): RawQuery) -> Result<Response> {
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
    let items: Vec<_> = rows.iter().map(view).collect();
    Ok(paging::respond(&items, total, page, "/platform/v1/whatsapp/phone_numbers", &query, &app.public_url))
}

/// `GET /whatsapp/phone_numbers/{phone_number_id}`; the id is Meta's.
pub async fn get(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<Json<Value>> {
    if !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Error::NotFound("phone number"));
    }
    let number = numbers::find(app.store.acquire().await?.db(), project, &id).await?;
    Ok(data(view(&number.ok_or(Error::NotFound("phone number"))?)))
}
