//! Calls that were recorded at Twilio, until nothing of them is kept there. They outlive the number's row.

use sqlx::FromRow;

use crate::{
    clock::Timestamp,
    error::Result,
    id::ProvisionedId,
    store::{Db, on, sql},
};

macro_rules! claim {
    ($lock:expr) => {
        concat!(
            "update recorded_calls set next_at = $2, tries = tries + 1 where sid = \
             (select sid from recorded_calls where next_at <= $1 order by next_at limit 1",
            $lock,
            ") returning sid, account_sid, tries"
        )
    };
}

sql! {
    REMEMBER = "insert into recorded_calls (sid, account_sid, next_at) values ($1, $2, $3) on conflict (sid) do nothing";
    CLAIM = claim!("");
    /// PostgreSQL has many writers at once: each takes a row that no other is taking.
    CLAIM_PG = claim!(" for update skip locked");
    LATER = "update recorded_calls set next_at = $2 where sid = $1";
    FORGET = "delete from recorded_calls where sid = $1";
    LET_GO = "update provisioned_numbers set recording_sid = null, recording_at = null \
        where id = $1 and recording_sid = $2";
}

/// A call that was recorded, or a recording.
#[derive(Clone, Debug, FromRow)]
pub struct Call {
    /// `CA…`, or `RE…` where the call is not known.
    pub sid: String,
    /// The account it is on.
    pub account_sid: String,
    /// Tries to have it forgotten, this one included.
    pub tries: i32,
}

/// Twilio will keep something of that call: it is to be forgotten at that moment.
pub async fn remember(db: Db<'_>, sid: &str, account: &str, when: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(REMEMBER).bind(sid).bind(account).bind(when).execute(c).await?;
    });
    Ok(())
}

/// Claims what has been due longest until `lease`.
pub async fn claim(db: Db<'_>, now: Timestamp, lease: Timestamp) -> Result<Option<Call>> {
    Ok(match db {
        Db::Sqlite(c) => sqlx::query_as(CLAIM).bind(now).bind(lease).fetch_optional(c).await?,
        Db::Postgres(c) => sqlx::query_as(CLAIM_PG).bind(now).bind(lease).fetch_optional(c).await?,
    })
}

/// It is tried again at that moment.
pub async fn later(db: Db<'_>, sid: &str, when: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(LATER).bind(sid).bind(when).execute(c).await?;
    });
    Ok(())
}

/// Nothing of it is kept at Twilio any more.
pub async fn forget(db: Db<'_>, sid: &str) -> Result<()> {
    on!(db, c => {
        sqlx::query(FORGET).bind(sid).execute(c).await?;
    });
    Ok(())
}

/// The number's recording is not played any more.
pub async fn let_go(db: Db<'_>, id: ProvisionedId, recording: &str) -> Result<()> {
    on!(db, c => {
        sqlx::query(LET_GO).bind(id).bind(recording).execute(c).await?;
    });
    Ok(())
}
