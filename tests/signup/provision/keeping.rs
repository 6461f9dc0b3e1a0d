//! What becomes of a number: connected, or given back, whatever happens to its link.

use std::time::Duration;

use serde_json::json;
use setuplinks::{
    provision::reconcile,
    sandbox::{Fault, Login, Outcome, When, twilio::ACCOUNT_SID},
};

use super::Wish;
use crate::{
    records,
    story::{SUCCESS, standing_clock},
    support::{House, on_both, until},
};

fn login(number: &str) -> Login {
    Login::from(Outcome::Dedicated).phone(number)
}

async fn events(wish: &Wish) -> Vec<String> {
    let events = records::events(&wish.house.app.store, &wish.link.id).await;
    events.into_iter().map(|(name, _)| name).filter(|name| name.starts_with("provisioned_number.")).collect()
}

on_both! {
    async fn the_number_is_connected_and_told(db: Database) {
        let wish = Wish::begin(db).await;
        let number = wish.gets().await;
        wish.visitor.choose(&wish.link, "dedicated").await;
        wish.twilio().text("WhatsApp", &number, "Your WhatsApp code is 123-456").await;
        let id = wish.seen().await["id"].clone();
        let end = wish.visitor.walk(&wish.link, "dedicated", wish.house.world(), login(&number)).await;
        assert!(end.location().starts_with(SUCCESS), "{}", end.location());
        let landed = end.landing();
        assert_eq!((&*landed["display_phone_number"], &json!(landed["provisioned_phone_number_id"])), (&*number, &id));
        assert_eq!(wish.stands("connected").await["id"], id);
        let tab = wish.look().await;
        assert!(tab.texts("h1")[0].contains("is connected"), "{}", tab.html);
        assert_eq!(events(&wish).await, ["provisioned_number.bought", "provisioned_number.code_received", "provisioned_number.connected"]);
        wish.nothing_is_left().await;
        reconcile::once(&wish.house.app).await.expect("compared");
        assert_eq!(wish.twilio().sums(), (1, 0));
    }

    async fn of_several_numbers_the_provisioned_one_is_taken(db: Database) {
        let wish = Wish::begin(db).await;
        let number = wish.gets().await;
        let several = Login::from(Outcome::Several).phone(&number);
        let end = wish.visitor.walk(&wish.link, "dedicated", wish.house.world(), several).await;
        assert_eq!(end.landing()["display_phone_number"], number);
        wish.nothing_is_left().await;
    }

    async fn another_number_is_their_right_and_the_provisioned_one_goes_back_after_a_while(db: Database) {
        let clock = standing_clock();
        let wish = Wish::of(House::selling_at(db, clock.clone()).await, json!({})).await;
        wish.gets().await;
        let end = wish.visitor.walk(&wish.link, "dedicated", wish.house.world(), Outcome::Dedicated).await;
        assert!(end.location().starts_with(SUCCESS), "{}", end.location());
        let tab = wish.look().await;
        assert_eq!(tab.texts("h1"), ["You connected another number"], "{}", tab.html);
        clock.advance(Duration::from_secs(23 * 60 * 60));
        reconcile::once(&wish.house.app).await.expect("compared");
        assert_eq!((wish.twilio().sums(), &wish.seen().await["status"]), ((1, 0), &json!("bought")));
        clock.advance(Duration::from_secs(61 * 60));
        wish.stands("released").await;
        assert_eq!(events(&wish).await, ["provisioned_number.bought", "provisioned_number.released"]);
        wish.nothing_is_left().await;
    }

    async fn a_link_that_is_over_gives_its_number_back(db: Database) {
        // Revoked, superseded, expired, and its customer deleted.
        let wish = Wish::begin(db).await;
        wish.gets().await;
        wish.platform.change(&wish.link, json!({"status": "revoked"})).await.data(200);
        wish.stands("released").await;
        wish.nothing_is_left().await;

        let wish = Wish::begin(db).await;
        wish.gets().await;
        wish.platform.link_for(&wish.link.customer, json!({})).await;
        wish.stands("released").await;
        wish.nothing_is_left().await;

        let clock = standing_clock();
        let wish = Wish::of(House::selling_at(db, clock.clone()).await, json!({})).await;
        wish.gets().await;
        clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
        wish.stands("released").await;
        wish.nothing_is_left().await;
    }

    async fn a_link_revoked_while_its_number_is_bought_keeps_nothing(db: Database) {
        for (call, when) in [("search", When::After), ("buy", When::Before), ("buy", When::After), ("numbers", When::After)] {
            let wish = Wish::begin(db).await;
            wish.is_compared().await;
            let hold = wish.twilio().hold(call, when);
            wish.start("US").await;
            hold.reached().await;
            wish.platform.change(&wish.link, json!({"status": "revoked"})).await.data(200);
            hold.release();
            until("it to be over", || async {
                let seen = wish.seen().await;
                (seen.is_null() && wish.twilio().sums() == (0, 0) || seen["status"] == "released").then_some(())
            })
            .await;
            wish.nothing_is_left().await;
        }
    }

    async fn the_platform_gives_a_number_back(db: Database) {
        let wish = Wish::begin(db).await;
        wish.gets().await;
        let id = wish.seen().await["id"].as_str().expect("an id").to_owned();
        let path = format!("/provisioned_phone_numbers/{id}");
        let other = wish.house.platform("Other").await;
        assert_eq!(other.send(other.request(reqwest::Method::DELETE, &path)).await.status, 404);
        assert_eq!(wish.platform.send(wish.platform.request(reqwest::Method::DELETE, &path)).await.status, 204);
        wish.stands("released").await;
        assert_eq!(wish.platform.send(wish.platform.request(reqwest::Method::DELETE, &path)).await.status, 404);
        wish.nothing_is_left().await;
        // The link may have another.
        assert_eq!(wish.visitor.get(&wish.link.url).await.status, 200);
        wish.gets().await;
        assert_eq!(wish.twilio().sums(), (2, 1));
    }

    async fn a_release_is_tried_until_it_is_done(db: Database) {
        for fault in [Fault::CutAfter, Fault::CutBefore, Fault::graph(500, 20_500, "no")] {
            let wish = Wish::begin(db).await;
            wish.gets().await;
            wish.twilio().fault("release", 2, fault);
            wish.platform.change(&wish.link, json!({"status": "revoked"})).await.data(200);
            wish.stands("released").await;
            wish.nothing_is_left().await;
        }
    }

    async fn what_is_not_twilio_s_word_does_not_make_a_number_gone(db: Database) {
        // A gateway that finds nothing; one that says so of the deletion; and one that answers what it likes.
        let faults = [("number", Fault::Html { status: 404 }), ("release", Fault::Html { status: 404 }), ("number", Fault::Html { status: 200 })];
        for (call, fault) in faults {
            let wish = Wish::begin(db).await;
            wish.gets().await;
            wish.twilio().fault(call, 1, fault);
            wish.is_revoked().await;
            wish.stands("released").await;
            assert_eq!(wish.twilio().sums(), (1, 1), "{call}");
            wish.nothing_is_left().await;
        }
    }

    async fn the_comparison_gives_back_what_carries_our_mark_and_nothing_else(db: Database) {
        let wish = Wish::begin(db).await;
        let number = wish.gets().await;
        let mark = wish.owned()[0].friendly_name.clone();
        let (ours, id) = mark.rsplit_once(':').expect("a mark");
        let stranger = ours.replace("setuplinks:", "setuplinks:f");
        let kept = [("+16285559001", "front desk".to_owned()), ("+16285559002", format!("{stranger}:{id}")), ("+16285559003", String::new())];
        for (number, name) in &kept {
            wish.twilio().buy_by_hand(ACCOUNT_SID, number, name);
        }
        let orphans = [("+16285559004", format!("{ours}:{}", uuid::Uuid::nil())), ("+16285559005", mark.clone())];
        for (number, name) in &orphans {
            wish.twilio().buy_by_hand(ACCOUNT_SID, number, name);
        }
        reconcile::once(&wish.house.app).await.expect("compared");
        let left: Vec<_> = wish.owned().into_iter().map(|owned| owned.phone_number).collect();
        assert_eq!(left, [&*number, kept[0].0, kept[1].0, kept[2].0]);
        assert_eq!(wish.seen().await["status"], "bought");
    }

    async fn a_number_that_the_account_has_lost_is_no_longer_counted(db: Database) {
        let wish = Wish::begin(db).await;
        wish.gets().await;
        let sid = wish.owned()[0].sid.clone();
        // By hand, in Twilio's console.
        let account = crate::support::house::twilio_account();
        wish.house.app.twilio.release(&account, &sid).await.expect("released");
        tokio::time::sleep(Duration::from_millis(5)).await;
        reconcile::once(&wish.house.app).await.expect("compared");
        wish.stands("released").await;
        wish.nothing_is_left().await;
    }
}
