//! Deliveries: the outbox, and the log of it.

use sqlx::FromRow;

use super::{Db, Page, on, sql};
use crate::{
    clock::Timestamp,
    error::Result,
    event::Name,
    id::{CustomerId, DeliveryId, ProjectId, WebhookId},
    webhook::{Delivery, DeliveryStatus},
};

macro_rules! columns {
    () => {
        "id, project_id, customer_id, webhook_id, event, webhook_url, phone_number_id, body, status, attempt_count, \
         tries_before, next_at, response_status, response_head, last_attempt_at, delivered_at, failed_at, created_at"
    };
}
macro_rules! matching {
    () => {
        // What a newer version alone knows is left to that.
        "where project_id = $1 and status in ('pending', 'delivered', 'failed') \
         and (cast($2 as text) is null or status = $2) \
         and (cast($3 as text) is null or event = $3) \
         and (cast($4 as uuid) is null or webhook_id = $4) \
         and (cast($5 as bigint) is null or created_at >= $5) \
         and (cast($6 as boolean) is null or $6 = false or status = 'failed' \
              or (response_status is not null and (response_status < 200 or response_status > 299)) \
              or (attempt_count > 0 and response_status is null)) \
         and (cast($7 as text) is null or phone_number_id = $7)"
    };
}

sql! {
    INSERT = "insert into deliveries (id, project_id, webhook_id, event, webhook_url, phone_number_id, body, status, \
        next_at, created_at, customer_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    DUE = concat!("select ", columns!(), " from deliveries \
        where webhook_id = $1 and status = 'pending' and next_at <= $2 order by next_at, id limit $3");
    /// Whoever has lost the webhook to another writes nothing. What was asked to be sent again meanwhile (it is due at
    /// another moment than $11) is still to be sent, whatever came of this try.
    SAVE = "update deliveries set status = case when next_at = $11 then $2 else status end, attempt_count = $3, \
        delivered_at = case when next_at = $11 then $8 else delivered_at end, \
        failed_at = case when next_at = $11 then $9 else failed_at end, \
        next_at = case when next_at = $11 then $4 else next_at end, \
        response_status = $5, response_head = $6, last_attempt_at = $7 where id = $1 \
        and exists (select 1 from webhooks w where w.id = deliveries.webhook_id and w.fence = $10)";
    LIST = concat!("select ", columns!(), " from deliveries ", matching!(), " \
        order by created_at desc, id desc limit $8 offset $9");
    COUNT = concat!("select count(*) from deliveries ", matching!());
    FIND = concat!("select ", columns!(), " from deliveries where project_id = $1 and id = $2");
    /// From the first try of the schedule again; what was learnt of it stays until the next answer.
    AGAIN = concat!("update deliveries set status = 'pending', tries_before = attempt_count, next_at = $3, \
        delivered_at = null, failed_at = null where project_id = $1 and id = $2 returning ", columns!());
    /// What waits for a webhook that is switched off does not wait for ever.
    FORGET = "delete from deliveries where id in (select d.id from deliveries d join webhooks w on w.id = d.webhook_id \
        where d.created_at < $1 and (d.status <> 'pending' or not w.active) order by d.created_at limit $2)";
}

#[derive(FromRow)]
struct Row {
    id: DeliveryId,
    project_id: ProjectId,
    customer_id: Option<CustomerId>,
    webhook_id: WebhookId,
    event: String,
    webhook_url: String,
    phone_number_id: Option<String>,
    body: String,
    status: DeliveryStatus,
    attempt_count: i32,
    tries_before: i32,
    next_at: Timestamp,
    response_status: Option<i32>,
    response_head: Option<String>,
    last_attempt_at: Option<Timestamp>,
    delivered_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            project_id: row.project_id,
            customer_id: row.customer_id,
            webhook_id: row.webhook_id,
            event: row.event,
            webhook_url: row.webhook_url,
            phone_number_id: row.phone_number_id,
            body: row.body,
            status: row.status,
            attempt_count: row.attempt_count,
            tries_before: row.tries_before,
            next_at: row.next_at,
            response_status: row.response_status,
            response_head: row.response_head,
            last_attempt_at: row.last_attempt_at,
            delivered_at: row.delivered_at,
            failed_at: row.failed_at,
            created_at: row.created_at,
        }
    }
}

/// What a list of deliveries is narrowed to.
#[derive(Debug, Default)]
pub struct Filter {
    /// What became of it.
    pub status: Option<DeliveryStatus>,
    /// The event's name.
    pub event: Option<Name>,
    /// The webhook.
    pub webhook_id: Option<WebhookId>,
    /// Since this moment.
    pub since: Option<Timestamp>,
    /// Only those that met trouble.
    pub errors_only: Option<bool>,
    /// The number, by Meta's id.
    pub phone_number_id: Option<String>,
}

/// Writes that a webhook is to be told.
pub async fn insert(db: Db<'_>, delivery: &Delivery) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(delivery.id)
            .bind(delivery.project_id)
            .bind(delivery.webhook_id)
            .bind(&delivery.event)
            .bind(&delivery.webhook_url)
            .bind(&delivery.phone_number_id)
            .bind(&delivery.body)
            .bind(delivery.status.as_str())
            .bind(delivery.next_at)
            .bind(delivery.created_at)
            .bind(delivery.customer_id)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// At most `most` deliveries that are due for a webhook, the longest due first.
pub async fn due(db: Db<'_>, webhook: WebhookId, now: Timestamp, most: i64) -> Result<Vec<Delivery>> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(DUE).bind(webhook).bind(now).bind(most).fetch_all(c).await?);
    Ok(rows.into_iter().map(Delivery::from).collect())
}

/// Writes what a try came to; `false` when the webhook is another's by now (`fence`), or gone.
pub async fn save(db: Db<'_>, delivery: &Delivery, due_at: Timestamp, fence: i64) -> Result<bool> {
    let written = on!(db, c => {
        sqlx::query(SAVE)
            .bind(delivery.id)
            .bind(delivery.status.as_str())
            .bind(delivery.attempt_count)
            .bind(delivery.next_at)
            .bind(delivery.response_status)
            .bind(&delivery.response_head)
            .bind(delivery.last_attempt_at)
            .bind(delivery.delivered_at)
            .bind(delivery.failed_at)
            .bind(fence)
            .bind(due_at)
            .execute(c)
            .await?
            .rows_affected()
    });
    Ok(written > 0)
}

/// The project's delivery of that id.
pub async fn find(db: Db<'_>, project: ProjectId, id: DeliveryId) -> Result<Option<Delivery>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(FIND).bind(project).bind(id).fetch_optional(c).await?);
    Ok(row.map(Delivery::from))
}

/// Puts a delivery back on its way.
pub async fn again(db: Db<'_>, project: ProjectId, id: DeliveryId, now: Timestamp) -> Result<Option<Delivery>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(AGAIN).bind(project).bind(id).bind(now).fetch_optional(c).await?);
    Ok(row.map(Delivery::from))
}

/// One page of the project's deliveries, newest first, and how many there are.
pub async fn list(mut db: Db<'_>, project: ProjectId, filter: &Filter, page: Page) -> Result<(Vec<Delivery>, i64)> {
    let (status, event) = (filter.status.map(DeliveryStatus::as_str), filter.event.map(Name::as_str));
    on!(&mut db, c => {
        let rows: Vec<Row> = sqlx::query_as(LIST)
            .bind(project)
            .bind(status)
            .bind(event)
            .bind(filter.webhook_id)
            .bind(filter.since)
            .bind(filter.errors_only)
            .bind(&filter.phone_number_id)
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(&mut **c)
            .await?;
        let count = sqlx::query_scalar(COUNT)
            .bind(project)
            .bind(status)
            .bind(event)
            .bind(filter.webhook_id)
            .bind(filter.since)
            .bind(filter.errors_only)
            .bind(&filter.phone_number_id)
            .fetch_one(&mut **c)
            .await?;
        Ok((rows.into_iter().map(Delivery::from).collect(), count))
    })
}

/// Forgets at most so many deliveries from before `when` that are over, or that nobody wants any more.
pub async fn forget(db: Db<'_>, when: Timestamp, most: i64) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET).bind(when).bind(most).execute(c).await?.rows_affected()))
}
