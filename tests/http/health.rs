//! `GET /whatsapp/phone_numbers/{id}/health`.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::sandbox::{AppWebhook, Fault, NumberView, Outcome, World};

use crate::{
    connected::{attach, connect, path},
    stored::{count, standing_clock},
    support::{Database, House, Platform, on_both},
};

const CALLS: [&str; 4] = ["debug_token", "phone_number", "subscriptions", "app_subscriptions"];
const CHECKS: [&str; 6] = [
    "messaging_health",
    "phone_number_access",
    "phone_number_connection",
    "token_validity",
    "webhook_subscription",
    "webhook_verified",
];

/// What the developer of the app set in its dashboard.
fn webhook() -> AppWebhook {
    let fields = vec!["messages".to_owned()];
    AppWebhook { callback_url: "https://acme.example/hook".to_owned(), is_active: true, fields }
}

/// What somebody does to a number, or to the app.
type Deed = fn(&World, &NumberView);

async fn house(db: Database) -> House {
    let house = House::open_at(db, standing_clock()).await;
    house.world().set_app_webhook(Some(webhook()));
    house
}

async fn stage(db: Database) -> (House, Platform, NumberView) {
    let house = house(db).await;
    let acme = house.platform("Acme").await;
    let customer = acme.customer("Bakery").await;
    let number = attach(&house, &acme, &customer, "+1 555 010 0101", None).await;
    (house, acme, number)
}

async fn health(platform: &Platform, number: &NumberView) -> Value {
    let answer = platform.get(&format!("{}/health", path(number))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let checks = answer.body["checks"].as_object().expect("checks");
    let names: Vec<&str> = checks.keys().map(String::as_str).collect();
    assert_eq!(names, CHECKS);
    for check in checks.values() {
        assert_eq!(check["passed"] == json!(true), check["error"].is_null(), "{check}");
        assert!(check["details"].is_object(), "{check}");
    }
    answer.body
}

/// The status, and the checks that do not pass.
fn trouble(health: &Value) -> (String, Vec<&str>) {
    let failed = CHECKS.into_iter().filter(|name| health["checks"][name]["passed"] == json!(false)).collect();
    assert_eq!(health["status"] == "healthy", health["error"].is_null(), "{health}");
    (health["status"].as_str().expect("a status").to_owned(), failed)
}

fn asked(house: &House) -> Vec<usize> {
    CALLS.iter().map(|call| house.world().count(call)).collect()
}

on_both! {
    async fn a_number_that_works_is_healthy(db: Database) {
        let (house, acme, number) = stage(db).await;

        let healthy = health(&acme, &number).await;

        assert_eq!(trouble(&healthy), ("healthy".to_owned(), vec![]));
        assert_eq!(healthy["timestamp"], "2024-03-01T12:00:00.000Z");
        assert_eq!((&healthy["retry_after"], &healthy["error"]), (&json!(180), &Value::Null));
        let checks = &healthy["checks"];
        assert_eq!(checks["phone_number_access"]["details"]["display_phone_number"], number.display_phone_number.as_str());
        assert_eq!(checks["phone_number_connection"]["details"]["status"], "CONNECTED");
        assert_eq!(checks["messaging_health"]["overall_status"], "AVAILABLE");
        assert_eq!(checks["messaging_health"]["details"]["entities"][0]["entity_type"], "PHONE_NUMBER");
        assert_eq!(checks["webhook_subscription"]["details"], json!({"subscribed": true}));
        assert!(checks["webhook_verified"]["details"]["fields"].as_array().expect("fields").contains(&json!("messages")));
        assert_eq!(checks["token_validity"]["details"], json!({"is_valid": true, "expires_at": null}));
        let shown = acme.get(&path(&number)).await.data(200);
        assert_eq!(shown["webhook_verified_at"], "2024-03-01T12:00:00.000Z");
        let text = healthy.to_string();
        let tokens: Vec<String> = house.world().calls().into_iter().filter_map(|call| call.token).collect();
        assert!(tokens.iter().all(|token| !text.contains(token)));
        assert!(house.world().calls().iter().all(|call| call.proof_ok));
    }

    async fn meta_is_asked_every_three_minutes_at_most(db: Database) {
        let (house, acme, number) = stage(db).await;
        let first = health(&acme, &number).await;
        let before = asked(&house);
        house.world().unsubscribe(&number.waba_id);
        house.clock.advance(Duration::from_millis(60_500));

        let again = health(&acme, &number).await;

        assert_eq!((&again["status"], &again["timestamp"]), (&first["status"], &first["timestamp"]));
        assert_eq!(again["retry_after"], 120, "whole seconds, and none too few");
        assert_eq!(asked(&house), before);
        house.clock.advance(Duration::from_millis(119_499));
        assert_eq!(health(&acme, &number).await["retry_after"], 1);
        house.clock.advance(Duration::from_millis(1));
        let later = health(&acme, &number).await;
        assert_eq!((&later["status"], &later["timestamp"]), (&json!("degraded"), &json!("2024-03-01T12:03:00.000Z")));
        assert_eq!(asked(&house), before.iter().map(|count| count + 1).collect::<Vec<_>>());
    }

    async fn many_who_ask_at_once_ask_meta_once(db: Database) {
        let (house, acme, number) = stage(db).await;
        let before = asked(&house);
        let all = futures_util::future::join_all((0..8).map(|_| health(&acme, &number))).await;
        assert_eq!(asked(&house), before.iter().map(|count| count + 1).collect::<Vec<_>>());
        for health in &all {
            let (status, failed) = trouble(health);
            assert!(status == "healthy" || (status == "error" && failed == CHECKS), "{health}");
        }
        assert!(all.iter().any(|health| health["status"] == "healthy"));
    }

    async fn each_trouble_has_its_check(db: Database) {
        let house = house(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let all_but_the_app = vec![
            "messaging_health", "phone_number_access", "phone_number_connection", "token_validity", "webhook_subscription",
        ];
        let stories: [(Deed, &str, Vec<&str>); 8] = [
            (|world, number| world.unsubscribe(&number.waba_id), "degraded", vec!["webhook_subscription"]),
            (|world, number| world.limit(&number.id), "degraded", vec!["messaging_health"]),
            (|world, number| world.deregister(&number.id), "unhealthy", vec!["messaging_health", "phone_number_connection"]),
            (|world, number| world.revoke(&number.waba_id), "unhealthy", all_but_the_app),
            (
                |world, number| world.move_number(&number.id, &world.waba()),
                "unhealthy",
                vec!["messaging_health", "phone_number_access", "phone_number_connection"],
            ),
            (
                |world, _| world.fault("subscriptions", 1, Fault::graph(403, 200, "(#200) permission")),
                "degraded",
                vec!["webhook_subscription"],
            ),
            (|world, _| world.set_app_webhook(Some(AppWebhook { is_active: false, ..webhook() })), "degraded", vec!["webhook_verified"]),
            (|world, _| world.set_app_webhook(None), "degraded", vec!["webhook_verified"]),
        ];
        for (line, (deed, status, failed)) in stories.into_iter().enumerate() {
            let number = attach(&house, &acme, &customer, &format!("+1 555 010 020{line}"), None).await;
            deed(house.world(), &number);
            let found = health(&acme, &number).await;
            assert_eq!(trouble(&found), (status.to_owned(), failed), "{found}");
        }
    }

    async fn when_meta_is_down_it_says_so(db: Database) {
        let (house, acme, number) = stage(db).await;
        for (call, failed) in [
            ("debug_token", vec!["token_validity"]),
            ("phone_number", vec!["messaging_health", "phone_number_access", "phone_number_connection"]),
            ("subscriptions", vec!["webhook_subscription"]),
            ("app_subscriptions", vec!["webhook_verified"]),
        ] {
            let limited = Fault::Limited { status: 400, code: 80007, minutes: 2 };
            for fault in [Fault::transient(), Fault::CutBefore, Fault::Html { status: 500 }, limited] {
                house.world().fault(call, 1, fault.clone());
                let found = health(&acme, &number).await;
                assert_eq!(trouble(&found), ("error".to_owned(), failed.clone()), "{call} {fault:?}: {found}");
                assert_eq!(found["error"], "Meta did not answer");
                house.clock.advance(Duration::from_mins(3));
            }
        }
        assert_eq!(acme.get(&path(&number)).await.data(200)["status"], "CONNECTED", "what was not heard changes nothing");
        assert_eq!(trouble(&health(&acme, &number).await).0, "healthy");
    }

    async fn what_meta_says_refreshes_the_number(db: Database) {
        let (house, acme, number) = stage(db).await;
        house.clock.advance(Duration::from_mins(1));
        house.world().deregister(&number.id);
        health(&acme, &number).await;
        let shown = acme.get(&path(&number)).await.data(200);
        assert_eq!((&shown["status"], &shown["throughput_tier"]), (&json!("PENDING"), &json!("NOT_APPLICABLE")));
        assert_eq!(shown["updated_at"], "2024-03-01T12:01:00.000Z");
        assert_eq!(acme.get("/whatsapp/phone_numbers?messaging_enabled=false").await.body["meta"]["total_count"], 1);
    }

    async fn a_number_that_is_connected_again_is_asked_about_anew(db: Database) {
        let house = house(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let number = connect(&house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;
        house.world().revoke(&number.waba_id);
        assert_eq!(health(&acme, &number).await["status"], "unhealthy");
        connect(&house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;
        assert_eq!(trouble(&health(&acme, &number).await), ("healthy".to_owned(), vec![]));
    }

    async fn a_number_of_another_project_is_not_there(db: Database) {
        let (house, acme, number) = stage(db).await;
        let rival = house.platform("Rival").await;
        let before = asked(&house);
        assert_eq!(rival.get(&format!("{}/health", path(&number))).await.status, 404);
        assert_eq!(acme.get("/whatsapp/phone_numbers/1/health").await.status, 404);
        assert_eq!((asked(&house), count(&house, "phone_numbers").await), (before, 1));
    }
}
