//! `/customers`.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    fields::{Fields, Given, Query},
    key::Caller,
    paging::{self, Paged, Paging},
    wire::{Data, List, Time, data},
};
use crate::{
    app::App,
    customer::Customer,
    error::{Error, Result},
    id::{CustomerId, ProjectId},
    release,
    store::{self, customers, links},
};

pub mod records;

const LONGEST: usize = 255;

/// A customer of the platform.
#[derive(Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct View {
    id: CustomerId,
    /// The platform's name for the customer. No page shows it.
    #[schema(examples("Bakery on the Corner"))]
    name: String,
    /// The platform's own id of the customer, unique in the project.
    #[schema(required, examples("crm-4711"))]
    external_customer_id: Option<String>,
    created_at: Time,
    updated_at: Time,
}

fn view(customer: Customer) -> View {
    View {
        id: customer.id,
        name: customer.name,
        external_customer_id: customer.external_customer_id,
        created_at: customer.created_at.into(),
        updated_at: customer.updated_at.into(),
    }
}

/// The envelope of a customer.
#[derive(ToSchema)]
#[schema(as = CustomerRequest)]
pub struct Envelope {
    /// The customer.
    pub customer: Wish,
}

/// What a platform says of a customer.
#[derive(ToSchema)]
#[schema(as = CustomerFields)]
pub struct Wish {
    /// The platform's name for the customer. No page shows it.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        examples("Bakery on the Corner")
    )]
    pub name: String,
    /// The platform's own id of the customer, unique in the project.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        examples("crm-4711")
    )]
    pub external_customer_id: Option<String>,
}

/// The envelope of what changes of a customer.
#[derive(ToSchema)]
#[schema(as = CustomerChangeRequest)]
pub struct ChangeEnvelope {
    /// What changes.
    #[schema(nullable)]
    pub customer: Option<Change>,
}

/// What changes of a customer; what is left out stays.
#[derive(ToSchema)]
#[schema(as = CustomerChange)]
pub struct Change {
    /// The platform's name for the customer. No page shows it.
    #[schema(
        min_length = 1,
        max_length = 255,
        nullable = false,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        examples("Bakery on the Corner")
    )]
    pub name: Option<String>,
    /// The platform's own id of the customer, unique in the project; `null` takes it away.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        examples("crm-4711")
    )]
    pub external_customer_id: Option<String>,
}

/// Every field that may stand in the envelope.
const KNOWN: &[&str] = &["name", "external_customer_id"];

/// Which customers a list holds.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// Customers whose name contains this, in either case.
    #[param(pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name_contains: Option<String>,
    /// The one customer with exactly this id of the platform's.
    #[param(pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub external_customer_id: Option<String>,
    /// Made after this moment.
    pub created_after: Option<Time>,
    /// Made before this moment.
    pub created_before: Option<Time>,
}

/// The project's customer of a path's id.
pub(super) async fn find(app: &App, project: ProjectId, id: &str) -> Result<Customer> {
    let id = CustomerId::parse(id).ok_or(Error::NotFound("customer"))?;
    let found = customers::find(app.store.acquire().await?.db(), project, id).await?;
    found.ok_or(Error::NotFound("customer"))
}

/// List customers
#[utoipa::path(
    get,
    path = "/customers",
    operation_id = "list_customers",
    tag = "Customers",
    params(Filters, Paging),
    responses((status = 200, description = "A page of customers", body = List<View>))
)]
pub async fn list(State(app): State<App>, Caller(project): Caller, RawQuery(query): RawQuery) -> Result<Paged<View>> {
    let mut query = Query::read(query.as_deref());
    let page = paging::page(&mut query);
    let filter = customers::Filter {
        name_contains: query.text("name_contains"),
        external_customer_id: query.text("external_customer_id"),
        created_after: query.time("created_after"),
        created_before: query.time("created_before"),
    };
    query.done()?;
    let (rows, total) = customers::list(app.store.acquire().await?.db(), project, &filter, page).await?;
    let items = rows.into_iter().map(view).collect();
    Ok(paging::respond(items, total, page, "/platform/v1/customers", &query, &app.public_url))
}

/// Make a customer
#[utoipa::path(
    post,
    path = "/customers",
    operation_id = "create_customer",
    tag = "Customers",
    request_body = Envelope,
    responses((status = 201, description = "The customer", body = Data<View>))
)]
pub async fn create(
    State(app): State<App>,
    Caller(project): Caller,
    body: Bytes,
) -> Result<(StatusCode, Json<Data<View>>)> {
    let mut fields = Fields::read(&body, "customer", KNOWN)?;
    let name = fields.text("name", LONGEST);
    if matches!(name, Given::Null) || !fields.has("name") {
        fields.refuse("name", "is required");
    }
    let external_customer_id = fields.text("external_customer_id", LONGEST).value();
    fields.done()?;
    let now = app.clock.now();
    let customer = Customer {
        id: CustomerId::new(now),
        project_id: project,
        name: name.value().unwrap_or_default(),
        external_customer_id,
        created_at: now,
        updated_at: now,
    };
    customers::insert(app.store.acquire().await?.db(), &customer).await.map_err(taken)?;
    Ok((StatusCode::CREATED, data(view(customer))))
}

/// The one write of a customer that the database refuses is a second one with the same external id.
fn taken(error: Error) -> Error {
    if store::is_duplicate(&error) {
        let message = "external_customer_id is taken by another customer of this project";
        return Error::invalid("external_customer_id", message);
    }
    error
}

/// Get a customer
#[utoipa::path(
    get,
    path = "/customers/{customer_id}",
    operation_id = "get_customer",
    tag = "Customers",
    params(("customer_id" = CustomerId, Path, description = "The customer")),
    responses((status = 200, description = "The customer", body = Data<View>))
)]
pub async fn get(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<Json<Data<View>>> {
    Ok(data(view(find(&app, project, &id).await?)))
}

/// Change a customer
///
/// Only the fields that are there change; `null` takes the external id away.
#[utoipa::path(
    patch,
    path = "/customers/{customer_id}",
    operation_id = "update_customer",
    tag = "Customers",
    params(("customer_id" = CustomerId, Path, description = "The customer")),
    request_body(content = Option<ChangeEnvelope>, example = json!({"customer": {"external_customer_id": null}})),
    responses((status = 200, description = "The customer", body = Data<View>))
)]
pub async fn update(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Data<View>>> {
    let id = find(&app, project, &id).await?.id;
    let mut fields = Fields::read(&body, "customer", KNOWN)?;
    let name = fields.text("name", LONGEST);
    if name == Given::Null {
        fields.refuse("name", "must not be null");
    }
    let external_customer_id = fields.text("external_customer_id", LONGEST);
    fields.done()?;
    let mut tx = app.store.begin().await?;
    // Read again under its lock: two who change different fields at once both have their way.
    links::lock_customer(tx.db(), project, id).await?;
    let found = customers::find(tx.db(), project, id).await?;
    let mut customer = found.ok_or(Error::NotFound("customer"))?;
    if let Given::Value(name) = name {
        customer.name = name;
    }
    external_customer_id.put_option(&mut customer.external_customer_id);
    customer.updated_at = app.clock.now();
    customers::update(tx.db(), &customer).await.map_err(taken)?;
    tx.commit().await?;
    Ok(data(view(customer)))
}

/// How a number takes leave of Meta.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Leave {
    /// Whether dedicated numbers that go are to be taken off the Cloud API as well.
    pub deregister: Option<bool>,
}

/// Reads [`Leave`].
pub(super) fn deregister(query: Option<&str>) -> Result<bool> {
    let mut query = Query::read(query);
    let deregister = query.parsed("deregister", "true or false", |text| text.parse().ok());
    query.done()?;
    Ok(deregister.unwrap_or(false))
}

/// Delete a customer
///
/// With everything: live links are revoked, a signup that is under way ends without a connection, and every number goes as
/// if it were deleted by itself. What Meta was told is undone in the background.
#[utoipa::path(
    delete,
    path = "/customers/{customer_id}",
    operation_id = "delete_customer",
    tag = "Customers",
    params(("customer_id" = CustomerId, Path, description = "The customer"), Leave),
    responses((status = 204, description = "The customer is gone"))
)]
pub async fn delete(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode> {
    let id = CustomerId::parse(&id).ok_or(Error::NotFound("customer"))?;
    release::customer(&app, project, id, deregister(query.as_deref())?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::names;

    #[test]
    fn the_document_names_the_fields_that_are_read() {
        assert_eq!(names::<Wish>(), KNOWN);
        assert_eq!(names::<Change>(), KNOWN);
    }
}
