//! `/customers/{id}/setup_links/{id}/events`: what happened on a link, whatever became of it.

use axum::extract::{Path, RawQuery, State};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    customers,
    fields::Query,
    key::Caller,
    paging::{self, Paged, Paging},
    wire::{List, Time},
};
use crate::{
    app::App,
    error::{Error, Result},
    event::Name,
    id::{CustomerId, EventId, LinkId},
    store::{
        events::{self, Past},
        links,
    },
};

/// Something that happened on a link.
#[derive(Serialize, ToSchema)]
#[schema(as = SetupLinkEvent)]
pub struct View {
    id: EventId,
    #[schema(value_type = Name)]
    event: String,
    created_at: Time,
    /// What webhooks that name the event are told.
    #[schema(value_type = Object, examples(json!({
        "phone_number_id": null,
        "project": {"id": "019b0c5e-7a53-7c1e-9a55-3f0c6f0c2d11"},
        "customer": {"id": "019b0c5e-7a53-7c1e-9a55-3f0c6f0c2d12"},
        "event_id": "019b0c5e-7a53-7c1e-9a55-3f0c6f0c2d14",
        "created_at": "2026-11-23T10:40:00.123Z",
        "setup_link": {"id": "019b0c5e-7a53-7c1e-9a55-3f0c6f0c2d13"},
        "connection_type": "coexistence",
    })))]
    data: Value,
}

fn view(past: Past) -> View {
    View { id: past.id, event: past.name, created_at: past.created_at.into(), data: past.payload.0 }
}

/// List a setup link's events
///
/// What happened on the link, newest first, whatever became of it.
#[utoipa::path(
    get,
    path = "/customers/{customer_id}/setup_links/{setup_link_id}/events",
    operation_id = "list_setup_link_events",
    tag = "Setup links",
    params(
        ("customer_id" = CustomerId, Path, description = "The customer"),
        ("setup_link_id" = LinkId, Path, description = "The setup link"),
        Paging,
    ),
    responses((status = 200, description = "A page of events", body = List<View>))
)]
pub async fn list(
    State(app): State<App>,
    Caller(project): Caller,
    Path((customer, link)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Paged<View>> {
    let customer = customers::find(&app, project, &customer).await?;
    let id = LinkId::parse(&link).ok_or(Error::NotFound("setup link"))?;
    let mut query = Query::read(query.as_deref());
    let page = paging::page(&mut query);
    query.done()?;
    let mut lease = app.store.acquire().await?;
    let link = links::find(lease.db(), project, customer.id, id).await?.ok_or(Error::NotFound("setup link"))?;
    let (rows, total) = events::of_link(lease.db(), link.id, page).await?;
    let items = rows.into_iter().map(view).collect();
    let path = format!("/platform/v1/customers/{}/setup_links/{}/events", customer.id, link.id);
    Ok(paging::respond(items, total, page, &path, &query, &app.public_url))
}
