//! The way by keyboard alone.

use serde_json::json;

use crate::{
    stage::{COEXISTENCE, CONFIRM, CONTINUE, DEDICATED, FINISH, Stage, at},
    support::Database,
    tab::hook,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_way_by_keyboard() {
    let stage = Stage::set(Database::Sqlite).await;
    let (person, tab) = at(&stage.link(json!({})).await).await;
    tab.arrive("setup").await;
    // The first stop is the choice.
    tab.key("Tab").await;
    assert_eq!(tab.look(&format!("document.activeElement.matches('{COEXISTENCE}')")).await, true);
    tab.key("ArrowDown").await;
    assert_eq!(tab.look(&format!("document.querySelector('{DEDICATED}').checked")).await, true);
    // One sees where one is.
    let ring = "getComputedStyle(document.querySelector('input:focus-visible ~ label'), '::after').outlineStyle";
    assert_eq!(tab.look(ring).await, "solid");
    tab.tab_to(CONTINUE).await;
    assert_eq!(tab.style(":focus-visible", "outline-width").await, "3px");
    tab.turning(tab.key("Enter")).await;

    tab.arrive("sandbox-dialog").await;
    tab.tab_to(&hook("sandbox-outcome-dedicated")).await;
    tab.key("ArrowDown").await;
    tab.key("ArrowDown").await;
    assert_eq!(tab.look(&format!("document.querySelector('{}').checked", hook("sandbox-outcome-several"))).await, true);
    tab.tab_to(FINISH).await;
    tab.turning(tab.key("Enter")).await;

    tab.arrive("number").await;
    tab.tab_to("input[type=radio]").await;
    tab.key(" ").await;
    assert_eq!(tab.look("document.activeElement.checked").await, true);
    tab.tab_to(CONFIRM).await;
    tab.turning(tab.key(" ")).await;
    tab.arrive("platform-success").await;
    stage.only_number().await;
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_language_and_the_way_back_by_keyboard() {
    let stage = Stage::set(Database::Postgres).await;
    let (person, tab) = at(&stage.plain_link().await).await;
    tab.tab_to(&hook("language-es")).await;
    tab.turning(tab.key("Enter")).await;
    tab.arrive("setup").await;
    tab.tab_to(CONTINUE).await;
    tab.turning(tab.key("Enter")).await;
    tab.tab_to(crate::stage::CANCEL).await;
    tab.turning(tab.key("Enter")).await;
    tab.arrive("failed").await;
    assert_eq!(tab.speaks().await.0, "es");
    tab.tab_to(crate::stage::RETRY).await;
    tab.turning(tab.key("Enter")).await;
    tab.arrive("setup").await;
    person.leave().await;
}
