//! `/platform/v1/customers/{id}/setup_links`: making links and finding them.

use std::time::Duration;

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use setuplinks::sandbox::Outcome;

use crate::{
    stored::standing_clock,
    support::{House, Visitor, on_both},
};

/// What a link is that was asked for without a word.
fn defaults() -> Value {
    json!({
        "status": "active",
        "created_at": "2024-03-01T12:00:00.000Z",
        "updated_at": "2024-03-01T12:00:00.000Z",
        "expires_at": "2024-03-31T12:00:00.000Z",
        "success_redirect_url": null,
        "failure_redirect_url": null,
        "allowed_origins": [],
        "allowed_connection_types": ["coexistence", "dedicated"],
        "meta_billing_mode": "customer_managed",
        "theme_config": null,
        "theme_warnings": [],
        "branding": null,
        "provision_phone_number": false,
        "phone_number_country_isos": ["US"],
        "phone_number_area_code": null,
        "reconnect_phone_number": null,
        "language": null,
        "recover_in_place": false,
        "renewal_requested_at": null,
        "external_id": null,
        "metadata": {},
        "state": null,
        "expected_phone_number": null,
        "whatsapp_setup_status": "pending",
        "whatsapp_setup_error": null,
        "provisioned_phone_number": null,
    })
}

fn everything() -> Value {
    json!({
        "success_redirect_url": "https://acme.example/done?x=1",
        "failure_redirect_url": "http://localhost:3000/no",
        "allowed_origins": ["https://acme.example", "https://app.acme.example:8443"],
        "allowed_connection_types": ["dedicated"],
        "meta_billing_mode": "partner_managed",
        "theme_config": {
            "primary_color": "#22C55E", "primary_foreground_color": "#ffffff", "background_color": "#fffffe",
            "text_color": "#0f172a", "muted_text_color": "#64748b", "card_color": "#fafafa", "muted_color": "#f1f5f9",
            "border_color": "#e2e8f0", "secondary_color": "#f1f5f9", "secondary_foreground_color": "#0f172a",
            "destructive_color": "#ef4444", "destructive_foreground_color": "#fef2f2",
        },
        "provision_phone_number": true,
        "phone_number_country_isos": ["US"],
        "phone_number_area_code": "415",
        "language": "ar",
        "external_id": "order 7/ü",
        "metadata": {"tenant": "42", "note": "two\nlines & more"},
        "state": " opaque=1&x ",
        "expires_at": "2024-03-02T00:00:00.000Z",
    })
}

/// `changes` laid over `base`.
fn with(mut base: Value, changes: &Value) -> Value {
    let fields = base.as_object_mut().expect("an object");
    fields.extend(changes.as_object().expect("an object").clone());
    base
}

fn without(mut value: Value, names: &[&str]) -> Value {
    let fields = value.as_object_mut().expect("an object");
    for name in names {
        fields.remove(*name);
    }
    value
}

on_both! {
    async fn a_link_that_was_asked_for_without_a_word_has_every_default(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let path = format!("/customers/{}/setup_links", acme.customer("Bakery").await);
        let nulls = json!({"setup_link": {
            "success_redirect_url": null, "failure_redirect_url": null, "allowed_origins": null,
            "allowed_connection_types": null, "meta_billing_mode": null, "theme_config": null,
            "provision_phone_number": null, "phone_number_country_isos": null, "phone_number_area_code": null,
            "reconnect_phone_number": null, "language": null, "recover_in_place": null, "external_id": null, "metadata": null, "state": null,
            "expected_phone_number": null, "expires_at": null,
        }});
        let post = |body: String| acme.request(Method::POST, &path).body(body);
        let json = |body: String| post(body).header(CONTENT_TYPE, "application/json");
        for request in [
            acme.request(Method::POST, &path),
            json(String::new()),
            json(" \n".into()),
            json("null".into()),
            json("{}".into()),
            json(json!({"setup_link": {}}).to_string()),
            json(json!({"setup_link": null}).to_string()),
            json(json!({"setup_link": {"shoe_size": 43, "theme": "dark"}, "shoe_size": 43}).to_string()),
            json(nulls.to_string()),
            post(nulls.to_string()),
        ] {
            let made = acme.send(request).await.data(201);
            let (id, token) = (made["id"].as_str().expect("an id"), made["token"].as_str().expect("a token"));
            assert!(uuid::Uuid::try_parse(id).is_ok(), "{id}");
            assert_eq!(made["url"], format!("{}/whatsapp/setup/{token}", house.url));
            assert_eq!(without(made, &["id", "token", "url"]), defaults());
        }
    }

    async fn every_term_comes_back_as_it_was_given(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(everything()).await;

        let seen = acme.see(&link).await;

        // White on this green cannot be read: the theme comes back as it is, and what the pages made of it beside it.
        let moved: Vec<_> = seen["theme_warnings"].as_array().expect("a list").iter().map(|w| &w["foreground"]).collect();
        assert!(moved.contains(&&json!("primary_foreground_color")), "{seen}");
        let told = json!({"theme_warnings": seen["theme_warnings"]});
        assert_eq!(without(seen, &["id", "url"]), with(with(defaults(), &everything()), &told));
    }

    async fn terms_that_may_be_written_in_more_than_one_way_come_back_in_one(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({
            "allowed_origins": ["https://acme.example/"],
            "allowed_connection_types": ["dedicated", "dedicated"],
            "phone_number_country_isos": ["US", "US"],
            "theme_config": {"primary_color": null, "sparkle_color": "pink"},
            "expected_phone_number": "+49 (0)30 123-456",
            "external_id": " 7 ",
        })).await;
        let seen = acme.see(&link).await;
        assert_eq!(seen["allowed_origins"], json!(["https://acme.example"]));
        assert_eq!(seen["allowed_connection_types"], json!(["dedicated"]));
        assert_eq!(seen["phone_number_country_isos"], json!(["US"]));
        assert_eq!(seen["theme_config"], json!({}));
        assert_eq!(seen["expected_phone_number"], "4930123456");
        assert_eq!(seen["external_id"], "7");
    }

    async fn the_token_is_told_once(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let list = acme.get(&format!("/customers/{}/setup_links", link.customer)).await;
        let changed = acme.change(&link, json!({"language": "es"})).await.data(200);
        for seen in [&acme.see(&link).await, &list.body["data"][0], &changed] {
            assert_eq!(seen["token"], Value::Null);
            assert_eq!(seen["url"], link.url.as_str(), "the whole URL can always be asked for again");
        }
    }

    async fn a_list_is_narrowed_by_status_and_time(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let day = Duration::from_hours(24);

        let expired = acme.link_for(&customer, json!({})).await;
        house.clock.advance(31 * day);
        let used = acme.link_for(&customer, json!({"external_id": "a'b%"})).await;
        Visitor::new().walk(&used, "dedicated", house.world(), Outcome::Dedicated).await;
        house.clock.advance(day);
        let revoked = acme.link_for(&customer, json!({})).await;
        house.clock.advance(day);
        let active = acme.link_for(&customer, json!({"external_id": "a'b%"})).await;
        acme.link(json!({"external_id": "a'b%"})).await;

        for (query, found) in [
            ("", vec![&active, &revoked, &used, &expired]),
            ("status=active", vec![&active]),
            ("status=used", vec![&used]),
            ("status=expired", vec![&expired]),
            ("status=revoked", vec![&revoked]),
            ("created_after=2024-04-01T12:00:00Z", vec![&active, &revoked]),
            ("created_before=2024-04-01T12:00:00Z", vec![&expired]),
            ("status=revoked&created_after=2024-04-02&created_before=2024-04-03", vec![&revoked]),
            ("status=used&created_after=2024-04-02", vec![]),
            ("external_id=a%27b%25", vec![&active, &used]),
            ("external_id=a%27b%25&status=used", vec![&used]),
            ("external_id=a%27b", vec![]),
        ] {
            let list = acme.get(&format!("/customers/{customer}/setup_links?{query}")).await;
            let ids: Vec<&str> = list.body["data"].as_array().expect("a list").iter().filter_map(|l| l["id"].as_str()).collect();
            assert_eq!(ids, found.iter().map(|link| link.id.as_str()).collect::<Vec<_>>(), "{query}");
            assert_eq!(list.header("x-total"), ids.len().to_string(), "{query}");
        }
        // What stands there as active is expired once its time is over, without anybody touching it.
        house.clock.advance(31 * day);
        let list = acme.get(&format!("/customers/{customer}/setup_links?status=expired")).await;
        assert_eq!(list.body["meta"]["total_count"], 2);
        assert_eq!(list.body["data"][0]["status"], "expired");

        for (query, field) in [("status=open", "status"), ("status=ACTIVE", "status"), ("created_after=soon", "created_after")] {
            let refused = acme.get(&format!("/customers/{customer}/setup_links?{query}")).await;
            assert_eq!(refused.refused_fields(), [field]);
        }
    }

    async fn links_of_another_customer_or_project_are_not_there(db: Database) {
        let house = House::open(db).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let link = acme.link(json!({})).await;
        let before = acme.see(&link).await;
        let other = acme.customer("Barber").await;
        let theirs = rival.customer("Bakery").await;

        for (platform, customer) in [(&acme, &other), (&rival, &link.customer), (&rival, &theirs)] {
            let path = format!("/customers/{customer}/setup_links/{}", link.id);
            assert_eq!(platform.get(&path).await.status, 404);
            let patch = json!({"setup_link": {"status": "revoked"}});
            assert_eq!(platform.patch(&path, &patch).await.status, 404);
        }
        let list = format!("/customers/{}/setup_links", link.customer);
        assert_eq!(rival.get(&list).await.status, 404);
        assert_eq!(rival.post(&list, &json!({})).await.status, 404);
        assert_eq!(acme.get(&format!("/customers/{other}/setup_links")).await.body["meta"]["total_count"], 0);
        assert_eq!(acme.see(&link).await, before);
    }
}
