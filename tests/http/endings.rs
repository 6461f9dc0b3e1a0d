//! Links that are over: to the platform's failure URL, or to a page that says so.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::sandbox::Outcome;

use crate::{
    stored::standing_clock,
    support::{House, Link, Platform, Visitor, on_both},
};

const RECEIPT: &str = "[data-testid=receipt]";
const MONTH: Duration = Duration::from_hours(30 * 24);

/// A link of each kind that is over.
async fn over(house: &House, platform: &Platform, terms: &Value) -> [(Link, &'static str, &'static str); 3] {
    let expired = platform.link(terms.clone()).await;
    house.clock.advance(MONTH);
    let used = platform.link(terms.clone()).await;
    Visitor::new().walk(&used, "dedicated", house.world(), Outcome::Dedicated).await;
    let revoked = platform.link(terms.clone()).await;
    platform.change(&revoked, json!({"status": "revoked"})).await.data(200);
    [(expired, "expired", "link_expired"), (used, "used", "already_used"), (revoked, "revoked", "link_expired")]
}

on_both! {
    async fn without_a_failure_url_a_page_says_what_happened(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        for (link, page, _) in over(&house, &acme, &json!({"success_redirect_url": "https://acme.example"})).await {
            let shown = Visitor::new().get(&link.url).await;
            assert_eq!((shown.status, shown.page()), (200, page.to_owned()));
            assert!(shown.texts("header")[0].contains("Acme"), "and whom to ask");
            assert!(!shown.texts("h1")[0].is_empty() && !shown.has("[data-testid=continue-with-facebook]"), "{}", shown.html);
            assert_eq!(shown.header("cache-control"), "no-store");
            let pressed = Visitor::new().post(&link.url, &[("connection_type", "dedicated")]).await;
            assert_eq!(pressed.page(), page, "an old tab's button does no more");
        }
    }

    async fn a_used_link_shows_its_receipt_for_as_long_as_the_number_is_there(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let connected = Visitor::new().walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        let receipt = connected.texts(RECEIPT);
        assert_eq!(receipt.len(), 1, "{}", connected.html);
        house.clock.advance(MONTH);
        let used = Visitor::new().get(&link.url).await;
        assert_eq!((used.page(), used.texts(RECEIPT)), ("used".to_owned(), receipt), "and the time is that of the connection");

        let numbers = acme.get("/whatsapp/phone_numbers").await.data(200);
        let id = numbers[0]["phone_number_id"].as_str().expect("an id");
        assert_eq!(acme.delete(&format!("/whatsapp/phone_numbers/{id}")).await.status, 204);
        let used = Visitor::new().get(&link.url).await;
        assert!(used.page() == "used" && !used.has(RECEIPT), "{}", used.html);
    }

    async fn with_a_failure_url_the_customer_is_there_at_once(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let terms = json!({"failure_redirect_url": "https://acme.example/no?a=1&error_code=mine&b=%20x&setup_link_id=forged"});
        for (link, _, code) in over(&house, &acme, &terms).await {
            let expected = format!("https://acme.example/no?a=1&b=%20x&setup_link_id={}&error_code={code}", link.id);
            let visitor = Visitor::new();
            for answer in [
                visitor.get(&link.url).await,
                visitor.head(&link.url).await,
                visitor.get(&format!("{}?lang=ar", link.url)).await,
                visitor.post(&link.url, &[("connection_type", "dedicated")]).await,
            ] {
                assert_eq!((answer.status, answer.unsigned()), (303, expected.clone()));
                assert_eq!((answer.header("cache-control"), answer.header("set-cookie")), ("no-store", ""));
            }
        }
    }

    async fn success_lands_with_every_parameter_and_keeps_the_platform_s_own(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let terms = json!({"success_redirect_url": "https://acme.example/done?status=mine&keep=1&phone_number_id=2#"});
        assert_eq!(
            acme.post(&format!("/customers/{}/setup_links", acme.customer("B").await), &json!({"setup_link": terms})).await.status,
            422,
            "a fragment would swallow them"
        );
        let link = acme.link(json!({"success_redirect_url": "https://acme.example/done?status=mine&keep=1&phone_number_id=2"})).await;

        let end = Visitor::new().walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;

        let number = acme.get("/whatsapp/phone_numbers").await.body["data"][0].clone();
        let text = |name: &str| number[name].as_str().expect(name).to_owned();
        assert_eq!(end.unsigned(), format!(
            "https://acme.example/done?keep=1&setup_link_id={}&status=completed&phone_number_id={}&business_account_id={}\
             &whatsapp_config_id={}&display_phone_number=%2B{}",
            link.id, text("phone_number_id"), text("business_account_id"), text("internal_id"), text("display_phone_number_normalized"),
        ));
    }

    async fn success_without_a_url_is_a_page_with_the_number(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"failure_redirect_url": "https://acme.example/no"})).await;
        let visitor = Visitor::new();
        let end = visitor.walk(&link, "coexistence", house.world(), Outcome::Coexistence).await;
        assert_eq!((end.status, end.page()), (200, "connected".to_owned()));
        let shown = acme.get("/whatsapp/phone_numbers").await.body["data"][0]["display_phone_number"].clone();
        let words: String = end.texts("main")[0].replace('\u{a0}', " ").replace('\u{2011}', "-");
        assert!(words.contains(shown.as_str().expect("a number")), "{words}");
        assert!(!end.has("[data-testid=setup-error]"));
        assert_eq!(visitor.get(&end.url).await.page(), "connected", "a reload says the same");
    }

    async fn a_failure_without_a_url_is_a_page_with_a_way_on(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"success_redirect_url": "https://acme.example/done"})).await;
        let visitor = Visitor::new();
        let end = visitor.walk(&link, "dedicated", house.world(), Outcome::NoNumber).await;
        assert_eq!((end.status, end.page()), (200, "failed".to_owned()));
        assert_eq!(end.texts("[data-testid=setup-error]").len(), 1);
        let seen = acme.see(&link).await;
        assert_eq!(
            (&seen["status"], &seen["whatsapp_setup_status"], &seen["whatsapp_setup_error"]),
            (&json!("active"), &json!("failed"), &json!("phone_verification_failed"))
        );

        let retry = format!("{}{}", house.url, end.attribute("[data-testid=retry]", "href"));
        assert_eq!(visitor.get(&retry).await.page(), "setup");
        let end = visitor.walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        assert_eq!(end.landing()["status"], "completed");
        assert_eq!(acme.see(&link).await["whatsapp_setup_error"], Value::Null);
    }
}
