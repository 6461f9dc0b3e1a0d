//! `/platform/v1/whatsapp/phone_numbers`: what finished setups left behind.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::sandbox::Outcome;

use crate::{
    connected::connect,
    stored::standing_clock,
    support::{House, Platform, on_both},
};

async fn found(platform: &Platform, query: &str) -> Vec<String> {
    let list = platform.get(&format!("/whatsapp/phone_numbers?{query}")).await;
    assert_eq!(list.status, 200, "{}", list.body);
    let items = list.body["data"].as_array().expect("a list");
    assert_eq!(list.header("x-total"), items.len().to_string(), "{query}");
    items.iter().map(|n| n["display_phone_number_normalized"].as_str().expect("digits").to_owned()).collect()
}

on_both! {
    async fn a_connected_number_is_shown_with_every_field_and_no_secret(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        connect(&house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;
        let meta = house.world().find("+15550100101").expect("a number at Meta");

        let answer = acme.get(&format!("/whatsapp/phone_numbers/{}", meta.id)).await;

        let text = answer.body.to_string();
        let number = answer.data(200);
        assert!(uuid::Uuid::try_parse(number["internal_id"].as_str().expect("an id")).is_ok());
        assert_eq!(number, json!({
            "id": meta.id, "phone_number_id": meta.id, "internal_id": number["internal_id"],
            "name": number["verified_name"], "business_account_id": meta.waba_id, "is_coexistence": false,
            "customer_id": customer, "display_name": number["verified_name"],
            "display_phone_number": meta.display_phone_number, "display_phone_number_normalized": "15550100101",
            "verified_name": number["verified_name"], "quality_rating": number["quality_rating"],
            "code_verification_status": "VERIFIED", "name_status": number["name_status"],
            "status": number["status"], "throughput_tier": number["throughput_tier"],
            "whatsapp_business_manager_messaging_limit": number["whatsapp_business_manager_messaging_limit"],
            "is_meta_provided": false,
            "connection": {
                "status": "connected", "since": "2024-03-01T12:00:00.000Z", "meta_event": null, "reason": null,
                "initiated_by": null,
            },
            "is_official_business_account": false, "is_pin_enabled": true, "inbound_processing_enabled": true,
            "calls_enabled": false, "webhook_verified_at": null,
            "created_at": "2024-03-01T12:00:00.000Z", "updated_at": "2024-03-01T12:00:00.000Z",
        }));
        assert!(number["verified_name"].is_string(), "{number}");
        let pin = meta.pin.expect("a PIN");
        let tokens: Vec<String> = house.world().calls().into_iter().filter_map(|call| call.token).collect();
        assert!(!text.contains(&format!("\"{pin}\"")) && tokens.iter().all(|token| !text.contains(token)), "{text}");
    }

    async fn a_coexistence_number_is_one(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        connect(&house, &acme, &customer, Outcome::Coexistence, "+1 555 010 0102").await;
        let number = acme.get("/whatsapp/phone_numbers").await.body["data"][0].clone();
        assert_eq!((&number["is_coexistence"], &number["customer_id"]), (&json!(true), &json!(customer)));
    }

    async fn a_list_is_narrowed_by_each_filter(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let (bakery, barber) = (acme.customer("Bakery").await, acme.customer("Barber").await);
        connect(&house, &acme, &bakery, Outcome::Dedicated, "+1 555 010 0101").await;
        house.clock.advance(Duration::from_mins(1));
        connect(&house, &acme, &barber, Outcome::Coexistence, "+1 555 010 0102").await;
        let (one, two) = ("15550100101".to_owned(), "15550100102".to_owned());
        let meta = house.world().find("+15550100101").expect("a number");
        let first = acme.get(&format!("/whatsapp/phone_numbers/{}", meta.id)).await.data(200);
        let name = first["name"].as_str().expect("a name").to_uppercase().replace(' ', "+");
        let can_send = |wanted: bool| ["CONNECTED"].contains(&first["status"].as_str().unwrap_or_default()) == wanted;

        for (query, expected) in [
            (String::new(), vec![&two, &one]),
            (format!("phone_number_id={}", meta.id), vec![&one]),
            ("phone_number_id=1".to_owned(), vec![]),
            (format!("business_account_id={}", meta.waba_id), vec![&one]),
            (format!("customer_id={barber}"), vec![&two]),
            ("customer_id=0193f0a0-0000-7000-8000-000000000000".to_owned(), vec![]),
            ("created_after=2024-03-01T12:00:30Z".to_owned(), vec![&two]),
            ("created_before=2024-03-01T12:00:30Z".to_owned(), vec![&one]),
            ("name_contains=%25".to_owned(), vec![]),
            (format!("customer_id={bakery}&messaging_enabled={}", can_send(true)), vec![&one]),
            (format!("customer_id={bakery}&messaging_enabled={}", can_send(false)), vec![]),
            (format!("customer_id={bakery}&name_contains={name}"), vec![&one]),
            (format!("customer_id={bakery}&phone_number_id={}&created_after=2024-03-02", meta.id), vec![]),
        ] {
            let expected: Vec<String> = expected.into_iter().cloned().collect();
            assert_eq!(found(&acme, &query).await, expected, "{query}");
        }
        for (query, fields) in [
            ("customer_id=bakery", vec!["customer_id"]),
            ("messaging_enabled=yes", vec!["messaging_enabled"]),
            ("created_after=x&created_before=y", vec!["created_after", "created_before"]),
            ("name_contains=%00", vec!["name_contains"]),
            ("phone_number_id=%00", vec!["phone_number_id"]),
        ] {
            assert_eq!(acme.get(&format!("/whatsapp/phone_numbers?{query}")).await.refused_fields(), fields, "{query}");
        }
    }

    async fn the_same_number_may_be_on_two_projects_and_each_sees_its_own(db: Database) {
        let house = House::open(db).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let customer = acme.customer("Bakery").await;
        connect(&house, &acme, &customer, Outcome::Coexistence, "+1 555 010 0101").await;
        let id = house.world().find("+15550100101").expect("a number").id;
        let path = format!("/whatsapp/phone_numbers/{id}");

        assert_eq!(rival.get(&path).await.status, 404);
        assert_eq!(found(&rival, "").await, Vec::<String>::new());
        assert_eq!(found(&rival, &format!("customer_id={customer}")).await, Vec::<String>::new());

        let theirs = rival.customer("Bakery").await;
        connect(&house, &rival, &theirs, Outcome::Coexistence, "+1 555 010 0101").await;
        assert_eq!(rival.get(&path).await.data(200)["customer_id"], theirs.as_str());
        assert_eq!(acme.get(&path).await.data(200)["customer_id"], customer.as_str());
    }

    async fn connecting_a_number_again_keeps_it_one(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        connect(&house, &acme, &customer, Outcome::Coexistence, "+1 555 010 0101").await;
        let before = acme.get("/whatsapp/phone_numbers").await.body["data"][0].clone();
        house.clock.advance(Duration::from_mins(1));

        connect(&house, &acme, &customer, Outcome::Coexistence, "+1 555 010 0101").await;

        let list = acme.get("/whatsapp/phone_numbers").await;
        assert_eq!(list.body["meta"]["total_count"], 1);
        let after = &list.body["data"][0];
        let same = ["id", "internal_id", "customer_id", "created_at", "name"];
        assert!(same.iter().all(|field| after[field] == before[field]), "{after}");
        assert_eq!(after["updated_at"], Value::from("2024-03-01T12:01:00.000Z"));
    }
}
