//! Where this deployment was before: what its marks began with at each address, by what they begin with now.

use sqlx::FromRow;

use crate::{
    clock::Timestamp,
    error::Result,
    store::{Db, on, sql},
};

sql! {
    ADD = "insert into former_addresses (here, former, address, since) values ($1, $2, $3, $4) \
        on conflict (here, former) do nothing";
    /// What was taken over from there before comes along.
    ADD_ALL = "insert into former_addresses (here, former, address, since) \
        select cast($1 as text), former, address, cast($3 as bigint) from former_addresses where here = $2 and former <> $1 \
        on conflict (here, former) do nothing";
    OF = "select former, address from former_addresses where here = $1 order by since, former";
    /// Prefixes hold letters, digits and colons alone: nothing in them is a wildcard.
    HELD = "select count(*) from provisioned_numbers where mark like $1 || '%' \
        and status in ('wanted', 'picked', 'bought', 'connected', 'releasing')";
    HELD_ELSEWHERE = "select count(*) from provisioned_numbers where not (mark like $1 || '%') \
        and not exists (select 1 from former_addresses where here = $1 and mark like former || '%') \
        and status in ('picked', 'bought', 'connected', 'releasing')";
}

/// An address of before.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Former {
    /// What the marks of numbers that were bought there begin with.
    #[sqlx(rename = "former")]
    pub prefix: String,
    /// The address.
    pub address: String,
}

/// Whoever is where marks begin with `here` was at that address before.
pub async fn add(mut db: Db<'_>, here: &str, former: &Former, now: Timestamp) -> Result<()> {
    on!(&mut db, c => {
        sqlx::query(ADD)
            .bind(here)
            .bind(&former.prefix)
            .bind(&former.address)
            .bind(now)
            .execute(&mut **c)
            .await?;
        sqlx::query(ADD_ALL).bind(here).bind(&former.prefix).bind(now).execute(&mut **c).await?;
    });
    Ok(())
}

/// The addresses of before.
pub async fn of(db: Db<'_>, here: &str) -> Result<Vec<Former>> {
    Ok(on!(db, c => sqlx::query_as(OF).bind(here).fetch_all(c).await?))
}

/// How many numbers are held, or on their way, whose marks begin so.
pub async fn held(db: Db<'_>, prefix: &str) -> Result<i64> {
    Ok(on!(db, c => sqlx::query_scalar(HELD).bind(prefix).fetch_one(c).await?))
}

/// How many numbers are held that were bought neither here nor at an address of before.
pub async fn held_elsewhere(db: Db<'_>, here: &str) -> Result<i64> {
    Ok(on!(db, c => sqlx::query_scalar(HELD_ELSEWHERE).bind(here).fetch_one(c).await?))
}
