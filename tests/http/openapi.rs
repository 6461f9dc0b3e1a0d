//! The API's document: what it says is what the server does, and the copy in `docs/` is the same.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;
use setuplinks::{
    api::{self, document},
    app::PublicUrl,
};

use crate::support::{House, Visitor, on_both};

const COPY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");

/// The document of a house at that address.
fn document_at(public_url: &str) -> Value {
    let api = api::router().into_openapi();
    let address = PublicUrl::parse(public_url).expect("an origin");
    serde_json::to_value(document::complete(api, &address)).expect("JSON")
}

/// Every call: method, path, description.
fn calls(document: &Value) -> Vec<(Method, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().expect("a path").clone();
        let path = path.clone();
        item.into_iter()
            .map(move |(method, call)| (method.to_uppercase().parse().expect("a method"), path.clone(), call))
    };
    paths.iter().flat_map(of_path).collect()
}

/// Renew the copy with `UPDATE_OPENAPI=1 cargo test --test http openapi`.
#[test]
fn the_copy_in_docs_is_the_document() {
    let address = PublicUrl::parse("https://connect.example.com").expect("an origin");
    let now = document::complete(api::router().into_openapi(), &address).to_pretty_json().expect("JSON") + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(COPY, &now).expect("written");
    }
    let copy = std::fs::read_to_string(COPY).unwrap_or_default();
    assert!(copy == now, "docs/openapi.json is old: renew it with UPDATE_OPENAPI=1 cargo test --test http openapi");
}

#[test]
fn every_call_is_described_whole() {
    let document = document_at("https://connect.example.com");
    assert_eq!(document["openapi"], "3.1.0");
    let tags: BTreeSet<&str> =
        document["tags"].as_array().expect("tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    let mut ids = BTreeSet::new();
    for (method, path, call) in calls(&document) {
        let name = format!("{method} {path}");
        let id = call["operationId"].as_str().expect(&name).to_owned();
        assert!(ids.insert(id), "{name}: its operationId is another's too");
        assert!(call["summary"].is_string(), "{name} has no summary");
        assert!(tags.contains(call["tags"][0].as_str().expect(&name)), "{name}: its tag is unknown");
        let parameters = call["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in &parameters {
            assert!(parameter["description"].is_string(), "{name}: {parameter}");
        }
        for part in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            assert!(parameters.iter().any(|known| known["name"] == part && known["in"] == "path"), "{name}: {part}");
        }
        let responses = call["responses"].as_object().expect("responses");
        assert_eq!(responses.keys().filter(|status| status.starts_with('2')).count(), 1, "{name}");
        for (status, response) in responses {
            let response = match response["$ref"].as_str() {
                Some(reference) => document.pointer(&reference[1..]).expect(reference),
                None => response,
            };
            for header in ["X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining"] {
                assert!(response["headers"][header].is_object(), "{name} {status}: {header}");
            }
            let body = &response["content"]["application/json"];
            assert_eq!(body.is_null(), ["204", "304"].contains(&status.as_str()), "{name} {status}");
            assert!(body.is_null() || (body["schema"].is_object() && !body["example"].is_null()), "{name} {status}");
        }
    }
    assert!(ids.len() >= 20, "{ids:?}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn look(document: &Value, value: &Value) {
        match value {
            Value::Object(object) => {
                if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.strip_prefix('#').expect("a reference into the document");
                    assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                }
                object.values().for_each(|inner| look(document, inner));
            }
            Value::Array(items) => items.iter().for_each(|inner| look(document, inner)),
            _ => {}
        }
    }
    let document = document_at("https://connect.example.com");
    look(&document, &document);
}

on_both! {
    async fn the_document_is_there_for_everyone_with_the_houses_address(db: Database) {
        let house = House::open(db).await;
        let answer = reqwest::get(format!("{}/openapi.json", house.url)).await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/json");
        let served: Value = answer.json().await.expect("JSON");
        assert_eq!(served, document_at(&house.url));
        assert_eq!(served["servers"][0]["url"], format!("{}/platform/v1", house.url));
    }

    async fn the_reference_has_every_call_and_loads_nothing_from_elsewhere(db: Database) {
        let house = House::open(db).await;
        let page = Visitor::new().get(&format!("{}/docs", house.url)).await;
        assert_eq!(page.status, 200);
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self';") && !policy.contains("script-src"), "{policy}");
        for (method, path, call) in calls(&document_at(&house.url)) {
            let id = call["operationId"].as_str().expect("an id");
            assert_eq!(page.texts(&format!("#{id} .address")), [format!("{method} {path}")]);
        }
        assert!(!page.has("script"));
        for (element, attribute) in [("link[href]", "href"), ("img", "src")] {
            let html = scraper::Html::parse_document(&page.html);
            for found in html.select(&scraper::Selector::parse(element).expect("a selector")) {
                let address = found.attr(attribute).expect("an address");
                assert!(address.starts_with("/static/"), "{address}");
                assert_eq!(Visitor::new().get(&format!("{}{address}", house.url)).await.status, 200);
            }
        }
    }

    async fn each_address_takes_the_methods_that_are_described_and_no_other(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (method, path, _) in calls(&document_at(&house.url)) {
            let methods = described.entry(path).or_default();
            methods.insert(method.to_string());
            if method == Method::GET {
                methods.insert("HEAD".to_owned());
            }
        }
        for (path, methods) in described {
            let path = path.replace(['{', '}'], "");
            let refused = acme.send(acme.request(Method::OPTIONS, &path)).await;
            assert_eq!(refused.status, 405, "{path}");
            let allowed: BTreeSet<String> = refused.header("allow").split(',').map(str::to_owned).collect();
            assert_eq!(allowed, methods, "{path}");
        }
    }
}
