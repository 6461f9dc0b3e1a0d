//! A copy of an SQLite database in one file, made while others read and write.

use std::path::Path;

use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{Store, sql};
use crate::error::{Error, Result};

sql! {
    /// Reads in one transaction and writes to a file of its own: nobody waits for it, and what comes later is not in it.
    COPY_SQLITE = "vacuum into $1";
    CHECK_SQLITE = "pragma quick_check(1)";
}

/// Copies the database, as it stands in this moment, into that file, which is not there or empty.
///
/// # Errors
/// [`Error::Conflict`] for PostgreSQL, which has tools of its own; or what the database says.
pub async fn copy(store: &Store, file: &Path) -> Result<()> {
    let Store::Sqlite(pool) = store else {
        return Err(Error::Conflict("a PostgreSQL database is backed up by pg_dump, or in your usual way".to_owned()));
    };
    let path = file.to_str().ok_or_else(|| Error::Conflict("the path of a backup must be UTF-8".to_owned()))?;
    sqlx::query(COPY_SQLITE).bind(path).execute(&mut *pool.acquire().await?).await?;
    Ok(())
}

/// Reads a copy through, without the database that it is of.
///
/// # Errors
/// What is wrong with it.
pub async fn check(file: &Path) -> Result<()> {
    let mut copy = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file).read_only(true)).await?;
    let found: String = sqlx::query_scalar(CHECK_SQLITE).fetch_one(&mut copy).await?;
    copy.close().await?;
    if found == "ok" { Ok(()) } else { Err(Error::Internal(format!("the copy is damaged: {found}"))) }
}
