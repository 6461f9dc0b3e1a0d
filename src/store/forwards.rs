//! What Meta said and the operator is still to hear, and who is telling it: every claim raises the row's fence.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Db, on, sql};
use crate::{clock::Timestamp, error::Result};

macro_rules! claim {
    ($lock:expr) => {
        concat!(
            "update meta_forwards set fence = fence + 1, lease_until = $2 where id = (select id from meta_forwards \
             where next_at <= $1 and (lease_until is null or lease_until <= $1) order by next_at limit 1",
            $lock,
            ") returning id, digest, body_sealed, signature, received_at, tries, fence"
        )
    };
}

sql! {
    /// Told again before it was handed on: once is enough.
    INSERT = "insert into meta_forwards (id, digest, body_sealed, signature, received_at, next_at) \
        values ($1, $2, $3, $4, $5, $5) on conflict (digest) do nothing";
    CLAIM = claim!("");
    CLAIM_PG = claim!(" for update skip locked");
    LATER = "update meta_forwards set tries = $3, next_at = $4, lease_until = null where id = $1 and fence = $2";
    DONE = "delete from meta_forwards where id = $1 and fence = $2";
    DROP_OLD = "delete from meta_forwards where received_at < $1";
}

/// What is to be handed on.
#[derive(Clone, Debug, FromRow)]
pub struct Forward {
    /// Its id.
    pub id: Uuid,
    /// The digest of its bytes.
    pub digest: Vec<u8>,
    /// Its bytes, sealed: people's messages are in it.
    pub body_sealed: Vec<u8>,
    /// The signature that it came with.
    pub signature: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Tries that came to nothing.
    pub tries: i32,
    /// Who may write: raised with every claim.
    pub fence: i64,
}

/// Keeps what is to be handed on.
pub async fn insert(db: Db<'_>, forward: &Forward) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(forward.id)
            .bind(&forward.digest)
            .bind(&forward.body_sealed)
            .bind(&forward.signature)
            .bind(forward.received_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// Claims what has been due longest until `lease`.
pub async fn claim(db: Db<'_>, now: Timestamp, lease: Timestamp) -> Result<Option<Forward>> {
    Ok(match db {
        Db::Sqlite(c) => sqlx::query_as(CLAIM).bind(now).bind(lease).fetch_optional(c).await?,
        Db::Postgres(c) => sqlx::query_as(CLAIM_PG).bind(now).bind(lease).fetch_optional(c).await?,
    })
}

/// Gives a claim back, to be tried again at `next_at`.
pub async fn later(db: Db<'_>, forward: &Forward, next_at: Timestamp) -> Result<()> {
    let tries = forward.tries.saturating_add(1);
    on!(db, c => {
        sqlx::query(LATER).bind(forward.id).bind(forward.fence).bind(tries).bind(next_at).execute(c).await?;
    });
    Ok(())
}

/// It was handed on: nothing of it stays.
pub async fn done(db: Db<'_>, forward: &Forward) -> Result<()> {
    on!(db, c => {
        sqlx::query(DONE).bind(forward.id).bind(forward.fence).execute(c).await?;
    });
    Ok(())
}

/// Drops what came before `when`, and gives how much it was.
pub async fn drop_old(db: Db<'_>, when: Timestamp) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(DROP_OLD).bind(when).execute(c).await?.rows_affected()))
}
