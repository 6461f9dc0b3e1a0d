//! What a number listens for and hears. Only a number that waits for its code hears anything.

use crate::{
    clock::Timestamp,
    error::Result,
    id::{LinkId, ProvisionedId},
    provisioned::Provisioned,
    store::{Db, on, provisioned::Row, sql},
};

sql! {
    /// What was heard for an earlier login is for nobody any more.
    LISTEN = "update provisioned_numbers set listening_since = $2, listening_until = $3, code_sealed = null, \
        code_at = null, next_at = case when next_at < $4 then next_at else $4 end, fence = fence + 1, \
        lease_until = null where link_id = $1 and status = 'bought'";
    LISTENER = concat!("select ", columns!(), " from provisioned_numbers \
        where account_sid = $1 and phone_number = $2 and status = 'bought' and listening_until > $3");
    LISTENER_OF = concat!("select ", columns!(), " from provisioned_numbers \
        where account_sid = $1 and id = $2 and status = 'bought' and listening_until > $3");
    /// With `$4` only where no code is kept that may still be shown.
    HEAR = "update provisioned_numbers set code_sealed = $2, code_at = $3 \
        where id = $1 and status = 'bought' and listening_until > $3 \
        and (cast($4 as bigint) is null or code_sealed is null or code_at <= $4)";
    SET_SOURCE = "insert into code_sources (number_id, sid) values ($1, $2) \
        on conflict (number_id) do update set sid = excluded.sid";
    SOURCE = "select sid from code_sources where number_id = $1";
    FORGET_SOURCE = "delete from code_sources where number_id = $1 and not exists \
        (select 1 from provisioned_numbers where id = $1 and code_sealed is not null)";
    RECORD = "update provisioned_numbers set recording_sid = $2, recording_at = $3, \
        next_at = case when next_at < $4 then next_at else $4 end, fence = fence + 1, lease_until = null \
        where id = $1 and status = 'bought' and listening_until > $3";
    FORGET_CODE = "update provisioned_numbers set code_sealed = null, code_at = null where id = $1 and code_at <= $2";
}

/// The link's number listens until that moment, and is looked at when `look` has come.
pub async fn listen(db: Db<'_>, link: LinkId, now: Timestamp, until: Timestamp, look: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(LISTEN).bind(link).bind(now).bind(until).bind(look).execute(c).await?;
    });
    Ok(())
}

/// The number that waits for what reaches it there.
pub async fn listener(db: Db<'_>, account: &str, phone_number: &str, now: Timestamp) -> Result<Option<Provisioned>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(LISTENER).bind(account).bind(phone_number).bind(now).fetch_optional(c).await?);
    Ok(row.map(Provisioned::from))
}

/// The number of that id, if it waits for what reaches it there.
pub async fn listener_of(db: Db<'_>, account: &str, id: ProvisionedId, now: Timestamp) -> Result<Option<Provisioned>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(LISTENER_OF).bind(account).bind(id).bind(now).fetch_optional(c).await?);
    Ok(row.map(Provisioned::from))
}

/// A code was heard in that message or call; `false` when nobody waits for one any more. With `unless_since`, one that was
/// heard after that moment stays instead.
pub async fn hear(
    mut db: Db<'_>,
    id: ProvisionedId,
    (code, source): (&[u8], &str),
    unless_since: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool> {
    on!(&mut db, c => {
        let heard = sqlx::query(HEAR).bind(id).bind(code).bind(now).bind(unless_since).execute(&mut **c).await?;
        if heard.rows_affected() > 0 {
            sqlx::query(SET_SOURCE).bind(id).bind(source).execute(&mut **c).await?;
        }
        Ok(heard.rows_affected() > 0)
    })
}

/// The message or call that the number's code was heard in.
pub async fn source(db: Db<'_>, id: ProvisionedId) -> Result<Option<String>> {
    Ok(on!(db, c => sqlx::query_scalar(SOURCE).bind(id).fetch_optional(c).await?))
}

/// A call was recorded, and is looked at again when `look` has come; `false` when nobody waits any more.
pub async fn record(db: Db<'_>, id: ProvisionedId, sid: &str, now: Timestamp, look: Timestamp) -> Result<bool> {
    Ok(on!(db, c => {
        sqlx::query(RECORD).bind(id).bind(sid).bind(now).bind(look).execute(c).await?.rows_affected()
    }) > 0)
}

/// Forgets a code that came at that moment or before.
pub async fn forget_code(mut db: Db<'_>, id: ProvisionedId, when: Timestamp) -> Result<()> {
    on!(&mut db, c => {
        sqlx::query(FORGET_CODE).bind(id).bind(when).execute(&mut **c).await?;
        sqlx::query(FORGET_SOURCE).bind(id).execute(&mut **c).await?;
    });
    Ok(())
}
