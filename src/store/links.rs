//! Setup links.

use sqlx::{FromRow, types::Json};

use super::{Db, Page, on, sql};
use crate::{
    clock::Timestamp,
    error::Result,
    id::{CustomerId, LinkId, ProjectId},
    link::{BillingMode, Reconnect, SetupLink, SetupStatus, Status, Terms},
};

// Above the room below, so that it has it as well.
macro_rules! columns {
    () => {
        "id, project_id, customer_id, token_sealed, status, terms, meta_billing_mode, reconnect_phone_number_id, \
         reconnect_phone_number, setup_status, setup_error, created_at, updated_at, expires_at, renewal_requested_at"
    };
}

pub mod visited;

pub use visited::{Visit, visit, visit_by_id};

// What a newer version alone knows is left to that.
macro_rules! known {
    () => {
        "status in ('active', 'used', 'expired', 'revoked') \
         and setup_status in ('pending', 'processing', 'completed', 'failed') \
         and meta_billing_mode in ('customer_managed', 'partner_managed')"
    };
}
macro_rules! matching {
    () => {
        concat!(
            "where ",
            known!(),
            " and project_id = $1 and customer_id = $2 \
         and (cast($3 as text) is null or $3 = \
              case when status = 'active' and expires_at <= $4 then 'expired' else status end) \
         and (cast($5 as bigint) is null or created_at > $5) \
         and (cast($6 as bigint) is null or created_at < $6) \
         and (cast($7 as text) is null or terms ->> 'external_id' = $7)"
        )
    };
}

macro_rules! expire {
    ($lock:expr) => {
        concat!(
            "update setup_links set status = 'expired', updated_at = $1 where id = (select id from setup_links \
             where status = 'active' and expires_at <= $1 and ",
            known!(),
            " order by expires_at limit 1",
            $lock,
            ") returning ",
            columns!()
        )
    };
}
sql! {
    INSERT = "insert into setup_links (id, project_id, customer_id, token_digest, token_sealed, status, terms, \
        meta_billing_mode, reconnect_phone_number_id, reconnect_phone_number, setup_status, setup_error, created_at, \
        updated_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    UPDATE = "update setup_links set status = $2, terms = $3, setup_status = $4, setup_error = $5, updated_at = $6, \
        expires_at = $7 where id = $1";
    STANDS = "update setup_links set status = $2, setup_status = $3, setup_error = $4, updated_at = $5 where id = $1";
    FIND = concat!("select ", columns!(), " from setup_links where project_id = $1 and customer_id = $2 and id = $3");
    /// The customer's row stands for "one active link": who holds it may change which one that is.
    LOCK_CUSTOMER = "update customers set updated_at = updated_at where project_id = $1 and id = $2";
    LOCK = concat!("update setup_links set updated_at = updated_at where id = $1 returning ", columns!());
    RENEWAL_REQUESTED = "update setup_links set renewal_requested_at = $2 where id = $1";
    LOCK_ALL = "update setup_links set updated_at = updated_at where customer_id = $1";
    /// One at a time: each is told of in a transaction of its own.
    EXPIRE = expire!("");
    EXPIRE_PG = expire!(" for update skip locked");
    OTHER_ACTIVE = "select 1 from setup_links where customer_id = $1 and id <> $2 and status = 'active' and expires_at > $3 \
        limit 1";
    ANY_OVER = concat!("select 1 from setup_links where status = 'active' and expires_at <= $1 and ", known!(), " limit 1");
    SUPERSEDE = concat!("update setup_links \
        set status = case when expires_at <= $3 then 'expired' else 'revoked' end, updated_at = $3 \
        where customer_id = $1 and id <> $2 and status = 'active' returning ", columns!());
    ARRIVED = "select arrived_at from setup_links where id = $1";
    NOTE_ARRIVAL = "update setup_links set arrived_at = $2 where id = $1";
    LIST = concat!("select ", columns!(), " from setup_links ", matching!(), " \
        order by created_at desc, id desc limit $8 offset $9");
    COUNT = concat!("select count(*) from setup_links ", matching!());
}

#[derive(FromRow)]
struct Row {
    id: LinkId,
    project_id: ProjectId,
    customer_id: CustomerId,
    token_sealed: Vec<u8>,
    status: Status,
    terms: Json<Terms>,
    meta_billing_mode: BillingMode,
    reconnect_phone_number_id: Option<String>,
    reconnect_phone_number: Option<String>,
    setup_status: SetupStatus,
    setup_error: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    expires_at: Timestamp,
    renewal_requested_at: Option<Timestamp>,
}

impl From<Row> for SetupLink {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            project_id: row.project_id,
            customer_id: row.customer_id,
            token: row.token_sealed,
            stored_status: row.status,
            terms: row.terms.0,
            meta_billing_mode: row.meta_billing_mode,
            reconnect: row
                .reconnect_phone_number_id
                .zip(row.reconnect_phone_number)
                .map(|(phone_number_id, digits)| Reconnect { phone_number_id, digits }),
            setup_status: row.setup_status,
            setup_error: row.setup_error,
            created_at: row.created_at,
            updated_at: row.updated_at,
            expires_at: row.expires_at,
            renewal_requested_at: row.renewal_requested_at,
        }
    }
}

/// What a list of links is narrowed to.
#[derive(Debug, Default)]
pub struct Filter {
    /// The status as it is now.
    pub status: Option<Status>,
    /// The platform's own id of the link, exactly.
    pub external_id: Option<String>,
    /// Made after this moment.
    pub created_after: Option<Timestamp>,
    /// Made before this moment.
    pub created_before: Option<Timestamp>,
}

/// Stores a new link, found from now on by the digest of its token.
pub async fn insert(db: Db<'_>, link: &SetupLink, token_digest: &[u8]) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(link.id)
            .bind(link.project_id)
            .bind(link.customer_id)
            .bind(token_digest)
            .bind(&link.token)
            .bind(link.stored_status.as_str())
            .bind(Json(&link.terms))
            .bind(link.meta_billing_mode.as_str())
            .bind(link.reconnect.as_ref().map(|reconnect| &reconnect.phone_number_id))
            .bind(link.reconnect.as_ref().map(|reconnect| &reconnect.digits))
            .bind(link.setup_status.as_str())
            .bind(&link.setup_error)
            .bind(link.created_at)
            .bind(link.updated_at)
            .bind(link.expires_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// Writes what may change of a link.
pub async fn update(db: Db<'_>, link: &SetupLink) -> Result<()> {
    on!(db, c => {
        sqlx::query(UPDATE)
            .bind(link.id)
            .bind(link.stored_status.as_str())
            .bind(Json(&link.terms))
            .bind(link.setup_status.as_str())
            .bind(&link.setup_error)
            .bind(link.updated_at)
            .bind(link.expires_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// Writes how a link stands, and nothing of what the platform chose: a newer version may have written more of that than
/// this one knows.
pub async fn stands(db: Db<'_>, link: &SetupLink) -> Result<()> {
    on!(db, c => {
        sqlx::query(STANDS)
            .bind(link.id)
            .bind(link.stored_status.as_str())
            .bind(link.setup_status.as_str())
            .bind(&link.setup_error)
            .bind(link.updated_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// Takes the customer for the rest of the transaction, so that whoever else changes its links waits; `false` when the
/// project has no such customer.
pub async fn lock_customer(db: Db<'_>, project: ProjectId, customer: CustomerId) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(LOCK_CUSTOMER).bind(project).bind(customer).execute(c).await?.rows_affected()) > 0)
}

/// Takes one link for the rest of the transaction.
pub async fn lock(db: Db<'_>, id: LinkId) -> Result<Option<SetupLink>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(LOCK).bind(id).fetch_optional(c).await?);
    Ok(row.map(SetupLink::from))
}

/// Notes that the link's customer asked for a new one.
pub async fn renewal_requested(db: Db<'_>, id: LinkId, now: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(RENEWAL_REQUESTED).bind(id).bind(now).execute(c).await?;
    });
    Ok(())
}

/// Takes every link of the customer for the rest of the transaction.
pub async fn lock_all(db: Db<'_>, customer: CustomerId) -> Result<()> {
    on!(db, c => {
        sqlx::query(LOCK_ALL).bind(customer).execute(c).await?;
    });
    Ok(())
}

/// Whether the customer has another link that can be opened.
pub async fn has_other(db: Db<'_>, link: &SetupLink, now: Timestamp) -> Result<bool> {
    let found = on!(db, c => {
        sqlx::query(OTHER_ACTIVE).bind(link.customer_id).bind(link.id).bind(now).fetch_optional(c).await?.is_some()
    });
    Ok(found)
}

/// Whether there is an active link whose time is over.
pub async fn any_is_over(db: Db<'_>, now: Timestamp) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(ANY_OVER).bind(now).fetch_optional(c).await?.is_some()))
}

/// Makes an active link whose time is over expired, and gives it. Of several that ask at once, one gets it.
pub async fn expire(db: Db<'_>, now: Timestamp) -> Result<Option<SetupLink>> {
    let row: Option<Row> = match db {
        Db::Sqlite(c) => sqlx::query_as(EXPIRE).bind(now).fetch_optional(c).await?,
        Db::Postgres(c) => sqlx::query_as(EXPIRE_PG).bind(now).fetch_optional(c).await?,
    };
    Ok(row.map(SetupLink::from))
}

/// Ends every active link of the customer but `keep`: what time has ended is expired, the rest is revoked. Gives those.
pub async fn supersede(db: Db<'_>, customer: CustomerId, keep: LinkId, now: Timestamp) -> Result<Vec<SetupLink>> {
    let rows: Vec<Row> =
        on!(db, c => sqlx::query_as(SUPERSEDE).bind(customer).bind(keep).bind(now).fetch_all(c).await?);
    Ok(rows.into_iter().map(SetupLink::from).collect())
}

/// The customer's link of that id.
pub async fn find(db: Db<'_>, project: ProjectId, customer: CustomerId, id: LinkId) -> Result<Option<SetupLink>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(FIND).bind(project).bind(customer).bind(id).fetch_optional(c).await?);
    Ok(row.map(SetupLink::from))
}

/// When a second device last said that it had opened the page.
pub async fn arrived(db: Db<'_>, id: LinkId) -> Result<Option<Timestamp>> {
    Ok(on!(db, c => sqlx::query_scalar(ARRIVED).bind(id).fetch_optional(c).await?).flatten())
}

/// Notes that a second device has opened the page. It is no change of the link that a platform would see.
pub async fn note_arrival(db: Db<'_>, id: LinkId, now: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(NOTE_ARRIVAL).bind(id).bind(now).execute(c).await?;
    });
    Ok(())
}

/// One page of the customer's links, newest first, and how many there are.
pub async fn list(
    mut db: Db<'_>,
    owner: (ProjectId, CustomerId),
    filter: &Filter,
    page: Page,
    now: Timestamp,
) -> Result<(Vec<SetupLink>, i64)> {
    let status = filter.status.map(Status::as_str);
    on!(&mut db, c => {
        let rows: Vec<Row> = sqlx::query_as(LIST)
            .bind(owner.0)
            .bind(owner.1)
            .bind(status)
            .bind(now)
            .bind(filter.created_after)
            .bind(filter.created_before)
            .bind(&filter.external_id)
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(&mut **c)
            .await?;
        let count = sqlx::query_scalar(COUNT)
            .bind(owner.0)
            .bind(owner.1)
            .bind(status)
            .bind(now)
            .bind(filter.created_after)
            .bind(filter.created_before)
            .bind(&filter.external_id)
            .fetch_one(&mut **c)
            .await?;
        Ok((rows.into_iter().map(SetupLink::from).collect(), count))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_that_is_known_is_listed() {
        let names = |all: Vec<&str>| format!("in ('{}')", all.join("', '"));
        assert!(known!().contains(&names(Status::ALL.iter().map(|it| it.as_str()).collect())));
        assert!(known!().contains(&names(SetupStatus::ALL.iter().map(|it| it.as_str()).collect())));
        assert!(known!().contains(&names(BillingMode::ALL.iter().map(|it| it.as_str()).collect())));
    }
}
