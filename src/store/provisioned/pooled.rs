//! A bought number's way through the pool at Meta, under the claim of whoever moves the number.

use sqlx::FromRow;

use crate::{
    clock::Timestamp,
    error::{Error, Result},
    id::{LinkId, ProvisionedId},
    provisioned::{
        Provisioned,
        pool::{Pooled, Stage},
    },
    store::{Db, on, sql},
};

sql! {
    /// What the number listens for changes with it: a code that was heard before is for nobody any more, when that is said.
    SAVE_POOLED = "update provisioned_numbers set pool_stage = $3, pool_id = $4, pool_asked = $5, pool_began_at = $6, \
        pool_next_at = $7, pool_expires_at = $8, listening_since = $9, listening_until = $10, lease_until = $11, \
        code_sealed = case when $12 then null else code_sealed end, code_at = case when $12 then null else code_at end \
        where id = $1 and fence = $2";
    /// A code has come: whoever waits for it looks now.
    WAKE = "update provisioned_numbers set next_at = $2, fence = fence + 1, lease_until = null \
        where id = $1 and status = 'bought' and pool_stage = 'waiting'";
    /// Nobody of this link is at Facebook any more.
    LOOK_AGAIN = "update provisioned_numbers set next_at = $2, pool_next_at = $2, listening_until = null, \
        fence = fence + 1, lease_until = null where link_id = $1 and status = 'bought' and pool_stage = 'verified'";
    LEAVE = "update provisioned_numbers set pool_stage = 'left', pool_id = null where id = $1 and pool_stage is not null";
}

/// The columns of a number that are about the pool.
#[derive(FromRow)]
#[allow(clippy::struct_field_names, reason = "the names are those of the columns")]
pub(super) struct Row {
    pool_stage: Option<String>,
    pool_id: Option<String>,
    pool_asked: i32,
    pool_began_at: Option<Timestamp>,
    pool_next_at: Option<Timestamp>,
    pool_expires_at: Option<Timestamp>,
}

impl From<Row> for Pooled {
    fn from(row: Row) -> Self {
        Self {
            stage: row.pool_stage.as_deref().and_then(Stage::parse),
            id: row.pool_id,
            asked: row.pool_asked,
            began_at: row.pool_began_at,
            next_at: row.pool_next_at,
            expires_at: row.pool_expires_at,
        }
    }
}

/// Writes where a claimed number stands in the pool and what it listens for, and keeps the claim until `lease`. With
/// `forgets`, what it has heard is forgotten.
///
/// # Errors
/// [`Error::Conflict`] when somebody else has claimed it since: nothing is written then.
pub async fn save(db: Db<'_>, number: &Provisioned, lease: Timestamp, forgets: bool) -> Result<()> {
    let pooled = &number.pooled;
    let written = on!(db, c => {
        sqlx::query(SAVE_POOLED)
            .bind(number.id)
            .bind(number.fence)
            .bind(pooled.stage.map(Stage::as_str))
            .bind(&pooled.id)
            .bind(pooled.asked)
            .bind(pooled.began_at)
            .bind(pooled.next_at)
            .bind(pooled.expires_at)
            .bind(number.listening.since)
            .bind(number.listening.until)
            .bind(lease)
            .bind(forgets)
            .execute(c)
            .await?
            .rows_affected()
    });
    if written == 0 { Err(Error::Conflict("the number was taken over".to_owned())) } else { Ok(()) }
}

/// A number that waits for its code is looked at now; `false` when it does not.
pub async fn wake(db: Db<'_>, id: ProvisionedId, now: Timestamp) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(WAKE).bind(id).bind(now).execute(c).await?.rows_affected()) > 0)
}

/// Whether the link's verified number is still in the pool is asked now.
pub async fn look_again(db: Db<'_>, link: LinkId, now: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(LOOK_AGAIN).bind(link).bind(now).execute(c).await?;
    });
    Ok(())
}

/// Its customer has taken the number out of the pool.
pub async fn leave(db: Db<'_>, id: ProvisionedId) -> Result<()> {
    on!(db, c => {
        sqlx::query(LEAVE).bind(id).execute(c).await?;
    });
    Ok(())
}
