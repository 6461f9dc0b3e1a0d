//! A disk that takes no more, and a database that only reads: said so, nothing half done, and over when it is over.

use std::process::Command;

use serde_json::json;
use sqlx::{Connection as _, Executor as _};

use crate::{
    cli::setuplinks,
    operators::Serving,
    support::{Database, Link, Platform, Visitor, database::Fresh, until},
};

/// No file of that process may grow past so many bytes: its disk is full.
fn limit_files(process: u32, bytes: &str) {
    let limit = [format!("--pid={process}"), format!("--fsize={bytes}:unlimited")];
    assert!(Command::new("prlimit").args(limit).status().expect("prlimit, of util-linux").success());
}

/// One whose writes past its limit fail, as on a disk that is full, where they would otherwise end it.
async fn serving_on_a_small_disk() -> Serving {
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().args(["-c", "trap '' XFSZ; exec \"$0\" serve", env!("CARGO_BIN_EXE_setuplinks")]);
    Serving::start_on(Database::Sqlite.fresh().await, shell)
}

/// Who looks for work by writing: each says once that it cannot, and once that it can again.
const WORKERS: [&str; 3] = ["signups", "deliveries", "numbers"];

/// Whether each has said of every trouble that it began and, once it is over, that it is; and nothing in between. A connection
/// that was cut may have been a trouble of its own.
fn is_said_once(said: &[String], is_over: bool) -> bool {
    WORKERS.iter().all(|worker| {
        let (fails, works) = (format!("{worker} could not be looked for"), format!("{worker} are looked for again"));
        let said: Vec<&String> = said.iter().filter(|line| **line == fails || **line == works).collect();
        let in_turns = said.iter().enumerate().all(|(nth, line)| **line == *[&fails, &works][nth % 2]);
        in_turns && !said.is_empty() && said.len().is_multiple_of(2) == is_over
    })
}

/// What everybody sees while nothing can be saved.
async fn everybody_is_told(serving: &Serving, acme: &Platform, link: &Link) {
    let refused = acme.post("/customers", &json!({"customer": {"name": "Lost"}})).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (503, Some("unavailable")), "{}", refused.body);
    assert!(refused.body["error"].as_str().is_some_and(|text| text.contains("nothing was saved")), "{}", refused.body);
    assert_eq!(refused.header("retry-after"), "30");

    let visitor = Visitor::speaking("es");
    let address = format!("{}/whatsapp/setup/{}", serving.public, link.token);
    assert_eq!(visitor.get(&address).await.status, 200, "the page is only read");
    let page = visitor.post(&address, &[("connection_type", "dedicated")]).await;
    assert_eq!((page.status, page.page()), (503, "error".to_owned()), "{}", page.html);
    assert_eq!((page.attribute("html", "lang"), page.header("retry-after")), ("es".to_owned(), "30"));
    assert!(
        page.html.contains("Ahora mismo no podemos guardar nada") && page.html.contains("a salvo"),
        "{}",
        page.html
    );
    assert!(!page.html.to_lowercase().contains("sqlite") && !page.html.contains("disk"), "{}", page.html);
}

/// Everything goes on by itself, and nothing of before was done in part.
async fn everybody_goes_on(serving: &Serving, acme: &Platform, link: &Link) {
    serving.until_ready(200).await;
    assert_eq!(acme.get("/customers?name_contains=Lost").await.body["meta"]["total_count"], 0);
    assert_eq!(acme.see(link).await["whatsapp_setup_status"], "pending");
    acme.customer("Found").await;
    let address = format!("{}/whatsapp/setup/{}", serving.public, link.token);
    assert_eq!(Visitor::new().post(&address, &[("connection_type", "dedicated")]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_survived() {
    let serving = serving_on_a_small_disk().await;
    serving.until_ready(200).await;
    let acme = serving.platform().await;
    let link = acme.link(json!({})).await;

    limit_files(serving.process(), "1024");
    let found = serving.until_ready(503).await;
    assert!(found["database"].as_str().is_some_and(|text| text.starts_with("database, for now: ")), "{found}");
    everybody_is_told(&serving, &acme, &link).await;

    limit_files(serving.process(), "unlimited");
    everybody_goes_on(&serving, &acme, &link).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_only_reads_is_said_and_survived() {
    let serving = Serving::start(Database::Postgres).await;
    serving.until_ready(200).await;
    let acme = serving.platform().await;
    let link = acme.link(json!({})).await;
    let mut other = sqlx::PgConnection::connect(&serving.fresh.url).await.expect("a connection");
    other.execute("set default_transaction_read_only = off").await.expect("writable here");
    let name: String = sqlx::query_scalar("select current_database()").fetch_one(&mut other).await.expect("a name");
    let mut only_reads = async |setting: &str| {
        let alter = format!("alter database {name} set default_transaction_read_only = {setting}");
        other.execute(sqlx::AssertSqlSafe(alter)).await.expect("altered");
        let others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        other.execute(others).await.expect("ended");
    };

    only_reads("on").await;
    let found = serving.until_ready(503).await;
    assert!(
        !found["database"].as_str().expect("words").contains(" at line "),
        "a line of somebody else's source: {found}"
    );
    everybody_is_told(&serving, &acme, &link).await;

    until("every worker to say it", || async { is_said_once(&serving.said(), false).then_some(()) }).await;

    only_reads("off").await;
    everybody_goes_on(&serving, &acme, &link).await;
    until("every worker to say that it is over", || async { is_said_once(&serving.said(), true).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sqlite_file_that_only_reads_is_said() {
    let whole = Serving::start(Database::Sqlite).await;
    let acme = whole.platform().await;
    let link = acme.link(json!({})).await;
    let fresh = Fresh { url: format!("{}?mode=ro", whole.fresh.url), folder: tempfile::tempdir().expect("a folder") };
    let serving = Serving::start_on(fresh, setuplinks(&["serve"]));
    let found = serving.until_ready(503).await;
    assert!(found["database"].as_str().is_some_and(|text| text.contains("readonly")), "{found}");
    everybody_is_told(&serving, &acme.by_way_of(serving.public.clone()), &link).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_lacks_a_migration_is_said() {
    let serving = Serving::start(Database::Sqlite).await;
    serving.until_ready(200).await;
    let mut other = sqlx::SqliteConnection::connect(&serving.fresh.url).await.expect("a connection");
    other.execute("update _sqlx_migrations set success = false where version = 1").await.expect("taken back");
    let found = serving.until_ready(503).await;
    assert!(found["database"].as_str().is_some_and(|text| text.starts_with("the database has ")), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_wait_for_each_other() {
    let serving = Serving::start(Database::Sqlite).await;
    let acme = serving.platform().await;
    // Another program takes the only write lock again and again: a shell with sqlite3, a backup of another kind.
    let url = serving.fresh.url.clone();
    let rude = tokio::spawn(async move {
        let mut other = sqlx::SqliteConnection::connect(&url).await.expect("a connection");
        loop {
            other.execute("begin immediate").await.expect("the lock");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            other.execute("rollback").await.expect("given back");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    });
    let made = (0..40).map(|nth| {
        let acme = acme.clone();
        async move { acme.customer(&format!("Customer {nth}")).await }
    });
    let made = futures_util::future::join_all(made).await;
    rude.abort();
    assert_eq!(made.len(), 40);
    until("all of them to be there", || async {
        let count = acme.get("/customers?name_contains=Customer").await.body["meta"]["total_count"].as_u64();
        (count == Some(40)).then_some(())
    })
    .await;
}
