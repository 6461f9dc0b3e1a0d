//! Two devices at one link, browsers inside apps, and messages to other people.

use serde_json::json;

use crate::{
    driver::{Habits, Person},
    stage::{CANCEL, CONTINUE, Stage, at, log_in},
    support::Database,
    tab::hook,
};

const INSTAGRAM: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 7; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 Instagram 355.0.0.42.103 Android";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_screen_follows_the_second() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.link(json!({"allowed_connection_types": ["dedicated"]})).await;
    let (desk, first) = at(&link).await;
    first.arrive("setup").await;
    first.follow(&hook("continue-elsewhere")).await;
    first.arrive("device").await;
    // If the page were loaded anew, this would be gone.
    first.look("document.title = 'the same page'").await;
    let now = "document.querySelector('.steps .now span')?.innerText";
    first.wait(&format!("{now} === 'Page opened'")).await;

    let mut phone = Person::with(Habits { agent: "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36", ..Habits::default() }).await;
    let second = phone.open(&format!("{}?via=device", link.url)).await;
    second.arrive("setup").await;
    first.wait("document.querySelector('.steps .done span')?.innerText === 'Page opened'").await;
    second.follow(CONTINUE).await;
    first.wait(&format!("{now} === 'Logging in with Facebook'")).await;
    second.follow(CANCEL).await;
    let stopped = "document.querySelector('.steps .stopped span')?.innerText";
    first.wait(&format!("{stopped} === 'You left Facebook before it was finished'")).await;
    assert_eq!(first.look("document.title").await, "the same page");

    second.goto(&link.url).await;
    second.follow(CONTINUE).await;
    log_in(&second, "dedicated").await;
    for tab in [&second, &first] {
        tab.arrive("platform-success").await;
    }
    stage.only_number().await;
    desk.leave().await;
    phone.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_the_way_to_another_device_is_there() {
    let stage = Stage::set(Database::Postgres).await;
    let link = stage.plain_link().await;
    let mut person = Person::with(Habits { script: false, ..Habits::default() }).await;
    let tab = person.open(&link.url).await;
    tab.follow(&hook("continue-elsewhere")).await;
    tab.arrive("device").await;
    assert!(
        tab.look("document.querySelector('[data-testid=qr-code]').getBoundingClientRect().width > 200").await == true
    );
    for unusable in ["copy-link", "share-link", "colleague-copy", "colleague-share"] {
        assert_eq!(tab.style(&hook(unusable), "display").await, "none", "{unusable} needs a script");
    }
    for usable in ["link-text", "colleague-message", "colleague-mail", "colleague-whatsapp"] {
        assert_ne!(tab.style(&hook(usable), "display").await, "none", "{usable}");
    }
    tab.follow("noscript a").await;
    tab.arrive("device").await;
    tab.follow(&hook("continue-here")).await;
    tab.arrive("setup").await;
    tab.follow(CONTINUE).await;
    log_in(&tab, "dedicated").await;
    tab.arrive("connected").await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inside_an_app_the_link_can_be_taken_along_and_the_login_tried() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.plain_link().await;
    let mut person = Person::with(Habits { agent: INSTAGRAM, ..Habits::default() }).await;
    let tab = person.open(&link.url).await;
    tab.arrive("setup").await;
    assert!(tab.text(&hook("in-app-notice")).await.contains("Instagram"));
    // Headless Chromium asks nobody for leave, and its clipboard is its own: what is copied is caught on the way.
    tab.look("document.addEventListener('copy', () => { window.took = String(getSelection()) || document.activeElement.value }), navigator.clipboard.writeText = async (text) => { window.took = text }, 0").await;
    tab.click(&hook("copy-link")).await;
    tab.wait("document.querySelector('.copy [role=status]').textContent === 'Copied'").await;
    assert_eq!(tab.look("window.took").await, link.url);
    // An old clipboard does it too.
    tab.look("window.took = '', navigator.clipboard.writeText = () => Promise.reject(new Error('no')), 0").await;
    tab.click(&hook("copy-link")).await;
    tab.wait("window.took !== ''").await;
    assert_eq!(tab.look("window.took").await, link.url);
    tab.follow(CONTINUE).await;
    log_in(&tab, "dedicated").await;
    tab.arrive("connected").await;
    person.leave().await;
}
