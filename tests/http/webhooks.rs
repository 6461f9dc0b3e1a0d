//! Webhooks: kept as they were asked for, and seen by nobody else.

use serde_json::json;

use crate::support::{House, Receiver, on_both};

const PATH: &str = "/whatsapp/webhooks";

on_both! {
    async fn a_webhook_is_made_read_changed_and_removed(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;

        let asked = json!({"whatsapp_webhook": {"url": receiver.url, "headers": {"X-Tenant": "7"}, "events": ["setup_link.completed"]}});
        let made = platform.post(PATH, &asked).await.data(201);
        assert!(made["secret_key"].as_str().expect("a secret").starts_with("whsec_"));
        assert_eq!((&made["kind"], &made["active"], &made["payload_version"]), (&json!("kapso"), &json!(true), &json!("v2")));
        assert_eq!((&made["headers"], &made["buffer_events"]), (&json!({"X-Tenant": "7"}), &json!([])));
        assert_eq!(made["phone_number_id"], json!(null));

        let path = format!("{PATH}/{}", made["id"].as_str().expect("an id"));
        assert_eq!(platform.get(&path).await.data(200), made);
        assert_eq!(platform.get(PATH).await.data(200), json!([made]));
        assert_eq!(platform.get(&format!("{PATH}?kind=kapso")).await.data(200), json!([made]));
        let none = platform.get(&format!("{PATH}?kind=meta")).await;
        assert_eq!((&none.body["data"], &none.body["meta"]["total_count"]), (&json!([]), &json!(0)));
        for (query, is_there) in [
            ("active=true", true),
            ("active=false", false),
            ("url_contains=/HOOK", true),
            ("url_contains=%25", false),
            ("created_after=2020-01-01T00:00:00Z&created_before=2100-01-01", true),
            ("created_before=2020-01-01T00:00:00Z", false),
        ] {
            let listed = platform.get(&format!("{PATH}?{query}")).await.data(200);
            assert_eq!(listed, if is_there { json!([made]) } else { json!([]) }, "{query}");
        }
        for (query, field) in [("kind=other", "kind"), ("active=yes", "active"), ("created_after=soon", "created_after")] {
            assert_eq!(platform.get(&format!("{PATH}?{query}")).await.refused_fields(), [field]);
        }
        let changed = platform.patch(&path, &json!({"whatsapp_webhook": {"active": false, "headers": null}})).await.data(200);
        assert_eq!((&changed["active"], &changed["headers"]), (&json!(false), &json!({})));
        assert_eq!(changed["events"], made["events"], "what is not named stays");

        assert_eq!(platform.send(platform.request(reqwest::Method::DELETE, &path)).await.status, 204);
        assert_eq!(platform.get(&path).await.status, 404);
    }

    async fn what_cannot_be_is_refused_by_name_and_nothing_is_saved(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        for (wrong, field) in [
            (json!({}), "url"),
            (json!({"url": null}), "url"),
            (json!({"url": 7}), "url"),
            (json!({"url": "ftp://a.example"}), "url"),
            (json!({"url": "https://169.254.169.254/"}), "url"),
            (json!({"url": "https://2130706434.example@10.0.0.1/"}), "url"),
            (json!({"url": "https://a.example", "events": ["whatsapp.phone_number.painted"]}), "events"),
            (json!({"url": "https://a.example", "events": "all"}), "events"),
            (json!({"url": "https://a.example", "kind": "other"}), "kind"),
            (json!({"url": "https://a.example", "active": "yes"}), "active"),
            (json!({"url": "https://a.example", "headers": {"Host": "x"}}), "headers"),
            (json!({"url": "https://a.example", "headers": {"X": "a\nb"}}), "headers"),
            (json!({"url": "https://a.example", "headers": {"X": 1}}), "headers"),
            (json!({"url": "https://a.example", "headers": {"X": "\u{84}"}}), "headers"),
            (json!({"url": "https://a.example", "headers": {("X".repeat(65)): "1"}}), "headers"),
            (json!({"url": "https://a.example", "max_buffer_size": 1.5}), "max_buffer_size"),
            (json!({"url": "https://a.example", "max_buffer_size": -1}), "max_buffer_size"),
            (json!({"url": "https://a.example", "max_buffer_size": 4_294_967_296_u64}), "max_buffer_size"),
            (json!({"url": "https://a.example", "secret_key": "short"}), "secret_key"),
            (json!({"url": "https://a.example", "secret_key": "whsec_not base64!!"}), "secret_key"),
            (json!({"url": "https://a.example", "payload_version": "v1"}), "payload_version"),
            (json!({"url": "https://a.example", "phone_number_id": "404"}), "phone_number_id"),
            (json!({"url": "https://a.example", "max_buffer_size": 0}), "max_buffer_size"),
        ] {
            let answer = platform.post(PATH, &json!({"whatsapp_webhook": wrong})).await;
            assert_eq!(answer.refused_fields(), [field], "{wrong}");
        }
        let named = platform.post(PATH, &json!({"whatsapp_webhook": {"url": "https://a.example", "events": ["no.such"]}})).await;
        assert!(named.body["error"].as_str().expect("a sentence").contains("no.such"));
        assert_eq!(platform.post(PATH, &json!({"url": "https://a.example"})).await.refused_fields(), ["url"]);
        assert_eq!(platform.get(PATH).await.data(200), json!([]));
    }

    async fn another_project_sees_none_of_it(db: Database) {
        let house = House::open(db).await;
        let (ours, theirs) = (house.platform("Acme").await, house.platform("Other").await);
        let made = ours.post(PATH, &json!({"whatsapp_webhook": {"url": "https://a.example"}})).await.data(201);
        let path = format!("{PATH}/{}", made["id"].as_str().expect("an id"));
        assert_eq!(theirs.get(&path).await.status, 404);
        assert_eq!(theirs.patch(&path, &json!({"whatsapp_webhook": {"active": false}})).await.status, 404);
        assert_eq!(theirs.send(theirs.request(reqwest::Method::DELETE, &path)).await.status, 404);
        assert_eq!(theirs.post(&format!("{path}/test"), &json!({})).await.status, 404);
        assert_eq!(theirs.get(PATH).await.data(200), json!([]));
        assert_eq!(ours.get(&path).await.data(200)["active"], true);
    }

    async fn two_who_change_it_at_once_both_have_their_way(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let made = platform.post(PATH, &json!({"whatsapp_webhook": {"url": receiver.url}})).await.data(201);
        let path = format!("{PATH}/{}", made["id"].as_str().expect("an id"));
        for round in 0..20 {
            let headers = json!({"whatsapp_webhook": {"headers": {"X-Round": round.to_string()}}});
            let rotate_path = format!("{path}/rotate_secret");
            let (rotated, patched) = tokio::join!(
                platform.post(&rotate_path, &serde_json::Value::Null),
                platform.patch(&path, &headers),
            );
            let (rotated, _) = (rotated.data(200), patched.data(200));
            let now = platform.get(&path).await.data(200);
            assert_eq!(now["secret_key"], rotated["secret_key"], "round {round}");
            assert_eq!(now["headers"], headers["whatsapp_webhook"]["headers"], "round {round}");
        }
    }

    async fn a_test_is_sent_at_once_and_its_outcome_told(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let made = platform.post(PATH, &json!({"whatsapp_webhook": {"url": receiver.url}})).await.data(201);
        let test = format!("{PATH}/{}/test", made["id"].as_str().expect("an id"));

        let told = platform.post(&format!("{test}?event_type=whatsapp.phone_number.deleted"), &json!({})).await;
        assert_eq!(told.data(200), json!({"success": true}));
        platform.post(&test, &json!({"event_type": "whatsapp.phone_number.offboarded"})).await.data(200);
        let received = receiver.wait_for(2).await;
        let names: Vec<&str> = received.iter().map(|request| request.header("x-webhook-event")).collect();
        assert_eq!(names, ["whatsapp.phone_number.deleted", "whatsapp.phone_number.offboarded"]);

        // What will be sent nothing is tried with nothing.
        let path = test.trim_end_matches("/test");
        platform.patch(path, &json!({"whatsapp_webhook": {"kind": "meta"}})).await.data(200);
        let refused = platform.post(&test, &json!({})).await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (409, Some("conflict")), "{}", refused.body);
        platform.patch(path, &json!({"whatsapp_webhook": {"kind": "kapso"}})).await.data(200);
        assert_eq!(receiver.received().len(), 2);

        receiver.always(crate::support::Manner::Status(500));
        assert_eq!(platform.post(&test, &json!({})).await.refused_fields(), ["url"]);
        for wrong in [json!({"event_type": "no.such"}), json!({"event_type": 5})] {
            assert_eq!(platform.post(&test, &wrong).await.refused_fields(), ["event_type"]);
        }
        for wrong in ["{bad", "[]"] {
            let sent = platform.request(reqwest::Method::POST, &test).body(wrong);
            assert_eq!(platform.send(sent).await.refused_fields(), ["body"]);
        }
        assert_eq!(platform.get("/webhook_deliveries").await.data(200), json!([]), "a test leaves no record");
    }
}
