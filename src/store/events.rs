//! Events: written in the transaction that made them true.

use sqlx::types::Json;

use super::{Db, on, sql};
use crate::{error::Result, event::Event};

sql! {
    INSERT = "insert into events (id, project_id, customer_id, link_id, name, payload, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
}

/// Writes that something happened.
pub async fn insert(db: Db<'_>, event: &Event) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(event.id)
            .bind(event.project_id)
            .bind(event.customer_id)
            .bind(event.link_id)
            .bind(event.name.as_str())
            .bind(Json(&event.payload))
            .bind(event.at)
            .execute(c)
            .await?;
    });
    Ok(())
}
