//! Events: written in the transaction that made them true, and read as the timeline of a link.

use serde_json::Value;
use sqlx::{FromRow, types::Json};

use super::{Db, Page, on, sql};
use crate::{
    clock::Timestamp,
    error::Result,
    event::Event,
    id::{EventId, LinkId},
};

sql! {
    INSERT = "insert into events (id, project_id, customer_id, link_id, name, payload, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    OF_LINK = "select id, name, payload, created_at from events where link_id = $1 \
        order by created_at desc, id desc limit $2 offset $3";
    COUNT = "select count(*) from events where link_id = $1";
    /// What a link that still lives has been through is kept with it.
    FORGET = "delete from events where id in (select e.id from events e left join setup_links l on l.id = e.link_id \
        where e.created_at < $1 and (l.id is null or l.status <> 'active') order by e.created_at limit $2)";
}

/// An event as its link's timeline shows it.
#[derive(Debug, FromRow)]
pub struct Past {
    /// Its id.
    pub id: EventId,
    /// What happened: a name that another version may know alone.
    pub name: String,
    /// The body that webhooks got.
    pub payload: Json<Value>,
    /// When.
    pub created_at: Timestamp,
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

/// One page of what happened on a link, newest first, and how much it is.
pub async fn of_link(mut db: Db<'_>, link: LinkId, page: Page) -> Result<(Vec<Past>, i64)> {
    on!(&mut db, c => {
        let past = sqlx::query_as(OF_LINK)
            .bind(link)
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(&mut **c)
            .await?;
        let count = sqlx::query_scalar(COUNT).bind(link).fetch_one(&mut **c).await?;
        Ok((past, count))
    })
}

/// Forgets at most so many events from before `when`.
pub async fn forget(db: Db<'_>, when: Timestamp, most: i64) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET).bind(when).bind(most).execute(c).await?.rows_affected()))
}
