//! Programs that read a link: every one that public lists know leaves it exactly as it was, opened by nobody.

use std::process::Command;

use futures_util::{StreamExt as _, stream};
use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};
use setuplinks::{visit, web::person};

use crate::support::{House, on_both};

/// What they call themselves, from the packages that `./check` installs.
fn programs() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges");
    let told = Command::new("node").arg("bots.js").current_dir(folder).output().expect("node runs");
    let why = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{why}: run ./check, which installs the lists");
    serde_json::from_slice(&told.stdout).expect("a list")
}

#[test]
fn none_of_them_is_taken_for_a_person() {
    let programs = programs();
    assert!(programs.len() > 2000, "{}", programs.len());
    let taken: Vec<_> = programs.iter().filter(|name| person::is_browser(name)).collect();
    assert!(taken.is_empty(), "{taken:#?}");
}

on_both! {
    async fn none_of_them_changes_anything(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let before = platform.see(&link).await;
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let asked = programs().into_iter().enumerate().filter_map(|(nth, name)| {
            // Most get the page, as previews do; some only ask whether it is there.
            let method = if nth % 5 == 0 { Method::HEAD } else { Method::GET };
            let name = HeaderValue::from_bytes(name.as_bytes()).ok()?;
            let request = client.request(method, &link.url).header("User-Agent", name).send();
            // Read to the end, as they do: an answer that is kept keeps its connection.
            Some(async {
                let answer = request.await.expect("an answer");
                let told = (answer.status().as_u16(), answer.headers().contains_key("set-cookie"));
                answer.bytes().await.map(|_| told)
            })
        });
        let answers: Vec<_> = stream::iter(asked).buffer_unordered(8).collect().await;
        assert!(answers.len() > 2000);
        for answer in answers {
            assert_eq!(answer.expect("its body"), (200, false));
        }
        visit::write(&house.app).await.expect("written");
        let events = platform.get(&format!("/customers/{}/setup_links/{}/events", link.customer, link.id)).await.data(200);
        assert_eq!((platform.see(&link).await, events), (before, Value::Array(Vec::new())));
    }
}
