//! Projects' own Twilio accounts. What lets us into them is sealed.

use sqlx::{FromRow, types::Json};

use super::{Db, on, sql};
use crate::{clock::Timestamp, error::Result, id::ProjectId, provisioned::CountryRule};

macro_rules! columns {
    () => {
        "project_id, account_sid, auth_token_sealed, api_key_sid, api_key_secret_sealed, countries, created_at, \
         updated_at"
    };
}

sql! {
    PUT = "insert into twilio_accounts (project_id, account_sid, auth_token_sealed, api_key_sid, \
        api_key_secret_sealed, countries, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $7) \
        on conflict (project_id) do update set account_sid = excluded.account_sid, \
        auth_token_sealed = excluded.auth_token_sealed, api_key_sid = excluded.api_key_sid, \
        api_key_secret_sealed = excluded.api_key_secret_sealed, countries = excluded.countries, \
        updated_at = excluded.updated_at";
    OF_PROJECT = concat!("select ", columns!(), " from twilio_accounts where project_id = $1");
    BY_SID = concat!("select ", columns!(), " from twilio_accounts where account_sid = $1 order by project_id");
    ALL_ROWS = concat!("select ", columns!(), " from twilio_accounts order by project_id");
    DELETE = "delete from twilio_accounts where project_id = $1";
}

/// An account as it is stored.
#[derive(Clone, Debug, FromRow)]
pub struct TwilioAccount {
    /// Whose it is.
    pub project_id: ProjectId,
    /// `AC…`.
    pub account_sid: String,
    /// Its auth token, sealed.
    pub auth_token_sealed: Vec<u8>,
    /// An API key's id.
    pub api_key_sid: Option<String>,
    /// That key's secret, sealed.
    pub api_key_secret_sealed: Option<Vec<u8>>,
    /// What it has for which country.
    pub countries: Json<Vec<CountryRule>>,
    /// When it was first set.
    pub created_at: Timestamp,
    /// When it was last set.
    pub updated_at: Timestamp,
}

/// Sets the project's account.
pub async fn put(db: Db<'_>, account: &TwilioAccount) -> Result<()> {
    on!(db, c => {
        sqlx::query(PUT)
            .bind(account.project_id)
            .bind(&account.account_sid)
            .bind(&account.auth_token_sealed)
            .bind(&account.api_key_sid)
            .bind(&account.api_key_secret_sealed)
            .bind(&account.countries)
            .bind(account.updated_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// The project's own account.
pub async fn of_project(db: Db<'_>, project: ProjectId) -> Result<Option<TwilioAccount>> {
    Ok(on!(db, c => sqlx::query_as(OF_PROJECT).bind(project).fetch_optional(c).await?))
}

/// Every project's account of that SID: several projects may share one.
pub async fn by_sid(db: Db<'_>, sid: &str) -> Result<Vec<TwilioAccount>> {
    Ok(on!(db, c => sqlx::query_as(BY_SID).bind(sid).fetch_all(c).await?))
}

/// All of them.
pub async fn all(db: Db<'_>) -> Result<Vec<TwilioAccount>> {
    Ok(on!(db, c => sqlx::query_as(ALL_ROWS).fetch_all(c).await?))
}

/// Forgets the project's account; `false` when it has none.
pub async fn delete(db: Db<'_>, project: ProjectId) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(DELETE).bind(project).execute(c).await?.rows_affected()) > 0)
}
