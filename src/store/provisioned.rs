//! Numbers that are bought for customers, and who may move one: every claim raises the row's fence, and a write with an
//! older fence is refused. What a number hears and when it is to be given back is written beside that, by whoever knows.

use sqlx::{FromRow, types::Json};

use super::{Db, Page, is_duplicate, on, sql};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
    id::{CustomerId, LinkId, ProjectId, ProvisionedId},
    provisioned::{Listening, Provisioned, Status, Trouble},
};

// Above the modules, so that they have it as well.
macro_rules! columns {
    () => {
        "id, project_id, customer_id, link_id, account_sid, country_iso, area_code, mark, status, trouble, \
         phone_number, takes_sms, sid, passed, listening_since, listening_until, code_sealed, code_at, \
         recording_sid, recording_at, pool_stage, pool_id, pool_asked, pool_began_at, pool_next_at, pool_expires_at, \
         created_at, bought_at, release_at, tries, next_at, fence"
    };
}

pub mod addresses;
pub mod calls;
pub mod deployment;
pub mod heard;
pub mod pooled;
pub mod purchases;

macro_rules! due {
    () => {
        "status in ('wanted', 'picked', 'bought', 'connected', 'releasing') and next_at <= $1 \
         and (lease_until is null or lease_until <= $1)"
    };
}
macro_rules! claim {
    ($which:expr) => {
        concat!(
            "update provisioned_numbers set fence = fence + 1, lease_until = $2 where ",
            $which,
            " returning ",
            columns!()
        )
    };
}
macro_rules! matching {
    () => {
        // What a newer version alone knows is left to that.
        "where project_id = $1 and case when cast($2 as text) is null \
         then status in ('wanted', 'picked', 'bought', 'connected', 'releasing', 'released') else status = $2 end"
    };
}

sql! {
    /// The project's row stands for its limits: who holds it may start another number.
    LOCK_PROJECT = "update projects set name = name where id = $1";
    INSERT = "insert into provisioned_numbers (id, project_id, customer_id, link_id, account_sid, country_iso, area_code, \
        mark, status, passed, created_at, next_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)";
    CLAIM_ONE = claim!(concat!("id = $3 and ", due!()));
    CLAIM_NEXT = claim!(concat!("id = (select id from provisioned_numbers where ", due!(), " order by next_at limit 1)"));
    /// PostgreSQL has many writers at once: each takes a row that no other is taking.
    CLAIM_NEXT_PG = claim!(concat!(
        "id = (select id from provisioned_numbers where ", due!(), " order by next_at limit 1 for update skip locked)"
    ));
    /// Whoever is at it writes nothing more.
    TAKE = concat!("update provisioned_numbers set fence = fence + 1, lease_until = null where id = $1 returning ", columns!());
    RENEW = "update provisioned_numbers set lease_until = $3 where id = $1 and fence = $2 and lease_until is not null";
    LET_GO = "update provisioned_numbers set lease_until = null where id = $1 and fence = $2";
    SAVE = "update provisioned_numbers set status = $3, trouble = $4, phone_number = $5, sid = $6, passed = $7, \
        bought_at = $8, tries = $9, next_at = $10, lease_until = $11, takes_sms = $13, \
        released_at = case when $3 = 'released' then coalesce(released_at, $12) else released_at end \
        where id = $1 and fence = $2";
    FIND = concat!("select ", columns!(), " from provisioned_numbers where project_id = $1 and id = $2");
    BY_MARK = concat!("select ", columns!(), " from provisioned_numbers where mark = $1");
    NEWEST = concat!("select ", columns!(), " from provisioned_numbers \
        where link_id = $1 order by created_at desc, id desc limit 1");
    OF_CUSTOMER = concat!("select ", columns!(), " from provisioned_numbers \
        where customer_id = $1 and status in ('picked', 'bought', 'connected', 'releasing', 'released') \
        order by created_at, id");
    BEGUN_SINCE = "select count(*) from provisioned_numbers \
        where project_id = $1 and created_at > $2 and status <> 'failed'";
    HELD = "select count(*) from provisioned_numbers \
        where project_id = $1 and status in ('wanted', 'picked', 'bought', 'connected', 'releasing')";
    HELD_OF_ACCOUNT = concat!("select ", columns!(), " from provisioned_numbers \
        where account_sid = $1 and sid is not null and status in ('bought', 'connected')");
    HELD_BY_PROJECT = "select count(*) from provisioned_numbers where project_id = $1 and account_sid = $2 \
        and status in ('wanted', 'picked', 'bought', 'connected', 'releasing')";
    /// Its customer has connected it: nobody who is at it writes any more.
    CONNECT = concat!("update provisioned_numbers \
        set status = 'connected', connected_at = $2, next_at = $2, release_at = null, \
        fence = fence + 1, lease_until = null, listening_since = null, listening_until = null, code_sealed = null, \
        code_at = null where id = $1 and status = 'bought' returning ", columns!());
    /// To be given back; what was to be given back sooner still is. Whoever only watches it meanwhile writes nothing more;
    /// whoever buys it looks again before anything else.
    LET_GO_AT = concat!("update provisioned_numbers set next_at = case when next_at < $3 then next_at else $3 end, \
        fence = case when status in ('bought', 'connected') then fence + 1 else fence end, \
        lease_until = case when status in ('bought', 'connected') then null else lease_until end, \
        release_at = case when release_at is null or release_at > $3 then $3 else release_at end \
        where project_id = $1 and id = $2 and status in ('wanted', 'picked', 'bought', 'connected', 'releasing') \
        returning ", columns!());
    UNUSED = "update provisioned_numbers set next_at = case when next_at < $2 then next_at else $2 end, \
        fence = case when status = 'bought' then fence + 1 else fence end, \
        lease_until = case when status = 'bought' then null else lease_until end, \
        release_at = case when release_at is null or release_at > $2 then $2 else release_at end \
        where link_id = $1 and status in ('wanted', 'picked', 'bought')";
    KEEP = "update provisioned_numbers set release_at = null where id = $1 and fence = $2 and status = 'connected'";
    /// What was given back, and what never came to be; a number that is ours is never forgotten.
    FORGET = "delete from provisioned_numbers where id in (select id from provisioned_numbers \
        where status in ('released', 'failed') and created_at < $1 and (released_at is null or released_at < $1) \
        order by created_at limit $2)";
    HURRY = "update provisioned_numbers set next_at = $2, fence = fence + 1, lease_until = null \
        where link_id = $1 and status = 'bought'";
    LIST = concat!("select ", columns!(), " from provisioned_numbers ", matching!(), " \
        order by created_at desc, id desc limit $3 offset $4");
    COUNT = concat!("select count(*) from provisioned_numbers ", matching!());
}

#[derive(FromRow)]
struct Row {
    id: ProvisionedId,
    project_id: ProjectId,
    customer_id: CustomerId,
    link_id: LinkId,
    account_sid: String,
    country_iso: String,
    area_code: Option<String>,
    mark: String,
    status: Status,
    trouble: Option<String>,
    phone_number: Option<String>,
    takes_sms: bool,
    sid: Option<String>,
    passed: Json<Vec<String>>,
    listening_since: Option<Timestamp>,
    listening_until: Option<Timestamp>,
    code_sealed: Option<Vec<u8>>,
    code_at: Option<Timestamp>,
    recording_sid: Option<String>,
    recording_at: Option<Timestamp>,
    #[sqlx(flatten)]
    pooled: pooled::Row,
    created_at: Timestamp,
    bought_at: Option<Timestamp>,
    release_at: Option<Timestamp>,
    tries: i32,
    next_at: Timestamp,
    fence: i64,
}

impl From<Row> for Provisioned {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            project_id: row.project_id,
            customer_id: row.customer_id,
            link_id: row.link_id,
            account_sid: row.account_sid,
            country_iso: row.country_iso,
            area_code: row.area_code,
            mark: row.mark,
            status: row.status,
            trouble: row.trouble.as_deref().and_then(Trouble::parse),
            phone_number: row.phone_number,
            takes_sms: row.takes_sms,
            sid: row.sid,
            passed: row.passed.0,
            created_at: row.created_at,
            bought_at: row.bought_at,
            release_at: row.release_at,
            listening: Listening {
                since: row.listening_since,
                until: row.listening_until,
                code: row.code_sealed,
                code_at: row.code_at,
                recording: row.recording_sid,
                recording_at: row.recording_at,
            },
            pooled: row.pooled.into(),
            tries: row.tries,
            next_at: row.next_at,
            fence: row.fence,
        }
    }
}

/// Takes the project for the rest of the transaction, so that its limits hold.
pub async fn lock_project(db: Db<'_>, project: ProjectId) -> Result<()> {
    on!(db, c => {
        sqlx::query(LOCK_PROJECT).bind(project).execute(c).await?;
    });
    Ok(())
}

/// Stores the wish for a number.
pub async fn insert(db: Db<'_>, number: &Provisioned) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(number.id)
            .bind(number.project_id)
            .bind(number.customer_id)
            .bind(number.link_id)
            .bind(&number.account_sid)
            .bind(&number.country_iso)
            .bind(&number.area_code)
            .bind(&number.mark)
            .bind(number.status.as_str())
            .bind(Json(&number.passed))
            .bind(number.created_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// Claims that number until `lease`, if it is due and nobody else's.
pub async fn claim(db: Db<'_>, id: ProvisionedId, now: Timestamp, lease: Timestamp) -> Result<Option<Provisioned>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(CLAIM_ONE).bind(now).bind(lease).bind(id).fetch_optional(c).await?);
    Ok(row.map(Provisioned::from))
}

/// Claims the number that has been due longest until `lease`.
pub async fn claim_next(db: Db<'_>, now: Timestamp, lease: Timestamp) -> Result<Option<Provisioned>> {
    let row: Option<Row> = match db {
        Db::Sqlite(c) => sqlx::query_as(CLAIM_NEXT).bind(now).bind(lease).fetch_optional(c).await?,
        Db::Postgres(c) => sqlx::query_as(CLAIM_NEXT_PG).bind(now).bind(lease).fetch_optional(c).await?,
    };
    Ok(row.map(Provisioned::from))
}

/// Takes that number from whoever is at it.
pub async fn take(db: Db<'_>, id: ProvisionedId) -> Result<Option<Provisioned>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(TAKE).bind(id).fetch_optional(c).await?);
    Ok(row.map(Provisioned::from))
}

/// Holds a claim until `lease`; `false` when it is not this holder's any more.
pub async fn renew(db: Db<'_>, id: ProvisionedId, fence: i64, lease: Timestamp) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(RENEW).bind(id).bind(fence).bind(lease).execute(c).await?.rows_affected()) > 0)
}

/// Ends a claim without writing anything else.
pub async fn let_go(db: Db<'_>, id: ProvisionedId, fence: i64) -> Result<()> {
    on!(db, c => {
        sqlx::query(LET_GO).bind(id).bind(fence).execute(c).await?;
    });
    Ok(())
}

/// Writes where a claimed number stands, and keeps it until `lease` (`None` gives it back). `false` when another link has
/// picked that very number: nothing is written then.
///
/// # Errors
/// [`Error::Conflict`] when somebody else has claimed it since: nothing is written then.
pub async fn save(db: Db<'_>, number: &Provisioned, lease: Option<Timestamp>, now: Timestamp) -> Result<bool> {
    let written = async {
        Ok(on!(db, c => {
            sqlx::query(SAVE)
                .bind(number.id)
                .bind(number.fence)
                .bind(number.status.as_str())
                .bind(number.trouble.map(Trouble::as_str))
                .bind(&number.phone_number)
                .bind(&number.sid)
                .bind(Json(&number.passed))
                .bind(number.bought_at)
                .bind(number.tries)
                .bind(number.next_at)
                .bind(lease)
                .bind(now)
                .bind(number.takes_sms)
                .execute(c)
                .await?
                .rows_affected()
        }))
    };
    match written.await {
        Ok(0) => Err(Error::Conflict("the number was taken over".to_owned())),
        Ok(_) => Ok(true),
        Err(e) if is_duplicate(&e) => Ok(false),
        Err(e) => Err(e),
    }
}

/// The project's number of that id.
pub async fn find(db: Db<'_>, project: ProjectId, id: ProvisionedId) -> Result<Option<Provisioned>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(FIND).bind(project).bind(id).fetch_optional(c).await?);
    Ok(row.map(Provisioned::from))
}

/// The number that carries that mark at Twilio.
pub async fn by_mark(db: Db<'_>, mark: &str) -> Result<Option<Provisioned>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(BY_MARK).bind(mark).fetch_optional(c).await?);
    Ok(row.map(Provisioned::from))
}

/// The link's number that was asked for last.
pub async fn newest(db: Db<'_>, link: LinkId) -> Result<Option<Provisioned>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(NEWEST).bind(link).fetch_optional(c).await?);
    Ok(row.map(Provisioned::from))
}

/// Every number that was picked for a customer, oldest first.
pub async fn of_customer(db: Db<'_>, customer: CustomerId) -> Result<Vec<Provisioned>> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(OF_CUSTOMER).bind(customer).fetch_all(c).await?);
    Ok(rows.into_iter().map(Provisioned::from).collect())
}

/// How many numbers were begun for a project since a moment, and how many it has now.
pub async fn sums(mut db: Db<'_>, project: ProjectId, since: Timestamp) -> Result<(i64, i64)> {
    on!(&mut db, c => {
        let begun = sqlx::query_scalar(BEGUN_SINCE).bind(project).bind(since).fetch_one(&mut **c).await?;
        Ok((begun, sqlx::query_scalar(HELD).bind(project).fetch_one(&mut **c).await?))
    })
}

/// The numbers that an account should have.
pub async fn held_of_account(db: Db<'_>, account: &str) -> Result<Vec<Provisioned>> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(HELD_OF_ACCOUNT).bind(account).fetch_all(c).await?);
    Ok(rows.into_iter().map(Provisioned::from).collect())
}

/// How many numbers a project has on an account.
pub async fn held_by_project(db: Db<'_>, project: ProjectId, account: &str) -> Result<i64> {
    Ok(on!(db, c => sqlx::query_scalar(HELD_BY_PROJECT).bind(project).bind(account).fetch_one(c).await?))
}

/// A bought number is connected. `None` when it is not there to be connected any more.
pub async fn connect(db: Db<'_>, id: ProvisionedId, now: Timestamp) -> Result<Option<Provisioned>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(CONNECT).bind(id).bind(now).fetch_optional(c).await?);
    Ok(row.map(Provisioned::from))
}

/// The project's number is to be given back at that moment; `None` when there is nothing to give back.
pub async fn let_go_at(
    db: Db<'_>,
    project: ProjectId,
    id: ProvisionedId,
    when: Timestamp,
) -> Result<Option<Provisioned>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(LET_GO_AT).bind(project).bind(id).bind(when).fetch_optional(c).await?);
    Ok(row.map(Provisioned::from))
}

/// The link's number was not used: it is to be given back at that moment.
pub async fn unused(db: Db<'_>, link: LinkId, when: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(UNUSED).bind(link).bind(when).execute(c).await?;
    });
    Ok(())
}

/// A connected number that is to be given back is not, after all.
pub async fn keep(db: Db<'_>, id: ProvisionedId, fence: i64) -> Result<()> {
    on!(db, c => {
        sqlx::query(KEEP).bind(id).bind(fence).execute(c).await?;
    });
    Ok(())
}

/// Forgets at most so many numbers that were given back before `when`, and wishes from before it that came to nothing.
pub async fn forget(db: Db<'_>, when: Timestamp, most: i64) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET).bind(when).bind(most).execute(c).await?.rows_affected()))
}

/// Something has happened to the link: its number is looked at now.
pub async fn hurry(db: Db<'_>, link: LinkId, now: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(HURRY).bind(link).bind(now).execute(c).await?;
    });
    Ok(())
}

/// One page of the project's numbers, newest first, and how many there are; wishes that failed only when they are asked for.
pub async fn list(
    mut db: Db<'_>,
    project: ProjectId,
    status: Option<Status>,
    page: Page,
) -> Result<(Vec<Provisioned>, i64)> {
    let status = status.map(Status::as_str);
    on!(&mut db, c => {
        let rows: Vec<Row> = sqlx::query_as(LIST)
            .bind(project)
            .bind(status)
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(&mut **c)
            .await?;
        let count = sqlx::query_scalar(COUNT).bind(project).bind(status).fetch_one(&mut **c).await?;
        Ok((rows.into_iter().map(Provisioned::from).collect(), count))
    })
}
