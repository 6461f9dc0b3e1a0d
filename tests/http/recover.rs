//! A failure that the customer can mend where they stand, and a signup that is found again.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::sandbox::{Outcome, When};

use crate::{
    stored::standing_clock,
    support::{House, Visitor, on_both},
};

const RETRY: &str = "[data-testid=retry]";
const LAST_TIME: &str = "[data-testid=last-time]";
const RETURN: &str = "[data-testid=return-to-platform]";

on_both! {
    async fn in_place_a_failure_has_two_ways_out(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let failure = "https://acme.example/no?a=1";
        let link = acme.link(json!({"failure_redirect_url": failure, "recover_in_place": true})).await;
        assert_eq!(acme.see(&link).await["recover_in_place"], true);
        let visitor = Visitor::new();
        let end = visitor.walk(&link, "dedicated", house.world(), Outcome::NoNumber).await;
        assert_eq!((end.status, end.page()), (200, "failed".to_owned()));
        // The platform hears of it as of any failure, and the customer may still go there.
        assert_eq!(acme.see(&link).await["whatsapp_setup_error"], "phone_verification_failed");
        let there = format!("{failure}&setup_link_id={}&error_code=phone_verification_failed", link.id);
        assert!(end.attribute(RETURN, "href").starts_with(&there), "{}", end.html);
        let again = visitor.get(&format!("{}{}", house.url, end.attribute(RETRY, "href"))).await;
        assert_eq!(again.page(), "setup");
        let end = visitor.walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        assert_eq!(end.page(), "connected");
    }

    async fn in_place_only_where_another_try_can_help(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let terms = json!({"failure_redirect_url": "https://acme.example/no", "recover_in_place": true});
        // A signup that ran when the link's time ended.
        let link = acme.link(terms.clone()).await;
        let visitor = Visitor::new();
        let progress = visitor.log_in(&link, "dedicated", house.world(), Outcome::NoNumber).await.location();
        assert_eq!(visitor.wait_out(&progress).await.page(), "failed");
        house.clock.advance(Duration::from_hours(31 * 24));
        assert_eq!(visitor.get(&progress).await.landing()["error_code"], "phone_verification_failed");
        // And a link that is over, whatever happened on it.
        assert_eq!(visitor.get(&link.url).await.landing()["error_code"], "link_expired");
    }

    async fn in_place_is_what_a_platform_chooses(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"failure_redirect_url": "https://acme.example/no"})).await;
        assert_eq!(acme.see(&link).await["recover_in_place"], false);
        let wrong = acme.change(&link, json!({"recover_in_place": "yes"})).await;
        assert_eq!(wrong.refused_fields(), ["recover_in_place"]);
        assert_eq!(acme.change(&link, json!({"recover_in_place": true})).await.data(200)["recover_in_place"], true);
        assert_eq!(acme.change(&link, json!({"recover_in_place": null})).await.data(200)["recover_in_place"], false);
        let end = Visitor::new().walk(&link, "dedicated", house.world(), Outcome::NoNumber).await;
        assert_eq!(end.landing()["error_code"], "phone_verification_failed");
    }

    async fn a_link_opened_again_says_what_happened_and_offers_the_same_choice(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::new();
        assert!(!visitor.get(&link.url).await.has(LAST_TIME), "nothing has happened yet");
        let failed = visitor.walk(&link, "coexistence", house.world(), Outcome::NoNumber).await;
        let (title, text) = (failed.texts("h1").remove(0), failed.texts("h1 + p").remove(0));

        let again = Visitor::new().get(&link.url).await;
        assert_eq!(again.page(), "setup");
        let said = again.texts(LAST_TIME).remove(0);
        assert!(said.contains(&title) && said.contains(&text), "{said}");
        assert!(again.has("#coexistence[checked]") && !again.has("#dedicated[checked]"), "{}", again.html);
        // What the questions lead to comes before what was chosen then.
        let asked = Visitor::new().get(&format!("{}?app=no&which=1", link.url)).await;
        assert!(asked.has("#dedicated[checked]") && asked.has(LAST_TIME));

        assert_eq!(visitor.walk(&link, "dedicated", house.world(), Outcome::Dedicated).await.page(), "connected");
    }

    async fn a_choice_that_would_fail_again_is_not_made_for_the_customer(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"allowed_connection_types": ["dedicated"]})).await;
        let visitor = Visitor::new();
        assert_eq!(visitor.walk(&link, "dedicated", house.world(), Outcome::Coexistence).await.page(), "failed");
        acme.change(&link, json!({"allowed_connection_types": ["coexistence", "dedicated"]})).await.data(200);
        let again = visitor.get(&link.url).await;
        assert!(again.has(LAST_TIME) && !again.has("[name=connection_type][checked]"), "{}", again.html);
    }

    async fn the_page_says_how_far_it_came(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        for (outcome, done, stopped) in [
            (Outcome::Cancel, 0, "Facebook login stopped here"),
            (Outcome::NoNumber, 2, "Phone number stopped here"),
        ] {
            let link = acme.link(json!({})).await;
            let end = Visitor::new().walk(&link, "dedicated", house.world(), outcome).await;
            assert_eq!(end.page(), "failed");
            assert_eq!(end.texts(".steps .done").len(), done);
            assert_eq!(end.texts(".steps .stopped"), [stopped]);
            assert_eq!(end.texts(".steps li").len(), 5);
        }
    }

    async fn a_signup_that_runs_is_found_on_another_device_and_the_day_after(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let hold = house.world().hold("exchange", When::Before);
        let first = Visitor::new();
        first.log_in(&link, "dedicated", house.world(), Outcome::Several).await;
        hold.reached().await;
        // Somebody else's browser, with the link alone.
        let other = Visitor::speaking("pt");
        let progress = other.get(&link.url).await.location();
        assert_eq!(other.get(&progress).await.page(), "progress");
        hold.release();
        let choice = other.wait_out(&progress).await;
        assert_eq!(choice.page(), "number");
        // It waits for an hour, for whoever comes; the session of the login is long forgotten then.
        house.clock.advance(Duration::from_mins(59));
        let third = Visitor::new();
        let choice = third.get(&third.get(&link.url).await.location()).await;
        assert_eq!(choice.page(), "number");
        let number = choice.attribute("input:not([disabled])", "value");
        third.post(&format!("{}/number", link.url), &[("phone_number_id", &number)]).await;
        assert_eq!(third.wait_out(&progress).await.page(), "connected");
        // The day after, every device finds it done.
        house.clock.advance(Duration::from_hours(24));
        for visitor in [&first, &other, &third, &Visitor::new()] {
            assert_eq!(visitor.get(&link.url).await.page(), "used");
            assert_eq!(visitor.get(&progress).await.page(), "connected");
        }
    }

    async fn a_choice_that_nobody_made_can_be_made_again_the_day_after(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::new();
        let progress = visitor.log_in(&link, "dedicated", house.world(), Outcome::Several).await.location();
        assert_eq!(visitor.wait_out(&progress).await.page(), "number");
        house.clock.advance(Duration::from_hours(24));
        let end = crate::support::until("the choice to be over", || async {
            let page = visitor.get(&progress).await;
            (page.page() != "number").then_some(page)
        })
        .await;
        assert_eq!(end.page(), "failed");
        assert_eq!(end.texts(".steps .stopped").len(), 1);
        let other = Visitor::new();
        assert_eq!(other.get(&link.url).await.page(), "setup");
        assert_eq!(other.walk(&link, "dedicated", house.world(), Outcome::Dedicated).await.page(), "connected");
        assert_eq!(acme.see(&link).await["whatsapp_setup_error"], Value::Null);
    }
}
