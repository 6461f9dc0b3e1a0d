//! The customer finished at Facebook and never came back: Meta tells of the account, and the signup goes on where it is
//! certain whose it is.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::{
    app::App,
    number::digits,
    sandbox::{AppWebhook, Login, Outcome},
    twilio::{self, Twilio},
};

use crate::{
    provision::Wish,
    records,
    story::{Story, standing_clock, terms},
    support::{Database, House, Visitor, house::twilio_account, on_both, until},
};

const NUMBER: &str = "+1 555-020-0001";
const SYSTEM_TOKEN: &str = "EAASYSTEM";

/// A house that hears Meta and has a system user's token.
async fn house(db: Database) -> House {
    let house =
        House::open_as(db, standing_clock(), |app| app.listening.system_token = Some(SYSTEM_TOKEN.into())).await;
    house.world().set_system_token(SYSTEM_TOKEN);
    listen(&house);
    house
}

fn listen(house: &House) {
    let callback_url = format!("{}/meta/webhooks", house.url);
    let fields = vec!["account_update".to_owned()];
    house.world().set_app_webhook(Some(AppWebhook { callback_url, is_active: true, fields }));
}

async fn story(db: Database, more: Value) -> Story {
    Story::of(house(db).await, more).await
}

/// Goes through the dialog to its end, and closes the window; gives the address that the browser would have come back to.
async fn vanish(story: &Story, login: impl Into<Login>) -> String {
    let dialog = story.visitor.choose(&story.link, "dedicated").await;
    let (before, _) = records::notices(&story.house.app.store).await;
    let callback = story.world().login(&dialog, login).expect("the dialog takes the request");
    until("Meta's notice to be kept", || async {
        (records::notices(&story.house.app.store).await.0 > before).then_some(())
    })
    .await;
    callback
}

/// Lets the time pass that a browser is waited for, and what follows.
async fn wait(story: &Story) {
    story.house.clock.advance(Duration::from_secs(150));
    until("the notices to be worked on", || async {
        (records::notices(&story.house.app.store).await.1 == 0).then_some(())
    })
    .await;
}

/// The end of the link's progress.
async fn end(story: &Story) -> crate::support::Page {
    story.visitor.wait_out(&format!("{}/progress", story.link.url)).await
}

async fn nothing_happened(story: &Story) {
    let link = story.platform.see(&story.link).await;
    assert_eq!((&link["status"], &link["whatsapp_setup_status"]), (&json!("active"), &json!("pending")));
    assert_eq!((story.record().await.step.as_str(), records::numbers(&story.house.app.store).await), ("login", 0));
    assert_eq!(story.world().count("subscribe"), 0);
    story.law_was_kept();
}

on_both! {
    async fn the_number_that_the_platform_expects_is_connected_without_the_browser(db: Database) {
        let story = story(db, json!({"expected_phone_number": NUMBER})).await;
        story.house.another_process().await;
        let callback = vanish(&story, Login::from(Outcome::Dedicated).phone(NUMBER)).await;
        story.house.clock.advance(Duration::from_secs(60));
        nothing_happened(&story).await;
        wait(&story).await;
        let number = story.connected(&end(&story).await).await;
        assert_eq!(number["display_phone_number"], NUMBER);
        assert_eq!((story.world().count("exchange"), story.world().count("system_token")), (0, 1));
        assert_eq!(story.world().count("register"), 1);
        let token = records::secrets(&story.house.app.store, number["id"].as_str().expect("an id")).await.remove(0);
        assert_ne!(token.token(), SYSTEM_TOKEN);
        let events = records::events(&story.house.app.store, &story.link.id).await;
        let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["setup_link.completed", "setup_link.started", "whatsapp.phone_number.created"]);
        // The browser wakes up after all.
        let back = story.visitor.get(&callback).await;
        story.connected(&story.visitor.wait_out(&back.location()).await).await;
        assert_eq!(story.world().count("exchange"), 0);
    }

    async fn a_number_that_is_connected_again_is_known_by_its_account(db: Database) {
        let first = story(db, json!({})).await;
        let number = first.connects("dedicated", Login::from(Outcome::Dedicated).phone(NUMBER)).await;
        first.house.clock.advance(Duration::from_hours(2));
        let story = first.another_link(json!({"reconnect_phone_number": NUMBER})).await;
        // Another platform's customer is at Facebook too, for whatever number.
        let rival = story.house.platform("Rival").await;
        Visitor::new().choose(&rival.link(terms(&json!({}))).await, "dedicated").await;
        vanish(&story, Login::from(Outcome::Dedicated).phone(NUMBER)).await;
        wait(&story).await;
        let again = story.connected(&end(&story).await).await;
        assert_eq!(again["internal_id"], number["internal_id"]);
    }

    async fn a_new_number_of_a_business_that_one_customer_has_is_theirs(db: Database) {
        let first = story(db, json!({})).await;
        first.connects("dedicated", Login::from(Outcome::Dedicated).phone(NUMBER)).await;
        let waba = first.world().find(NUMBER).expect("a number").waba_id;
        let beside = first.world().waba_beside(&waba);
        let second = setuplinks::sandbox::NumberSpec { waba_id: Some(beside), ..setuplinks::sandbox::NumberSpec::new("+1 555-020-0002") };
        assert!(first.world().add_number(second).is_some());
        first.house.clock.advance(Duration::from_hours(2));
        let story = first.another_link(json!({})).await;
        vanish(&story, Login::from(Outcome::Dedicated).phone("+1 555-020-0002")).await;
        wait(&story).await;
        assert_eq!(story.connected(&end(&story).await).await["display_phone_number"], "+1 555-020-0002");
    }

    async fn an_account_that_might_be_anybody_s_is_nobody_s(db: Database) {
        // The only one at Facebook, and nothing says that the account is theirs.
        let alone = story(db, json!({})).await;
        vanish(&alone, Login::from(Outcome::Dedicated).phone(NUMBER)).await;
        wait(&alone).await;
        nothing_happened(&alone).await;

        // The right number, while another platform's customer is at Facebook who might be meant.
        let named = story(db, json!({"expected_phone_number": NUMBER})).await;
        let rival = named.house.platform("Rival").await;
        Visitor::new().choose(&rival.link(terms(&json!({}))).await, "dedicated").await;
        vanish(&named, Login::from(Outcome::Dedicated).phone(NUMBER)).await;
        wait(&named).await;
        nothing_happened(&named).await;

        // Another number than the one that is expected.
        let other = story(db, json!({"expected_phone_number": "+1 555-020-0009"})).await;
        vanish(&other, Login::from(Outcome::Dedicated).phone(NUMBER)).await;
        wait(&other).await;
        nothing_happened(&other).await;
    }

    async fn a_browser_cannot_claim_an_account(db: Database) {
        let house = house(db).await;
        let thief = Story::of(house, json!({})).await;
        // Somebody comes by another way than one of our links, and the thief's browser says that it was them.
        let waba = thief.world().waba();
        let spec = setuplinks::sandbox::NumberSpec { waba_id: Some(waba.clone()), ..setuplinks::sandbox::NumberSpec::new(NUMBER) };
        assert!(thief.world().add_number(spec).is_some());
        assert!(!thief.world().token(&waba).is_empty(), "the app has a token for it");
        thief.visitor.choose(&thief.link, "dedicated").await;
        let added = thief.world().notice("PARTNER_ADDED", &waba, &json!({}));
        assert_eq!(thief.world().tell(&added).await, Some(200));
        wait(&thief).await;
        nothing_happened(&thief).await;
    }

    async fn a_browser_that_comes_back_in_time_is_not_overtaken(db: Database) {
        let story = story(db, json!({"expected_phone_number": NUMBER})).await;
        let callback = vanish(&story, Login::from(Outcome::Dedicated).phone(NUMBER)).await;
        let back = story.visitor.get(&callback).await;
        story.connected(&story.visitor.wait_out(&back.location()).await).await;
        wait(&story).await;
        assert_eq!((story.world().count("system_token"), story.world().count("register")), (0, 1));
        assert_eq!(records::numbers(&story.house.app.store).await, 1);
    }

    async fn an_app_that_was_installed_and_nothing_else_finishes_it_too(db: Database) {
        let story = story(db, json!({"expected_phone_number": NUMBER})).await;
        // Of the account that was shared Meta tells nothing, only that the app was let into it.
        let callback_url = format!("{}/meta/webhooks", story.house.url);
        let fields = vec!["messages".to_owned()];
        story.world().set_app_webhook(Some(AppWebhook { callback_url, is_active: true, fields }));
        let dialog = story.visitor.choose(&story.link, "dedicated").await;
        story.world().login(&dialog, Login::from(Outcome::Dedicated).phone(NUMBER)).expect("the dialog takes the request");
        let waba = story.world().find(NUMBER).expect("a number").waba_id;
        let mut installed = story.world().notice("PARTNER_APP_INSTALLED", &waba, &json!({}));
        let app = installed["entry"][0]["changes"][0]["value"]["waba_info"]["partner_app_id"].take();
        let of_app = |app: Value| {
            let mut notice = installed.clone();
            notice["entry"][0]["changes"][0]["value"]["waba_info"]["partner_app_id"] = app;
            notice
        };
        assert_eq!(story.world().tell(&of_app(json!("70"))).await, Some(200));
        wait(&story).await;
        nothing_happened(&story).await;
        assert_eq!(story.world().count("system_token"), 0, "another app is none of ours");
        assert_eq!(story.world().tell(&of_app(app)).await, Some(200));
        wait(&story).await;
        let number = story.connected(&end(&story).await).await;
        assert_eq!(number["display_phone_number"], NUMBER);
    }

    async fn a_bought_number_says_whose_the_account_is(db: Database) {
        let furnish = |app: &mut App| {
            app.listening.system_token = Some(SYSTEM_TOKEN.into());
            let settings = twilio::Settings { account: Some(twilio_account()), ..app.twilio.settings().clone() };
            app.twilio = Twilio::new(settings).expect("an HTTP client");
        };
        let house = House::open_as(db, standing_clock(), furnish).await;
        house.world().set_system_token(SYSTEM_TOKEN);
        listen(&house);
        let wish = Wish::of(house, json!({})).await;
        let bought = wish.gets().await;
        // Another platform's customers are at Facebook too; nobody else has that number.
        let rival = wish.house.platform("Rival").await;
        Visitor::new().choose(&rival.link(terms(&json!({}))).await, "dedicated").await;
        let Wish { house, platform, link, visitor } = wish;
        let story = Story { house, platform, link, visitor };
        vanish(&story, Login::from(Outcome::Dedicated).phone(&bought)).await;
        wait(&story).await;
        let landed = end(&story).await;
        assert_eq!(landed.landing()["status"], "completed");
        let shown = story.platform.see(&story.link).await;
        assert_eq!((&shown["status"], &shown["provisioned_phone_number"]["status"]), (&json!("used"), &json!("connected")));
        let connected = shown["provisioned_phone_number"]["phone_number"].as_str().expect("a number");
        assert_eq!(digits(connected), digits(&bought));
        assert_eq!((story.world().count("exchange"), story.world().count("register")), (0, 1));
    }

    async fn without_a_system_token_the_customer_starts_again(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        listen(&house);
        let story = Story::of(house, json!({"expected_phone_number": NUMBER})).await;
        vanish(&story, Login::from(Outcome::Dedicated).phone(NUMBER)).await;
        wait(&story).await;
        nothing_happened(&story).await;
    }

    async fn a_link_that_was_taken_back_stays_so(db: Database) {
        let story = story(db, json!({"expected_phone_number": NUMBER})).await;
        vanish(&story, Login::from(Outcome::Dedicated).phone(NUMBER)).await;
        story.platform.change(&story.link, json!({"status": "revoked"})).await.data(200);
        wait(&story).await;
        assert_eq!(story.platform.see(&story.link).await["status"], "revoked");
        assert_eq!((records::numbers(&story.house.app.store).await, story.world().count("subscribe")), (0, 0));
    }
}
