//! A database of a test's own, gone when the test is.

use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;

/// Which engine a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file of the test's own.
    Sqlite,
    /// A database of the test's own on the server that `./check` started.
    Postgres,
}

/// A fresh database.
pub struct Fresh {
    /// What `DATABASE_URL` says of it.
    pub url: String,
    /// Where files of the test may go; removed with it.
    pub folder: TempDir,
}

impl Database {
    /// Makes a fresh, empty one.
    pub async fn fresh(self) -> Fresh {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match self {
            Self::Sqlite => format!("sqlite://{}", folder.path().join("test.db").display()),
            Self::Postgres => {
                let server = std::env::var("SETUPLINKS_TEST_POSTGRES").expect(
                    "SETUPLINKS_TEST_POSTGRES is not set: run ./check, which starts a PostgreSQL for the tests",
                );
                let name =
                    format!("t{}", setuplinks::id::EventId::new(setuplinks::clock::Clock::system().now()).0.simple());
                let mut connection = sqlx::PgConnection::connect(&server).await.expect("the tests' PostgreSQL answers");
                let create = sqlx::AssertSqlSafe(format!("create database {name}"));
                connection.execute(create).await.expect("a database can be made");
                let mut url: url::Url = server.parse().expect("SETUPLINKS_TEST_POSTGRES is a URL");
                url.set_path(&name);
                url.to_string()
            }
        };
        Fresh { url, folder }
    }
}
