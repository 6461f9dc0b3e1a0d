//! What it says of a database, which it leaves as it is.

use sqlx::{Connection as _, Executor as _};

use super::{assert_said, findings, settings};
use crate::support::{Database, House};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_looked_at_and_left_as_it_is() {
    let house = House::open(Database::Sqlite).await;
    let mut settings = settings(&house);
    let mut other = sqlx::SqliteConnection::connect(&house.database.url).await.expect("a connection");
    other.execute("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'x', true, x'00', 0)").await.expect("a row");
    let (is_well, warnings) = findings(&settings, "warning").await;
    assert!(is_well, "{warnings:?}");
    assert_said(&warnings, &["database: was last used by a newer version"], "newer");
    other.execute("delete from _sqlx_migrations where version = 9999").await.expect("gone");

    other.execute("begin immediate").await.expect("the lock");
    let (is_well, broken) = findings(&settings, "broken").await;
    assert!(!is_well);
    assert_said(&broken, &["database: cannot be written"], "locked");
    other.execute("rollback").await.expect("given back");

    // Before the first start there is no file, and the doctor makes none.
    let fresh = house.database.folder.path().join("fresh.db");
    settings.insert("DATABASE_URL", format!("sqlite://{}", fresh.display()));
    let (is_well, broken) = findings(&settings, "broken").await;
    assert!(is_well, "{broken:?}");
    let (_, fine) = findings(&settings, "ok").await;
    assert_said(&fine, &["database: is not there yet"], "before the first start");
    assert!(!fresh.exists());
    let _ = std::fs::File::create(&fresh).expect("an empty file");
    let (_, fine) = findings(&settings, "ok").await;
    assert_said(&fine, &["database: is reached;", "migrations will be made"], "an empty database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_may_make_no_tables_is_found() {
    let house = House::open(Database::Sqlite).await;
    let mut settings = settings(&house);
    let fresh = Database::Postgres.fresh().await;
    let mut owner = sqlx::PgConnection::connect(&fresh.url).await.expect("a connection");
    let mut url: url::Url = fresh.url.parse().expect("a URL");
    let role = format!("role_{}", url.path().trim_start_matches('/'));
    for statement in [format!("create role {role} login"), "revoke create on schema public from public".to_owned()] {
        owner.execute(sqlx::AssertSqlSafe(statement)).await.expect("done");
    }
    url.set_username(&role).expect("a name");
    settings.insert("DATABASE_URL", url.to_string());
    let (is_well, broken) = findings(&settings, "broken").await;
    assert!(!is_well);
    assert_said(&broken, &["database: cannot be written", "permission denied for schema public (code 42501)"], "role");

    owner.execute(sqlx::AssertSqlSafe(format!("alter role {role} connection limit 0"))).await.expect("altered");
    let (_, broken) = findings(&settings, "broken").await;
    assert_said(&broken, &["database: cannot be used", "too many connections for role", "(code 53300)"], "in vain");

    settings.insert("DATABASE_URL", fresh.url.clone());
    assert_said(&findings(&settings, "ok").await.1, &["database: is reached;", "migrations will be made"], "its owner");
    let tables: i64 = sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'public'")
        .fetch_one(&mut owner)
        .await
        .expect("a count");
    assert_eq!(tables, 0, "it was only tried");
    owner.execute(sqlx::AssertSqlSafe(format!("drop role {role}"))).await.expect("gone");
}
