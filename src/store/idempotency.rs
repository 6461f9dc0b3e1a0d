//! The answers of POSTs that came with an `Idempotency-Key`, sealed: some hold secrets.

use sqlx::FromRow;

use super::{Db, on, sql};
use crate::{clock::Timestamp, error::Result, id::ProjectId, seal::Place};

sql! {
    /// A key that is new, forgotten, or whose request was left behind by a process that died.
    CLAIM = "insert into idempotency_keys (key_digest, project_id, request_digest, claim, lease_until, created_at) \
        values ($1, $2, $3, $4, $5, $6) on conflict (key_digest) do update set \
        request_digest = excluded.request_digest, claim = excluded.claim, lease_until = excluded.lease_until, \
        created_at = excluded.created_at, answer_sealed = null \
        where idempotency_keys.created_at <= $7 or \
        (idempotency_keys.lease_until <= $6 and idempotency_keys.request_digest = excluded.request_digest)";
    FIND = "select request_digest, answer_sealed as answer from idempotency_keys where key_digest = $1";
    ANSWER = "update idempotency_keys set answer_sealed = $3, lease_until = null where key_digest = $1 and claim = $2";
    ANSWERS = "select key_digest, answer_sealed from idempotency_keys \
        where project_id = $1 and answer_sealed is not null and key_digest > $2 order by key_digest limit $3";
    FORGET_ONE = "delete from idempotency_keys where key_digest = $1";
    RELEASE = "delete from idempotency_keys where key_digest = $1 and claim = $2";
    FORGET = "delete from idempotency_keys where key_digest in \
        (select key_digest from idempotency_keys where created_at <= $1 order by created_at limit $2)";
}

/// A request that is about to be answered.
pub struct Claim {
    /// The digest of project and key.
    pub key: Vec<u8>,
    /// The project.
    pub project: ProjectId,
    /// The digest of what is asked.
    pub request: Vec<u8>,
    /// A number that nobody else has: who claimed first and came back late writes nothing.
    pub number: i64,
    /// Until when nobody else may answer it.
    pub lease_until: Timestamp,
}

/// What is kept under a key.
#[derive(FromRow)]
pub struct Kept {
    /// The digest of what was asked.
    #[sqlx(rename = "request_digest")]
    pub request: Vec<u8>,
    /// The answer, sealed; `None` while the request runs.
    pub answer: Option<Vec<u8>>,
}

/// Claims a key; `false` when it is taken. What was kept at `forgotten` or before counts no more.
pub async fn claim(db: Db<'_>, claim: &Claim, now: Timestamp, forgotten: Timestamp) -> Result<bool> {
    let claimed = on!(db, c => {
        sqlx::query(CLAIM)
            .bind(&claim.key)
            .bind(claim.project)
            .bind(&claim.request)
            .bind(claim.number)
            .bind(claim.lease_until)
            .bind(now)
            .bind(forgotten)
            .execute(c)
            .await?
            .rows_affected()
    });
    Ok(claimed > 0)
}

/// What is kept under a key.
pub async fn find(db: Db<'_>, key: &[u8]) -> Result<Option<Kept>> {
    Ok(on!(db, c => sqlx::query_as(FIND).bind(key).fetch_optional(c).await?))
}

/// Keeps the answer of a claimed request.
pub async fn answer(db: Db<'_>, claim: &Claim, sealed: &[u8]) -> Result<()> {
    on!(db, c => {
        sqlx::query(ANSWER).bind(&claim.key).bind(claim.number).bind(sealed).execute(c).await?;
    });
    Ok(())
}

/// Gives a claimed key up, so that it can be used again.
pub async fn release(db: Db<'_>, claim: &Claim) -> Result<()> {
    on!(db, c => {
        sqlx::query(RELEASE).bind(&claim.key).bind(claim.number).execute(c).await?;
    });
    Ok(())
}

/// Forgets at most so much of what was kept at that moment or before.
pub async fn forget(db: Db<'_>, when: Timestamp, most: i64) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET).bind(when).bind(most).execute(c).await?.rows_affected()))
}

/// Where an answer is sealed.
#[must_use]
pub fn place(key: &[u8]) -> Place {
    Place::of_digest("idempotency_keys", "answer", key)
}

/// At most so many of the project's answers from behind that key, sealed.
pub async fn answers(db: Db<'_>, project: ProjectId, after: &[u8], most: i64) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    Ok(on!(db, c => sqlx::query_as(ANSWERS).bind(project).bind(after).bind(most).fetch_all(c).await?))
}

/// Forgets one key, whatever was answered under it.
pub async fn forget_one(db: Db<'_>, key: &[u8]) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET_ONE).bind(key).execute(c).await?.rows_affected()))
}
