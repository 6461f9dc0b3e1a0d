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
    store::{self, customers},
};

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

/// Every field that may stand in the envelope.
const KNOWN: &[&str] = &["name", "external_customer_id"];

/// Which customers a list holds.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// Customers whose name contains this, in either case.
    pub name_contains: Option<String>,
    /// The one customer with exactly this id of the platform's.
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
    match customers::insert(app.store.acquire().await?.db(), &customer).await {
        Err(e) if store::is_duplicate(&e) => Err(Error::invalid(
            "external_customer_id",
            "external_customer_id is taken by another customer of this project",
        )),
        Err(e) => Err(e),
        Ok(()) => Ok((StatusCode::CREATED, data(view(customer)))),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::names;

    #[test]
    fn the_document_names_the_fields_that_are_read() {
        assert_eq!(names::<Wish>(), KNOWN);
    }
}
