//! Purchases that were sent off and of which nobody knows yet what came: the number may be paid for.

use crate::{
    clock::Timestamp,
    error::Result,
    id::ProvisionedId,
    store::{Db, on, sql},
};

sql! {
    SEND = "insert into purchases (number_id, sent_at) values ($1, $2) on conflict (number_id) do nothing";
    IS_OPEN = "select count(*) from purchases where number_id = $1";
    UNKNOWN = "select number_id from purchases join provisioned_numbers on id = number_id \
        where status = 'picked' and sent_at < $1 order by sent_at limit $2";
    CLOSE = "delete from purchases where number_id = $1";
}

/// The purchase is about to be sent off.
pub async fn send(db: Db<'_>, id: ProvisionedId, now: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(SEND).bind(id).bind(now).execute(c).await?;
    });
    Ok(())
}

/// Whether one was sent off, and what came of it is not known.
pub async fn is_open(db: Db<'_>, id: ProvisionedId) -> Result<bool> {
    let count: i64 = on!(db, c => sqlx::query_scalar(IS_OPEN).bind(id).fetch_one(c).await?);
    Ok(count > 0)
}

/// At most so many numbers whose purchase was sent off before that moment, longest ago first.
pub async fn unknown(db: Db<'_>, before: Timestamp, most: i64) -> Result<Vec<ProvisionedId>> {
    Ok(on!(db, c => sqlx::query_scalar(UNKNOWN).bind(before).bind(most).fetch_all(c).await?))
}

/// What came of it is known.
pub async fn close(db: Db<'_>, id: ProvisionedId) -> Result<()> {
    on!(db, c => {
        sqlx::query(CLOSE).bind(id).execute(c).await?;
    });
    Ok(())
}
