//! A number of their own, in a browser: the page that stays, the other tab at Facebook, the code that comes by itself.

use serde_json::json;
use setuplinks::{number::digits, sandbox::twilio::Speech, words::Lang};

use crate::{
    driver::{Habits, Person},
    stage::{CONTINUE, ERROR, FINISH, Stage, told},
    support::{Database, House, Link, on_both, until},
    tab::{Tab, hook},
};

const OWN: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "a-token-of-the-project-0123456789";

async fn stage(db: Database) -> Stage {
    Stage::of(House::selling(db).await).await
}

async fn link(stage: &Stage) -> Link {
    stage.link(json!({"provision_phone_number": true})).await
}

/// Presses the button and waits for the number; gives it in E.164.
async fn get_number(tab: &Tab) -> String {
    tab.arrive("provision").await;
    tab.follow(&hook("provision-start")).await;
    let shown = format!("document.querySelector('{}') !== null", hook("provisioned-number"));
    tab.wait(&shown).await;
    format!("+{}", digits(&tab.text(&hook("provisioned-number")).await))
}

/// Types into a field of the stand-in's dialog.
async fn type_into(tab: &Tab, name: &str, text: &str) {
    tab.look(&format!("document.querySelector('{}').value = '{text}'", hook(name))).await;
}

/// In the dialog: enters the number, and has the code sent.
async fn ask_for_code(facebook: &Tab, number: &str, way: &str) {
    facebook.arrive("sandbox-dialog").await;
    type_into(facebook, "sandbox-phone-number", number).await;
    facebook.follow(&hook(way)).await;
    facebook.arrive("sandbox-dialog").await;
}

/// In the dialog: enters the code, and finishes.
async fn finish(facebook: &Tab, code: &str) {
    type_into(facebook, "sandbox-code", code).await;
    facebook.follow(FINISH).await;
}

/// The code, once the page shows it by itself.
async fn code(tab: &Tab) -> String {
    tab.wait(&format!("document.querySelector('{}') !== null", hook("verification-code"))).await;
    tab.text(&hook("verification-code")).await
}

/// The sum at the end of each story.
async fn nothing_is_left(stage: &Stage, connected: usize) {
    let twilio = stage.house.world().twilio();
    until("the sum to be nought", || async {
        let (bought, released) = twilio.sums();
        (bought == released + connected && twilio.owned().len() == connected).then_some(())
    })
    .await;
}

/// The whole way, in a language, with or without scripts.
async fn whole_way(stage: &Stage, habits: Habits, lang: Lang, way: &str) {
    let link = link(stage).await;
    let has_script = habits.script;
    let mut person = Person::with(habits).await;
    let tab = person.open(&link.url).await;
    tab.arrive("provision").await;
    assert_eq!(tab.speaks().await, (lang.to_string(), lang.dir().to_owned()));
    let number = get_number(&tab).await;
    if has_script {
        // If this page were loaded anew before the login is back, this would be gone.
        tab.look("document.title = 'the same page'").await;
    }
    tab.click(CONTINUE).await;
    let facebook = person.opened().await;
    ask_for_code(&facebook, &number, way).await;
    let code = code(&tab).await;
    if has_script {
        assert_eq!(tab.look("document.title").await, "the same page");
        assert_eq!(
            tab.look("document.querySelector('[aria-live] output').getAttribute('aria-label').length").await,
            11
        );
    }
    finish(&facebook, &code).await;
    facebook.arrive("platform-success").await;
    assert_eq!(told(&facebook, "status").await, "completed");
    assert_eq!(told(&facebook, "display_phone_number").await, number);
    assert!(!told(&facebook, "provisioned_phone_number_id").await.is_empty());
    // This tab says so, and stays ours.
    tab.wait("location.pathname.endsWith('/provision') && document.querySelector('form') === null").await;
    tab.wait(&format!("document.querySelector('h1')?.innerText.replace(/\\D/g, '') === '{}'", &number[1..])).await;
    person.leave().await;
}

on_both! {
    async fn the_code_comes_by_message_while_one_looks(db: Database) {
        let stage = stage(db).await;
        whole_way(&stage, Habits::default(), Lang::En, "sandbox-sms").await;
        nothing_is_left(&stage, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_in_arabic_the_code_comes_by_call() {
    let stage = stage(Database::Sqlite).await;
    let habits = Habits { script: false, languages: "ar".to_owned(), ..Habits::default() };
    whole_way(&stage, habits, Lang::Ar, "sandbox-call").await;
    nothing_is_left(&stage, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_country_is_chosen_by_name_and_its_code_comes_by_call() {
    let stage = stage(Database::Postgres).await;
    let twilio = stage.house.world().twilio();
    twilio.open_account(OWN, TOKEN, None);
    let account = json!({"twilio": {"account_sid": OWN, "auth_token": TOKEN}});
    let put = stage.platform.request(reqwest::Method::PUT, "/project/twilio").json(&account);
    stage.platform.send(put).await.data(200);
    // Mexico sells without papers here.
    twilio.sell("MX", "local", "3.00", false, false);
    let terms = json!({"provision_phone_number": true, "phone_number_country_isos": ["US", "MX"], "language": "es"});
    let link = stage.link(terms).await;
    let mut person = Person::new().await;
    let tab = person.open(&link.url).await;
    tab.arrive("provision").await;
    assert_eq!(tab.texts("option").await, ["Elige un país", "Estados Unidos", "México"]);
    tab.look("document.querySelector('select').value = 'MX'").await;
    let number = get_number(&tab).await;
    assert_eq!(number[..3], *"+52");
    tab.click(CONTINUE).await;
    let facebook = person.opened().await;
    ask_for_code(&facebook, &number, "sandbox-call").await;
    finish(&facebook, &code(&tab).await).await;
    facebook.arrive("platform-success").await;
    person.leave().await;
    nothing_is_left(&stage, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_cannot_be_read_is_there_to_be_played() {
    let stage = stage(Database::Sqlite).await;
    stage.house.world().twilio().speech(Speech::Mumbled);
    let mut person = Person::new().await;
    let tab = person.open(&link(&stage).await.url).await;
    let number = get_number(&tab).await;
    tab.click(CONTINUE).await;
    let facebook = person.opened().await;
    ask_for_code(&facebook, &number, "sandbox-call").await;
    tab.wait(&format!("document.querySelector('{}') !== null", hook("verification-recording"))).await;
    // A browser loads no sound for a tab that nobody looks at.
    tab.page.bring_to_front().await.expect("in front");
    // The policy lets it be played.
    let sound = "(() => { const a = document.querySelector('audio'); a.load(); return a.error === null; })()";
    assert_eq!(tab.look(sound).await, true);
    tab.wait("document.querySelector('audio').networkState !== 3").await;
    // It plays, and one can go back and forth in it: the server gives any part of it.
    tab.look("(() => { const a = document.querySelector('audio'); a.muted = true; a.play(); return true; })()").await;
    tab.wait("document.querySelector('audio').currentTime > 0").await;
    tab.wait("document.querySelector('audio').seekable.length === 1").await;
    tab.look("(() => { const a = document.querySelector('audio'); a.pause(); a.currentTime = a.duration / 2; return true; })()").await;
    let sought = "(() => { const a = document.querySelector('audio'); return !a.seeking && a.currentTime > 0 && a.error === null; })()";
    tab.wait(sought).await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_and_comes_back_finds_the_same_number() {
    let stage = stage(Database::Postgres).await;
    let link = link(&stage).await;
    let mut person = Person::new().await;
    let tab = person.open(&link.url).await;
    let number = get_number(&tab).await;
    tab.goto("about:blank").await;
    tab.goto(&link.url).await;
    tab.arrive("provision").await;
    assert_eq!(format!("+{}", digits(&tab.text(&hook("provisioned-number")).await)), number);
    assert_eq!(stage.house.world().twilio().sums(), (1, 0));
    // The platform takes the link back meanwhile: the page goes by itself, and so does the number.
    stage.platform.change(&link, json!({"status": "revoked"})).await.data(200);
    tab.arrive("platform-failure").await;
    assert_eq!(told(&tab, "error_code").await, "link_expired");
    person.leave().await;
    nothing_is_left(&stage, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_number_is_their_right() {
    let stage = stage(Database::Sqlite).await;
    let mut person = Person::new().await;
    let tab = person.open(&link(&stage).await.url).await;
    get_number(&tab).await;
    tab.click(CONTINUE).await;
    let facebook = person.opened().await;
    facebook.arrive("sandbox-dialog").await;
    facebook.follow(FINISH).await;
    facebook.arrive("platform-success").await;
    tab.wait("document.querySelector('h1')?.innerText === 'You connected another number'").await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_code_gets_nowhere() {
    let stage = stage(Database::Sqlite).await;
    let mut person = Person::new().await;
    person.expect_status(400);
    let tab = person.open(&link(&stage).await.url).await;
    let number = get_number(&tab).await;
    tab.click(CONTINUE).await;
    let facebook = person.opened().await;
    ask_for_code(&facebook, &number, "sandbox-sms").await;
    let right = code(&tab).await;
    let wrong = if right == "000-000" { "111-111" } else { "000-000" };
    finish(&facebook, wrong).await;
    facebook.arrive("sandbox-refused").await;
    assert!(!tab.has(ERROR).await);
    person.leave().await;
}
