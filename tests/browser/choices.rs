//! What there is to choose: the type, the number, the language.

use serde_json::json;
use setuplinks::{
    sandbox::{NumberSpec, Outcome},
    words::Lang,
};

use crate::{
    driver::Person,
    stage::{COEXISTENCE, CONFIRM, CONTINUE, DEDICATED, ERROR, FINISH, Stage, all_in, at, log_in, told, walk},
    support::{Database, Visitor},
    tab::hook,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decided_type_is_a_card_and_no_question() {
    let stage = Stage::set(Database::Sqlite).await;
    for (kind, shown) in [("coexistence", COEXISTENCE), ("dedicated", DEDICATED)] {
        let (person, tab) = at(&stage.link(json!({"allowed_connection_types": [kind]})).await).await;
        tab.arrive("setup").await;
        assert!(!tab.has("input[type=radio]").await);
        assert_eq!(tab.texts(&hook("connection-type-coexistence")).await.len(), usize::from(kind == "coexistence"));
        assert!(tab.text(shown).await.contains("messages a second"));
        tab.follow(CONTINUE).await;
        // Facebook offers what was decided.
        tab.arrive("sandbox-dialog").await;
        assert_eq!(tab.look("document.querySelector('[name=outcome]:checked').value").await, kind);
        tab.follow(FINISH).await;
        tab.arrive("platform-success").await;
        let id = told(&tab, "phone_number_id").await;
        let number = stage.platform.get(&format!("/whatsapp/phone_numbers/{id}")).await.data(200);
        assert_eq!(number["is_coexistence"], kind == "coexistence");
        person.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_choice_the_page_says_so() {
    let stage = Stage::set(Database::Postgres).await;
    let (mut person, tab) = at(&stage.link(json!({})).await).await;
    tab.arrive("setup").await;
    // The browser itself holds the form back first.
    tab.click(CONTINUE).await;
    tab.wait("document.activeElement.matches(':invalid')").await;
    tab.arrive("setup").await;
    // An old one does not.
    tab.look("document.querySelectorAll('input').forEach(e => e.required = false)").await;
    person.expect_status(422);
    tab.follow(CONTINUE).await;
    tab.arrive("setup").await;
    assert_eq!(tab.text(ERROR).await, "Choose one of the two first.");
    tab.click(COEXISTENCE).await;
    tab.follow(CONTINUE).await;
    log_in(&tab, "coexistence").await;
    tab.arrive("platform-success").await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_numbers_the_customer_chooses_one() {
    let stage = Stage::set(Database::Sqlite).await;
    let world = stage.house.world();
    // One of them works with another customer of this platform already.
    let taken = world.add_number(NumberSpec::new("+49 151 2345-6700")).expect("a number");
    let elsewhere = stage.plain_link().await;
    let login = setuplinks::sandbox::Login::from(Outcome::Dedicated).phone("+49 151 2345-6700");
    assert_eq!(Visitor::new().walk(&elsewhere, "dedicated", world, login).await.page(), "connected");

    let link = stage.link(json!({"allowed_connection_types": ["dedicated"], "language": "ar"})).await;
    let (person, tab) = at(&link).await;
    tab.arrive("setup").await;
    tab.follow(CONTINUE).await;
    tab.arrive("sandbox-dialog").await;
    tab.look("document.querySelector('[name=phone_number]').value = '+49 151 2345-6700'").await;
    log_in(&tab, "several").await;
    tab.arrive("number").await;

    let numbers = world.numbers();
    let offered: Vec<_> = numbers.iter().filter(|n| n.waba_id == world.number(&taken).expect("it").waba_id).collect();
    assert_eq!(offered.len(), 3);
    assert_eq!(tab.texts("input[type=radio]").await.len(), 3);
    for number in &offered {
        let is_off = format!("document.querySelector('{}').disabled", hook(&format!("phone-number-{}", number.id)));
        assert_eq!(tab.look(&is_off).await, number.id == taken);
    }
    // A number reads from left to right on a page that does not.
    assert_eq!(tab.style("label bdi", "direction").await, "ltr");
    assert_eq!(tab.style("main", "direction").await, "rtl");

    let chosen = offered.iter().find(|number| number.id != taken).expect("another");
    tab.click(&hook(&format!("phone-number-{}", chosen.id))).await;
    tab.follow(CONFIRM).await;
    tab.arrive("platform-success").await;
    assert_eq!(told(&tab, "phone_number_id").await, chosen.id);
    all_in(&tab, &stage.house, Lang::Ar, &["setup", "number"]);
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_of_these_leads_back_to_facebook() {
    let stage = Stage::set(Database::Postgres).await;
    let (person, tab) = at(&stage.link(json!({"allowed_connection_types": ["dedicated"]})).await).await;
    walk(&tab, "several").await;
    tab.arrive("number").await;
    tab.follow(".link").await;
    walk(&tab, "dedicated").await;
    tab.arrive("platform-success").await;
    let newest = stage.house.world().numbers().pop().expect("a number");
    assert_eq!(stage.only_number().await["phone_number_id"], newest.id);
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_language_picked_on_the_page_stays_to_the_end() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.plain_link().await;
    let mut person = Person::speaking(Lang::Pt).await;
    let tab = person.open(&link.url).await;
    tab.arrive("setup").await;
    assert_eq!(tab.speaks().await.0, "pt");
    for &lang in Lang::ALL {
        tab.follow(&hook(&format!("language-{lang}"))).await;
        tab.arrive("setup").await;
        assert_eq!(tab.speaks().await, (lang.to_string(), lang.dir().to_owned()));
        assert_eq!(tab.text("[aria-current]").await, lang.own_name());
    }
    tab.follow(&hook("language-hi")).await;
    tab.forget_passed();
    tab.follow(CONTINUE).await;
    tab.arrive("sandbox-dialog").await;
    assert_eq!(tab.text(&hook("sandbox-locale")).await, Lang::Hi.facebook_locale());
    // They leave Facebook, and try again with several numbers: through both forms and back, it stays Hindi.
    tab.follow(crate::stage::CANCEL).await;
    tab.arrive("failed").await;
    tab.follow(crate::stage::RETRY).await;
    walk(&tab, "several").await;
    tab.arrive("number").await;
    tab.click("input:enabled").await;
    tab.follow(CONFIRM).await;
    tab.arrive("connected").await;
    all_in(&tab, &stage.house, Lang::Hi, &["failed", "setup", "number", "connected"]);
    person.leave().await;
}
