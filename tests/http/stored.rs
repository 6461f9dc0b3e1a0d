//! What the database really holds, asked behind the house's back, and the clock that several stories need.

use setuplinks::{
    clock::{Clock, Timestamp},
    store::Store,
};
use sqlx::AssertSqlSafe;

use crate::support::House;

const TABLES: &[&str] = &[
    "projects",
    "api_keys",
    "customers",
    "setup_links",
    "signups",
    "phone_numbers",
    "releases",
    "account_holds",
    "events",
    "sessions",
    "idempotency_keys",
    "api_rates",
    "twilio_accounts",
    "provisioned_numbers",
    "webhooks",
    "deliveries",
    "visits",
    "erasures",
    "meta_notices",
    "meta_forwards",
];

/// A clock that stands still on a day long ago: browsers' sessions, whose end the system's clock sets, outlive it.
pub fn standing_clock() -> Clock {
    Clock::manual(Timestamp::parse("2024-03-01T12:00:00Z").expect("a time"))
}

/// How many rows a table has.
pub async fn count(house: &House, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("select count(*) from {table}"));
    match &house.app.store {
        Store::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.expect("a count"),
        Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.expect("a count"),
    }
}

/// Changes what the house could not have changed by itself.
pub async fn run(house: &House, sql: &'static str) {
    match &house.app.store {
        Store::Sqlite(pool) => sqlx::query(sql).execute(pool).await.map(|_| ()),
        Store::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(|_| ()),
    }
    .expect("it runs");
}

/// Every byte that a thief of the database has: the files of the one as they lie there, the rows of the other as it
/// writes them.
pub async fn everything(house: &House) -> Vec<u8> {
    match &house.app.store {
        Store::Sqlite(_) => {
            let files = std::fs::read_dir(house.database.folder.path()).expect("the folder");
            let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
            assert!(files.iter().any(|file| file.to_string_lossy().ends_with("-wal")), "{files:?}");
            // By another process: to close a database's file in this one would give up the locks that SQLite holds on it.
            let read = std::process::Command::new("cat").args(&files).output().expect("cat runs");
            assert!(read.status.success(), "{files:?}");
            read.stdout
        }
        Store::Postgres(pool) => {
            let mut rows = String::new();
            for table in TABLES {
                let sql = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
                let text: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await.expect("rows");
                rows.push_str(&text);
            }
            rows.into_bytes()
        }
    }
}

/// Whether `bytes` hold this text, plain or in hexadecimal.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    let hex = text.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    [text, &hex].iter().any(|needle| bytes.windows(needle.len()).any(|part| part == needle.as_bytes()))
}
