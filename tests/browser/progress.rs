//! While it is being connected: live with scripts, by itself without them.

use serde_json::json;
use setuplinks::sandbox::When;

use crate::{
    driver::{Habits, Person},
    stage::{CONTINUE, DEDICATED, Stage, at, log_in, told, walk},
    support::Database,
    tab::Tab,
};

/// The steps in this state.
async fn steps(tab: &Tab, state: &str) -> Vec<String> {
    tab.texts(&format!(".steps .{state} span")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_scripts_the_steps_change_while_one_looks() {
    let stage = Stage::set(Database::Sqlite).await;
    let world = stage.house.world();
    let (exchange, register) = (world.hold("exchange", When::Before), world.hold("register", When::Before));
    let (person, tab) = at(&stage.link(json!({"allowed_connection_types": ["dedicated"]})).await).await;
    walk(&tab, "dedicated").await;
    tab.arrive("progress").await;
    assert_eq!(steps(&tab, "done").await, [""; 0]);
    assert_eq!(steps(&tab, "now").await, ["Facebook login"]);
    // If the page were loaded anew, this would be gone.
    tab.look("document.title = 'the same page'").await;

    exchange.release();
    tab.wait("document.querySelector('.steps .now span').innerText === 'Registration'").await;
    assert_eq!(steps(&tab, "done").await, ["Facebook login", "Business account", "Phone number"]);
    assert_eq!(steps(&tab, "next").await, ["Done"]);
    assert_eq!(tab.text("[aria-current=step] span").await, "Registration");
    assert_eq!(tab.look("document.title").await, "the same page");

    register.release();
    tab.arrive("platform-success").await;
    assert_eq!(told(&tab, "status").await, "completed");
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_scripts_a_failure_shows_itself() {
    let stage = Stage::set(Database::Postgres).await;
    let hold = stage.house.world().hold("phone_numbers", When::After);
    let (person, tab) = at(&stage.plain_link().await).await;
    walk(&tab, "no-number").await;
    tab.arrive("progress").await;
    hold.release();
    tab.arrive("failed").await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_the_whole_way_works() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.link(json!({})).await;
    let mut person = Person::with(Habits { script: false, ..Habits::default() }).await;
    let tab = person.open(&link.url).await;
    tab.arrive("setup").await;
    tab.click(DEDICATED).await;
    tab.follow(CONTINUE).await;
    let hold = stage.house.world().hold("register", When::Before);
    log_in(&tab, "dedicated").await;
    tab.arrive("progress").await;
    // Facebook's fragment came along; the page loads itself anew all the same, and drops it.
    tab.wait("location.hash === '' && document.querySelectorAll('.steps .done').length === 3").await;
    tab.turning(async {}).await;
    assert_eq!(tab.look("document.querySelectorAll('noscript > meta').length").await, 1, "scripts are off");
    hold.release();
    tab.arrive("platform-success").await;
    assert_eq!(told(&tab, "status").await, "completed");
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_a_number_is_chosen() {
    let stage = Stage::set(Database::Postgres).await;
    let mut person = Person::with(Habits { script: false, languages: "hi".to_owned(), ..Habits::default() }).await;
    let tab = person.open(&stage.plain_link().await.url).await;
    walk(&tab, "several-accounts").await;
    tab.arrive("number").await;
    assert_eq!(tab.speaks().await.0, "hi");
    tab.click("input").await;
    tab.follow(crate::stage::CONFIRM).await;
    tab.arrive("connected").await;
    stage.only_number().await;
    person.leave().await;
}
