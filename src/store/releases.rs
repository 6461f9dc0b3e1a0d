//! Releases: what Meta is still to be told of numbers that went, and who may keep it from being told.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Db, on, sql};
use crate::{
    clock::Timestamp,
    error::Result,
    id::{ProjectId, ReleaseId},
    signup::Signup,
};

macro_rules! claim {
    ($lock:expr) => {
        concat!(
            "update releases set fence = fence + 1, lease_until = $2 where id = (select id from releases \
             where next_at <= $1 and (lease_until is null or lease_until <= $1) order by next_at limit 1",
            $lock,
            ") returning id, project_id, phone_number_id, business_account_id, deregister, token_sealed, tries, created_at, next_at, fence"
        )
    };
}

sql! {
    INSERT = "insert into releases (id, project_id, phone_number_id, business_account_id, deregister, token_sealed, \
        created_at, next_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    CLAIM = claim!("");
    CLAIM_PG = claim!(" for update skip locked");
    RENEW = "update releases set lease_until = $3 where id = $1 and fence = $2";
    LATER = "update releases set deregister = $3, tries = $4, next_at = $5, lease_until = null where id = $1 and fence = $2";
    DONE = "delete from releases where id = $1 and fence = $2";
    FORGET = "delete from releases where phone_number_id = $1";
    AT_WORK = "select count(*) from releases where business_account_id = $1 and lease_until > $2";
    USES = "select (select count(*) from phone_numbers where phone_number_id = $1) as number, \
        (select count(*) from phone_numbers where business_account_id = $2) as account, \
        (select count(*) from account_holds where business_account_id = $2 and held_until > $3) as holds";
    HOLD = "insert into account_holds (id, business_account_id, held_until) values ($1, $2, $3) \
        on conflict (id) do update set business_account_id = excluded.business_account_id, held_until = excluded.held_until";
    /// By whoever moves that signup, and nobody who did.
    HOLD_FOR = "insert into account_holds (id, business_account_id, held_until) \
        select id, cast($3 as text), cast($4 as bigint) from signups where id = $1 and fence = $2 \
        on conflict (id) do update set business_account_id = excluded.business_account_id, held_until = excluded.held_until";
    LET_GO = "delete from account_holds where id = $1";
    SWEEP = "delete from account_holds where held_until <= $1";
}

/// What Meta is still to be told of one number.
#[derive(Clone, Debug, FromRow)]
pub struct Release {
    /// Its id.
    pub id: ReleaseId,
    /// The project that the number was in.
    pub project_id: ProjectId,
    /// The number, by Meta's id.
    pub phone_number_id: String,
    /// Its WABA.
    pub business_account_id: String,
    /// Whether the number is to be taken off the Cloud API.
    pub deregister: bool,
    /// The token it was connected by, sealed.
    pub token_sealed: Vec<u8>,
    /// Failed tries.
    pub tries: i32,
    /// When the number went.
    pub created_at: Timestamp,
    /// When the next try is due.
    pub next_at: Timestamp,
    /// Who may write: raised with every claim.
    pub fence: i64,
}

/// Who needs at Meta what a release would take away, in all projects.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Uses {
    /// How often the number is connected.
    pub number: i64,
    /// How many numbers of its account are.
    pub account: i64,
    /// How many are being connected.
    pub holds: i64,
}

/// Writes down what Meta is to be told.
pub async fn insert(db: Db<'_>, release: &Release) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(release.id)
            .bind(release.project_id)
            .bind(&release.phone_number_id)
            .bind(&release.business_account_id)
            .bind(release.deregister)
            .bind(&release.token_sealed)
            .bind(release.created_at)
            .bind(release.next_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// Claims the release that has been due longest until `lease`.
pub async fn claim(db: Db<'_>, now: Timestamp, lease: Timestamp) -> Result<Option<Release>> {
    Ok(match db {
        Db::Sqlite(c) => sqlx::query_as(CLAIM).bind(now).bind(lease).fetch_optional(c).await?,
        Db::Postgres(c) => sqlx::query_as(CLAIM_PG).bind(now).bind(lease).fetch_optional(c).await?,
    })
}

/// Holds a claim until `lease`; `false` when it is not this holder's any more.
pub async fn renew(db: Db<'_>, release: &Release, lease: Timestamp) -> Result<bool> {
    Ok(
        on!(db, c => sqlx::query(RENEW).bind(release.id).bind(release.fence).bind(lease).execute(c).await?.rows_affected())
            > 0,
    )
}

/// Gives a claim back with what is left to do and when.
pub async fn later(db: Db<'_>, release: &Release) -> Result<()> {
    on!(db, c => {
        sqlx::query(LATER)
            .bind(release.id)
            .bind(release.fence)
            .bind(release.deregister)
            .bind(release.tries)
            .bind(release.next_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// Nothing is left to do; the token goes with it.
pub async fn done(db: Db<'_>, release: &Release) -> Result<()> {
    on!(db, c => {
        sqlx::query(DONE).bind(release.id).bind(release.fence).execute(c).await?;
    });
    Ok(())
}

/// Forgets what was to be done about a number that is connected again.
pub async fn forget(db: Db<'_>, phone_number_id: &str) -> Result<()> {
    on!(db, c => {
        sqlx::query(FORGET).bind(phone_number_id).execute(c).await?;
    });
    Ok(())
}

/// Whether something of that account is being undone at this moment.
pub async fn is_at_work(db: Db<'_>, account: &str, now: Timestamp) -> Result<bool> {
    let count: i64 = on!(db, c => sqlx::query_scalar(AT_WORK).bind(account).bind(now).fetch_one(c).await?);
    Ok(count > 0)
}

/// Who needs what that release would take away.
pub async fn uses(db: Db<'_>, release: &Release, now: Timestamp) -> Result<Uses> {
    let (phone, account) = (&release.phone_number_id, &release.business_account_id);
    Ok(on!(db, c => sqlx::query_as(USES).bind(phone).bind(account).bind(now).fetch_one(c).await?))
}

/// Says that a number of that account is being connected, by whom, and until when at the latest.
pub async fn hold(db: Db<'_>, holder: Uuid, account: &str, until: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(HOLD).bind(holder).bind(account).bind(until).execute(c).await?;
    });
    Ok(())
}

/// The same of a signup, in the name of whoever moves it; `false` when that is somebody else by now.
pub async fn hold_for(db: Db<'_>, signup: &Signup, account: &str, until: Timestamp) -> Result<bool> {
    let held = on!(db, c => {
        sqlx::query(HOLD_FOR).bind(signup.id).bind(signup.fence).bind(account).bind(until).execute(c).await?.rows_affected()
    });
    Ok(held > 0)
}

/// Takes that back.
pub async fn let_go(db: Db<'_>, holder: Uuid) -> Result<()> {
    on!(db, c => {
        sqlx::query(LET_GO).bind(holder).execute(c).await?;
    });
    Ok(())
}

/// Forgets holds whose time is over.
pub async fn sweep(db: Db<'_>, now: Timestamp) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(SWEEP).bind(now).execute(c).await?.rows_affected()))
}
