//! What stands in the database: whether it can be used, and how much there is of everything.

use std::time::Duration;

use uuid::Uuid;

use super::{Db, Store, on, sql};
use crate::{
    clock::Timestamp, error::Result, link::Status, meter::Standing, provisioned::Status as Provisioned, signup::Step,
};

/// As long as a login may take, in milliseconds.
const HOUR: i64 = 60 * 60 * 1000;

macro_rules! sample {
    ($table:literal, $column:literal) => {
        concat!(
            "select id, ",
            $column,
            " from ",
            $table,
            " where id in (\
             (select id from ",
            $table,
            " where ",
            $column,
            " is not null order by id limit 1), \
             (select id from ",
            $table,
            " where ",
            $column,
            " is not null order by id desc limit 1))"
        )
    };
}

/// Which kinds of sealed values outlive a signup; ids are made by time, so the first is the oldest.
const SAMPLES: &[(&str, &str, &str)] = &[
    ("setup_links", "token", SAMPLE_LINKS),
    ("phone_numbers", "token", SAMPLE_NUMBERS),
    ("webhooks", "secret", SAMPLE_WEBHOOKS),
    ("projects", "redirect_secret", SAMPLE_PROJECTS),
];

sql! {
    SAMPLE_LINKS = sample!("setup_links", "token_sealed");
    SAMPLE_NUMBERS = sample!("phone_numbers", "token_sealed");
    SAMPLE_WEBHOOKS = sample!("webhooks", "secret_sealed");
    SAMPLE_PROJECTS = sample!("projects", "redirect_secret_sealed");
    /// A write, because a full disk and a read-only file system still read.
    PROBE = "insert into probes (id, written_at) values (1, $1) on conflict (id) do update set written_at = excluded.written_at";
    /// A table of nobody's, gone with the transaction. Not a temporary one, which a role may make that may make no other.
    WRITABLE = "create table setuplinks_probe (id bigint)";
    MIGRATED = "select count(*) from _sqlx_migrations where success";
    LINKS = "select case when status = 'active' and expires_at <= $1 then 'expired' else status end as standing, count(*) \
        from setup_links group by standing";
    RUNNING = "select step, count(*) from signups where ended_at is null and (returned_at is not null or created_at > $1) \
        group by step";
    HELD = "select status, count(*) from provisioned_numbers where status not in ('released', 'failed') group by status";
    NUMBERS = "select count(*) from phone_numbers";
    SESSIONS = "select count(*) from sessions where expires_at > $1";
    PENDING = "select count(*) from deliveries where status = 'pending'";
    /// What waits for a webhook that is switched off is nobody's trouble.
    OLDEST = "select min(d.next_at) from deliveries d join webhooks w on w.id = d.webhook_id \
        where d.status = 'pending' and w.active";
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

/// Whether tables can be made, as migrations do.
///
/// # Errors
/// What the database says when they cannot.
pub async fn writable(store: &Store) -> Result<()> {
    let mut tx = store.begin().await?;
    on!(tx.db(), c => {
        sqlx::query(WRITABLE).execute(c).await?;
    });
    Ok(())
}

/// Sealed values, the newest and the oldest of each kind: where each lives, and what is there.
pub async fn samples(mut db: Db<'_>) -> Result<Vec<(&'static str, &'static str, Uuid, Vec<u8>)>> {
    let mut all = Vec::new();
    for &(table, column, statement) in SAMPLES {
        let rows: Vec<(Uuid, Vec<u8>)> = on!(&mut db, c => sqlx::query_as(statement).fetch_all(&mut **c).await?);
        all.extend(rows.into_iter().map(|(row, sealed)| (table, column, row, sealed)));
    }
    Ok(all)
}

/// How many of our migrations the database has.
pub async fn migrated(db: Db<'_>) -> Result<i64> {
    Ok(on!(db, c => sqlx::query_scalar(MIGRATED).fetch_one(c).await?))
}

/// Every name with its count, which is none where the database has no row of it.
fn each(names: impl Iterator<Item = &'static str>, found: &[(String, i64)]) -> Vec<(&'static str, i64)> {
    names.map(|name| (name, found.iter().find(|(other, _)| other == name).map_or(0, |(_, count)| *count))).collect()
}

/// How much there is of everything.
pub async fn read(store: &Store, now: Timestamp) -> Result<Standing> {
    let mut lease = store.acquire().await?;
    let mut db = lease.db();
    let an_hour_ago = Timestamp(now.0.saturating_sub(HOUR));
    let (links, running, held, numbers, sessions, pending, oldest) = on!(&mut db, c => {
        let links: Vec<(String, i64)> = sqlx::query_as(LINKS).bind(now).fetch_all(&mut **c).await?;
        let running: Vec<(String, i64)> = sqlx::query_as(RUNNING).bind(an_hour_ago).fetch_all(&mut **c).await?;
        let held: Vec<(String, i64)> = sqlx::query_as(HELD).fetch_all(&mut **c).await?;
        let numbers: i64 = sqlx::query_scalar(NUMBERS).fetch_one(&mut **c).await?;
        let sessions: i64 = sqlx::query_scalar(SESSIONS).bind(now).fetch_one(&mut **c).await?;
        let pending: i64 = sqlx::query_scalar(PENDING).fetch_one(&mut **c).await?;
        let oldest: Option<Timestamp> = sqlx::query_scalar(OLDEST).fetch_one(&mut **c).await?;
        (links, running, held, numbers, sessions, pending, oldest)
    });
    let stages = Step::ALL.iter().filter(|step| !matches!(step, Step::Connected | Step::Failed));
    Ok(Standing {
        links: each(Status::ALL.iter().map(|status| status.as_str()), &links),
        running: each(stages.map(|step| step.as_str()), &running),
        held: each(Provisioned::ALL.iter().filter(|status| status.is_held()).map(|status| status.as_str()), &held),
        numbers,
        sessions,
        pending,
        oldest: oldest.map_or(Duration::ZERO, |due| now.since(due)),
        connections: store.connections(),
    })
}
