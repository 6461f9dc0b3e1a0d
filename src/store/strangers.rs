//! What addresses do wrong, over all processes: the same buckets as those of API keys ([`super::rates`]), and they are only
//! written to when somebody fails. In microseconds too.

use super::{Db, on, rates::Bucket, sql};
use crate::{address::Prefix, error::Result};

sql! {
    TAKE = "insert into strangers (door, prefix, full_at) values ($1, $2, cast($3 as bigint) + cast($4 as bigint)) \
        on conflict (door, prefix) do update set full_at = $4 + \
        case when strangers.full_at > $3 then strangers.full_at else cast($3 as bigint) end \
        where strangers.full_at + $4 <= cast($3 as bigint) + cast($5 as bigint) returning full_at";
    FULL_AT = "select full_at from strangers where door = $1 and prefix = $2";
    FORGET = "delete from strangers where full_at < $1";
}

/// Takes one failure out of an address's bucket. Gives when it will be full again: after this one, or, as an error, as it
/// stands when it holds none.
pub async fn take(mut db: Db<'_>, door: &str, from: Prefix, now: i64, bucket: Bucket) -> Result<Result<i64, i64>> {
    let prefix = from.to_string();
    on!(&mut db, c => {
        let taken: Option<i64> = sqlx::query_scalar(TAKE)
            .bind(door)
            .bind(&prefix)
            .bind(now)
            .bind(bucket.cost)
            .bind(bucket.size)
            .fetch_optional(&mut **c)
            .await?;
        if let Some(full_at) = taken {
            return Ok(Ok(full_at));
        }
        let full_at = sqlx::query_scalar(FULL_AT).bind(door).bind(&prefix).fetch_optional(&mut **c).await?;
        Ok(Err(full_at.unwrap_or(now)))
    })
}

/// Forgets the addresses whose buckets are full.
pub async fn forget(db: Db<'_>, now: i64) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET).bind(now).execute(c).await?.rows_affected()))
}
