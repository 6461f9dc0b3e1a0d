//! What stands in the database: whether it can be used, and how much there is of everything.

use std::time::Duration;

use super::{Db, Store, on, sql};
use crate::{clock::Timestamp, error::Result, link::Status, meter::Standing};

sql! {
    /// A write, because a full disk and a read-only file system still read.
    PROBE = "insert into probes (id, written_at) values (1, $1) on conflict (id) do update set written_at = excluded.written_at";
    MIGRATED = "select count(*) from _sqlx_migrations where success";
    LINKS = "select case when status = 'active' and expires_at <= $1 then 'expired' else status end as standing, count(*) \
        from setup_links group by standing";
    RUNNING = "select count(*) from signups where returned_at is not null and ended_at is null";
    NUMBERS = "select count(*) from phone_numbers";
    SESSIONS = "select count(*) from sessions where expires_at > $1";
    PENDING = "select count(*) from deliveries where status = 'pending'";
    OLDEST = "select min(next_at) from deliveries where status = 'pending'";
}

/// Whether something can be written now.
///
/// # Errors
/// What the database says when it cannot.
pub async fn probe(db: Db<'_>, now: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(PROBE).bind(now).execute(c).await?;
    });
    Ok(())
}

/// How many of our migrations the database has.
pub async fn migrated(db: Db<'_>) -> Result<i64> {
    Ok(on!(db, c => sqlx::query_scalar(MIGRATED).fetch_one(c).await?))
}

/// How much there is of everything.
pub async fn read(store: &Store, now: Timestamp) -> Result<Standing> {
    let mut lease = store.acquire().await?;
    let mut db = lease.db();
    let (links, running, numbers, sessions, pending, oldest) = on!(&mut db, c => {
        let links: Vec<(String, i64)> = sqlx::query_as(LINKS).bind(now).fetch_all(&mut **c).await?;
        let running: i64 = sqlx::query_scalar(RUNNING).fetch_one(&mut **c).await?;
        let numbers: i64 = sqlx::query_scalar(NUMBERS).fetch_one(&mut **c).await?;
        let sessions: i64 = sqlx::query_scalar(SESSIONS).bind(now).fetch_one(&mut **c).await?;
        let pending: i64 = sqlx::query_scalar(PENDING).fetch_one(&mut **c).await?;
        let oldest: Option<Timestamp> = sqlx::query_scalar(OLDEST).fetch_one(&mut **c).await?;
        (links, running, numbers, sessions, pending, oldest)
    });
    let of = |status: Status| links.iter().find(|(name, _)| name == status.as_str()).map_or(0, |(_, count)| *count);
    Ok(Standing {
        links: Status::ALL.iter().map(|&status| (status.as_str(), of(status))).collect(),
        running,
        numbers,
        sessions,
        pending,
        oldest: oldest.map_or(Duration::ZERO, |due| now.since(due)),
        connections: store.connections(),
    })
}
