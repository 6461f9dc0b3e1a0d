//! What the last health check of a number found, and whose turn it is to ask Meta.

use serde_json::Value;
use sqlx::{FromRow, types::Json};

use super::{Db, on, sql};
use crate::{clock::Timestamp, error::Result, id::NumberId, number::PhoneNumber};

sql! {
    CLAIM = "update phone_numbers set health_asked_at = $2 \
        where id = $1 and (health_asked_at is null or health_asked_at <= $3)";
    LAST = "select health, health_asked_at from phone_numbers where id = $1";
    /// Not over a number that was connected again since: what was asked is not about that.
    KEEP = "update phone_numbers set health = $3, display_phone_number = $4, verified_name = $5, quality_rating = $6, \
        code_verification_status = $7, name_status = $8, status = $9, throughput_tier = $10, messaging_limit = $11, \
        is_official_business_account = $12, is_pin_enabled = $13, webhook_verified_at = $14, \
        updated_at = coalesce($15, updated_at) \
        where id = $1 and health_asked_at = $2";
}

/// The last check.
#[derive(Clone, Debug, FromRow)]
pub struct Last {
    /// What it found; nothing when the first one is still under way.
    pub health: Option<Json<Value>>,
    /// When Meta was asked.
    pub health_asked_at: Option<Timestamp>,
}

/// Takes the turn to ask Meta at `now`, unless somebody has since `before`.
pub async fn claim(db: Db<'_>, id: NumberId, now: Timestamp, before: Timestamp) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(CLAIM).bind(id).bind(now).bind(before).execute(c).await?.rows_affected()) > 0)
}

/// What the last check of the number found.
pub async fn last(db: Db<'_>, id: NumberId) -> Result<Option<Last>> {
    Ok(on!(db, c => sqlx::query_as(LAST).bind(id).fetch_optional(c).await?))
}

/// Keeps what a check found, for the turn that was taken at `asked_at`, and the number as Meta describes it now, which
/// changed at `changed_at` if it did.
pub async fn keep(
    db: Db<'_>,
    number: &PhoneNumber,
    (asked_at, changed_at): (Timestamp, Option<Timestamp>),
    health: &Value,
) -> Result<()> {
    on!(db, c => {
        sqlx::query(KEEP)
            .bind(number.id)
            .bind(asked_at)
            .bind(Json(health))
            .bind(&number.display_phone_number)
            .bind(&number.verified_name)
            .bind(&number.quality_rating)
            .bind(&number.code_verification_status)
            .bind(&number.name_status)
            .bind(&number.status)
            .bind(&number.throughput_tier)
            .bind(&number.messaging_limit)
            .bind(number.is_official_business_account)
            .bind(number.is_pin_enabled)
            .bind(number.webhook_verified_at)
            .bind(changed_at)
            .execute(c)
            .await?;
    });
    Ok(())
}
