//! `/customers/{id}/export` and `/customers/{id}/erase`: what is held of a customer, told and taken out.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Leave, deregister};
use crate::{
    api::{
        key::Caller,
        wire::{Data, Time, data},
    },
    app::App,
    error::{Error, Result},
    id::{CustomerId, ErasureId},
    records::{Asker, Records},
    store::erasures::Sums,
};

/// All that is held of a customer: rows as they are stored, without secrets and digests. A later version may hold more.
#[derive(ToSchema)]
#[schema(as = CustomerExport)]
pub struct Export {
    /// When it was put together.
    pub exported_at: Time,
    /// The customer.
    #[schema(value_type = Object)]
    pub customer: Value,
    /// The customer's links.
    #[schema(value_type = Vec<Object>)]
    pub setup_links: Value,
    /// The signups that were begun on them.
    #[schema(value_type = Vec<Object>)]
    pub signups: Value,
    /// The customer's connected numbers.
    #[schema(value_type = Vec<Object>)]
    pub phone_numbers: Value,
    /// Numbers that were bought for the customer.
    #[schema(value_type = Vec<Object>)]
    pub provisioned_phone_numbers: Value,
    /// What happened.
    #[schema(value_type = Vec<Object>)]
    pub events: Value,
    /// What was sent about the customer, and what is to be.
    #[schema(value_type = Vec<Object>)]
    pub webhook_deliveries: Value,
    /// Webhooks of the customer's numbers.
    #[schema(value_type = Vec<Object>)]
    pub webhooks: Value,
    /// Visits of the customer's links that are going on.
    #[schema(value_type = Vec<Object>)]
    pub visits: Value,
}

/// The proof that a customer was erased.
#[derive(Serialize, ToSchema)]
#[schema(as = CustomerErasure)]
pub struct Proof {
    id: ErasureId,
    /// As it was asked for; what is kept of it is a digest.
    customer_id: CustomerId,
    erased_at: Time,
    erased: Sums,
}

/// Export a customer
///
/// All that is held of the customer, as one document.
#[utoipa::path(
    get,
    path = "/customers/{customer_id}/export",
    operation_id = "export_customer",
    tag = "Customers",
    params(("customer_id" = CustomerId, Path, description = "The customer")),
    responses((status = 200, description = "All that is held of the customer", body = Data<Export>))
)]
pub async fn export(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<Json<Value>> {
    let id = CustomerId::parse(&id).ok_or(Error::NotFound("customer"))?;
    let document = Records::of(&app).export(project, id).await?;
    Ok(Json(json!({"data": document})))
}

/// Erase a customer
///
/// As `DELETE`, and everything that tells of the customer as well: what happened, what was sent, and what was still to be
/// sent. No webhook is told. It works after a `DELETE` too, and whoever asks again gets the same proof.
#[utoipa::path(
    post,
    path = "/customers/{customer_id}/erase",
    operation_id = "erase_customer",
    tag = "Customers",
    params(("customer_id" = CustomerId, Path, description = "The customer"), Leave),
    responses((status = 200, description = "The proof that the customer is erased", body = Data<Proof>))
)]
pub async fn erase(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Data<Proof>>> {
    let id = CustomerId::parse(&id).ok_or(Error::NotFound("customer"))?;
    let erased = Records::of(&app).erase(project, id, deregister(query.as_deref())?, Asker::Api).await?;
    // Pages that watch look again, and find nothing.
    for link in erased.cut_off {
        app.watchers.moved(link);
    }
    let proof = erased.proof;
    Ok(data(Proof { id: proof.id, customer_id: id, erased_at: proof.erased_at.into(), erased: proof.erased.0 }))
}
