//! What hangs takes with it only what needs it: Meta the signup, the database the page that must read it, and each for no
//! longer than it hangs.

use std::time::Duration;

use serde_json::json;
use setuplinks::{
    app::Bounds,
    clock::Clock,
    sandbox::{Fault, Outcome},
};
use sqlx::Connection as _;

use crate::support::{Database, House, Page, Visitor, Wire, database::Fresh, on_both, until};

fn short(bounds: &mut Bounds) {
    bounds.patience.page = Duration::from_millis(500);
    bounds.patience.answer = Duration::from_secs(2);
}

/// A page that says that it will try again by itself, at that address.
#[track_caller]
fn assert_waits(page: &Page, again: &str) {
    assert_eq!((page.status, page.page().as_str()), (503, "waiting"), "{}: {}", page.url, page.html);
    // A fragment stays in the browser.
    let again = again.split('#').next().expect("an address");
    let path =
        again.split_once("localhost:").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).expect("a path");
    assert_eq!(page.header("refresh"), format!("5;url={path}"));
    assert_eq!(page.header("retry-after"), "5");
}

on_both! {
    async fn while_meta_hangs_pages_are_served_and_the_signup_waits(db: Database) {
        let house = House::bounded(db, Clock::system(), short).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        house.world().fault("exchange", 1, Fault::Hang(Duration::from_secs(3600)));
        let visitor = Visitor::new();
        assert_eq!(visitor.get(&link.url).await.page(), "setup");
        let back = visitor.log_in(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        assert_eq!(visitor.get(&back.location()).await.page(), "progress");
        assert_eq!(visitor.get(&back.location()).await.page(), "progress", "and goes on being so");
        let other = house.platform("Other").await.link(json!({})).await;
        assert_eq!(Visitor::new().walk(&other, "dedicated", house.world(), Outcome::Dedicated).await.page(), "connected");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgresql_hangs_pages_wait_by_themselves_and_go_on_where_they_were() {
    let fresh = Database::Postgres.fresh().await;
    let (wire, url) = Wire::to_database(&fresh.url).await;
    let house = House::bounded_on(Fresh { url, folder: fresh.folder }, Clock::system(), short).await;
    let acme = house.platform("Acme").await;
    let link = acme.link(json!({})).await;
    house.world().fault("exchange", 1, Fault::Hang(Duration::from_secs(5)));
    let visitor = Visitor::speaking("es");
    let progress = visitor.log_in(&link, "dedicated", house.world(), Outcome::Dedicated).await.location();
    assert_eq!(visitor.get(&progress).await.page(), "progress");
    let (late, other) = (Visitor::new(), acme.link(json!({})).await);
    let dialog = late.choose(&other, "dedicated").await;
    let callback = house.world().login(&dialog, Outcome::Dedicated).expect("the dialog takes the request");

    wire.hold();
    let waiting = visitor.get(&progress).await;
    assert_waits(&waiting, &progress);
    assert!(waiting.html.contains("Esto está tardando más de lo normal"), "{}", waiting.html);
    assert!(waiting.html.contains(waiting.header("x-request-id")), "{}", waiting.html);
    assert_waits(&visitor.get(&link.url).await, &link.url);
    assert_waits(&visitor.post(&link.url, &[("connection_type", "dedicated")]).await, &link.url);
    assert_waits(&late.get(&callback).await, &callback);
    let refused = acme.get("/customers").await;
    assert_eq!(
        (refused.status, refused.header("retry-after"), &refused.body["code"]),
        (503, "5", &json!("unavailable"))
    );
    assert_eq!(
        visitor.get(&format!("{}/static/icon.svg", house.url)).await.status,
        200,
        "what needs no database is as ever"
    );

    wire.release();
    let back = until("the way back to be open again", || async {
        let page = late.get(&callback).await;
        (page.status == 303).then_some(page)
    })
    .await;
    assert_eq!(late.wait_out(&back.location()).await.page(), "connected", "what Facebook said was not lost");
    let ended = until("the progress page to be itself again", || async {
        let page = visitor.get(&progress).await;
        (page.status != 503 && page.page() != "progress").then_some(page)
    })
    .await;
    assert_eq!(ended.page(), "connected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_ends_what_nobody_waits_for_any_more() {
    let house = House::bounded(Database::Postgres, Clock::system(), short).await;
    let link = house.platform("Acme").await.link(json!({})).await;
    let mut holder = sqlx::PgConnection::connect(&house.database.url).await.expect("the database");
    sqlx::raw_sql("begin; lock table setup_links in access exclusive mode")
        .execute(&mut holder)
        .await
        .expect("the lock");
    assert_waits(&Visitor::new().get(&link.url).await, &link.url);
    let observer = sqlx::PgPool::connect(&house.database.url).await.expect("the database");
    let waiting = async || -> Vec<String> {
        let waiting = "select pid || ' ' || query_start from pg_stat_activity \
            where datname = current_database() and wait_event_type = 'Lock'";
        sqlx::query_scalar(waiting).fetch_all(&observer).await.expect("statements")
    };
    let first = waiting().await;
    assert!(!first.is_empty(), "the answer did not wait for its statement");
    until("PostgreSQL to end them", || async {
        let still = waiting().await;
        (!first.iter().any(|one| still.contains(one))).then_some(())
    })
    .await;
    sqlx::raw_sql("rollback").execute(&mut holder).await.expect("the lock was held until now");
    until("the page", || async { (Visitor::new().get(&link.url).await.status == 200).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_somebody_holds_sqlite_pages_are_read_and_forms_wait() {
    let house = House::bounded(Database::Sqlite, Clock::system(), short).await;
    let acme = house.platform("Acme").await;
    let (link, other) = (acme.link(json!({})).await, acme.link(json!({})).await);
    house.world().fault("exchange", 1, Fault::Hang(Duration::from_secs(5)));
    let visitor = Visitor::new();
    let progress = visitor.log_in(&link, "dedicated", house.world(), Outcome::Dedicated).await.location();

    let mut holder = sqlx::SqliteConnection::connect(&house.database.url).await.expect("the database");
    sqlx::raw_sql("begin immediate").execute(&mut holder).await.expect("the lock");
    let seen = visitor.get(&progress).await;
    assert!(matches!(seen.page().as_str(), "progress" | "waiting"), "{}", seen.html);
    assert_waits(&Visitor::new().post(&other.url, &[("connection_type", "dedicated")]).await, &other.url);
    sqlx::raw_sql("rollback").execute(&mut holder).await.expect("the lock is gone");
    let connected = until("the signup to end", || async {
        let page = visitor.get(&progress).await;
        (page.page() == "connected").then_some(page)
    })
    .await;
    assert_eq!(connected.status, 200);
    let dialog = until("forms to be taken again", || async {
        let page = Visitor::new().post(&other.url, &[("connection_type", "dedicated")]).await;
        (page.status == 303).then_some(page)
    })
    .await;
    assert!(dialog.location().contains("/dialog/oauth"));
}
