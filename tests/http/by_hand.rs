//! `POST /customers/{id}/whatsapp/phone_numbers` and PATCH of a number: by a token instead of a login.

use serde_json::{Value, json};
use setuplinks::sandbox::{Fault, NumberSpec, Outcome};

use crate::{
    connected::{at_meta, attach, by_hand, connect, nothing_is_left_to_undo, path},
    stored::{count, everything, holds, standing_clock},
    support::{Answer, House, Platform, Receiver, on_both},
};

async fn post(platform: &Platform, customer: &str, number: &Value) -> Answer {
    let path = format!("/customers/{customer}/whatsapp/phone_numbers");
    platform.post(&path, &json!({"whatsapp_phone_number": number})).await
}

/// The same with some fields otherwise.
fn but(number: &Value, changes: &Value) -> Value {
    let mut number = number.clone();
    let changes = changes.as_object().expect("an object").clone();
    number.as_object_mut().expect("an object").extend(changes);
    number
}

/// What goes wrong on the way and passes.
fn passing() -> [Fault; 5] {
    let limited = Fault::Limited { status: 400, code: 80007, minutes: 2 };
    [Fault::transient(), Fault::CutBefore, Fault::CutAfter, Fault::Html { status: 502 }, limited]
}

on_both! {
    async fn a_number_is_connected_by_its_token(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        acme.post("/whatsapp/webhooks", &json!({"whatsapp_webhook": {"url": receiver.url}})).await.data(201);
        let customer = acme.customer("Bakery").await;
        let meta = at_meta(&house, "+1 555 010 0101", None);
        let given = but(&by_hand(&house, &meta), &json!({
            "kind": "production", "webhook_destination_url": "https://acme.example/hook", "webhook_verify_token": "x",
            "inbound_processing_enabled": false, "calls_enabled": true,
        }));

        let made = post(&acme, &customer, &given).await;

        let text = made.body.to_string();
        let number = made.data(201);
        assert_eq!(number, acme.get(&path(&meta)).await.data(200));
        for (field, value) in [
            ("id", json!(meta.id)), ("phone_number_id", json!(meta.id)), ("name", json!("Support")),
            ("business_account_id", json!(meta.waba_id)), ("customer_id", json!(customer)),
            ("is_coexistence", json!(false)), ("display_phone_number_normalized", json!("15550100101")),
            ("status", json!("CONNECTED")), ("code_verification_status", json!("VERIFIED")),
            ("is_pin_enabled", json!(true)), ("inbound_processing_enabled", json!(false)), ("calls_enabled", json!(true)),
            ("webhook_verified_at", json!(null)), ("created_at", json!("2024-03-01T12:00:00.000Z")),
        ] {
            assert_eq!(number[field], value, "{field}");
        }
        assert!(house.world().subscribed(&meta.waba_id));
        assert_eq!(house.world().count("register"), 0, "it was registered before");
        let told = receiver.wait_for(1).await.remove(0);
        assert_eq!(told.header("x-webhook-event"), "whatsapp.phone_number.created");
        assert_eq!((&told.json()["phone_number_id"], &told.json()["customer"]["id"]), (&json!(meta.id), &json!(customer)));
        let token = given["access_token"].as_str().expect("a token");
        assert!(!text.contains(token) && !holds(&everything(&house).await, token));
        assert_eq!(count(&house, "account_holds").await, 0);
        assert!(house.world().calls().iter().all(|call| call.proof_ok), "every call is proven");
    }

    async fn what_is_left_out_has_a_default(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let meta = at_meta(&house, "+1 555 010 0101", None);
        let nulls = json!({"name": null, "pin": null, "inbound_processing_enabled": null, "calls_enabled": null});
        let mut given = but(&by_hand(&house, &meta), &nulls);
        // An id may come as a number.
        given["phone_number_id"] = meta.id.parse::<u64>().expect("digits").into();

        let number = post(&acme, &customer, &given).await.data(201);

        assert_eq!(number["name"], number["verified_name"]);
        assert_eq!((&number["inbound_processing_enabled"], &number["calls_enabled"]), (&json!(true), &json!(false)));
    }

    async fn a_coexistence_number_is_one(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let spec = NumberSpec { mode: setuplinks::sandbox::Mode::Coexistence, ..NumberSpec::new("+1 555 010 0101") };
        let id = house.world().add_number(spec).expect("a number");
        let meta = house.world().number(&id).expect("a number");
        let with_pin = but(&by_hand(&house, &meta), &json!({"pin": "123456"}));
        assert_eq!(post(&acme, &customer, &with_pin).await.refused_fields(), ["pin"]);
        let number = post(&acme, &customer, &by_hand(&house, &meta)).await.data(201);
        assert_eq!((&number["is_coexistence"], &number["is_pin_enabled"]), (&json!(true), &json!(false)));
        let touched = house.world().count("register") + house.world().count("smb_contacts");
        assert_eq!(touched, 0, "whoever linked it did that");
    }

    async fn a_number_is_registered_when_its_pin_is_given(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let id = house.world().add_number(NumberSpec::new("+1 555 010 0101")).expect("a number");
        let meta = house.world().number(&id).expect("a number");

        let number = post(&acme, &customer, &but(&by_hand(&house, &meta), &json!({"pin": "123456"}))).await.data(201);

        assert_eq!((&number["status"], &number["is_pin_enabled"]), (&json!("CONNECTED"), &json!(true)));
        let meta = house.world().number(&id).expect("a number");
        assert_eq!((meta.registered, meta.pin.as_deref()), (true, Some("123456")));
        // Without one it is stored as it is.
        let id = house.world().add_number(NumberSpec::new("+1 555 010 0102")).expect("a number");
        let other = house.world().number(&id).expect("a number");
        let number = post(&acme, &customer, &by_hand(&house, &other)).await.data(201);
        assert_eq!((&number["status"], house.world().count("register")), (&json!("PENDING"), 1));
    }

    async fn a_pin_that_meta_refuses_connects_nothing(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let spec = NumberSpec { pin: Some("999999".to_owned()), ..NumberSpec::new("+1 555 010 0101") };
        let id = house.world().add_number(spec).expect("a number");
        let meta = house.world().number(&id).expect("a number");
        let refused = post(&acme, &customer, &but(&by_hand(&house, &meta), &json!({"pin": "123456"}))).await;
        assert_eq!(refused.refused_fields(), ["pin"]);
        assert!(refused.body["error"].as_str().expect("a sentence").contains("133005"), "{}", refused.body);
        nothing_is_left_to_undo(&house).await;
        assert!(!house.world().subscribed(&meta.waba_id), "what was told is undone");
        assert_eq!((count(&house, "phone_numbers").await, count(&house, "account_holds").await), (0, 0));
    }

    async fn what_is_wrong_is_named_and_meta_is_not_asked(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let given = by_hand(&house, &at_meta(&house, "+1 555 010 0101", None));
        let required = vec!["phone_number_id", "business_account_id", "access_token"];
        for (changes, fields) in [
            (json!({"phone_number_id": null}), vec!["phone_number_id"]),
            (json!({"phone_number_id": "../me", "business_account_id": ""}), vec!["phone_number_id", "business_account_id"]),
            (json!({"phone_number_id": [1]}), vec!["phone_number_id"]),
            (json!({"access_token": "a b"}), vec!["access_token"]),
            (json!({"access_token": "EAA\r\nX-Evil: 1"}), vec!["access_token"]),
            (json!({"access_token": 7}), vec!["access_token"]),
            (json!({"pin": "12345"}), vec!["pin"]),
            (json!({"pin": 123_456}), vec!["pin"]),
            (json!({"name": ""}), vec!["name"]),
            (json!({"name": 7, "calls_enabled": "yes"}), vec!["name", "calls_enabled"]),
            (json!({"inbound_processing_enabled": 1}), vec!["inbound_processing_enabled"]),
        ] {
            assert_eq!(post(&acme, &customer, &but(&given, &changes)).await.refused_fields(), fields, "{changes}");
        }
        let path = format!("/customers/{customer}/whatsapp/phone_numbers");
        for body in [json!({}), json!({"whatsapp_phone_number": {}}), json!({"whatsapp_phone_number": null})] {
            assert_eq!(acme.post(&path, &body).await.refused_fields(), required, "{body}");
        }
        let outside = acme.post(&path, &given).await;
        assert!(outside.refused_fields().contains(&"access_token"), "{}", outside.body);
        assert_eq!(acme.post("/customers/0193f0a0-0000-7000-8000-000000000000/whatsapp/phone_numbers", &json!({})).await.status, 404);
        assert_eq!((house.world().calls().len(), count(&house, "phone_numbers").await), (0, 0));
    }

    async fn what_meta_refuses_names_the_field(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let mine = at_meta(&house, "+1 555 010 0101", None);
        let theirs = at_meta(&house, "+1 555 010 0102", None);
        let given = by_hand(&house, &mine);
        let revoked = house.world().token(&theirs.waba_id);
        house.world().revoke(&theirs.waba_id);
        for (changes, field) in [
            (json!({"access_token": "EAAnobodyknowsthis"}), "access_token"),
            (json!({"access_token": revoked, "business_account_id": theirs.waba_id, "phone_number_id": theirs.id}), "access_token"),
            (json!({"business_account_id": theirs.waba_id}), "business_account_id"),
            (json!({"business_account_id": "1"}), "business_account_id"),
            (json!({"phone_number_id": theirs.id}), "phone_number_id"),
            (json!({"phone_number_id": mine.waba_id}), "phone_number_id"),
        ] {
            let refused = post(&acme, &customer, &but(&given, &changes)).await;
            assert_eq!(refused.refused_fields(), [field], "{changes}");
            assert!(!refused.body.to_string().contains("EAA"), "{}", refused.body);
        }
        house.world().fault("debug_token", 1, Fault::graph(400, 100, "(#100) The App_id in the input_token did not match the Viewing App"));
        assert_eq!(post(&acme, &customer, &given).await.refused_fields(), ["access_token"], "another app's");
        house.world().fault("subscribe", 1, Fault::graph(403, 200, "(#200) permission"));
        assert_eq!(post(&acme, &customer, &given).await.refused_fields(), ["business_account_id"]);
        for table in ["phone_numbers", "releases", "account_holds", "events"] {
            assert_eq!(count(&house, table).await, 0, "{table}");
        }
        assert!(!house.world().subscribed(&mine.waba_id));
        post(&acme, &customer, &given).await.data(201);
    }

    async fn when_meta_is_down_nothing_is_saved_and_it_may_be_tried_again(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let mut line = 1000;
        for call in ["debug_token", "phone_numbers", "subscribe", "register"] {
            for fault in passing() {
                line += 1;
                let id = house.world().add_number(NumberSpec::new(&format!("+1 555 010 {line}"))).expect("a number");
                let meta = house.world().number(&id).expect("a number");
                let given = but(&by_hand(&house, &meta), &json!({"pin": "123456"}));
                let waits = matches!(fault, Fault::Limited { .. });
                house.world().fault(call, 1, fault.clone());
                let story = format!("{call} {fault:?}");

                let down = post(&acme, &customer, &given).await;

                assert_eq!((down.status, &down.body["code"]), (503, &json!("meta_unavailable")), "{story}: {}", down.body);
                assert_eq!(down.header("retry-after"), if waits { "120" } else { "" }, "{story}");
                nothing_is_left_to_undo(&house).await;
                assert!(!house.world().subscribed(&meta.waba_id), "{story}");
                assert_eq!(acme.get(&path(&meta)).await.status, 404, "{story}");
                assert_eq!((count(&house, "account_holds").await, count(&house, "phone_numbers").await), (0, line - 1001), "{story}");
                post(&acme, &customer, &given).await.data(201);
                assert!(house.world().subscribed(&meta.waba_id), "{story}");
            }
        }
    }

    async fn a_number_is_connected_once_in_a_project(db: Database) {
        let house = House::open(db).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let (bakery, barber) = (acme.customer("Bakery").await, acme.customer("Barber").await);
        let meta = connect(&house, &acme, &bakery, Outcome::Dedicated, "+1 555 010 0101").await;
        let given = by_hand(&house, &meta);
        for customer in [&bakery, &barber] {
            let refused = post(&acme, customer, &given).await;
            assert_eq!((refused.status, &refused.body["code"]), (409, &json!("conflict")), "{}", refused.body);
            assert!(refused.body["error"].is_string());
        }
        assert_eq!(rival.post(&format!("/customers/{bakery}/whatsapp/phone_numbers"), &json!({"whatsapp_phone_number": given})).await.status, 404);
        let theirs = rival.customer("Bakery").await;
        post(&rival, &theirs, &given).await.data(201);
        assert_eq!(count(&house, "phone_numbers").await, 2);
    }

    async fn of_many_at_once_one_connects(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let meta = at_meta(&house, "+1 555 010 0101", None);
        let given = by_hand(&house, &meta);
        let tries = (0..6).map(|_| post(&acme, &customer, &given));
        let mut statuses: Vec<u16> =
            futures_util::future::join_all(tries).await.into_iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
        crate::support::until("what the others told to be weighed", || async {
            (count(&house, "releases").await == 0).then_some(())
        }).await;
        assert!(house.world().subscribed(&meta.waba_id));
        assert_eq!((count(&house, "phone_numbers").await, count(&house, "account_holds").await), (1, 0));
    }

    async fn a_number_is_changed_field_by_field(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let customer = acme.customer("Bakery").await;
        let meta = attach(&house, &acme, &customer, "+1 555 010 0101", None).await;
        house.clock.advance(std::time::Duration::from_mins(1));
        let patch = async |body: Value| acme.patch(&path(&meta), &json!({"whatsapp_phone_number": body})).await;

        let changed = patch(json!({"name": "Shop"})).await.data(200);
        assert_eq!((&changed["name"], &changed["updated_at"]), (&json!("Shop"), &json!("2024-03-01T12:01:00.000Z")));
        let changed = patch(json!({"inbound_processing_enabled": false, "calls_enabled": true, "shoe_size": 43})).await.data(200);
        assert_eq!(
            (&changed["name"], &changed["inbound_processing_enabled"], &changed["calls_enabled"]),
            (&json!("Shop"), &json!(false), &json!(true))
        );
        assert_eq!(acme.get(&path(&meta)).await.data(200), changed);
        let back = patch(json!({"inbound_processing_enabled": null, "calls_enabled": null, "phone_number_id": meta.id})).await.data(200);
        assert_eq!((&back["inbound_processing_enabled"], &back["calls_enabled"]), (&json!(true), &json!(false)));

        for (body, fields) in [
            (json!({"name": null}), vec!["name"]),
            (json!({"name": ""}), vec!["name"]),
            (json!({"name": "x".repeat(256), "calls_enabled": 0}), vec!["name", "calls_enabled"]),
            (json!({"phone_number_id": "1", "business_account_id": "2"}), vec!["phone_number_id", "business_account_id"]),
            (json!({"access_token": "a b"}), vec!["access_token"]),
        ] {
            assert_eq!(patch(body.clone()).await.refused_fields(), fields, "{body}");
        }
        assert_eq!(acme.patch(&path(&meta), &json!({"name": "Outside"})).await.refused_fields(), ["name"]);
        assert_eq!(rival.patch(&path(&meta), &json!({"whatsapp_phone_number": {"name": "Theirs"}})).await.status, 404);
        assert_eq!(acme.get(&path(&meta)).await.data(200)["name"], "Shop");
    }

    async fn a_new_token_takes_the_old_one_s_place_once_it_is_proven(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let meta = attach(&house, &acme, &customer, "+1 555 010 0101", None).await;
        let before = acme.get(&path(&meta)).await.data(200);
        let health = async || acme.get(&format!("{}/health", path(&meta))).await.body["checks"]["token_validity"]["passed"].clone();
        house.world().revoke(&meta.waba_id);
        assert_eq!(health().await, json!(false));
        let patch = async |token: &str| {
            acme.patch(&path(&meta), &json!({"whatsapp_phone_number": {"access_token": token, "name": "New"}})).await
        };

        let other = at_meta(&house, "+1 555 010 0102", None);
        assert_eq!(patch("EAAunknown").await.refused_fields(), ["access_token"]);
        assert_eq!(patch(&house.world().token(&other.waba_id)).await.refused_fields(), ["business_account_id"]);
        house.world().fault("phone_numbers", 1, Fault::transient());
        assert_eq!(patch(&house.world().token(&meta.waba_id)).await.status, 503);
        assert_eq!(acme.get(&path(&meta)).await.data(200)["name"], before["name"], "nothing is half saved");

        let renewed = patch(&house.world().token(&meta.waba_id)).await.data(200);

        assert_eq!((&renewed["name"], &renewed["internal_id"]), (&json!("New"), &before["internal_id"]));
        assert_eq!(health().await, json!(true), "asked anew, although three minutes are not over");
    }
}
