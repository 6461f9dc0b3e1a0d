//! Notices of Meta's, and who works on one: every claim raises the row's fence.

use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{Db, on, sql};
use crate::{clock::Timestamp, error::Result, notice::Notice};

// What a newer version alone understands is left to that.
macro_rules! known {
    () => {
        "'PARTNER_ADDED', 'PARTNER_REMOVED', 'PARTNER_APP_INSTALLED', 'PARTNER_APP_UNINSTALLED', 'ACCOUNT_OFFBOARDED', \
         'ACCOUNT_RECONNECTED', 'DISABLED_UPDATE', 'ACCOUNT_DELETED', 'ACCOUNT_RESTRICTION', 'ACCOUNT_VIOLATION'"
    };
}
macro_rules! claim {
    ($lock:expr) => {
        concat!(
            "update meta_notices set fence = fence + 1, lease_until = $2 where id = (select id from meta_notices \
             where next_at <= $1 and (lease_until is null or lease_until <= $1) and notice ->> 'told' in (",
            known!(),
            ") order by next_at, received_at limit 1",
            $lock,
            ") returning id, notice, received_at, tries, fence"
        )
    };
}

sql! {
    INSERT = "insert into meta_notices (id, digest, notice, received_at, next_at) values ($1, $2, $3, $4, $5) \
        on conflict (digest) do nothing";
    CLAIM = claim!("");
    CLAIM_PG = claim!(" for update skip locked");
    LATER = "update meta_notices set tries = $3, next_at = $4, lease_until = null where id = $1 and fence = $2";
    DONE = "update meta_notices set next_at = null, lease_until = null where id = $1 and fence = $2";
    FORGET = "delete from meta_notices where next_at is null and received_at < $1";
}

/// A notice to work on.
#[derive(Clone, Debug, FromRow)]
pub struct Kept {
    /// Its id.
    pub id: Uuid,
    /// What it says.
    #[sqlx(json)]
    pub notice: Notice,
    /// When it came.
    pub received_at: Timestamp,
    /// Tries that came to nothing.
    pub tries: i32,
    /// Who may write: raised with every claim.
    pub fence: i64,
}

/// Keeps a notice that came now, to be worked on at `next_at`. `false` when one of that digest was told before.
pub async fn insert(
    db: Db<'_>,
    id: Uuid,
    digest: &[u8],
    notice: &Notice,
    (now, next_at): (Timestamp, Timestamp),
) -> Result<bool> {
    let written = on!(db, c => {
        sqlx::query(INSERT)
            .bind(id)
            .bind(digest)
            .bind(Json(notice))
            .bind(now)
            .bind(next_at)
            .execute(c)
            .await?
            .rows_affected()
    });
    Ok(written > 0)
}

/// Claims the notice that has been due longest until `lease`.
pub async fn claim(db: Db<'_>, now: Timestamp, lease: Timestamp) -> Result<Option<Kept>> {
    Ok(match db {
        Db::Sqlite(c) => sqlx::query_as(CLAIM).bind(now).bind(lease).fetch_optional(c).await?,
        Db::Postgres(c) => sqlx::query_as(CLAIM_PG).bind(now).bind(lease).fetch_optional(c).await?,
    })
}

/// Gives a claim back, to be worked on again at `next_at`.
pub async fn later(db: Db<'_>, kept: &Kept, next_at: Timestamp) -> Result<()> {
    let tries = kept.tries.saturating_add(1);
    on!(db, c => {
        sqlx::query(LATER).bind(kept.id).bind(kept.fence).bind(tries).bind(next_at).execute(c).await?;
    });
    Ok(())
}

/// Nothing is left to do. `false` when somebody else has claimed it since: what was done with it must not be.
pub async fn done(db: Db<'_>, kept: &Kept) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(DONE).bind(kept.id).bind(kept.fence).execute(c).await?.rows_affected()) > 0)
}

/// Forgets notices from before `when` that were worked on.
pub async fn forget(db: Db<'_>, when: Timestamp) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET).bind(when).execute(c).await?.rows_affected()))
}

#[cfg(test)]
mod tests {
    use crate::notice::Told;

    #[test]
    fn every_notice_that_is_known_is_claimed() {
        let all: Vec<String> = Told::ALL.iter().map(|told| format!("'{told}'")).collect();
        assert_eq!(known!(), all.join(", "));
    }
}
