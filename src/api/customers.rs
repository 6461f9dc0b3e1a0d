//! `/customers`.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value, json};

use super::{
    data,
    fields::{Fields, Query},
    key::Caller,
    paging,
};
use crate::{
    app::App,
    customer::Customer,
    error::{Error, Result},
    id::{CustomerId, ProjectId},
    store::{self, customers},
};

const LONGEST: usize = 255;

fn view(customer: &Customer) -> Value {
    json!({
        "id": customer.id,
        "name": customer.name,
        "external_customer_id": customer.external_customer_id,
        "created_at": customer.created_at.rfc3339(),
        "updated_at": customer.updated_at.rfc3339(),
    })
}

/// The project's customer of a path's id.
pub(super) async fn find(app: &App, project: ProjectId, id: &str) -> Result<Customer> {
    let id = CustomerId::parse(id).ok_or(Error::NotFound("customer"))?;
    let found = customers::find(app.store.acquire().await?.db(), project, id).await?;
    found.ok_or(Error::NotFound("customer"))
}

/// `GET /customers`.
pub async fn list(State(app): State<App>, Caller(project): Caller, RawQuery(query): RawQuery) -> Result<Response> {
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
    let items: Vec<_> = rows.iter().map(view).collect();
    Ok(paging::respond(&items, total, page, "/platform/v1/customers", &query, &app.public_url))
}

/// `POST /customers`.
pub async fn create(State(app): State<App>, Caller(project): Caller, body: Bytes) -> Result<(StatusCode, Json<Value>)> {
    let mut fields = Fields::read(&body, "customer", &["name", "external_customer_id"])?;
    let name = fields.text("name", LONGEST);
    if matches!(name, super::fields::Given::Null) || !fields.has("name") {
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
        Ok(()) => Ok((StatusCode::CREATED, data(view(&customer)))),
    }
}

/// `GET /customers/{id}`.
pub async fn get(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<Json<Value>> {
    Ok(data(view(&find(&app, project, &id).await?)))
}
