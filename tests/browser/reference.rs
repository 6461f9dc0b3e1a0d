//! The API's reference for people: readable on a phone, in the dark, and without a script.

use crate::{
    driver::{Habits, Person},
    judges::axe,
    support::{Database, House},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_fits_every_screen_and_says_the_same_to_everyone() {
    let house = House::open(Database::Sqlite).await;
    for (width, dark) in [(320, true), (768, false), (1600, true)] {
        let mut person = Person::with(Habits { width, dark, script: false, ..Habits::default() }).await;
        let tab = person.open(&format!("{}/docs", house.url)).await;
        assert_eq!(
            tab.look("document.documentElement.scrollWidth <= innerWidth").await,
            true,
            "{width}: something sticks out"
        );
        assert_eq!(tab.look("document.scripts.length").await, 0);
        let lost = "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.hash.slice(1)) \
            .filter(id => !document.getElementById(id))";
        assert_eq!(tab.look(lost).await, serde_json::json!([]), "every link leads somewhere");
        person.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_in_the_reference() {
    let house = House::open(Database::Sqlite).await;
    for (width, dark) in [(390, false), (1600, true)] {
        let mut person = Person::with(Habits { width, dark, ..Habits::default() }).await;
        let tab = person.open(&format!("{}/docs", house.url)).await;
        let findings = axe(&tab).await;
        assert!(findings.is_empty(), "{findings:#?}");
        person.leave().await;
    }
}
