//! The proofs that customers were erased, found by a digest of the id: a proof does not name whom it is about.

use serde::{Deserialize, Serialize};
use sqlx::{FromRow, types::Json};
use utoipa::ToSchema;

use super::{Db, on, sql};
use crate::{
    clock::Timestamp,
    error::Result,
    id::{ErasureId, ProjectId},
};

sql! {
    /// Of two who erase at once, the first has the proof.
    INSERT = "insert into erasures (id, project_id, customer_digest, requested_by, erased, erased_at) \
        values ($1, $2, $3, $4, $5, $6) on conflict (project_id, customer_digest) do nothing";
    FIND = "select id, project_id, customer_digest, requested_by, erased, erased_at from erasures where project_id = $1 and customer_digest = $2";
}

/// That a customer was erased.
#[derive(Clone, Debug, FromRow)]
pub struct Erasure {
    /// Its id, which the log has as well.
    pub id: ErasureId,
    /// The project that the customer was of.
    pub project_id: ProjectId,
    /// The digest of the customer's id.
    pub customer_digest: Vec<u8>,
    /// Who asked: `api` or `operator`.
    pub requested_by: String,
    /// How much of each kind.
    pub erased: Json<Sums>,
    /// When.
    pub erased_at: Timestamp,
}

/// How much was erased, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = ErasedSums, default)]
pub struct Sums {
    /// Setup links.
    #[schema(required, examples(3))]
    pub setup_links: u64,
    /// Signups.
    #[schema(required, examples(4))]
    pub signups: u64,
    /// Connected numbers.
    #[schema(required, examples(1))]
    pub phone_numbers: u64,
    /// Bought numbers; those that were not given back yet are.
    #[schema(required, examples(0))]
    pub provisioned_phone_numbers: u64,
    /// Events.
    #[schema(required, examples(12))]
    pub events: u64,
    /// Webhook deliveries, those included that were still to be sent.
    #[schema(required, examples(12))]
    pub webhook_deliveries: u64,
    /// Webhooks of the customer's numbers.
    #[schema(required, examples(0))]
    pub webhooks: u64,
    /// Answers that were kept under an `Idempotency-Key`.
    #[schema(required, examples(2))]
    pub kept_answers: u64,
    /// Sessions of browsers.
    #[schema(required, examples(1))]
    pub sessions: u64,
}

/// Keeps a proof, unless there is one.
pub async fn insert(db: Db<'_>, erasure: &Erasure) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(erasure.id)
            .bind(erasure.project_id)
            .bind(&erasure.customer_digest)
            .bind(&erasure.requested_by)
            .bind(erasure.erased)
            .bind(erasure.erased_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// The proof about the customer whose id has that digest.
pub async fn find(db: Db<'_>, project: ProjectId, digest: &[u8]) -> Result<Option<Erasure>> {
    Ok(on!(db, c => sqlx::query_as(FIND).bind(project).bind(digest).fetch_optional(c).await?))
}
