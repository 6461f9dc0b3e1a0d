//! How much each API key has called: one row per key, so that a limit holds over processes.
//!
//! A bucket that fills steadily is one number: the moment at which it will be full again. A call moves that moment later
//! by what one call costs, unless it would then lie further ahead than an empty bucket takes to fill.

use super::{Db, on, sql};
use crate::{error::Result, id::KeyId};

sql! {
    TAKE = "insert into api_rates (key_id, full_at) values ($1, cast($2 as bigint) + cast($3 as bigint)) \
        on conflict (key_id) do update set full_at = $3 + \
        case when api_rates.full_at > $2 then api_rates.full_at else cast($2 as bigint) end \
        where api_rates.full_at + $3 <= cast($2 as bigint) + cast($4 as bigint) returning full_at";
    FULL_AT = "select full_at from api_rates where key_id = $1";
}

/// How large a key's bucket is. All in microseconds: a call's part of a minute is seldom a whole number of milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// What a call costs.
    pub cost: i64,
    /// How long an empty bucket takes to fill.
    pub size: i64,
}

/// Takes one call out of a key's bucket. Gives when the bucket will be full again: after this call, or, as an error, as it
/// stands when it holds no call.
pub async fn take(mut db: Db<'_>, key: KeyId, now: i64, bucket: Bucket) -> Result<Result<i64, i64>> {
    on!(&mut db, c => {
        let taken: Option<i64> = sqlx::query_scalar(TAKE)
            .bind(key)
            .bind(now)
            .bind(bucket.cost)
            .bind(bucket.size)
            .fetch_optional(&mut **c)
            .await?;
        if let Some(full_at) = taken {
            return Ok(Ok(full_at));
        }
        Ok(Err(sqlx::query_scalar(FULL_AT).bind(key).fetch_optional(&mut **c).await?.unwrap_or(now)))
    })
}
