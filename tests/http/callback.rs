//! The way back from Facebook: only the browser that left may come back, once, and within the hour.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use setuplinks::sandbox::{Outcome, When};
use url::Url;

use crate::{
    stored::standing_clock,
    support::{House, Link, Page, Platform, Visitor, on_both},
};

/// A visitor who stands before Facebook's dialog, with its address.
async fn at_facebook(link: &Link) -> (Visitor, String) {
    let visitor = Visitor::new();
    let dialog = visitor.choose(link, "dedicated").await;
    (visitor, dialog)
}

/// The address with this parameter set to something else, or taken out.
fn with(address: &str, name: &str, value: Option<&str>) -> String {
    let mut url: Url = address.split('#').next().expect("an address").parse().expect("a URL");
    let kept: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(value.map(|value| (name, value)));
    url.to_string()
}

fn parameter(address: &str, name: &str) -> String {
    let url: Url = address.parse().expect("a URL");
    url.query_pairs().find(|(key, _)| key == name).expect("the parameter").1.into_owned()
}

#[track_caller]
fn assert_turned_away(page: &Page, status: u16) {
    assert_eq!((page.status, page.page()), (status, "error".to_owned()), "{}", page.html);
    assert_eq!(page.header("location"), "");
}

async fn setup_status(platform: &Platform, link: &Link) -> (Value, Value, Value) {
    let seen = platform.see(link).await;
    (seen["status"].clone(), seen["whatsapp_setup_status"].clone(), seen["whatsapp_setup_error"].clone())
}

on_both! {
    async fn another_browser_cannot_bring_the_answer(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let (visitor, dialog) = at_facebook(&link).await;
        let (thief, _) = at_facebook(&acme.link(json!({})).await).await;
        let callback = house.world().login(&dialog, Outcome::Dedicated).expect("a login");

        assert_turned_away(&Visitor::new().get(&callback).await, 403);
        assert_turned_away(&thief.get(&callback).await, 403);
        assert_eq!(setup_status(&acme, &link).await, (json!("active"), json!("pending"), Value::Null));
        assert_eq!(house.world().count("exchange"), 0);

        // Whoever left is still welcome.
        let back = visitor.get(&callback).await;
        assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected");
    }

    async fn an_answer_without_our_state_connects_nothing(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let (visitor, dialog) = at_facebook(&link).await;
        let (_, theirs) = at_facebook(&acme.link(json!({})).await).await;
        let callback = house.world().login(&dialog, Outcome::Dedicated).expect("a login");
        let foreign = parameter(&theirs, "state");
        for state in [None, Some(""), Some("x"), Some(foreign.as_str()), Some("\0"), Some(&parameter(&dialog, "state").to_lowercase())] {
            assert_turned_away(&visitor.get(&with(&callback, "state", state)).await, 403);
        }
        assert_turned_away(&visitor.get(&with(&callback, "code", None)).await, 400);
        assert_turned_away(&visitor.get(&with(&callback, "code", Some(""))).await, 400);
        assert_turned_away(&visitor.get(&format!("{}/auth/facebook/callback", house.url)).await, 400);
        assert_eq!(setup_status(&acme, &link).await, (json!("active"), json!("pending"), Value::Null));
        assert_eq!(house.world().calls(), []);
    }

    async fn a_reload_of_the_callback_repeats_nothing(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"success_redirect_url": "https://acme.example/done"})).await;
        let (visitor, dialog) = at_facebook(&link).await;
        let callback = house.world().login(&dialog, Outcome::Dedicated).expect("a login");

        // A double click, then a reload while it runs, then one after.
        let hold = house.world().hold("register", When::Before);
        let backs = join_all((0..4).map(|_| visitor.get(&callback))).await;
        hold.reached().await;
        let progress = visitor.get(&callback).await.location();
        assert!(backs.iter().all(|back| back.location() == progress));
        assert_eq!(visitor.get(&progress).await.page(), "progress");
        hold.release();
        let end = visitor.wait_out(&progress).await.unsigned();
        let again = visitor.get(&callback).await.location();
        assert_eq!(visitor.get(&again).await.unsigned(), end, "the same end again");

        for call in ["exchange", "subscribe", "register"] {
            assert_eq!(house.world().count(call), 1, "{call}");
        }
        assert_eq!(acme.get("/whatsapp/phone_numbers").await.body["meta"]["total_count"], 1);
    }

    async fn a_login_may_take_an_hour_and_no_longer(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"failure_redirect_url": "https://acme.example/no"})).await;
        let (visitor, dialog) = at_facebook(&link).await;
        house.clock.advance(Duration::from_secs(60 * 60 + 1));
        let callback = house.world().login(&dialog, Outcome::Dedicated).expect("a login");

        let back = visitor.get(&callback).await;
        let end = visitor.get(&back.location()).await;

        assert_eq!(end.landing()["error_code"], "token_exchange_failed");
        assert_eq!(house.world().calls(), [], "the code is not even tried");
        assert_eq!(setup_status(&acme, &link).await, (json!("active"), json!("failed"), json!("token_exchange_failed")));

        // The link is still good for a login that takes 59 minutes.
        let dialog = visitor.choose(&link, "dedicated").await;
        house.clock.advance(Duration::from_mins(59));
        let callback = house.world().login(&dialog, Outcome::Dedicated).expect("a login");
        let back = visitor.get(&callback).await;
        assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected");
    }

    async fn a_code_that_was_redeemed_under_another_state_connects_nothing(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let (first, second) = (acme.link(json!({})).await, acme.link(json!({})).await);
        let visitor = Visitor::new();
        let dialog = visitor.choose(&first, "dedicated").await;
        let callback = house.world().login(&dialog, Outcome::Dedicated).expect("a login");
        let back = visitor.get(&callback).await;
        assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected");

        let dialog = visitor.choose(&second, "dedicated").await;
        let injected = with(&callback, "state", Some(&parameter(&dialog, "state")));
        let back = visitor.get(&injected).await;

        assert_eq!(visitor.wait_out(&back.location()).await.page(), "failed");
        assert_eq!(setup_status(&acme, &second).await, (json!("active"), json!("failed"), json!("token_exchange_failed")));
        assert_eq!(acme.get("/whatsapp/phone_numbers").await.body["meta"]["total_count"], 1);
    }

    async fn a_link_that_was_revoked_meanwhile_connects_nothing(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;

        // While the customer is at Facebook.
        let (visitor, dialog) = at_facebook(&link).await;
        let callback = house.world().login(&dialog, Outcome::Dedicated).expect("a login");
        acme.change(&link, json!({"status": "revoked"})).await.data(200);
        let back = visitor.get(&callback).await;
        let shown = visitor.get(&back.location()).await;
        let shown = if shown.status == 303 { visitor.get(&shown.location()).await } else { shown };
        assert_eq!(shown.page(), "revoked");
        assert_eq!(house.world().calls(), []);

        // While the signup runs.
        acme.change(&link, json!({"status": "active"})).await.data(200);
        let hold = house.world().hold("subscribe", When::Before);
        let back = visitor.log_in(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        hold.reached().await;
        acme.change(&link, json!({"status": "revoked"})).await.data(200);
        hold.release();
        assert_eq!(visitor.wait_out(&back.location()).await.page(), "revoked");
        assert_eq!(house.world().count("register"), 0);
        assert_eq!(acme.get("/whatsapp/phone_numbers").await.body["meta"]["total_count"], 0);
        assert_eq!(acme.see(&link).await["status"], "revoked");
    }

    async fn a_login_that_began_in_time_goes_on_although_the_link_expired(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        acme.change(&link, json!({"expires_at": "2024-03-01T12:10:00Z"})).await.data(200);
        let (visitor, dialog) = at_facebook(&link).await;
        house.clock.advance(Duration::from_mins(20));
        assert_eq!(Visitor::new().get(&link.url).await.page(), "expired");

        let callback = house.world().login(&dialog, Outcome::Dedicated).expect("a login");
        let back = visitor.get(&callback).await;

        assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected");
        assert_eq!(acme.see(&link).await["status"], "used");
    }
}
