//! PATCH of a setup link.

use std::time::Duration;

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use setuplinks::sandbox::Outcome;

use crate::{
    stored::{count, standing_clock},
    support::{House, Visitor, on_both},
};

const DAY: Duration = Duration::from_hours(24);

on_both! {
    async fn each_term_is_changed_alone_and_back(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let fresh = acme.see(&link).await;
        for (field, value) in [
            ("success_redirect_url", json!("https://acme.example/done")),
            ("failure_redirect_url", json!("https://acme.example/no")),
            ("allowed_origins", json!(["https://acme.example"])),
            ("allowed_connection_types", json!(["coexistence"])),
            ("theme_config", json!({"primary_color": "#123456"})),
            ("provision_phone_number", json!(true)),
            ("phone_number_area_code", json!("212")),
            ("language", json!("hi")),
            ("external_id", json!("order-7")),
            ("metadata", json!({"tenant": "42"})),
            ("state", json!("x y")),
        ] {
            house.clock.advance(Duration::from_secs(1));
            let changed = acme.change(&link, json!({field: value})).await.data(200);
            let mut expected = fresh.clone();
            expected[field] = value;
            expected["updated_at"] = json!(house.clock.now().rfc3339());
            assert_eq!(changed, expected);
            assert_eq!(acme.see(&link).await, expected);

            let back = acme.change(&link, json!({field: null})).await.data(200);
            assert_eq!(back[field], fresh[field], "null brings the default back");
        }
    }

    async fn a_theme_is_replaced_as_a_whole(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"theme_config": {"primary_color": "#111111", "text_color": "#222222"}})).await;
        let changed = acme.change(&link, json!({"theme_config": {"card_color": "#eeeeee"}})).await.data(200);
        assert_eq!(changed["theme_config"], json!({"card_color": "#eeeeee"}));
    }

    async fn metadata_is_replaced_as_a_whole(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"metadata": {"a": "1", "b": "2"}})).await;
        let changed = acme.change(&link, json!({"metadata": {"c": ""}})).await.data(200);
        assert_eq!(changed["metadata"], json!({"c": ""}));
        assert_eq!(acme.see(&link).await["metadata"], json!({"c": ""}));
    }

    async fn the_expected_number_can_be_changed_until_the_link_is_used(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"expected_phone_number": "+1 555 010 0199"})).await;
        let changed = acme.change(&link, json!({"expected_phone_number": "0015550100188"})).await.data(200);
        assert_eq!(changed["expected_phone_number"], "15550100188");
        assert_eq!(acme.change(&link, json!({"expected_phone_number": null})).await.data(200)["expected_phone_number"], Value::Null);
        Visitor::new().walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        let refused = acme.change(&link, json!({"expected_phone_number": "+1 555 010 0199"})).await;
        assert_eq!(refused.refused_fields(), ["expected_phone_number"]);
        acme.change(&link, json!({"expected_phone_number": null})).await.data(200);
    }

    async fn a_change_of_nothing_is_fine(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"language": "es", "meta_billing_mode": "partner_managed"})).await;
        let before = acme.see(&link).await;
        let path = format!("/customers/{}/setup_links/{}", link.customer, link.id);
        let empty = acme.request(Method::PATCH, &path).header(CONTENT_TYPE, "application/json");
        assert_eq!(acme.send(empty).await.data(200), before);
        for body in [json!({}), json!({"setup_link": {}}), json!({"setup_link": {"shoe_size": 43}})] {
            assert_eq!(acme.patch(&path, &body).await.data(200), before, "{body}");
        }
        let same = json!({"meta_billing_mode": "partner_managed", "reconnect_phone_number": null, "status": "active"});
        assert_eq!(acme.change(&link, same).await.data(200), before, "what it is already is no change");
    }

    async fn the_billing_mode_is_set_once(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"meta_billing_mode": "partner_managed"})).await;
        let refused = acme.change(&link, json!({"meta_billing_mode": "customer_managed", "language": "es"})).await;
        assert_eq!(refused.refused_fields(), ["meta_billing_mode"]);
        let seen = acme.see(&link).await;
        assert_eq!((&seen["meta_billing_mode"], &seen["language"]), (&json!("partner_managed"), &Value::Null));
    }

    async fn an_expiry_is_moved_in_both_directions(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;

        let later = acme.change(&link, json!({"expires_at": "2024-06-01T02:00:00+02:00"})).await.data(200);
        assert_eq!(later["expires_at"], "2024-06-01T00:00:00.000Z");
        house.clock.advance(60 * DAY);
        assert_eq!(acme.see(&link).await["status"], "active");

        let over = acme.change(&link, json!({"expires_at": "2024-04-01T00:00:00Z"})).await.data(200);
        assert_eq!(over["status"], "expired");
        assert_eq!(Visitor::new().get(&link.url).await.page(), "expired");

        let again = acme.change(&link, json!({"expires_at": "2024-07-01"})).await.data(200);
        assert_eq!((&again["status"], &again["expires_at"]), (&json!("active"), &json!("2024-07-01T00:00:00.000Z")));
        assert_eq!(Visitor::new().get(&link.url).await.page(), "setup");
        assert_eq!(acme.change(&link, json!({"expires_at": null})).await.data(200)["expires_at"], again["expires_at"]);
    }

    async fn a_link_is_revoked_and_given_back(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;

        for _ in 0..2 {
            assert_eq!(acme.change(&link, json!({"status": "revoked"})).await.data(200)["status"], "revoked");
            let page = Visitor::new().get(&link.url).await;
            assert_eq!((page.page(), page.texts("h1")), ("revoked".to_owned(), vec!["This link is no longer valid".to_owned()]));
        }
        assert_eq!(count(&house, "events").await, 1, "it was revoked once");
        assert_eq!(acme.change(&link, json!({"status": "active"})).await.data(200)["status"], "active");
        let end = Visitor::new().walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        assert_eq!(end.page(), "connected");
    }

    async fn a_link_whose_time_is_over_becomes_active_only_with_more_time(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        house.clock.advance(30 * DAY);
        assert_eq!(acme.see(&link).await["status"], "expired", "exactly 30 days after");

        assert_eq!(acme.change(&link, json!({"status": "active"})).await.refused_fields(), ["expires_at"]);
        let given = json!({"status": "active", "expires_at": "2024-05-01T00:00:00Z"});
        assert_eq!(acme.change(&link, given).await.data(200)["status"], "active");
    }

    async fn a_used_link_stays_used(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        Visitor::new().walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        let before = acme.see(&link).await;
        assert_eq!(before["status"], "used");
        for status in ["active", "revoked", "used", "expired"] {
            assert_eq!(acme.change(&link, json!({"status": status})).await.refused_fields(), ["status"], "{status}");
        }
        assert_eq!(acme.see(&link).await, before);
        // What is only said on its pages can still be put right.
        let moved = json!({"failure_redirect_url": "https://acme.example/no", "expires_at": "2020-01-01T00:00:00Z"});
        assert_eq!(acme.change(&link, moved).await.data(200)["status"], "used");
        assert_eq!(Visitor::new().get(&link.url).await.landing()["error_code"], "already_used");
    }
}
