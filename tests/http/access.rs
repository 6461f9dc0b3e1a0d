//! Who may call the API, and how it answers what it does not know: every error is JSON with a sentence.

use reqwest::{
    Method,
    header::{ALLOW, CONTENT_TYPE},
};
use serde_json::json;
use setuplinks::store::keys;

use crate::{
    stored::count,
    support::{Answer, House, Platform, on_both},
};

/// Every call of the API, about things that are not there.
fn calls() -> Vec<(Method, String)> {
    let id = "0193f0a0-0000-7000-8000-000000000000";
    [
        (Method::GET, "/customers".to_owned()),
        (Method::POST, "/customers".to_owned()),
        (Method::GET, format!("/customers/{id}")),
        (Method::GET, format!("/customers/{id}/setup_links")),
        (Method::POST, format!("/customers/{id}/setup_links")),
        (Method::GET, format!("/customers/{id}/setup_links/{id}")),
        (Method::PATCH, format!("/customers/{id}/setup_links/{id}")),
        (Method::GET, "/whatsapp/phone_numbers".to_owned()),
        (Method::GET, "/whatsapp/phone_numbers/1".to_owned()),
    ]
    .into()
}

#[track_caller]
fn assert_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.header("content-type").starts_with("application/json"), "{answer:?}");
    assert!(answer.body["error"].as_str().is_some_and(|sentence| sentence.contains(' ')), "{}", answer.body);
    assert_eq!(answer.body["code"], code);
    assert_eq!(answer.body["request_id"], answer.header("x-request-id"), "the log can be searched for it");
}

fn with_key(platform: &Platform, key: &str) -> Platform {
    Platform::new(platform.base.clone(), key.to_owned(), platform.project)
}

on_both! {
    async fn without_a_valid_key_nothing_opens(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let prefix = acme.key[..acme.key.len() - 1].to_owned();
        let padded = format!("{}x", acme.key);
        for key in ["", "sl_wrong", &prefix, &padded, &acme.key.to_lowercase()] {
            for (method, path) in calls() {
                let stranger = with_key(&acme, key);
                assert_error(&stranger.send(stranger.request(method, &path)).await, 401, "unauthorized");
            }
        }
        let plain = reqwest::Client::builder().no_proxy().build().expect("a client");
        for (method, path) in calls() {
            let request = plain.request(method, format!("{}/platform/v1{path}", house.url));
            assert_error(&acme.send(request.bearer_auth(&acme.key)).await, 401, "unauthorized");
        }
        let customers = json!({"customer": {"name": "A"}});
        assert_eq!(with_key(&acme, "sl_wrong").post("/customers", &customers).await.status, 401);
        assert_eq!(count(&house, "customers").await, 0);
    }

    async fn a_revoked_key_opens_nothing_and_its_sister_still_does(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let now = house.clock.now();
        let sister = setuplinks::api::key::create(&house.app.store, acme.project, "sister", now).await.expect("a key");
        let mut lease = house.app.store.acquire().await.expect("a connection");
        let known = keys::all(lease.db(), Some(acme.project)).await.expect("keys");
        let first = known.iter().find(|key| key.name == "test").expect("the key").id;
        assert_eq!(acme.get("/customers").await.status, 200);

        assert!(keys::revoke(lease.db(), None, first, now).await.expect("revoked"));

        assert_error(&acme.get("/customers").await, 401, "unauthorized");
        assert_eq!(with_key(&acme, &sister).get("/customers").await.status, 200);
    }

    async fn ids_that_are_none_are_not_found(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        for (method, path) in calls().into_iter().filter(|(_, path)| path.contains("-7000-") || path.ends_with("/1")) {
            assert_error(&acme.send(acme.request(method, &path)).await, 404, "not_found");
        }
        for id in ["1", "x", "%00", "%F0%9F%A5%90", "..%2F..", "0193f0a0-0000-7000-8000-00000000000g"] {
            for path in [
                format!("/customers/{id}"),
                format!("/customers/{id}/setup_links"),
                format!("/customers/{customer}/setup_links/{id}"),
                format!("/whatsapp/phone_numbers/{id}"),
            ] {
                assert_error(&acme.get(&path).await, 404, "not_found");
            }
            let patched = acme.patch(&format!("/customers/{customer}/setup_links/{id}"), &json!({})).await;
            assert_error(&patched, 404, "not_found");
        }
        // Bytes that are no text are no id either.
        assert_eq!(acme.get("/customers/%FF").await.status, 400);
    }

    async fn an_address_or_method_that_is_none_is_an_error_in_json(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        for path in ["/nothing", "/customers/", "/customers/x/y/z", "/whatsapp", "/Customers", "//customers", ""] {
            assert_error(&acme.get(path).await, 404, "not_found");
        }
        for (path, allowed) in [
            ("/customers".to_owned(), "GET,HEAD,POST"),
            ("/whatsapp/phone_numbers".to_owned(), "GET,HEAD"),
            (format!("/customers/{}/setup_links", acme.customer("Bakery").await), "GET,HEAD,POST"),
        ] {
            for method in [Method::PUT, Method::DELETE] {
                let answer = acme.send(acme.request(method, &path)).await;
                assert_error(&answer, 405, "method_not_allowed");
                assert_eq!(answer.header(ALLOW.as_str()), allowed, "{path}");
            }
        }
    }

    async fn a_content_type_on_a_get_and_an_odd_one_on_a_post_are_taken(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        for (method, path) in calls().into_iter().filter(|(method, path)| method == Method::GET && !path.contains("-7000-")) {
            let answer = acme.send(acme.request(method, &path).header(CONTENT_TYPE, "application/json").body("")).await;
            assert_eq!(answer.status, if path.ends_with("/1") { 404 } else { 200 }, "{path}");
        }
        for kind in ["text/plain", "application/json; charset=utf-8", "application/vnd.api+json"] {
            let given = json!({"customer": {"name": "A"}}).to_string();
            let request = acme.request(Method::POST, "/customers").header(CONTENT_TYPE, kind).body(given);
            assert_eq!(acme.send(request).await.status, 201, "{kind}");
        }
    }

    async fn a_body_that_is_too_large_is_refused_unread(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let large = json!({"setup_link": {"unknown": "x".repeat(64 * 1024)}});
        assert_error(&acme.post(&format!("/customers/{customer}/setup_links"), &large).await, 413, "too_large");
        assert_error(&acme.post("/customers", &large).await, 413, "too_large");
        assert_eq!(count(&house, "setup_links").await, 0);

        let fits = json!({"setup_link": {"unknown": "x".repeat(60 * 1024)}});
        acme.post(&format!("/customers/{customer}/setup_links"), &fits).await.data(201);
    }
}
