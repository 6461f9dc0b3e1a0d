//! `/platform/v1/customers`.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    stored::{count, standing_clock},
    support::{House, Platform, on_both},
};

async fn names(platform: &Platform, query: &str) -> Vec<String> {
    let list = platform.get(&format!("/customers?{query}")).await;
    assert_eq!(list.status, 200, "{}", list.body);
    let items = list.body["data"].as_array().expect("a list");
    assert_eq!(list.body["meta"]["total_count"], items.len(), "the count has the same filter: {query}");
    items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

on_both! {
    async fn a_customer_is_made_and_found_again(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;

        let given = json!({"customer": {"name": " Bakery 🥐 ", "external_customer_id": "b-1", "shoe_size": 43}});
        let made = acme.post("/customers", &given).await.data(201);

        assert_eq!(made, json!({
            "id": made["id"], "name": "Bakery 🥐", "external_customer_id": "b-1",
            "created_at": "2024-03-01T12:00:00.000Z", "updated_at": "2024-03-01T12:00:00.000Z",
        }));
        let id = made["id"].as_str().expect("an id");
        assert!(uuid::Uuid::try_parse(id).is_ok(), "{id}");
        assert_eq!(acme.get(&format!("/customers/{id}")).await.data(200), made);
        assert_eq!(acme.get("/customers").await.body["data"], json!([made]));
    }

    async fn a_customer_needs_no_external_id(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        for given in [json!({"name": "A"}), json!({"name": "A", "external_customer_id": null})] {
            let made = acme.post("/customers", &json!({"customer": given})).await.data(201);
            assert_eq!(made["external_customer_id"], Value::Null);
        }
        assert_eq!(count(&house, "customers").await, 2, "no two of them are the same for want of an id");
    }

    async fn what_is_wrong_is_named_and_not_saved(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let long = "x".repeat(256);
        for (given, fields) in [
            (json!({}), vec!["name"]),
            (json!(null), vec!["name"]),
            (json!({"customer": null}), vec!["name"]),
            (json!({"customer": {}}), vec!["name"]),
            (json!({"customer": {"name": null}}), vec!["name"]),
            (json!({"customer": {"name": 7}}), vec!["name"]),
            (json!({"customer": {"name": ""}}), vec!["name"]),
            (json!({"customer": {"name": "  "}}), vec!["name"]),
            (json!({"customer": {"name": ["A"]}}), vec!["name"]),
            (json!({"customer": {"name": "a\u{0}b"}}), vec!["name"]),
            (json!({"customer": {"name": long}}), vec!["name"]),
            (json!({"customer": {"name": "A", "external_customer_id": 7}}), vec!["external_customer_id"]),
            (json!({"customer": {"name": "A", "external_customer_id": ""}}), vec!["external_customer_id"]),
            (json!({"customer": {"name": "A", "external_customer_id": {}}}), vec!["external_customer_id"]),
            (json!({"customer": {"name": false, "external_customer_id": long}}), vec!["name", "external_customer_id"]),
            (json!({"name": "A"}), vec!["name"]),
            (json!({"external_customer_id": "b", "name": "A"}), vec!["name", "external_customer_id"]),
            (json!({"customer": "A"}), vec!["customer"]),
            (json!({"customer": [{"name": "A"}]}), vec!["customer"]),
            (json!([]), vec!["body"]),
            (json!("A"), vec!["body"]),
        ] {
            let refused = acme.post("/customers", &given).await;
            assert_eq!(refused.refused_fields(), fields, "{given}");
            assert_eq!(refused.body["code"], "invalid");
            let sentence = refused.body["error"].as_str().expect("a sentence");
            assert!(fields.iter().all(|field| sentence.contains(field)), "{sentence}");
        }
        for body in ["{", "{\"customer\": {\"name\": \"A\"}", "name=A", "\u{feff}{}", "{\"customer\":{\"name\":\"\\ud800\"}}"] {
            let refused = acme.send(acme.request(Method::POST, "/customers").body(body)).await;
            assert_eq!(refused.refused_fields(), ["body"], "{body}");
        }
        assert_eq!(count(&house, "customers").await, 0);
    }

    async fn an_external_id_is_taken_once_in_a_project(db: Database) {
        let house = House::open(db).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let given = json!({"customer": {"name": "A", "external_customer_id": "same"}});

        acme.post("/customers", &given).await.data(201);
        assert_eq!(acme.post("/customers", &given).await.refused_fields(), ["external_customer_id"]);
        rival.post("/customers", &given).await.data(201);

        assert_eq!(count(&house, "customers").await, 2);
    }

    async fn a_list_is_narrowed_by_name_external_id_and_time(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        for (name, external) in [("Bakery", "b"), ("bar_", "B"), ("100%", "c"), ("Bank\\", "d")] {
            let given = json!({"customer": {"name": name, "external_customer_id": external}});
            acme.post("/customers", &given).await.data(201);
            house.clock.advance(Duration::from_mins(1));
        }
        for (query, found) in [
            ("", vec!["Bank\\", "100%", "bar_", "Bakery"]),
            ("name_contains=BA", vec!["Bank\\", "bar_", "Bakery"]),
            ("name_contains=%25", vec!["100%"]),
            ("name_contains=_", vec!["bar_"]),
            ("name_contains=%5C", vec!["Bank\\"]),
            ("name_contains=nobody", vec![]),
            ("external_customer_id=b", vec!["Bakery"]),
            ("external_customer_id=%25", vec![]),
            ("created_after=2024-03-01T12:01:00Z", vec!["Bank\\", "100%"]),
            ("created_before=2024-03-01T12:01:00Z", vec!["Bakery"]),
            ("created_after=2024-03-01T14:00:00%2B02:00&created_before=2024-03-01T12:02:00.000Z", vec!["bar_"]),
            ("created_after=2024-03-02", vec![]),
            ("name_contains=ba&external_customer_id=B&created_after=2024-03-01", vec!["bar_"]),
            ("name_contains=&external_customer_id=&created_after=", vec!["Bank\\", "100%", "bar_", "Bakery"]),
            ("colour=blue&name_contains=bak", vec!["Bakery"]),
        ] {
            assert_eq!(names(&acme, query).await, found, "{query}");
        }
    }

    async fn a_filter_that_cannot_be_read_is_named(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        for (query, fields) in [
            ("created_after=yesterday", vec!["created_after"]),
            ("created_before=2024-13-01", vec!["created_before"]),
            ("created_after=1&created_before=2&page=0", vec!["page", "created_after", "created_before"]),
            ("name_contains=%00", vec!["name_contains"]),
            ("external_customer_id=a%00b", vec!["external_customer_id"]),
        ] {
            assert_eq!(acme.get(&format!("/customers?{query}")).await.refused_fields(), fields, "{query}");
        }
    }

    async fn nothing_of_another_project_is_seen(db: Database) {
        let house = House::open(db).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let customer = acme.customer("Bakery").await;

        assert_eq!(rival.get(&format!("/customers/{customer}")).await.status, 404);
        assert_eq!(names(&rival, "").await, Vec::<String>::new());
        assert_eq!(names(&rival, "name_contains=bak").await, Vec::<String>::new());
        assert_eq!(names(&acme, "").await, ["Bakery"]);
    }

    async fn a_customer_is_changed_field_by_field(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let given = json!({"customer": {"name": "Bakery", "external_customer_id": "b-1"}});
        let made = acme.post("/customers", &given).await.data(201);
        let path = format!("/customers/{}", made["id"].as_str().expect("an id"));
        let other = acme.post("/customers", &json!({"customer": {"name": "B", "external_customer_id": "b-2"}})).await.data(201);
        house.clock.advance(Duration::from_mins(1));
        let patch = async |body: Value| acme.patch(&path, &json!({"customer": body})).await;

        let changed = patch(json!({"name": " Patisserie ", "shoe_size": 43})).await.data(200);
        assert_eq!(changed, json!({
            "id": made["id"], "name": "Patisserie", "external_customer_id": "b-1",
            "created_at": "2024-03-01T12:00:00.000Z", "updated_at": "2024-03-01T12:01:00.000Z",
        }));
        assert_eq!(patch(json!({"external_customer_id": null})).await.data(200)["external_customer_id"], Value::Null);
        assert_eq!(patch(json!({"external_customer_id": "b-3"})).await.data(200)["external_customer_id"], "b-3");
        let kept = patch(json!({})).await.data(200);
        assert_eq!((&kept["name"], &kept["external_customer_id"]), (&json!("Patisserie"), &json!("b-3")));

        for (body, fields) in [
            (json!({"name": null}), vec!["name"]),
            (json!({"name": "  "}), vec!["name"]),
            (json!({"name": 7, "external_customer_id": ""}), vec!["name", "external_customer_id"]),
            (json!({"name": "C", "external_customer_id": "b-2"}), vec!["external_customer_id"]),
        ] {
            assert_eq!(patch(body.clone()).await.refused_fields(), fields, "{body}");
        }
        assert_eq!(acme.patch(&path, &json!({"name": "Outside"})).await.refused_fields(), ["name"]);
        assert_eq!(acme.get(&path).await.data(200), kept, "nothing is half saved");
        assert_eq!(rival.patch(&path, &json!({"customer": {"name": "Theirs"}})).await.status, 404);
        assert_eq!(acme.patch("/customers/nobody", &json!({"customer": {"name": "C"}})).await.status, 404);
        assert_eq!(acme.get(&format!("/customers/{}", other["id"].as_str().expect("an id"))).await.data(200), other);
    }

    async fn two_who_change_different_fields_at_once_both_have_their_way(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let path = format!("/customers/{}", acme.customer("Bakery").await);
        for round in 0..5 {
            let (name, external) = (format!("Bakery {round}"), format!("b-{round}"));
            let (one, two) = (json!({"customer": {"name": name}}), json!({"customer": {"external_customer_id": external}}));
            let (one, two) = tokio::join!(acme.patch(&path, &one), acme.patch(&path, &two));
            assert_eq!((one.status, two.status), (200, 200));
            let now = acme.get(&path).await.data(200);
            assert_eq!((&now["name"], &now["external_customer_id"]), (&json!(name), &json!(external)));
        }
    }
}
