//! The tests' own ears: what a page must not say is heard.

use serde_json::json;

use crate::{
    stage::{Stage, at},
    support::Database,
};

/// What a page can do wrong, and what is heard of it.
const WRONGS: &[(&str, &str)] = &[
    ("console.log('hello')", "hello"),
    ("setTimeout(() => { throw new Error('broken') })", "broken"),
    ("Promise.reject(new Error('unhandled'))", "unhandled"),
    ("document.body.append(Object.assign(document.createElement('script'), { text: '1' }))", "script-src"),
    ("document.body.setAttribute('style', 'color: red')", "style-src"),
    ("document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/x.png' }))", "img-src"),
    ("document.body.append(Object.assign(new Image(), { src: '/static/nothing.png' }))", "404"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_says_something_is_heard() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.link(json!({})).await;
    for (wrong, heard) in WRONGS {
        let (mut person, tab) = at(&link).await;
        tab.arrive("setup").await;
        assert_eq!(person.complaints().await, Vec::<String>::new());
        tab.look(wrong).await;
        crate::support::until(heard, || async {
            person.complaints().await.iter().any(|said| said.contains(heard)).then_some(())
        })
        .await;
        person.forget().await;
    }
}
