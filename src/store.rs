//! SQLite or PostgreSQL behind one type. All SQL of the house lives in the files below this one.
//!
//! A query is written once: [`on!`] runs the same body on whichever database is there. `$1` placeholders,
//! `on conflict`, `returning` and the newtypes of the house mean the same on both; where the engines differ, the file
//! says so. What is read or written together happens in one [`Tx`], and a [`Db`] is one connection, in a
//! transaction or not.

use std::time::{Duration, Instant};

use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction, pool::PoolConnection};
use tokio::sync::Notify;

use crate::{
    error::{Error, Result},
    meter,
};

pub mod backup;
mod connect;
pub mod customers;
pub mod deliveries;
pub mod erasures;
pub mod events;
pub mod forwards;
pub mod health;
pub mod idempotency;
pub mod keys;
pub mod links;
pub mod logos;
mod migrate;
pub mod notices;
pub mod numbers;
pub mod projects;
pub mod provisioned;
pub mod rates;
pub mod records;
pub mod releases;
pub mod seals;
pub mod sessions;
pub mod signups;
pub mod standing;
pub mod strangers;
pub mod twilio_accounts;
pub mod visits;
pub mod webhooks;

/// Runs `$body` with `$c` as the connection, whichever database it is to.
macro_rules! on {
    ($db:expr, $c:ident => $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite($c) => $body,
            $crate::store::Db::Postgres($c) => $body,
        }
    };
}
pub(crate) use on;

/// Declares a file's SQL, and the list of it by which a test prepares every statement on both databases.
macro_rules! sql {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* const $name: &str = $text;)+
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use sql;

/// How long anybody waits for a connection, or for SQLite's turn to write. Who has waited longer is told to come again.
const PATIENCE: Duration = Duration::from_secs(10);

/// The database.
#[derive(Clone, Debug)]
pub enum Store {
    /// SQLite, in a file.
    Sqlite(SqlitePool),
    /// PostgreSQL 13 or later.
    Postgres(PgPool),
}

/// One connection, for the length of a query or a transaction.
pub enum Db<'c> {
    /// To SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// To PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// A connection taken from the pool.
pub enum Lease {
    /// To SQLite.
    Sqlite(PoolConnection<Sqlite>),
    /// To PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

/// A transaction; dropped without [`Tx::commit`], it never happened.
pub struct Tx {
    engine: Engine,
    bell: Option<&'static Notify>,
}

enum Engine {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Which page of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// Things on a page, from 1.
    pub size: u32,
}

impl Page {
    fn limit(self) -> i64 {
        i64::from(self.size)
    }

    fn offset(self) -> i64 {
        i64::from(self.number.saturating_sub(1)) * i64::from(self.size)
    }
}

impl Lease {
    /// The connection.
    pub fn db(&mut self) -> Db<'_> {
        match self {
            Self::Sqlite(c) => Db::Sqlite(c),
            Self::Postgres(c) => Db::Postgres(c),
        }
    }
}

impl Tx {
    /// The connection, inside the transaction.
    pub fn db(&mut self) -> Db<'_> {
        match &mut self.engine {
            Engine::Sqlite(tx) => Db::Sqlite(tx),
            Engine::Postgres(tx) => Db::Postgres(tx),
        }
    }

    /// Rings once this is true: whoever waits for what is written here would not find it before.
    pub fn rings(&mut self, bell: &'static Notify) {
        self.bell = Some(bell);
    }

    /// Makes everything since [`Store::begin`] true at once.
    pub async fn commit(self) -> Result<()> {
        match self.engine {
            Engine::Sqlite(tx) => tx.commit().await?,
            Engine::Postgres(tx) => tx.commit().await?,
        }
        if let Some(bell) = self.bell {
            bell.notify_waiters();
        }
        Ok(())
    }
}

impl Store {
    /// Connects to `sqlite://PATH` (made when it is not there) or `postgres://…`, and migrates.
    ///
    /// # Errors
    /// When the URL is neither, the database cannot be reached, or a migration fails.
    pub async fn open(url: &str) -> Result<Self> {
        let store = Self::connect(url, true).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Which of the two it is.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// The pool's connections: how many are at work, how many wait for work, and how many there may be.
    #[must_use]
    pub fn connections(&self) -> (u32, u32, u32) {
        let (all, idle, most) = match self {
            Self::Sqlite(pool) => (pool.size(), pool.num_idle(), pool.options().get_max_connections()),
            Self::Postgres(pool) => (pool.size(), pool.num_idle(), pool.options().get_max_connections()),
        };
        let idle = u32::try_from(idle).unwrap_or(u32::MAX).min(all);
        (all - idle, idle, most)
    }

    /// A connection for reading, or for one write that is whole by itself.
    pub async fn acquire(&self) -> Result<Lease> {
        let began = Instant::now();
        let lease = match self {
            Self::Sqlite(pool) => pool.acquire().await.map(Lease::Sqlite),
            Self::Postgres(pool) => pool.acquire().await.map(Lease::Postgres),
        };
        meter::waited(began.elapsed());
        Ok(lease?)
    }

    /// Starts a transaction that writes. SQLite takes the write lock at once: a lock taken later cannot wait its turn.
    pub async fn begin(&self) -> Result<Tx> {
        let began = Instant::now();
        let engine = match self {
            Self::Sqlite(pool) => pool.begin_with("begin immediate").await.map(Engine::Sqlite),
            Self::Postgres(pool) => pool.begin().await.map(Engine::Postgres),
        };
        meter::waited(began.elapsed());
        Ok(Tx { engine: engine?, bell: None })
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Whether a write was refused because the row would be there twice. Constraint names are not told by SQLite, so
/// each caller has one constraint in mind.
#[must_use]
pub fn is_duplicate(error: &Error) -> bool {
    matches!(error, Error::Database(sqlx::Error::Database(e)) if e.is_unique_violation())
}

/// Whether a write was refused because what it belongs to is gone.
#[must_use]
pub fn is_orphan(error: &Error) -> bool {
    matches!(error, Error::Database(sqlx::Error::Database(e)) if e.is_foreign_key_violation())
}

/// Text to look for with `like` exactly as it stands: % and _ are no wildcards in it.
fn literally(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection as _, Executor as _, SqlSafeStr as _};

    use super::*;

    const FILES: &[(&str, &[(&str, &str)])] = &[
        ("backup", backup::ALL),
        ("customers", customers::ALL),
        ("deliveries", deliveries::ALL),
        ("erasures", erasures::ALL),
        ("events", events::ALL),
        ("forwards", forwards::ALL),
        ("health", health::ALL),
        ("idempotency", idempotency::ALL),
        ("keys", keys::ALL),
        ("links", links::ALL),
        ("links::visited", links::visited::ALL),
        ("logos", logos::ALL),
        ("notices", notices::ALL),
        ("numbers", numbers::ALL),
        ("projects", projects::ALL),
        ("provisioned", provisioned::ALL),
        ("provisioned::addresses", provisioned::addresses::ALL),
        ("provisioned::calls", provisioned::calls::ALL),
        ("provisioned::deployment", provisioned::deployment::ALL),
        ("provisioned::heard", provisioned::heard::ALL),
        ("provisioned::pooled", provisioned::pooled::ALL),
        ("provisioned::purchases", provisioned::purchases::ALL),
        ("twilio_accounts", twilio_accounts::ALL),
        ("records", records::ALL),
        ("releases", releases::ALL),
        ("rates", rates::ALL),
        ("seals", seals::ALL),
        ("sessions", sessions::ALL),
        ("signups", signups::ALL),
        ("standing", standing::ALL),
        ("strangers", strangers::ALL),
        ("visits", visits::ALL),
        ("webhooks", webhooks::ALL),
    ];

    async fn prepare_all(store: Store, engine: &str) {
        let mut lease = store.acquire().await.unwrap();
        for (file, statements) in FILES {
            let elsewhere = if engine == "postgres" { "_SQLITE" } else { "_PG" };
            for (name, text) in statements.iter().filter(|(name, _)| !name.ends_with(elsewhere)) {
                let text = *text;
                let prepared = on!(lease.db(), c => c.prepare(text.into_sql_str()).await.map(|_| ()));
                assert!(prepared.is_ok(), "{engine} {file}::{name}: {}", prepared.unwrap_err());
            }
        }
        for text in seals::COLUMNS.iter().flat_map(seals::Column::statements) {
            let prepared = on!(lease.db(), c => c.prepare(text.into_sql_str()).await.map(|_| ()));
            assert!(prepared.is_ok(), "{engine} {text}: {}", prepared.unwrap_err());
        }
    }

    /// A newer version adds columns while this one runs, and `PostgreSQL` refuses a prepared statement that has another result
    /// than before. What is read for a customer's export is not kept prepared.
    #[test]
    fn every_statement_names_its_columns() {
        let all = FILES.iter().filter(|(file, _)| *file != "records");
        let all = all.flat_map(|(file, statements)| statements.iter().map(move |(name, text)| (file, name, text)));
        for (file, name, text) in all {
            assert!(!text.replace("count(*)", "").replace("* 1000", "").contains('*'), "{file}::{name}: {text}");
        }
    }

    #[tokio::test]
    async fn every_statement_is_one_that_sqlite_knows() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite://{}", dir.path().join("test.db").display())).await.unwrap();
        prepare_all(store, "sqlite").await;
    }

    #[tokio::test]
    async fn every_statement_is_one_that_postgresql_knows() {
        let server = std::env::var("SETUPLINKS_TEST_POSTGRES")
            .expect("SETUPLINKS_TEST_POSTGRES is not set: run ./check, which starts a PostgreSQL for the tests");
        let name = format!("statements_{}", crate::seal::hex(crate::clock::random::<8>()));
        let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        let mut url: url::Url = server.parse().unwrap();
        url.set_path(&name);
        prepare_all(Store::open(url.as_str()).await.unwrap(), "postgres").await;
    }

    #[tokio::test]
    async fn a_url_of_another_database_is_refused() {
        let refused = Store::open("mysql://localhost/x").await.unwrap_err();
        assert!(refused.to_string().contains("DATABASE_URL"), "{refused}");
    }
}
