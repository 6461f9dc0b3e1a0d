//! Migrations: made by one process when several start together, and made so that the version before runs on beside them.

use std::sync::LazyLock;

use sqlx::{
    Executor as _, PgPool, SqlitePool,
    migrate::{MigrateError, Migrator},
};

use super::{Store, standing};
use crate::error::{Error, Result, in_words};

static SQLITE: LazyLock<Migrator> = LazyLock::new(|| side_by_side(sqlx::migrate!("migrations/sqlite")));
static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| side_by_side(sqlx::migrate!("migrations/postgres")));

/// An older version may start on a database that a newer one has migrated: while one is rolled out or taken back, a process
/// of the older one that dies must be able to come again. Migrations only add, so that it can.
fn side_by_side(mut migrator: Migrator) -> Migrator {
    migrator.set_ignore_missing(true);
    migrator
}

impl Store {
    pub(super) async fn migrate(&self) -> Result<()> {
        let migrated = match self {
            Self::Sqlite(pool) if self.is_up_to_date().await => SQLITE.run(pool).await,
            Self::Sqlite(pool) => one_at_a_time(pool).await,
            Self::Postgres(pool) => at_leisure(pool).await,
        };
        migrated.map_err(|e| Error::Internal(format!("the database could not be migrated: {}", why(&e))))?;
        let unknown = self.unknown_migrations().await?;
        if unknown > 0 {
            tracing::warn!(
                unknown,
                "the database was migrated by a newer version; this one does not know what came with that"
            );
        }
        Ok(())
    }

    /// Whether nothing is left to migrate. Then nothing is written, on a file system that may not take it.
    async fn is_up_to_date(&self) -> bool {
        self.unknown_migrations().await.is_ok_and(|unknown| unknown >= 0)
    }

    /// How many migrations more than ours the database has; less than none when it lacks some.
    async fn unknown_migrations(&self) -> Result<i64> {
        let has = standing::migrated(self.acquire().await?.db()).await?;
        Ok(has - i64::try_from(self.migrations()).unwrap_or(i64::MAX))
    }

    /// How many migrations this program knows.
    #[must_use]
    pub fn migrations(&self) -> usize {
        match self {
            Self::Sqlite(_) => SQLITE.iter().count(),
            Self::Postgres(_) => POSTGRES.iter().count(),
        }
    }
}

fn why(error: &MigrateError) -> String {
    match error {
        MigrateError::Execute(e) => in_words(e),
        MigrateError::ExecuteMigration(e, version) => format!("migration {version}: {}", in_words(e)),
        other => other.to_string(),
    }
}

/// On a connection of its own without bounds: an index takes as long as it takes, and so does whoever migrates first.
async fn at_leisure(pool: &PgPool) -> std::result::Result<(), MigrateError> {
    let mut connection = pool.acquire().await?;
    // However it ends, nobody else gets one without bounds.
    connection.close_on_drop();
    let unbound = "set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0";
    connection.execute(sqlx::raw_sql(unbound)).await?;
    POSTGRES.run(&mut *connection).await
}

/// `PostgreSQL`'s migrator locks by itself; for SQLite, whoever holds the write lock migrates, and the others find it done.
async fn one_at_a_time(pool: &SqlitePool) -> std::result::Result<(), MigrateError> {
    let mut tx = pool.begin_with("begin immediate").await?;
    SQLITE.run(&mut *tx).await?;
    Ok(tx.commit().await?)
}
