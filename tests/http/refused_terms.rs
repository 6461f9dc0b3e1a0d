//! What a setup link cannot be: each wrong field is named, all of them at once, and nothing is saved.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use setuplinks::sandbox::Outcome;

use crate::{
    stored::count,
    support::{House, Visitor, on_both},
};

const NEEDS_TWILIO: &str = "Custom Twilio credentials are required to set non-US phone_number_country_isos";

/// Values that a field of a new or changed link cannot have.
fn wrong() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("success_redirect_url", urls()),
        ("failure_redirect_url", urls()),
        (
            "allowed_origins",
            vec![
                json!("https://acme.example"),
                json!({}),
                json!([7]),
                json!([null]),
                json!([""]),
                json!(["*"]),
                json!(["null"]),
                json!(["http://acme.example"]),
                json!(["https://acme.example/x"]),
                json!(["https://acme.example?x"]),
                json!(["https://u@acme.example"]),
                json!(["https://acme.example", "nonsense"]),
                json!(vec!["https://a.example"; 51]),
            ],
        ),
        (
            "allowed_connection_types",
            vec![
                json!([]),
                json!("dedicated"),
                json!({}),
                json!([7]),
                json!([null]),
                json!(["Dedicated"]),
                json!(["dedicated", "both"]),
            ],
        ),
        ("meta_billing_mode", vec![json!("nobody"), json!(""), json!(1), json!(["customer_managed"])]),
        ("theme_config", vec![json!("dark"), json!([]), json!(1), json!(false)]),
        ("theme_config.primary_color", colours("primary_color")),
        ("theme_config.primary_foreground_color", colours("primary_foreground_color")),
        ("theme_config.background_color", colours("background_color")),
        ("theme_config.text_color", colours("text_color")),
        ("theme_config.muted_text_color", colours("muted_text_color")),
        ("theme_config.card_color", colours("card_color")),
        ("theme_config.muted_color", colours("muted_color")),
        ("theme_config.border_color", colours("border_color")),
        ("theme_config.secondary_color", colours("secondary_color")),
        ("theme_config.secondary_foreground_color", colours("secondary_foreground_color")),
        ("theme_config.destructive_color", colours("destructive_color")),
        ("theme_config.destructive_foreground_color", colours("destructive_foreground_color")),
        ("provision_phone_number", vec![json!("true"), json!(1), json!([])]),
        (
            "phone_number_country_isos",
            vec![
                json!([]),
                json!("US"),
                json!(["us"]),
                json!(["USA"]),
                json!(["XX"]),
                json!([1]),
                json!([null]),
                json!(["US", "UK"]),
                json!(["CL"]),
                json!(["US", "CL"]),
            ],
        ),
        (
            "phone_number_area_code",
            vec![
                json!(415),
                json!(""),
                json!("41"),
                json!("4155"),
                json!("115"),
                json!("015"),
                json!("4a5"),
                json!("٤١٥"),
                json!(["415"]),
            ],
        ),
        ("language", vec![json!("de"), json!("EN"), json!("pt-BR"), json!(""), json!(1), json!(["es"])]),
    ]
}

/// The same of the fields that are ours.
fn wrong_of_ours() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("external_id", vec![json!(""), json!("  "), json!(7), json!("x".repeat(256)), json!("a\u{0}"), json!({})]),
        (
            "metadata",
            vec![
                json!("x"),
                json!([]),
                json!({"": "x"}),
                json!({"a": 1}),
                json!({"a": null}),
                json!({"a": {"b": "c"}}),
                json!({"x".repeat(41): "x"}),
                json!({"a": "x".repeat(501)}),
                json!({"a": "\u{0}"}),
                (0..51).map(|i| (i.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>().into(),
            ],
        ),
        ("state", vec![json!(""), json!(7), json!("x".repeat(513)), json!("a\nb"), json!("a\u{0}"), json!([])]),
        (
            "expected_phone_number",
            vec![
                json!(15_550_100_199_u64),
                json!(""),
                json!("555"),
                json!("030 123456"),
                json!("+1 555 CALL NOW"),
                json!("+1234567890123456"),
                json!("٤٩٣٠١٢٣٤٥٦"),
                json!([]),
            ],
        ),
    ]
}

/// What a redirect URL cannot be.
fn urls() -> Vec<Value> {
    let long = format!("https://acme.example/{}", "x".repeat(2048));
    vec![
        json!(7),
        json!(true),
        json!([]),
        json!({}),
        json!(""),
        json!("/done"),
        json!("//acme.example"),
        json!("acme.example/done"),
        json!("javascript:alert(1)"),
        json!("data:text/html,x"),
        json!("ftp://a.example"),
        json!("https://"),
        json!("https:/a.example"),
        json!("https://user@a.example"),
        json!("https://u:p@a.example"),
        json!("https://a.example/#x"),
        json!("https://good.example\\@evil.example"),
        json!("https://a.example/ b"),
        json!(" https://a.example"),
        json!("https://a.example/\n"),
        json!("https://a.example/\u{0}"),
        json!("https://[::1"),
        json!("https://a.example:99999/"),
        json!("https://a;sandbox/"),
        json!("https://a,b.example/"),
        json!("https://a'b.example/"),
        json!(long),
    ]
}

fn colours(key: &str) -> Vec<Value> {
    let wrong = [
        json!("red"),
        json!("#fff"),
        json!("3b82f6"),
        json!("#3b82f6ff"),
        json!("#gggggg"),
        json!(""),
        json!(7),
        json!({}),
    ];
    wrong.into_iter().map(|colour| json!({key: colour})).collect()
}

/// The envelope with this one field.
fn envelope(field: &str, value: &Value) -> Value {
    let name = field.split('.').next().expect("a name");
    json!({"setup_link": {name: value}})
}

on_both! {
    async fn each_wrong_value_of_a_new_link_is_named_and_no_link_is_made(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let path = format!("/customers/{}/setup_links", acme.customer("Bakery").await);
        let active = acme.post(&path, &json!({})).await.data(201);
        for (field, values) in wrong().into_iter().chain(wrong_of_ours()) {
            for value in values {
                let refused = acme.post(&path, &envelope(field, &value)).await;
                assert_eq!(refused.refused_fields(), [field], "{value}");
                let sentence = refused.body["errors"][0]["message"].as_str().expect("a message");
                assert!(sentence.contains(field.split('.').next_back().expect("a name")), "{sentence}");
            }
        }
        for value in [json!(7), json!([]), json!(""), json!("+1 555 010 0199"), json!("nonsense")] {
            let refused = acme.post(&path, &envelope("reconnect_phone_number", &value)).await;
            assert_eq!(refused.refused_fields(), ["reconnect_phone_number"], "{value}");
        }
        let past = house.clock.now();
        for value in [
            json!("tomorrow"), json!(1), json!(""), json!([]), json!(past.rfc3339()), json!("2020-01-01"),
            json!(past.plus(Duration::from_hours(24 * 366)).rfc3339()),
        ] {
            assert_eq!(acme.post(&path, &envelope("expires_at", &value)).await.refused_fields(), ["expires_at"], "{value}");
        }
        let list = acme.get(&path).await;
        assert_eq!(list.body["meta"]["total_count"], 1);
        assert_eq!(list.body["data"][0]["id"], active["id"]);
        assert_eq!(list.body["data"][0]["status"], "active", "a refused link does not end the one before");
    }

    async fn each_wrong_change_is_named_and_the_link_stays_as_it_was(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"language": "es"})).await;
        let before = acme.see(&link).await;
        let more = vec![
            ("expires_at", vec![json!("tomorrow"), json!(1), json!(""), json!("2024-02-30T00:00:00Z"), json!("9999-12-31T23:59:59-23:59"), json!([])]),
            ("status", vec![json!("used"), json!("expired"), json!("open"), json!("ACTIVE"), json!(1), json!([])]),
            ("meta_billing_mode", vec![json!("partner_managed")]),
            ("reconnect_phone_number", vec![json!("+1 555 010 0199"), json!(1)]),
        ];
        for (field, values) in wrong().into_iter().chain(wrong_of_ours()).chain(more) {
            for value in values {
                let mut body = envelope(field, &value);
                // Beside another country the area code would be refused as well.
                if !matches!(field, "phone_number_area_code" | "phone_number_country_isos") {
                    body["setup_link"]["phone_number_area_code"] = json!("212");
                }
                let path = format!("/customers/{}/setup_links/{}", link.customer, link.id);
                assert_eq!(acme.patch(&path, &body).await.refused_fields(), [field], "{value}");
            }
        }
        assert_eq!(acme.see(&link).await, before);
    }

    async fn everything_that_is_wrong_is_named_at_once(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let path = format!("/customers/{}/setup_links", acme.customer("Bakery").await);
        let refused = acme.post(&path, &json!({"setup_link": {
            "success_redirect_url": "nowhere", "failure_redirect_url": 7, "allowed_origins": ["http://a.example"],
            "allowed_connection_types": [], "meta_billing_mode": "nobody",
            "theme_config": {"primary_color": "red", "text_color": "#12345"}, "provision_phone_number": "yes",
            "phone_number_country_isos": ["us"], "phone_number_area_code": "1", "reconnect_phone_number": 1, "language": "de",
        }})).await;
        let mut fields = refused.refused_fields();
        fields.sort_unstable();
        assert_eq!(fields, [
            "allowed_connection_types", "allowed_origins", "failure_redirect_url", "language", "meta_billing_mode",
            "phone_number_area_code", "phone_number_country_isos", "provision_phone_number", "reconnect_phone_number",
            "success_redirect_url", "theme_config.primary_color", "theme_config.text_color",
        ]);
        let sentence = refused.body["error"].as_str().expect("a sentence");
        assert!(fields.iter().all(|field| sentence.contains(field)), "{sentence}");
        assert_eq!(count(&house, "setup_links").await, 0);
    }

    async fn a_country_beyond_the_us_is_refused_in_the_contract_s_words(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let path = format!("/customers/{}/setup_links", acme.customer("Bakery").await);
        for provision in [true, false] {
            let terms = json!({"provision_phone_number": provision, "phone_number_country_isos": ["US", "CL"]});
            let refused = acme.post(&path, &json!({"setup_link": terms})).await;
            assert_eq!(refused.refused_fields(), ["phone_number_country_isos"]);
            assert_eq!(refused.body["error"], NEEDS_TWILIO);
        }
        assert_eq!(count(&house, "setup_links").await, 0);
    }

    async fn terms_that_contradict_each_other_are_refused(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let path = format!("/customers/{}/setup_links", acme.customer("Bakery").await);
        let terms = json!({"provision_phone_number": true, "allowed_connection_types": ["coexistence"]});
        let refused = acme.post(&path, &json!({"setup_link": terms})).await;
        assert_eq!(refused.refused_fields(), ["allowed_connection_types"]);

        // The same by way of a change.
        let link = acme.link(json!({"allowed_connection_types": ["coexistence"]})).await;
        let refused = acme.change(&link, json!({"provision_phone_number": true})).await;
        assert_eq!(refused.refused_fields(), ["allowed_connection_types"]);
        assert_eq!(acme.see(&link).await["provision_phone_number"], false);

        // Nobody knows the number that will be bought.
        let terms = json!({"provision_phone_number": true, "expected_phone_number": "+15550100199"});
        assert_eq!(acme.post(&path, &json!({"setup_link": terms})).await.refused_fields(), ["expected_phone_number"]);
    }

    async fn a_field_outside_the_envelope_is_refused_instead_of_lost(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let (list, link) = (format!("/customers/{customer}/setup_links"), acme.link(json!({})).await);
        for (body, fields) in [
            (json!({"language": "es"}), vec!["language"]),
            (json!({"success_redirect_url": null}), vec!["success_redirect_url"]),
            (json!({"status": "revoked", "shoe_size": 1}), vec!["status"]),
            (json!({"language": "es", "theme_config": {}}), vec!["theme_config", "language"]),
            (json!({"setup_link": "es"}), vec!["setup_link"]),
            (json!({"setup_link": [{}]}), vec!["setup_link"]),
            (json!([]), vec!["body"]),
            (json!(7), vec!["body"]),
        ] {
            assert_eq!(acme.post(&list, &body).await.refused_fields(), fields, "{body}");
            let one = format!("/customers/{}/setup_links/{}", link.customer, link.id);
            assert_eq!(acme.patch(&one, &body).await.refused_fields(), fields, "{body}");
        }
        for body in ["{", "{\"setup_link\": }", "language=es", "{} {}"] {
            let refused = acme.send(acme.request(Method::POST, &list).body(body)).await;
            assert_eq!(refused.refused_fields(), ["body"], "{body}");
        }
        assert_eq!(acme.get(&list).await.body["meta"]["total_count"], 0);
        assert_eq!(acme.see(&link).await["status"], "active");
    }

    async fn a_number_to_reconnect_must_be_the_customer_s_and_decides_the_type(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let first = acme.link(json!({})).await;
        let landed = Visitor::new().walk(&first, "coexistence", house.world(), Outcome::Coexistence).await;
        assert_eq!(landed.page(), "connected");
        let number = acme.get("/whatsapp/phone_numbers").await.body["data"][0].clone();
        let (shown, digits) = (&number["display_phone_number"], &number["display_phone_number_normalized"]);
        let path = format!("/customers/{}/setup_links", first.customer);

        for (terms, field) in [
            (json!({"provision_phone_number": true}), "provision_phone_number"),
            (json!({"allowed_connection_types": ["dedicated"]}), "allowed_connection_types"),
            (json!({"expected_phone_number": shown}), "expected_phone_number"),
        ] {
            let mut terms = terms;
            terms["reconnect_phone_number"] = shown.clone();
            let refused = acme.post(&path, &json!({"setup_link": terms})).await;
            assert_eq!(refused.refused_fields(), [field]);
        }
        let theirs = format!("/customers/{}/setup_links", acme.customer("Barber").await);
        let refused = acme.post(&theirs, &json!({"setup_link": {"reconnect_phone_number": shown}})).await;
        assert_eq!(refused.refused_fields(), ["reconnect_phone_number"]);

        let link = acme.link_for(&first.customer, json!({"reconnect_phone_number": shown})).await;
        let seen = acme.see(&link).await;
        assert_eq!(&seen["reconnect_phone_number"], digits, "any format in, digits out");
        assert_eq!(seen["allowed_connection_types"], json!(["coexistence"]));
        for (terms, field) in [
            (json!({"allowed_connection_types": ["coexistence", "dedicated"]}), "allowed_connection_types"),
            (json!({"reconnect_phone_number": shown}), "reconnect_phone_number"),
            (json!({"expected_phone_number": shown}), "expected_phone_number"),
        ] {
            assert_eq!(acme.change(&link, terms).await.refused_fields(), [field]);
        }
    }
}
