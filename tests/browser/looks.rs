//! What the page is besides its way through: questions that help to choose, a receipt, and colours that can be read.

use serde_json::{Value, json};
use setuplinks::{
    sandbox::{Login, NumberSpec, Outcome},
    words::Lang,
};

use crate::{
    driver::{Habits, Person},
    scene::{NO_THEME, Scene, show},
    stage::{COEXISTENCE, CONTINUE, DEDICATED, Stage, at},
    support::{Database, Visitor},
    tab::{Tab, hook},
};

const ASK: &str = "[data-testid=which-ask]";
const ADVICE: &str = "[data-testid=advice]";

/// Answers questions of the chooser; the rest is skipped.
async fn answer(tab: &Tab, answers: &[(&str, &str)]) {
    tab.click("summary").await;
    for (question, answer) in answers {
        tab.click(&format!("[name={question}][value={answer}]")).await;
    }
    tab.follow(ASK).await;
    tab.arrive("setup").await;
}

async fn is_chosen(tab: &Tab, card: &str) -> bool {
    tab.look(&format!("document.querySelector('{card}').checked")).await == true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_questions_recommend_a_type_with_and_without_script() {
    let stage = Stage::set(Database::Sqlite).await;
    for script in [true, false] {
        let link = stage.link(json!({})).await;
        let mut person = Person::with(Habits { script, ..Habits::default() }).await;
        let tab = person.open(&format!("{}?lang=es", link.url)).await;
        tab.arrive("setup").await;
        assert!(!tab.has(ADVICE).await);
        answer(&tab, &[("app", "yes"), ("facebook", "no")]).await;
        assert_eq!(tab.speaks().await.0, "es", "the choice of language is kept");
        assert!(tab.text(ADVICE).await.starts_with("Te conviene seguir con la app"), "{}", tab.text(ADVICE).await);
        assert!(is_chosen(&tab, COEXISTENCE).await);
        // Second thoughts: the answers are still there, and one of them changes.
        answer(&tab, &[("stay", "no")]).await;
        assert!(tab.text(ADVICE).await.contains("elimina ahí la cuenta"), "{}", tab.text(ADVICE).await);
        assert!(is_chosen(&tab, DEDICATED).await && !is_chosen(&tab, COEXISTENCE).await);
        let shown = stage.platform.see(&link).await;
        assert_eq!((&shown["status"], &shown["whatsapp_setup_status"]), (&json!("active"), &json!("pending")));
        tab.follow(CONTINUE).await;
        tab.arrive("sandbox-dialog").await;
        assert_eq!(tab.look("document.querySelector('[name=outcome]:checked').value").await, "dedicated");
        person.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_questions_by_keyboard_and_only_where_there_is_a_choice() {
    let stage = Stage::set(Database::Sqlite).await;
    let (person, tab) = at(&stage.link(json!({})).await).await;
    tab.arrive("setup").await;
    tab.tab_to("summary").await;
    tab.key("Enter").await;
    tab.tab_to("[name=app]").await;
    tab.key("ArrowDown").await;
    tab.tab_to(ASK).await;
    tab.turning(tab.key("Enter")).await;
    tab.arrive("setup").await;
    assert!(is_chosen(&tab, DEDICATED).await, "no app: {}", tab.text(ADVICE).await);
    // Reading goes on at the advice, and the next stop is the card that it recommends.
    assert_eq!(tab.look("document.activeElement.id").await, "advice");
    tab.key("Tab").await;
    assert_eq!(tab.look(&format!("document.activeElement.matches('{DEDICATED}')")).await, true);
    person.leave().await;

    for kind in ["coexistence", "dedicated"] {
        let (person, tab) = at(&stage.link(json!({"allowed_connection_types": [kind]})).await).await;
        tab.arrive("setup").await;
        assert!(!tab.has(&hook("which")).await, "{kind}");
        assert_eq!(tab.has(&hook("trap")).await, kind == "dedicated");
        person.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_without_a_redirect_gets_a_receipt() {
    let stage = Stage::set(Database::Postgres).await;
    let link = stage.plain_link().await;
    let progress = Visitor::new().log_in(&link, "dedicated", stage.house.world(), Outcome::Dedicated).await.location();
    Visitor::new().wait_out(&progress).await;
    let number = stage.only_number().await;
    assert_eq!(number["is_meta_provided"], false);

    let mut person = Person::new().await;
    let tab = person.open(&progress).await;
    tab.arrive("connected").await;
    let plain = |text: &str| text.replace('\u{a0}', " ").replace('\u{2011}', "-");
    let rows: Vec<String> = tab.texts("[data-testid=receipt] dd").await.iter().map(|text| plain(text)).collect();
    let at = tab.look("document.querySelector('time').dateTime").await;
    let expected = [&number["display_phone_number"], &number["verified_name"], &json!("Acme")];
    assert_eq!(rows[..3].iter().map(|row| json!(row)).collect::<Vec<_>>(), expected.map(Clone::clone));
    assert_eq!((at, &rows[4]), (number["updated_at"].clone(), &link.id));
    assert!(!tab.has(&hook("note")).await);
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_of_meta_s_own_is_named_as_what_it_is() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.plain_link().await;
    let limited = Login::from(Outcome::Dedicated).phone("+1 555-078-3881");
    let progress = Visitor::new().log_in(&link, "dedicated", stage.house.world(), limited).await.location();
    Visitor::new().wait_out(&progress).await;
    assert_eq!(stage.only_number().await["is_meta_provided"], true);
    let mut person = Person::new().await;
    let tab = person.open(&progress).await;
    tab.arrive("connected").await;
    assert!(tab.text(&hook("note")).await.starts_with("This is a limited number of Meta’s"));
    person.leave().await;
}

/// Colours that nobody would choose: a small generator of its own, so that a failure can be looked at again.
fn hostile(seed: u32) -> Value {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let theme = setuplinks::link::Theme::KEYS.iter().filter_map(|key| {
        let colour = match next() % 4 {
            0 => return None,
            // Grey upon grey.
            1 => (next() & 0xff) * 0x01_0101,
            _ => next() & 0x00ff_ffff,
        };
        Some(((*key).to_owned(), json!(format!("#{colour:06x}"))))
    });
    Value::Object(theme.collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_theme_hides_anything_from_anybody() {
    let stage = Stage::set(Database::Sqlite).await;
    let world = stage.house.world();
    let waba = world.waba();
    for number in ["+49 151 2345-6701", "+49 151 2345-6702"] {
        world.add_number(NumberSpec { waba_id: Some(waba.clone()), ..NumberSpec::new(number) }).expect("a number");
    }
    let setup = stage.platform.link(json!({})).await;
    let mut pages = vec![(setup.clone(), format!("{}?app=yes&which=1", setup.url), "setup")];
    for (login, page) in [
        (Login::from(Outcome::Cancel), "failed"),
        (Login::from(Outcome::Dedicated).phone("+1 555-078-3881"), "connected"),
        (Login::from(Outcome::Several).phone("+49 151 2345-6701"), "number"),
    ] {
        let link = stage.platform.link(json!({})).await;
        let progress = Visitor::new().log_in(&link, "dedicated", world, login).await.location();
        assert_eq!(Visitor::new().wait_out(&progress).await.page(), page);
        pages.push((link, progress, page));
    }
    let mut person = Person::new().await;
    let tab = person.tab().await;
    for seed in 0..24 {
        let theme = if seed == 0 { Value::Null } else { hostile(seed) };
        for (link, url, page) in &pages {
            stage.platform.change(link, json!({"theme_config": theme})).await.data(200);
            for dark in [false, true].into_iter().take(if seed == 0 { 2 } else { 1 }) {
                tab.set_screen(&Habits { dark, ..Habits::default() }).await;
                tab.goto(url).await;
                tab.arrive(page).await;
                let seen = tab.look(include_str!("contrast.js")).await;
                assert!(seen["texts"].as_u64().expect("a number") > 5, "{seen}");
                assert_eq!(seen["found"], json!([]), "{page} in {theme}, dark: {dark}");
            }
        }
    }
    person.leave().await;
}

/// A long unbroken name and one of a single letter, in every language: nothing sticks out, and nothing is left unsaid.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_state_bears_the_longest_and_the_shortest_name_in_every_language() {
    let ids: Vec<String> = include_str!("../../src/words/en.ftl")
        .lines()
        .filter_map(|line| line.split_once(" = ").map(|(id, _)| id.to_owned()).filter(|id| id.contains('-')))
        .collect();
    for name in ["Donaudampfschifffahrtsgesellschaft".repeat(3)[..100].to_owned(), "Ö".to_owned()] {
        let scene = Scene::of(&name, &[NO_THEME]).await;
        for &lang in Lang::ALL {
            let habits = Habits { languages: lang.to_string(), width: 320, ..Habits::default() };
            let mut person = Person::with(habits).await;
            let tab = person.tab().await;
            for view in scene.views.iter().filter(|view| view.is_ours) {
                if view.status >= 400 {
                    person.expect_status(view.status);
                }
                show(&tab, view).await;
                assert_eq!(tab.speaks().await, (lang.to_string(), lang.dir().to_owned()), "{}", view.name);
                let fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
                assert_eq!(tab.look(fits).await, true, "{} in {lang} for {name}", view.name);
                let text = tab.look("document.title + '\\n' + document.body.innerText").await.to_string();
                let raw = ids.iter().find(|id| text.split_whitespace().any(|word| word == *id));
                assert!(raw.is_none() && !text.contains("{ "), "{} in {lang}: {raw:?} in {text}", view.name);
            }
            person.leave().await;
        }
    }
}
