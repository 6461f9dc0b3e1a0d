//! The login in a window of its own, and every way in which it does not open, does not answer, or is not believed.

use serde_json::json;
use setuplinks::{
    meta::sdk::LoginMode,
    sandbox::{Fault, Outcome, Speech, Trouble, When},
};

use crate::{
    driver::{Habits, Person},
    stage::{CANCEL, CONTINUE, FINISH, Stage, log_in, told},
    support::{Database, House, Link, Visitor},
    tab::{Tab, hook},
};

const READY: &str = "document.querySelector('[data-popup]')?.dataset.ready === ''";

async fn stage(database: Database) -> Stage {
    Stage::of(House::open_with_login(database, LoginMode::Popup).await).await
}

async fn dedicated(stage: &Stage) -> Link {
    stage.link(json!({"allowed_connection_types": ["dedicated"]})).await
}

/// A person at a desk.
async fn at_a_desk(link: &Link) -> (Person, Tab) {
    let mut person = Person::with(Habits { width: 1280, height: 900, ..Habits::default() }).await;
    let tab = person.open(&link.url).await;
    (person, tab)
}

/// Presses the button once a window can open, and gives that window.
async fn open_window(person: &mut Person, tab: &Tab) -> Tab {
    tab.arrive("setup").await;
    tab.wait(READY).await;
    tab.click(CONTINUE).await;
    let window = person.window_of(tab).await;
    window.arrive("sandbox-dialog").await;
    window
}

/// In the window: says how it will end.
async fn choose(window: &Tab, outcome: Outcome, speech: Speech, trouble: Option<Trouble>) {
    window.click(&hook(&format!("sandbox-outcome-{}", outcome.name()))).await;
    let select = |id: &str, value: &str| format!("document.getElementById('{id}').value = '{value}'");
    window.look(&select("speech", speech.name())).await;
    if let Some(trouble) = trouble {
        window.look(&select("fault", trouble.name())).await;
    }
}

/// The stand-in's foreigner speaks from the same host name as the house, whose cookie it does not get; Chromium notes that.
fn excuse_the_foreigner(person: &mut Person, speech: Speech) {
    if speech == Speech::Foreign {
        person.expect_note("ExcludeSameSiteLax");
    }
}

/// The person is on the way by redirect, and gets there.
async fn gets_there_by_redirect(stage: &Stage, tab: &Tab) {
    log_in(tab, "dedicated").await;
    tab.arrive("platform-success").await;
    stage.only_number().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_opens_and_the_page_goes_on_by_itself() {
    let stage = stage(Database::Postgres).await;
    let link = stage.link(json!({"language": "es"})).await;
    let (mut person, tab) = at_a_desk(&link).await;
    tab.arrive("setup").await;
    tab.click(&hook("connection-type-coexistence")).await;
    let window = open_window(&mut person, &tab).await;
    assert_eq!(window.text(&hook("sandbox-locale")).await, "es_LA");
    assert!(tab.text(&hook("popup-open")).await.starts_with("Facebook se abrió en otra ventana"));
    window.click(FINISH).await;
    tab.arrive("platform-success").await;
    assert_eq!(stage.only_number().await["is_coexistence"], true);
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_whatever_order_and_noise_the_window_speaks_its_own_number_is_connected() {
    let stage = stage(Database::Sqlite).await;
    for speech in
        [Speech::Plain, Speech::After, Speech::Silent, Speech::Object, Speech::Noise, Speech::Foreign, Speech::Lie]
    {
        let (mut person, tab) = at_a_desk(&dedicated(&stage).await).await;
        excuse_the_foreigner(&mut person, speech);
        let window = open_window(&mut person, &tab).await;
        choose(&window, Outcome::Dedicated, speech, None).await;
        // Closing the last screen is finishing too.
        window.click(&hook("sandbox-close")).await;
        tab.arrive("platform-success").await;
        let mine = stage.house.world().numbers().pop().expect("a number");
        assert_eq!(told(&tab, "phone_number_id").await, mine.id, "{speech:?}");
        person.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_numbers_the_windows_choice_needs_no_second_question() {
    let stage = stage(Database::Sqlite).await;
    for (speech, page) in
        [(Speech::After, "platform-success"), (Speech::Foreign, "platform-success"), (Speech::Silent, "number")]
    {
        let (mut person, tab) = at_a_desk(&dedicated(&stage).await).await;
        excuse_the_foreigner(&mut person, speech);
        let window = open_window(&mut person, &tab).await;
        choose(&window, Outcome::Several, speech, None).await;
        window.click(FINISH).await;
        tab.arrive(page).await;
        person.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_is_left_leads_where_the_redirect_would() {
    let stage = stage(Database::Postgres).await;
    for (speech, trouble, code) in [
        (Speech::Plain, None, "facebook_auth_failed"),
        (Speech::Silent, None, "facebook_auth_failed"),
        (Speech::ErrorId, Some(Trouble::WabaLimit), "waba_limit_reached"),
        (Speech::ErrorEvent, Some(Trouble::WabaLimit), "waba_limit_reached"),
        (Speech::After, Some(Trouble::WabaLimit), "waba_limit_reached"),
    ] {
        let (mut person, tab) = at_a_desk(&dedicated(&stage).await).await;
        let window = open_window(&mut person, &tab).await;
        choose(&window, Outcome::Dedicated, speech, trouble).await;
        window.click(if trouble.is_some() { FINISH } else { CANCEL }).await;
        tab.arrive("platform-failure").await;
        assert_eq!(told(&tab, "error_code").await, code, "{speech:?}");
        person.leave().await;
    }
    // And one that is simply closed.
    let (mut person, tab) = at_a_desk(&dedicated(&stage).await).await;
    let window = open_window(&mut person, &tab).await;
    window.page.close().await.expect("a window to close");
    tab.arrive("platform-failure").await;
    assert_eq!(told(&tab, "error_code").await, "facebook_auth_failed");
    stage.no_number().await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_lost_is_fetched_by_redirect() {
    let stage = stage(Database::Sqlite).await;
    let (mut person, tab) = at_a_desk(&dedicated(&stage).await).await;
    let window = open_window(&mut person, &tab).await;
    choose(&window, Outcome::Dedicated, Speech::Lost, None).await;
    window.click(FINISH).await;
    gets_there_by_redirect(&stage, &tab).await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_sdk_does_not_come_the_redirect_takes_over() {
    let missing = Fault::Html { status: 404 };
    for (fault, note) in [(missing, "status of 404"), (Fault::CutBefore, "net::ERR_EMPTY_RESPONSE")] {
        let stage = stage(Database::Sqlite).await;
        stage.house.world().fault("sdk", 1, fault);
        let (mut person, tab) = at_a_desk(&dedicated(&stage).await).await;
        person.expect_note(note);
        tab.arrive("setup").await;
        tab.wait("[...document.scripts].some(script => script.src.endsWith('/en_US/sdk.js'))").await;
        tab.follow(CONTINUE).await;
        gets_there_by_redirect(&stage, &tab).await;
        person.leave().await;
    }
    // Slow is as good as not at all for whoever presses first.
    let stage = stage(Database::Sqlite).await;
    let hold = stage.house.world().hold("sdk", When::Before);
    let (person, tab) = at_a_desk(&dedicated(&stage).await).await;
    tab.arrive("setup").await;
    hold.reached().await;
    tab.follow(CONTINUE).await;
    gets_there_by_redirect(&stage, &tab).await;
    hold.release();
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_window_opens_the_redirect_takes_over() {
    let stage = stage(Database::Sqlite).await;
    let (person, tab) = at_a_desk(&dedicated(&stage).await).await;
    tab.wait(READY).await;
    tab.look("window.open = () => null, 0").await;
    tab.follow(CONTINUE).await;
    gets_there_by_redirect(&stage, &tab).await;
    person.leave().await;

    // Nor where the customer does not find it.
    let stage = self::stage(Database::Sqlite).await;
    let (mut person, tab) = at_a_desk(&dedicated(&stage).await).await;
    let window = open_window(&mut person, &tab).await;
    tab.follow(&hook("popup-here")).await;
    gets_there_by_redirect(&stage, &tab).await;
    drop(window);
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_or_inside_an_app_nobody_hears_of_a_window() {
    let stage = stage(Database::Sqlite).await;
    let inside = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/490.0.0.49.110]";
    for habits in [Habits { script: false, ..Habits::default() }, Habits { agent: inside, ..Habits::default() }] {
        let link = stage.plain_link().await;
        let mut person = Person::with(habits).await;
        let tab = person.open(&link.url).await;
        tab.arrive("setup").await;
        tab.follow(CONTINUE).await;
        log_in(&tab, "dedicated").await;
        tab.arrive("connected").await;
        person.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_opens_one_window_and_a_second_press_finds_it() {
    let stage = stage(Database::Sqlite).await;
    let (mut person, tab) = at_a_desk(&dedicated(&stage).await).await;
    tab.wait(READY).await;
    tab.double_click(CONTINUE).await;
    let window = person.window_of(&tab).await;
    window.arrive("sandbox-dialog").await;
    tab.click(CONTINUE).await;
    window.click(FINISH).await;
    tab.arrive("platform-success").await;
    stage.only_number().await;
    assert_eq!(stage.house.world().count("exchange"), 1);
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_was_used_meanwhile_opens_no_login() {
    let stage = stage(Database::Sqlite).await;
    let link = dedicated(&stage).await;
    let (mut person, tab) = at_a_desk(&link).await;
    tab.wait(READY).await;
    Visitor::new().walk(&link, "dedicated", stage.house.world(), Outcome::Dedicated).await;
    person.expect_status(409);
    tab.click(CONTINUE).await;
    tab.arrive("platform-failure").await;
    assert_eq!(told(&tab, "error_code").await, "already_used");
    person.leave().await;
}
