//! The judges: axe on every page in the ordinary run, and the whole bench of `./check page`.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    sync::LazyLock,
};

use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;
use serde::Deserialize;
use serde_json::json;
use setuplinks::words::Lang;

use crate::{
    driver::{Habits, Person},
    scene::{NO_THEME, Scene, THEMES, show},
    tab::Tab,
};

fn bench() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judges")
}

static AXE: LazyLock<String> = LazyLock::new(|| {
    let script = bench().join("node_modules/axe-core/axe.min.js");
    fs::read_to_string(&script)
        .unwrap_or_else(|e| panic!("{}: {e}: run ./check, which installs the judges", script.display()))
});

/// A rule that is broken, and where.
#[derive(Debug, Deserialize)]
pub struct Finding {
    #[expect(dead_code, reason = "read by whoever mends it")]
    rule: String,
    #[expect(dead_code, reason = "read by whoever mends it")]
    at: Vec<String>,
}

/// What axe finds on the page that stands, all of its rules asked. What it cannot decide by itself is no finding.
pub async fn axe(tab: &Tab) -> Vec<Finding> {
    tab.page.evaluate(AXE.as_str()).await.expect("axe runs");
    let run = "axe.run().then(({ violations }) => violations.map(({ id, help, nodes }) => \
        ({ rule: `${id}: ${help}`, at: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`) })))";
    let question = EvaluateParams::builder().expression(run).await_promise(true).return_by_value(true).build();
    let answer = tab.page.execute(question.expect("a question")).await.expect("axe answers").result;
    assert!(answer.exception_details.is_none(), "{:?}", answer.exception_details);
    serde_json::from_value(answer.result.value.expect("findings")).expect("findings")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_in_any_state() {
    let scene = Scene::set(&[NO_THEME]).await;
    for (lang, dark) in [(Lang::En, false), (Lang::Ar, true), (Lang::Hi, false)] {
        let mut person = Person::with(Habits { languages: lang.to_string(), dark, ..Habits::default() }).await;
        let tab = person.tab().await;
        for view in &scene.views {
            if view.status >= 400 {
                person.expect_status(view.status);
            }
            show(&tab, view).await;
            let findings = axe(&tab).await;
            assert!(findings.is_empty(), "{} in {lang}: {findings:#?}", view.name);
        }
        person.leave().await;
    }
}

/// A judge that finds nothing may be one that does not look.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_what_is_wrong() {
    let scene = Scene::set(&[]).await;
    let mut person = Person::new().await;
    let tab = person.tab().await;
    show(&tab, &scene.views[0]).await;
    tab.look("document.querySelector('h1').before(new Image())").await;
    assert_eq!(axe(&tab).await.len(), 1);
    person.forget().await;
}

/// Every state × language × theme × width × light and dark, before every judge there is. `./check page` runs it; what
/// stands behind those words narrows it, by state or language.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a quarter of an hour: ./check page"]
async fn no_judge_finds_anything() {
    let scene = Scene::set(&THEMES).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("scene.json");
    let languages: Vec<&str> = Lang::ALL.iter().map(|lang| lang.as_str()).collect();
    let told = json!({"languages": languages, "views": scene.views});
    fs::write(&file, told.to_string()).expect("a file");
    let mut node = Command::new("node");
    node.arg("page.js").arg(&file).current_dir(bench()).stdin(Stdio::null());
    // The house goes on answering meanwhile.
    let status = tokio::task::spawn_blocking(move || node.status()).await.expect("a thread").expect("node runs");
    assert!(status.success(), "the judges found something, see above");
}
