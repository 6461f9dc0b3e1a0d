//! A number that was verified with Meta beforehand, in a browser: the page that says how far it is, one button, and no code.

use serde_json::json;
use setuplinks::{clock::Clock, meta::sdk::LoginMode, number::digits, sandbox::When, words::Lang};

use crate::{
    driver::{Habits, Person},
    stage::{CONTINUE, FINISH, Stage, told},
    support::{Database, House, Link, until},
    tab::{Tab, hook},
};

async fn stage(db: Database, login: LoginMode) -> (Stage, Link) {
    let stage = Stage::of(House::verifying(db, Clock::system(), login).await).await;
    let link = stage.link(json!({"provision_phone_number": true})).await;
    (stage, link)
}

/// Presses the button, sees that the number is being verified, and waits until it is; gives it in E.164.
async fn get_number(stage: &Stage, tab: &Tab, lang: Lang) -> String {
    // Held, so that it can be seen.
    let hold = stage.house.world().hold("request_code", When::Before);
    tab.arrive("provision").await;
    assert_eq!(tab.speaks().await, (lang.to_string(), lang.dir().to_owned()));
    tab.follow(&hook("provision-start")).await;
    hold.reached().await;
    let verifying = lang.plain("provision-verifying-title", &[]);
    tab.wait(&format!("document.querySelector('h1')?.innerText === '{verifying}'")).await;
    assert!(!tab.has(CONTINUE).await);
    hold.release();
    tab.wait(&format!("document.querySelector('{}') !== null", hook("provisioned-number"))).await;
    assert!(!tab.has("section.heard").await && !tab.has(&hook("verification-code")).await);
    format!("+{}", digits(&tab.text(&hook("provisioned-number")).await))
}

/// In the dialog: the number is there, and nothing is asked about it.
async fn take_it(facebook: &Tab, number: &str) {
    facebook.arrive("sandbox-dialog").await;
    assert_eq!(format!("+{}", digits(&facebook.text(&hook("sandbox-verified")).await)), number);
    assert!(!facebook.has(&hook("sandbox-code")).await);
}

async fn is_connected(stage: &Stage, tab: &Tab, number: &str) {
    tab.arrive("platform-success").await;
    assert_eq!(told(tab, "status").await, "completed");
    assert_eq!(told(tab, "display_phone_number").await, number);
    assert!(!told(tab, "provisioned_phone_number_id").await.is_empty());
    let world = stage.house.world();
    assert_eq!((world.pool().len(), world.twilio().sums()), (0, (1, 0)));
    until("the number to be connected", || async {
        let list = stage.platform.get("/provisioned_phone_numbers?status=connected").await.data(200);
        (list.as_array().expect("a list").len() == 1).then_some(())
    })
    .await;
}

/// The whole way in one tab.
async fn whole_way(db: Database, habits: Habits, lang: Lang) {
    let (stage, link) = stage(db, LoginMode::Redirect).await;
    let mut person = Person::with(habits).await;
    let tab = person.open(&link.url).await;
    let number = get_number(&stage, &tab, lang).await;
    tab.follow(CONTINUE).await;
    take_it(&tab, &number).await;
    tab.follow(FINISH).await;
    is_connected(&stage, &tab, &number).await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_code_is_seen_with_scripts_in_spanish() {
    let habits = Habits { languages: "es-MX".to_owned(), ..Habits::default() };
    whole_way(Database::Postgres, habits, Lang::Es).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_code_is_seen_without_scripts_in_arabic() {
    let habits = Habits { script: false, languages: "ar".to_owned(), ..Habits::default() };
    whole_way(Database::Sqlite, habits, Lang::Ar).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facebook_offers_the_number_in_a_window_of_its_own_too() {
    let (stage, link) = stage(Database::Sqlite, LoginMode::Popup).await;
    let mut person = Person::with(Habits { width: 1280, height: 900, ..Habits::default() }).await;
    let tab = person.open(&link.url).await;
    let number = get_number(&stage, &tab, Lang::En).await;
    tab.wait("document.querySelector('[data-popup]')?.dataset.ready === ''").await;
    tab.click(CONTINUE).await;
    let window = person.window_of(&tab).await;
    take_it(&window, &number).await;
    window.click(FINISH).await;
    is_connected(&stage, &tab, &number).await;
    person.leave().await;
}
