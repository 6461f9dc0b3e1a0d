//! API keys: how far each reaches, how long, and when it was used.

use std::{collections::BTreeMap, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use setuplinks::{
    api::{self, document},
    app::PublicUrl,
    scope::Scope,
};

use crate::{
    stored::standing_clock,
    support::{Answer, House, Platform, on_both},
};

/// Makes a key with these scopes; gives the platform that calls with it, and the key's id.
async fn with_scopes(acme: &Platform, scopes: &[&str], more: &Value) -> (Platform, String) {
    let mut wish = json!({"name": "a key", "scopes": scopes});
    wish.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let made = acme.post("/api_keys", &json!({"api_key": wish})).await.data(201);
    let key = made["key"].as_str().expect("the key").to_owned();
    (Platform::new(acme.base.clone(), key, acme.project), made["id"].as_str().expect("an id").to_owned())
}

/// Every call of the document: its method, its path with ids of things that are not there, and the scope that it needs.
fn calls() -> Vec<(Method, String, String)> {
    let address = PublicUrl::parse("https://connect.example.com").expect("an origin");
    let document = document::complete(api::router().into_openapi(), &address);
    let document = serde_json::to_value(document).expect("JSON");
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, call) in item.as_object().expect("calls") {
            let path: Vec<&str> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "0193f0a0-0000-7000-8000-000000000000" } else { part })
                .collect();
            let scopes = &call["security"][0]["key"];
            assert_eq!(scopes.as_array().map(Vec::len), Some(1), "{method} {path:?} names no scope");
            let scope = scopes[0].as_str().expect("a scope").to_owned();
            assert!(call["description"].as_str().expect("words").ends_with(&format!("Needs the scope `{scope}`.")));
            calls.push((method.to_uppercase().parse().expect("a method"), path.join("/"), scope));
        }
    }
    calls
}

#[track_caller]
fn assert_forbidden(answer: &Answer, needed: &str) {
    assert_eq!((answer.status, answer.body["code"].as_str()), (403, Some("forbidden")), "{}", answer.body);
    let sentence = answer.body["error"].as_str().expect("a sentence");
    assert!(sentence.contains(&format!("needs: {needed};")), "{sentence}");
    assert_eq!(answer.body["request_id"], answer.header("x-request-id"));
}

on_both! {
    async fn every_call_opens_to_its_scope_and_to_no_other(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let mut holders = BTreeMap::new();
        for scope in Scope::ALL {
            holders.insert(scope.as_str(), with_scopes(&acme, &[scope.as_str()], &json!({})).await.0);
        }
        let includes = [("links:write", "links:read"), ("numbers:write", "numbers:read")];
        for (method, path, needed) in calls() {
            for (held, holder) in &holders {
                let answer = holder.send(holder.request(method.clone(), &path)).await;
                let is_enough = *held == needed || *held == "admin" || includes.contains(&(*held, needed.as_str()));
                if is_enough {
                    assert_ne!(answer.status, 403, "{held}: {method} {path}: {}", answer.body);
                } else {
                    assert_forbidden(&answer, &needed);
                }
            }
        }
        // What is no call is nothing to anybody, and a HEAD is a GET.
        let reader = &holders["links:read"];
        assert_eq!(reader.get("/nothing").await.status, 404);
        assert_eq!(reader.send(reader.request(Method::HEAD, "/customers")).await.status, 200);
        assert_eq!(reader.send(reader.request(Method::HEAD, "/project")).await.status, 403);
    }

    async fn a_refused_call_changes_nothing_and_keeps_no_answer(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let (reader, _) = with_scopes(&acme, &["links:read"], &json!({})).await;
        let body = json!({"customer": {"name": "Bakery"}});
        let post = |platform: &Platform| {
            platform.request(Method::POST, "/customers").header("Idempotency-Key", "once").json(&body)
        };
        assert_forbidden(&reader.send(post(&reader)).await, "links:write");
        assert_eq!(acme.get("/customers").await.body["meta"]["total_count"], 0);
        // The project's other key is answered for the first time, and then the reader is not shown that answer.
        let made = acme.send(post(&acme)).await;
        assert_eq!((made.status, made.header("idempotency-replayed")), (201, ""));
        assert_forbidden(&reader.send(post(&reader)).await, "links:write");
    }

    async fn a_key_ends_when_its_time_is_over_and_says_so(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let end = house.clock.now().plus(Duration::from_hours(24));
        let (bounded, id) = with_scopes(&acme, &["links:read"], &json!({"expires_at": end.rfc3339()})).await;
        house.clock.advance(Duration::from_hours(24) - Duration::from_millis(1));
        assert_eq!(bounded.get("/customers").await.status, 200);
        house.clock.advance(Duration::from_millis(1));
        let refused = bounded.get("/customers").await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (401, Some("key_expired")));
        assert_eq!(refused.body["error"], "the key in X-API-Key has expired");
        let keys = acme.get("/api_keys").await.data(200);
        let listed = keys.as_array().expect("keys").iter().find(|key| key["id"] == *id).expect("it is still listed");
        assert_eq!((listed["status"].as_str(), listed["expires_at"].as_str()), (Some("expired"), Some(end.rfc3339().as_str())));
    }

    async fn the_last_use_is_known_to_the_minute(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let (reader, id) = with_scopes(&acme, &["links:read"], &json!({})).await;
        let last = || async {
            let keys = acme.get("/api_keys").await.data(200);
            let key = keys.as_array().expect("keys").iter().find(|key| key["id"] == *id).cloned();
            key.expect("the key")["last_used_at"].clone()
        };
        assert_eq!(last().await, Value::Null);
        let first = house.clock.now().rfc3339();
        reader.get("/customers").await.data(200);
        assert_eq!(last().await, *first);
        house.clock.advance(Duration::from_secs(59));
        reader.get("/customers").await.data(200);
        assert_eq!(last().await, *first, "not every call is written");
        house.clock.advance(Duration::from_secs(1));
        // A refused call is a use too: somebody has the key.
        assert_eq!(reader.get("/project").await.status, 403);
        assert_eq!(last().await, *house.clock.now().rfc3339());
    }

    async fn keys_are_made_listed_and_revoked(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let wish = json!({"api_key": {"name": "orders", "scopes": ["numbers:read", "links:write", "links:write"]}});
        let made = acme.post("/api_keys", &wish).await.data(201);
        assert_eq!(made["scopes"], json!(["links:write", "numbers:read"]));
        assert_eq!((made["status"].as_str(), &made["expires_at"]), (Some("active"), &Value::Null));
        let key = made["key"].as_str().expect("the key");
        let orders = Platform::new(acme.base.clone(), key.to_owned(), acme.project);
        assert_eq!(orders.get("/customers").await.status, 200);

        let list = acme.get("/api_keys").await;
        assert!(!list.body.to_string().contains(key), "it is shown once");
        assert_eq!(list.body["meta"]["total_count"], 2);
        let names: Vec<&str> = list.body["data"].as_array().expect("keys").iter().filter_map(|key| key["name"].as_str()).collect();
        assert_eq!(names, ["orders", "test"], "newest first");

        let (id, own) = (made["id"].as_str().expect("an id"), list.body["data"][1]["id"].as_str().expect("an id"));
        let stranger = house.platform("Other").await;
        for (platform, id, status) in [
            (&stranger, id, 404),
            (&acme, "0193f0a0-0000-7000-8000-000000000000", 404),
            (&acme, "orders", 404),
            (&acme, own, 409),
            (&acme, id, 204),
            (&acme, id, 404),
        ] {
            let answer = platform.delete(&format!("/api_keys/{id}")).await;
            assert_eq!(answer.status, status, "{id}: {}", answer.body);
        }
        assert_eq!(orders.get("/customers").await.status, 401);
        assert_eq!(acme.get("/api_keys").await.body["data"][0]["status"], "revoked");
    }

    async fn what_is_no_key_is_refused_by_field(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let past = house.clock.now().rfc3339();
        for (wish, fields) in [
            (json!({}), vec!["name", "scopes"]),
            (json!({"name": " ", "scopes": []}), vec!["name", "scopes"]),
            (json!({"name": "a", "scopes": "admin"}), vec!["scopes"]),
            (json!({"name": "a", "scopes": ["links:read", "links"]}), vec!["scopes"]),
            (json!({"name": "a", "scopes": ["webhooks:*"], "expires_at": past}), vec!["expires_at"]),
            (json!({"name": "a", "scopes": ["webhooks:*"], "expires_at": "tomorrow"}), vec!["expires_at"]),
        ] {
            let refused = acme.post("/api_keys", &json!({"api_key": wish})).await;
            assert_eq!(refused.refused_fields(), fields, "{wish}");
        }
        assert_eq!(acme.get("/api_keys").await.body["meta"]["total_count"], 1);
    }

    async fn a_key_from_before_there_were_scopes_may_do_everything(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        crate::stored::run(&house, "update api_keys set scopes = null").await;
        for path in ["/project", "/customers", "/whatsapp/phone_numbers", "/whatsapp/webhooks", "/api_keys"] {
            assert_eq!(acme.get(path).await.status, 200, "{path}");
        }
        assert_eq!(acme.get("/api_keys").await.body["data"][0]["scopes"], json!(["admin"]));
    }
}
