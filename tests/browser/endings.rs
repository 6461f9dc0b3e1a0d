//! How it ends: the platform's pages where there are some, and ours where there are none.

use std::time::Duration;

use serde_json::json;
use setuplinks::{clock::Clock, sandbox::Outcome};

use crate::{
    driver::Person,
    stage::{CANCEL, CONTINUE, ERROR, RETRY, Stage, at, log_in, told, walk},
    support::{Database, House, Link, Visitor},
    tab::{Tab, hook},
};

/// Opens an address that answers with an error's status; gives the page it shows.
async fn open(url: &str, status: u16, page: &str) -> (Person, Tab) {
    let mut person = Person::new().await;
    if status >= 400 {
        person.expect_status(status);
    }
    let tab = person.open(url).await;
    tab.arrive(page).await;
    assert_eq!(tab.look("performance.getEntriesByType('navigation')[0].responseStatus").await, status);
    (person, tab)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_lands_at_the_platform_and_the_link_still_works() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.link(json!({"allowed_connection_types": ["coexistence"]})).await;
    let (person, tab) = at(&link).await;
    tab.arrive("setup").await;
    tab.follow(CONTINUE).await;
    tab.arrive("sandbox-dialog").await;
    tab.follow(CANCEL).await;
    tab.arrive("platform-failure").await;
    assert_eq!(told(&tab, "error_code").await, "facebook_auth_failed");
    assert_eq!(told(&tab, "setup_link_id").await, link.id);
    assert_eq!(stage.platform.see(&link).await["status"], "active");
    stage.no_number().await;

    tab.goto(&link.url).await;
    walk(&tab, "coexistence").await;
    tab.arrive("platform-success").await;
    stage.only_number().await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_without_a_failure_url_has_a_page_with_a_way_on() {
    let stage = Stage::set(Database::Postgres).await;
    let (person, tab) = at(&stage.plain_link().await).await;
    // Facebook does not always send the state along.
    for trouble in ["none", "cancel-no-state"] {
        tab.arrive("setup").await;
        tab.follow(CONTINUE).await;
        tab.arrive("sandbox-dialog").await;
        if trouble == "none" {
            tab.follow(CANCEL).await;
        } else {
            tab.look(&format!("document.querySelector('[name=fault]').value = '{trouble}'")).await;
            tab.follow(crate::stage::FINISH).await;
        }
        tab.arrive("failed").await;
        assert_eq!(tab.text(ERROR).await, "You left Facebook before it was finished");
        tab.follow(RETRY).await;
    }
    walk(&tab, "dedicated").await;
    tab.arrive("connected").await;
    stage.only_number().await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_success_url_a_page_says_that_it_is_connected() {
    let stage = Stage::set(Database::Sqlite).await;
    let (person, tab) = at(&stage.plain_link().await).await;
    walk(&tab, "dedicated").await;
    tab.arrive("connected").await;
    let number = stage.only_number().await;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let shown = number["display_phone_number"].as_str().expect("a number").to_owned();
    assert_eq!(digits(&tab.text("h1").await), digits(&shown));
    // Read again, it says the same.
    tab.reload().await;
    tab.arrive("connected").await;
    person.leave().await;
}

/// A link in each state that is over, in a house whose clock has gone on.
async fn links_that_are_over(stage: &Stage, terms: serde_json::Value) -> [(&'static str, u16, Link); 3] {
    let used = stage.platform.link(terms.clone()).await;
    Visitor::new().walk(&used, "dedicated", stage.house.world(), Outcome::Dedicated).await;
    let revoked = stage.platform.link(terms.clone()).await;
    stage.platform.link_for(&revoked.customer, terms.clone()).await;
    let expired = stage.platform.link(terms).await;
    stage.house.clock.advance(Duration::from_hours(31 * 24));
    [("used", 200, used), ("revoked", 200, revoked), ("expired", 200, expired)]
}

async fn with_a_clock(database: Database) -> Stage {
    Stage::of(House::open_at(database, Clock::manual(Clock::system().now())).await).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_over_says_why() {
    let stage = with_a_clock(Database::Postgres).await;
    let over = links_that_are_over(&stage, json!({})).await;
    // The newer link of the revoked one's customer has expired as well.
    let titles = ["This is already done", "This link is no longer valid", "This link has expired"];
    for ((page, status, link), title) in over.iter().zip(titles) {
        let (person, tab) = open(&link.url, *status, page).await;
        assert_eq!(tab.text("h1").await, title);
        assert!(!tab.has(CONTINUE).await && !tab.has(RETRY).await);
        person.leave().await;
    }
    let (page, status, revoked) = &over[1];
    stage.platform.link_for(&revoked.customer, json!({})).await;
    let (person, tab) = open(&revoked.url, *status, page).await;
    assert_eq!(tab.text("h1").await, "There is a newer link");
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_over_goes_to_the_failure_url() {
    let stage = with_a_clock(Database::Sqlite).await;
    let links = links_that_are_over(&stage, json!({"failure_redirect_url": stage.failure()})).await;
    let codes = ["already_used", "link_expired", "link_expired"];
    for ((_, _, link), code) in links.into_iter().zip(codes) {
        let (person, tab) = at(&link).await;
        tab.arrive("platform-failure").await;
        assert_eq!(told(&tab, "error_code").await, code);
        assert_eq!(told(&tab, "setup_link_id").await, link.id);
        person.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_address_gives_nothing_away() {
    let stage = Stage::set(Database::Sqlite).await;
    let home = &stage.house.url;
    let mut pages = Vec::new();
    for path in ["/whatsapp/setup/nothing-here", "/whatsapp/setup/Uakgb_J5m9g-0JDMbcJqLJcZ5TPWTu9b", "/nothing"] {
        let (person, tab) = open(&format!("{home}{path}"), 404, "not-found").await;
        let text = tab.text("body").await;
        // But for the request's own id.
        pages.push(text.split("Reference").next().expect("text").to_owned());
        person.leave().await;
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_somebody_else_started_connects_nothing() {
    let stage = Stage::set(Database::Postgres).await;
    let link = stage.plain_link().await;
    let (person, tab) = at(&link).await;
    tab.arrive("setup").await;
    tab.follow(CONTINUE).await;
    tab.arrive("sandbox-dialog").await;
    let dialog = tab.url().await;
    // The address of the dialog, sent to somebody else.
    let mut other = Person::new().await;
    other.expect_status(403);
    let stolen = other.open(&dialog).await;
    log_in(&stolen, "dedicated").await;
    stolen.arrive("error").await;
    assert_eq!(stolen.text(ERROR).await, "This login was started somewhere else");
    assert!(!stolen.has(&hook("return-to-platform")).await);
    stage.no_number().await;
    other.leave().await;

    log_in(&tab, "dedicated").await;
    tab.arrive("connected").await;
    person.leave().await;
}
