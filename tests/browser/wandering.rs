//! People do not walk straight: second tabs, the back button, reloads, double clicks, and pages left open.

use serde_json::json;
use setuplinks::sandbox::When;

use crate::{
    stage::{CONTINUE, FINISH, Stage, at, log_in, told, walk},
    support::{Database, house},
    tab::{Tab, hook},
};

/// From an open setup page to the dialog.
async fn at_facebook(tab: &Tab) {
    tab.arrive("setup").await;
    tab.follow(CONTINUE).await;
    tab.arrive("sandbox-dialog").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_make_one_connection() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.link(json!({"allowed_connection_types": ["dedicated"]})).await;
    let (mut person, first) = at(&link).await;
    let second = person.open(&link.url).await;
    at_facebook(&first).await;
    at_facebook(&second).await;
    // Both come back, the second while the first is being carried through.
    let hold = stage.house.world().hold("register", When::Before);
    log_in(&first, "dedicated").await;
    first.arrive("progress").await;
    log_in(&second, "dedicated").await;
    second.arrive("progress").await;
    hold.release();
    for tab in [&first, &second] {
        tab.arrive("platform-success").await;
    }
    assert_eq!(told(&first, "phone_number_id").await, told(&second, "phone_number_id").await);
    assert_eq!(stage.only_number().await["phone_number_id"], told(&first, "phone_number_id").await);
    assert_eq!(stage.house.world().count("register"), 1);
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_links_in_one_browser_keep_apart() {
    let stage = Stage::set(Database::Postgres).await;
    let links = [stage.link(json!({"language": "es"})).await, stage.link(json!({"language": "id"})).await];
    let (mut person, first) = at(&links[0]).await;
    let second = person.open(&links[1].url).await;
    for tab in [&first, &second] {
        tab.arrive("setup").await;
        tab.click(&hook("connection-type-dedicated")).await;
        at_facebook(tab).await;
    }
    for (tab, link) in [(&second, &links[1]), (&first, &links[0])] {
        log_in(tab, "dedicated").await;
        tab.arrive("platform-success").await;
        assert_eq!(told(tab, "setup_link_id").await, link.id);
        let number = told(tab, "phone_number_id").await;
        let number = stage.platform.get(&format!("/whatsapp/phone_numbers/{number}")).await.data(200);
        assert_eq!(number["customer_id"], link.customer.as_str());
    }
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_back_button_after_the_callback_leads_forward_again() {
    let stage = Stage::set(Database::Sqlite).await;
    let (person, tab) = at(&stage.link(json!({"allowed_connection_types": ["coexistence"]})).await).await;
    at_facebook(&tab).await;
    let hold = stage.house.world().hold("exchange", When::Before);
    log_in(&tab, "coexistence").await;
    tab.arrive("progress").await;

    // To Facebook: finishing again changes nothing, for it is being carried through.
    tab.back().await;
    tab.arrive("sandbox-dialog").await;
    tab.follow(FINISH).await;
    tab.arrive("progress").await;
    // And further back, to the setup page: it knows that there is nothing to choose.
    tab.back().await;
    tab.arrive("sandbox-dialog").await;
    tab.back().await;
    tab.arrive("progress").await;
    hold.release();
    tab.arrive("platform-success").await;
    stage.only_number().await;
    assert_eq!(stage.house.world().count("exchange"), 1);
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_back_button_after_success_makes_no_second_connection() {
    let stage = Stage::set(Database::Postgres).await;
    let link = stage.link(json!({"allowed_connection_types": ["dedicated"]})).await;
    let (person, tab) = at(&link).await;
    walk(&tab, "dedicated").await;
    tab.arrive("platform-success").await;
    let number = told(&tab, "phone_number_id").await;
    tab.back().await;
    log_in(&tab, "dedicated").await;
    tab.arrive("platform-success").await;
    assert_eq!(told(&tab, "phone_number_id").await, number);
    tab.back().await;
    tab.arrive("sandbox-dialog").await;
    tab.back().await;
    tab.arrive("platform-failure").await;
    assert_eq!(told(&tab, "error_code").await, "already_used");
    assert_eq!(stage.only_number().await["phone_number_id"], number);
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_at_each_step_loses_nothing() {
    let stage = Stage::set(Database::Sqlite).await;
    let (person, tab) = at(&stage.plain_link().await).await;
    tab.arrive("setup").await;
    tab.reload().await;
    at_facebook(&tab).await;
    tab.reload().await;
    let (exchange, register) = {
        let world = stage.house.world();
        (world.hold("exchange", When::Before), world.hold("register", When::Before))
    };
    log_in(&tab, "several").await;
    tab.arrive("progress").await;
    tab.reload().await;
    tab.arrive("progress").await;
    exchange.release();
    tab.arrive("number").await;
    tab.reload().await;
    tab.arrive("number").await;
    tab.click("input:enabled").await;
    tab.follow("[data-testid=confirm-number]").await;
    tab.arrive("progress").await;
    tab.reload().await;
    tab.arrive("progress").await;
    register.release();
    tab.arrive("connected").await;
    tab.reload().await;
    tab.arrive("connected").await;
    stage.only_number().await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_is_a_click() {
    let stage = Stage::set(Database::Postgres).await;
    let (person, tab) = at(&stage.link(json!({"allowed_connection_types": ["dedicated"]})).await).await;
    tab.arrive("setup").await;
    tab.turning(tab.double_click(CONTINUE)).await;
    tab.arrive("sandbox-dialog").await;
    tab.click(&hook("sandbox-outcome-several")).await;
    tab.turning(tab.double_click(FINISH)).await;
    tab.arrive("number").await;
    tab.click("input:enabled").await;
    tab.turning(tab.double_click("[data-testid=confirm-number]")).await;
    tab.arrive("platform-success").await;
    stage.only_number().await;
    assert_eq!(stage.house.world().count("register"), 1);
    person.leave().await;
}

/// The button's answer may lead to an origin that only the link names: the page's policy has to know it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_left_open_leads_to_a_platform_elsewhere() {
    let stage = Stage::set(Database::Sqlite).await;
    let elsewhere = house::facebook(&stage.house.app.public_url, stage.house.clock.clone()).await;
    let failure = format!("{}/platform/failure", elsewhere.url());
    let link = stage.link(json!({"allowed_connection_types": ["dedicated"], "failure_redirect_url": failure})).await;
    let (mut person, left) = at(&link).await;
    left.arrive("setup").await;
    let tab = person.open(&link.url).await;
    walk(&tab, "dedicated").await;
    tab.arrive("platform-success").await;

    left.follow(CONTINUE).await;
    left.arrive("platform-failure").await;
    assert!(left.url().await.starts_with(&failure));
    assert_eq!(told(&left, "error_code").await, "already_used");
    person.leave().await;
}

/// The same, with the success URL: chosen in one tab, confirmed in the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_page_left_open_leads_to_a_platform_elsewhere() {
    let stage = Stage::set(Database::Postgres).await;
    let elsewhere = house::facebook(&stage.house.app.public_url, stage.house.clock.clone()).await;
    let success = format!("{}/platform/success", elsewhere.url());
    let link = stage.link(json!({"allowed_connection_types": ["dedicated"], "success_redirect_url": success})).await;
    let (mut person, tab) = at(&link).await;
    walk(&tab, "several").await;
    tab.arrive("number").await;
    let left = person.open(&link.url).await;
    for tab in [&tab, &left] {
        tab.arrive("number").await;
        tab.click("input:enabled").await;
        tab.follow("[data-testid=confirm-number]").await;
        tab.arrive("platform-success").await;
        assert!(tab.url().await.starts_with(&success));
    }
    stage.only_number().await;
    person.leave().await;
}
