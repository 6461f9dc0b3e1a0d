//! The main job: from the link to the platform's success URL, for both types, in all languages.

use serde_json::json;
use setuplinks::{sandbox::When, words::Lang};

use crate::{
    driver::{Habits, Person},
    stage::{COEXISTENCE, CONTINUE, DEDICATED, Stage, all_in, log_in, told},
    support::on_both,
    tab::{Tab, hook},
};

/// How a visit comes by its language.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// The platform knows it.
    Link,
    /// The browser asks for it.
    Browser,
    /// The visitor picks it on the page.
    Switcher,
}

/// Every language in every way over the two types: the two tests begin the round at different sources.
fn round(first: usize) -> impl Iterator<Item = (Lang, Source)> {
    let sources = [Source::Link, Source::Browser, Source::Switcher];
    Lang::ALL.iter().enumerate().map(move |(i, &lang)| (lang, sources[(first + i + i / 3) % 3]))
}

/// Opens a new link in that language.
async fn open(stage: &Stage, lang: Lang, source: Source) -> (Person, Tab) {
    // What the page would be in otherwise: a language that we have, and not the one that is expected.
    let other = if lang == Lang::Es { Lang::Hi } else { Lang::Es };
    let browser = if matches!(source, Source::Browser) { lang } else { other };
    let terms = if matches!(source, Source::Link) { json!({"language": lang}) } else { json!({}) };
    let link = stage.link(terms).await;
    let mut person = Person::with(Habits { languages: format!("{browser},fr"), ..Habits::default() }).await;
    let tab = person.open(&link.url).await;
    tab.arrive("setup").await;
    if matches!(source, Source::Switcher) {
        assert_eq!(tab.speaks().await.0, other.as_str());
        tab.follow(&hook(&format!("language-{lang}"))).await;
        // From here on the language is chosen; what was passed before does not count.
        tab.forget_passed();
        tab.reload().await;
        tab.arrive("setup").await;
    }
    (person, tab)
}

async fn walk(stage: &Stage, lang: Lang, source: Source, kind: &str) {
    let (person, tab) = open(stage, lang, source).await;
    assert_eq!(tab.speaks().await, (lang.to_string(), lang.dir().to_owned()), "{source:?}");
    tab.click(if kind == "coexistence" { COEXISTENCE } else { DEDICATED }).await;
    tab.follow(CONTINUE).await;

    tab.arrive("sandbox-dialog").await;
    assert_eq!(tab.text(&hook("sandbox-locale")).await, lang.facebook_locale());
    // Facebook takes its time, so that the progress page is seen in each language.
    let hold = stage.house.world().hold("exchange", When::Before);
    log_in(&tab, kind).await;
    tab.arrive("progress").await;
    hold.release();

    tab.arrive("platform-success").await;
    let number = stage.house.world().numbers().pop().expect("a number");
    assert_eq!(told(&tab, "status").await, "completed");
    assert_eq!(told(&tab, "phone_number_id").await, number.id);
    assert_eq!(told(&tab, "business_account_id").await, number.waba_id);
    let connected = stage.platform.get(&format!("/whatsapp/phone_numbers/{}", number.id)).await.data(200);
    assert_eq!(told(&tab, "whatsapp_config_id").await, connected["internal_id"].as_str().expect("an id"));
    assert_eq!(connected["is_coexistence"], kind == "coexistence", "{connected:#}");
    all_in(&tab, &stage.house, lang, &["setup", "progress"]);
    person.leave().await;
}

on_both! {
    async fn coexistence_in_every_language(db: Database) {
        let stage = Stage::set(db).await;
        for (lang, source) in round(0) {
            walk(&stage, lang, source, "coexistence").await;
        }
    }

    async fn dedicated_in_every_language(db: Database) {
        let stage = Stage::set(db).await;
        for (lang, source) in round(1) {
            walk(&stage, lang, source, "dedicated").await;
        }
    }
}
