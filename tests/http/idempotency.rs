//! `Idempotency-Key`: whoever sends a POST again gets the answer it had, and nothing happens twice.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use setuplinks::{retention, store::Store};
use sqlx::AssertSqlSafe;

use crate::{
    stored::{count, everything, holds, standing_clock},
    support::{Answer, House, Platform, on_both},
};

const DAY: Duration = Duration::from_hours(24);

async fn post(platform: &Platform, path: &str, key: &str, body: &Value) -> Answer {
    platform.send(platform.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
}

fn named(name: &str) -> Value {
    json!({"customer": {"name": name}})
}

/// The answer without what belongs to the request alone.
fn lasting(answer: &Answer) -> (u16, Value, String, String) {
    (answer.status, answer.body.clone(), answer.header("content-type").to_owned(), answer.header("etag").to_owned())
}

async fn execute(house: &House, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match &house.app.store {
        Store::Sqlite(pool) => drop(sqlx::query(sql).execute(pool).await.expect("done")),
        Store::Postgres(pool) => drop(sqlx::query(sql).execute(pool).await.expect("done")),
    }
}

on_both! {
    async fn the_same_request_has_the_same_answer_in_every_process_and_is_done_once(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let elsewhere = Platform::new(house.another_process().await, acme.key.clone(), acme.project);
        let customer = acme.customer("Bakery").await;
        let links = format!("/customers/{customer}/setup_links");
        let long = "k".repeat(255);
        for (path, key, body) in [
            ("/customers", "one", named("Barber")),
            (links.as_str(), "two: ~!", json!({"setup_link": {"language": "es"}})),
            ("/whatsapp/webhooks", long.as_str(), json!({"whatsapp_webhook": {"url": "https://acme.example"}})),
            ("/project/redirect_secret/rotate", "four", json!({})),
        ] {
            let first = post(&acme, path, key, &body).await;
            assert!(first.status < 300, "{}", first.body);
            assert_eq!(first.header("idempotency-replayed"), "");
            for caller in [&acme, &elsewhere] {
                let again = post(caller, path, key, &body).await;
                assert_eq!(lasting(&again), lasting(&first), "{path}");
                assert_eq!(again.header("idempotency-replayed"), "true");
                assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
            }
        }
        assert_eq!((count(&house, "customers").await, count(&house, "setup_links").await, count(&house, "webhooks").await), (2, 1, 1));
    }

    async fn many_at_once_are_one(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let elsewhere = Platform::new(house.another_process().await, acme.key.clone(), acme.project);
        let body = named("Bakery");
        let answers = join_all((0..16).map(|i| post(if i % 2 == 0 { &acme } else { &elsewhere }, "/customers", "k", &body))).await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).map(|answer| &answer.body).collect();
        assert!(!made.is_empty() && made.iter().all(|body| *body == made[0]), "{answers:?}");
        for running in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!((running.status, &running.body["code"]), (409, &json!("request_in_progress")), "{running:?}");
            assert_eq!(running.header("retry-after"), "1");
        }
        assert_eq!(count(&house, "customers").await, 1);
        assert_eq!(post(&acme, "/customers", "k", &body).await.data(201)["id"], made[0]["data"]["id"]);
    }

    async fn another_request_under_the_same_key_is_refused(db: Database) {
        let house = House::open(db).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let first = post(&acme, "/customers", "k", &named("Bakery")).await.data(201);
        let links = format!("/customers/{}/setup_links", first["id"].as_str().expect("an id"));
        for (path, body) in [("/customers", named("Barber")), (links.as_str(), named("Bakery")), ("/customers?x", named("Bakery"))] {
            let refused = post(&acme, path, "k", &body).await;
            assert_eq!(refused.refused_fields(), ["Idempotency-Key"], "{path}");
        }
        assert_eq!((count(&house, "customers").await, count(&house, "setup_links").await), (1, 0));

        // Another project's keys are its own, and another key is another request.
        let theirs = post(&rival, "/customers", "k", &named("Bakery")).await;
        assert_ne!(theirs.header("idempotency-replayed"), "true");
        assert_ne!(theirs.data(201)["id"], first["id"]);
        assert_ne!(post(&acme, "/customers", "l", &named("Bakery")).await.data(201)["id"], first["id"]);
    }

    async fn a_refusal_is_an_answer_too(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let taken = json!({"customer": {"name": "A", "external_customer_id": "7"}});
        acme.post("/customers", &taken).await.data(201);
        let first = post(&acme, "/customers", "k", &taken).await;
        assert_eq!(first.refused_fields(), ["external_customer_id"]);
        let again = post(&acme, "/customers", "k", &taken).await;
        assert_eq!((lasting(&again), again.header("idempotency-replayed")), (lasting(&first), "true"));
    }

    async fn trouble_of_ours_is_not_kept(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let body = json!({"whatsapp_webhook": {"url": "https://acme.example"}});
        execute(&house, "alter table webhooks rename to elsewhere").await;
        assert_eq!(post(&acme, "/whatsapp/webhooks", "k", &body).await.status, 500);
        execute(&house, "alter table elsewhere rename to webhooks").await;
        let made = post(&acme, "/whatsapp/webhooks", "k", &body).await;
        assert_eq!((made.status, made.header("idempotency-replayed")), (201, ""));
    }

    async fn a_process_that_died_leaves_a_claim_that_runs_out(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        post(&acme, "/customers", "k", &named("Bakery")).await.data(201);
        // What it would have left: the claim, and no answer.
        let lease = house.clock.now().plus(Duration::from_secs(60));
        execute(&house, &format!("update idempotency_keys set answer_sealed = null, lease_until = {}", lease.0)).await;
        assert_eq!(post(&acme, "/customers", "k", &named("Bakery")).await.body["code"], "request_in_progress");
        assert_eq!(post(&acme, "/customers", "k", &named("Barber")).await.refused_fields(), ["Idempotency-Key"]);
        house.clock.advance(Duration::from_secs(60));
        assert_eq!(post(&acme, "/customers", "k", &named("Barber")).await.refused_fields(), ["Idempotency-Key"], "still");
        let done = post(&acme, "/customers", "k", &named("Bakery")).await;
        assert_eq!((done.status, done.header("idempotency-replayed")), (201, ""));
        assert_eq!(post(&acme, "/customers", "k", &named("Bakery")).await.header("idempotency-replayed"), "true");
    }

    async fn an_answer_is_kept_for_a_day_and_swept_out(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let first = post(&acme, "/customers", "k", &named("Bakery")).await.data(201);
        post(&acme, "/customers", "l", &named("Barber")).await.data(201);
        house.clock.advance(DAY.checked_sub(Duration::from_millis(1)).expect("a day"));
        retention::sweep(&house.app).await.expect("swept");
        assert_eq!(count(&house, "idempotency_keys").await, 2);
        assert_eq!(post(&acme, "/customers", "k", &named("Bakery")).await.data(201)["id"], first["id"]);
        house.clock.advance(Duration::from_millis(1));
        assert_ne!(post(&acme, "/customers", "k", &named("Bakery")).await.data(201)["id"], first["id"]);
        retention::sweep(&house.app).await.expect("swept");
        assert_eq!(count(&house, "idempotency_keys").await, 1, "the one that somebody has used anew");
    }

    async fn a_kept_answer_is_nowhere_in_the_database(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let made = post(&acme, &format!("/customers/{customer}/setup_links"), "my-own-key", &json!({})).await.data(201);
        let stored = everything(&house).await;
        assert!(!holds(&stored, made["token"].as_str().expect("a token")) && !holds(&stored, "my-own-key"));
    }

    async fn a_key_that_is_none_is_refused_and_nothing_is_done(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        for key in ["", &"k".repeat(256), "schlüssel", "a\tb"] {
            let refused = post(&acme, "/customers", key, &named("Bakery")).await;
            assert_eq!(refused.refused_fields(), ["Idempotency-Key"], "{key}");
        }
        let twice = acme.request(Method::POST, "/customers").header("Idempotency-Key", "a").header("Idempotency-Key", "b");
        assert_eq!(acme.send(twice.json(&named("Bakery"))).await.refused_fields(), ["Idempotency-Key"]);
        assert_eq!(count(&house, "customers").await, 0);
    }

    async fn only_a_post_with_a_valid_key_of_the_api_is_kept(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let path = format!("/customers/{}/setup_links/{}", link.customer, link.id);
        for language in ["es", "pt"] {
            let patch = acme.request(Method::PATCH, &path).header("Idempotency-Key", "k");
            let changed = acme.send(patch.json(&json!({"setup_link": {"language": language}}))).await;
            assert_eq!(changed.data(200)["language"], language);
            let get = acme.request(Method::GET, &path).header("Idempotency-Key", "");
            assert_eq!(acme.send(get).await.data(200)["language"], language);
        }
        let stranger = Platform::new(acme.base.clone(), "sl_wrong".to_owned(), acme.project);
        assert_eq!(post(&stranger, "/customers", "k", &named("A")).await.status, 401);
        let large = json!({"customer": {"name": "x".repeat(70_000)}});
        assert_eq!(post(&acme, "/customers", "k", &large).await.status, 413);
        assert_eq!(count(&house, "idempotency_keys").await, 0);
    }
}
