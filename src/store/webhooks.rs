//! Webhooks, and who may send to one: the worker that holds its lease.

use std::time::Duration;

use sqlx::{FromRow, types::Json};

use super::{Db, Page, on, sql};
use crate::{
    clock::Timestamp,
    error::Result,
    event::Name,
    id::{ProjectId, WebhookId},
    webhook::{Buffering, Kind, Webhook},
};

macro_rules! columns {
    () => {
        "id, project_id, phone_number_id, url, kind, events, active, secret_sealed, previous_secret_sealed, \
         previous_secret_until, headers_sealed, buffering, payload_version, failing_since, created_at, updated_at, \
         fence"
    };
}
macro_rules! of_scope {
    () => {
        "where project_id = $1 and (cast($2 as text) is null or phone_number_id = $2)"
    };
}
// A lease is told by the database's clock, so that processes whose clocks differ agree on it.
macro_rules! sqlite_now {
    () => {
        "cast(unixepoch('subsec') * 1000 as integer)"
    };
}
macro_rules! pg_now {
    () => {
        "cast(extract(epoch from clock_timestamp()) * 1000 as bigint)"
    };
}
// What a newer version alone knows is left to that.
macro_rules! known {
    () => {
        "kind in ('kapso', 'meta')"
    };
}
macro_rules! matching {
    () => {
        concat!(
            of_scope!(),
            " and ",
            known!(),
            " and (cast($3 as text) is null or kind = $3) \
             and (cast($4 as boolean) is null or active = $4) \
             and (cast($5 as text) is null or lower(url) like '%' || lower($5) || '%' escape '\\') \
             and (cast($6 as bigint) is null or created_at > $6) \
             and (cast($7 as bigint) is null or created_at < $7)"
        )
    };
}
macro_rules! claim {
    ($now:expr, $lock:expr) => {
        concat!(
            "update webhooks set fence = fence + 1, lease_until = ",
            $now,
            " + $2 where id = (select w.id from webhooks w where w.active and w.",
            known!(),
            " and (w.lease_until is null or w.lease_until <= ",
            $now,
            ") and (cast($3 as boolean) or w.failing_since is null) and exists (select 1 from deliveries d \
             where d.webhook_id = w.id and d.status = 'pending' and d.next_at <= $1) \
             order by coalesce(w.lease_until, 0), w.id limit 1",
            $lock,
            ") returning ",
            columns!()
        )
    };
}
macro_rules! hold {
    ($now:expr) => {
        concat!("update webhooks set lease_until = ", $now, " + $3 where id = $1 and fence = $2 returning ", columns!())
    };
}

sql! {
    INSERT = "insert into webhooks (id, project_id, phone_number_id, url, kind, events, active, secret_sealed, \
        headers_sealed, buffering, payload_version, created_at, updated_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    UPDATE = "update webhooks set url = $2, kind = $3, events = $4, active = $5, secret_sealed = $6, \
        previous_secret_sealed = $7, previous_secret_until = $8, headers_sealed = $9, buffering = $10, \
        payload_version = $11, updated_at = $12, \
        failing_since = case when url <> $2 or (not active and $5) then null else failing_since end where id = $1";
    LOCK = concat!("update webhooks set updated_at = updated_at where project_id = $1 \
        and (cast($2 as text) is null or phone_number_id = $2) and id = $3 returning ", columns!());
    FIND = concat!("select ", columns!(), " from webhooks \
        where project_id = $1 and (cast($2 as text) is null or phone_number_id = $2) and id = $3");
    DELETE = "delete from webhooks where id = $1";
    OF_PROJECT = concat!("select ", columns!(), " from webhooks where project_id = $1 and active and ", known!(), " order by id");
    PAUSE = "update webhooks set active = false, updated_at = $3 where id = $1 and fence = $2";
    LIST = concat!("select ", columns!(), " from webhooks ", matching!(), " \
        order by created_at desc, id desc limit $8 offset $9");
    COUNT = concat!("select count(*) from webhooks ", matching!());
    CLAIM_SQLITE = claim!(sqlite_now!(), "");
    CLAIM_PG = claim!(pg_now!(), " for update of w skip locked");
    HOLD_SQLITE = hold!(sqlite_now!());
    HOLD_PG = hold!(pg_now!());
    FAILING = "update webhooks set failing_since = $3 where id = $1 and fence = $2";
}

#[derive(FromRow)]
struct Row {
    id: WebhookId,
    project_id: ProjectId,
    phone_number_id: Option<String>,
    url: String,
    kind: Kind,
    events: Json<Vec<String>>,
    active: bool,
    secret_sealed: Vec<u8>,
    previous_secret_sealed: Option<Vec<u8>>,
    previous_secret_until: Option<Timestamp>,
    headers_sealed: Vec<u8>,
    buffering: Json<Buffering>,
    payload_version: String,
    failing_since: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    fence: i64,
}

impl From<Row> for Webhook {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            project_id: row.project_id,
            phone_number_id: row.phone_number_id,
            url: row.url,
            kind: row.kind,
            // A name that only another version knows is that version's to tell.
            events: row.events.0.iter().filter_map(|name| Name::parse(name)).collect(),
            active: row.active,
            secret: row.secret_sealed,
            previous_secret: row.previous_secret_sealed.zip(row.previous_secret_until),
            headers: row.headers_sealed,
            buffering: row.buffering.0,
            payload_version: row.payload_version,
            failing_since: row.failing_since,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The project and, for a number's own webhooks, Meta's id of the number.
pub type Scope<'a> = (ProjectId, Option<&'a str>);

/// Stores a new webhook.
pub async fn insert(db: Db<'_>, webhook: &Webhook) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(webhook.id)
            .bind(webhook.project_id)
            .bind(&webhook.phone_number_id)
            .bind(&webhook.url)
            .bind(webhook.kind.as_str())
            .bind(Json(&webhook.events))
            .bind(webhook.active)
            .bind(&webhook.secret)
            .bind(&webhook.headers)
            .bind(Json(&webhook.buffering))
            .bind(&webhook.payload_version)
            .bind(webhook.created_at)
            .bind(webhook.updated_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// Writes what may change of a webhook.
pub async fn update(db: Db<'_>, webhook: &Webhook) -> Result<()> {
    on!(db, c => {
        sqlx::query(UPDATE)
            .bind(webhook.id)
            .bind(&webhook.url)
            .bind(webhook.kind.as_str())
            .bind(Json(&webhook.events))
            .bind(webhook.active)
            .bind(&webhook.secret)
            .bind(webhook.previous_secret.as_ref().map(|(secret, _)| secret))
            .bind(webhook.previous_secret.as_ref().map(|(_, until)| *until))
            .bind(&webhook.headers)
            .bind(Json(&webhook.buffering))
            .bind(&webhook.payload_version)
            .bind(webhook.updated_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// The webhook of that id, in that scope.
pub async fn find(db: Db<'_>, scope: Scope<'_>, id: WebhookId) -> Result<Option<Webhook>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(FIND).bind(scope.0).bind(scope.1).bind(id).fetch_optional(c).await?);
    Ok(row.map(Webhook::from))
}

/// The same, taken for the rest of the transaction: two who change it at once both have their way.
pub async fn lock(db: Db<'_>, scope: Scope<'_>, id: WebhookId) -> Result<Option<Webhook>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(LOCK).bind(scope.0).bind(scope.1).bind(id).fetch_optional(c).await?);
    Ok(row.map(Webhook::from))
}

/// Removes a webhook, with what was on its way to it.
pub async fn delete(db: Db<'_>, id: WebhookId) -> Result<()> {
    on!(db, c => {
        sqlx::query(DELETE).bind(id).execute(c).await?;
    });
    Ok(())
}

/// The project's active webhooks.
pub async fn of_project(db: Db<'_>, project: ProjectId) -> Result<Vec<Webhook>> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(OF_PROJECT).bind(project).fetch_all(c).await?);
    Ok(rows.into_iter().map(Webhook::from).collect())
}

/// What a list of webhooks is narrowed to.
#[derive(Debug, Default)]
pub struct Filter {
    /// What they carry.
    pub kind: Option<Kind>,
    /// Whether they are told anything.
    pub active: Option<bool>,
    /// A part of the URL, in either case.
    pub url_contains: Option<String>,
    /// Made after this moment.
    pub created_after: Option<Timestamp>,
    /// Made before this moment.
    pub created_before: Option<Timestamp>,
}

/// One page of the webhooks in that scope, newest first, and how many there are.
pub async fn list(mut db: Db<'_>, scope: Scope<'_>, filter: &Filter, page: Page) -> Result<(Vec<Webhook>, i64)> {
    let kind = filter.kind.map(Kind::as_str);
    let url = filter.url_contains.as_deref().map(super::literally);
    on!(&mut db, c => {
        let rows: Vec<Row> = sqlx::query_as(LIST)
            .bind(scope.0)
            .bind(scope.1)
            .bind(kind)
            .bind(filter.active)
            .bind(&url)
            .bind(filter.created_after)
            .bind(filter.created_before)
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(&mut **c)
            .await?;
        let count = sqlx::query_scalar(COUNT)
            .bind(scope.0)
            .bind(scope.1)
            .bind(kind)
            .bind(filter.active)
            .bind(&url)
            .bind(filter.created_after)
            .bind(filter.created_before)
            .fetch_one(&mut **c)
            .await?;
        Ok((rows.into_iter().map(Webhook::from).collect(), count))
    })
}

/// Stops telling a webhook anything: its endpoint said to whoever holds it that it is gone.
pub async fn pause(db: Db<'_>, id: WebhookId, fence: i64, now: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(PAUSE).bind(id).bind(fence).bind(now).execute(c).await?;
    });
    Ok(())
}

/// Whoever holds it notes since when nothing has been taken there; `None` when something was.
pub async fn failing(db: Db<'_>, id: WebhookId, fence: i64, since: Option<Timestamp>) -> Result<()> {
    on!(db, c => {
        sqlx::query(FAILING).bind(id).bind(fence).bind(since).execute(c).await?;
    });
    Ok(())
}

/// Claims an active webhook that something is due for, with the fence of the claim. The one that has waited longest for
/// its turn comes first; those that are failing only when `failing_too`.
pub async fn claim(db: Db<'_>, now: Timestamp, lease: Duration, failing_too: bool) -> Result<Option<(Webhook, i64)>> {
    let lease = milliseconds(lease);
    let row: Option<Row> = match db {
        Db::Sqlite(c) => sqlx::query_as(CLAIM_SQLITE).bind(now).bind(lease).bind(failing_too).fetch_optional(c).await?,
        Db::Postgres(c) => sqlx::query_as(CLAIM_PG).bind(now).bind(lease).bind(failing_too).fetch_optional(c).await?,
    };
    Ok(row.map(|row| (row.fence, row)).map(|(fence, row)| (row.into(), fence)))
}

/// Keeps a claimed webhook for so long from now, or gives it back (zero). Gives it as it is by now; `None` when somebody
/// else has claimed it, or it is gone.
pub async fn hold(db: Db<'_>, id: WebhookId, fence: i64, lease: Duration) -> Result<Option<Webhook>> {
    let lease = milliseconds(lease);
    let row: Option<Row> = match db {
        Db::Sqlite(c) => sqlx::query_as(HOLD_SQLITE).bind(id).bind(fence).bind(lease).fetch_optional(c).await?,
        Db::Postgres(c) => sqlx::query_as(HOLD_PG).bind(id).bind(fence).bind(lease).fetch_optional(c).await?,
    };
    Ok(row.map(Webhook::from))
}

fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
