//! The way as a screen reader tells it: what there is, what it is called, and what changes.

use chromiumoxide::cdp::browser_protocol::accessibility::{AxNode, AxValue, GetFullAxTreeParams};
use serde_json::json;
use setuplinks::{sandbox::When, words::Lang};

use crate::{
    driver::Person,
    stage::{CONFIRM, CONTINUE, DEDICATED, Stage, log_in},
    support::Database,
    tab::Tab,
};

/// A thing on the page, as it is told.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    role: String,
    name: String,
    description: String,
    is_focusable: bool,
}

fn text(value: Option<&AxValue>) -> String {
    value.and_then(|value| value.value.as_ref()?.as_str()).unwrap_or_default().to_owned()
}

/// Without the isolates around names, which nobody hears.
fn plain(text: &str) -> String {
    text.replace(['\u{2068}', '\u{2069}'], "")
}

fn told(node: &AxNode) -> Told {
    let properties = node.properties.iter().flatten();
    let is_focusable = properties
        .filter(|property| property.name.as_ref() == "focusable")
        .any(|property| property.value.value == Some(true.into()));
    Told {
        role: text(node.role.as_ref()),
        name: plain(&text(node.name.as_ref())),
        description: plain(&text(node.description.as_ref())),
        is_focusable,
    }
}

/// All that is told of the page that stands, in order.
async fn listen(tab: &Tab) -> Vec<Told> {
    let tree = tab.page.execute(GetFullAxTreeParams::default()).await.expect("a tree").result;
    tree.nodes.iter().filter(|node| !node.ignored).map(told).collect()
}

/// The names of everything with that role.
fn names<'a>(tree: &'a [Told], role: &str) -> Vec<&'a str> {
    tree.iter().filter(|told| told.role == role).map(|told| told.name.as_str()).collect()
}

/// What can be reached has a name.
#[track_caller]
fn everything_is_named(tree: &[Told]) {
    let nameless: Vec<_> = tree.iter().filter(|told| told.is_focusable && told.name.is_empty()).collect();
    assert!(nameless.is_empty(), "{nameless:#?}");
}

async fn the_way(lang: Lang) {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.platform.link(json!({"language": lang})).await;
    let say = |id: &str| lang.plain(id, &[("project", "Acme".into())]);
    let mut person = Person::new().await;
    let tab = person.open(&link.url).await;

    tab.arrive("setup").await;
    let tree = listen(&tab).await;
    everything_is_named(&tree);
    assert_eq!(names(&tree, "RootWebArea"), [say("title")]);
    assert!(names(&tree, "heading").contains(&say("headline").as_str()), "{tree:#?}");
    assert!(tree.iter().any(|told| told.name == say("question")), "the choice is one question: {tree:#?}");
    let radios: Vec<&Told> = tree.iter().filter(|told| told.role == "radio").collect();
    assert_eq!(radios.len(), 2, "{tree:#?}");
    for (radio, stem) in radios.iter().zip(["coexistence", "dedicated"]) {
        assert!(radio.name.contains(&say(&format!("{stem}-name"))), "{radio:#?}");
        // The points under a card are told with it.
        let points = tab.texts(&format!("#{stem}-points li")).await;
        assert!(points.len() >= 3, "{points:?}");
        assert!(points.iter().all(|point| radio.description.contains(&plain(point))), "{radio:#?} {points:#?}");
    }
    assert_eq!(names(&tree, "button"), [say("continue-with-facebook")]);
    assert_eq!(names(&tree, "navigation"), [say("language-switcher")]);

    tab.click(DEDICATED).await;
    tab.follow(CONTINUE).await;
    let hold = stage.house.world().hold("exchange", When::Before);
    log_in(&tab, "several").await;
    tab.arrive("progress").await;
    let tree = listen(&tab).await;
    everything_is_named(&tree);
    assert_eq!(names(&tree, "heading"), [say("progress-title")]);
    // A step says how far it is, not only by its colour.
    let steps: Vec<String> = tab.texts("ol li").await;
    assert!(steps[0].contains(&say("step-state-now")), "{steps:?}");
    assert_eq!(tab.look("document.querySelector('[aria-live]').getAttribute('aria-live')").await, "polite");
    hold.release();

    tab.arrive("number").await;
    let tree = listen(&tab).await;
    everything_is_named(&tree);
    assert_eq!(names(&tree, "radio").len(), 3);
    assert!(names(&tree, "radio").iter().all(|name| name.starts_with('+')), "{tree:#?}");
    assert_eq!(names(&tree, "button"), [say("number-confirm")]);
    tab.click("input:enabled").await;
    tab.follow(CONFIRM).await;

    tab.arrive("connected").await;
    let tree = listen(&tab).await;
    everything_is_named(&tree);
    assert_eq!(names(&tree, "heading")[1..], [say("receipt"), say("undo")], "{tree:#?}");
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_way_told_in_english() {
    the_way(Lang::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_way_told_in_arabic() {
    the_way(Lang::Ar).await;
}

/// What is missing is said at once, and it belongs to the question.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unanswered_question_is_told() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.link(json!({})).await;
    let mut person = Person::new().await;
    person.expect_status(422);
    let tab = person.open(&link.url).await;
    tab.arrive("setup").await;
    tab.look("document.forms[0].noValidate = true").await;
    tab.follow(CONTINUE).await;
    tab.arrive("setup").await;
    let tree = listen(&tab).await;
    assert_eq!(names(&tree, "alert").len(), 1, "{tree:#?}");
    let question = tree.iter().find(|told| told.role == "group" && told.name == "How will you use this number?");
    assert_eq!(question.map(|told| told.description.as_str()), Some("Choose one of the two first."), "{tree:#?}");
    person.leave().await;
}
