//! Step 3 and 4: the numbers of the accounts, the customer's choice, and what must not be connected.

use std::time::Duration;

use serde_json::json;
use setuplinks::sandbox::{Fault, Login, NumberSpec, Outcome, Trouble};

use crate::{
    story::Story,
    support::{Page, on_both},
};

const TAKEN: &str = "This number already works with another Acme customer";

/// The ids on offer, in order, and which of them can be chosen.
fn offered(page: &Page) -> Vec<(String, bool)> {
    use scraper::{Html, Selector};
    assert_eq!(page.page(), "number", "{}", page.html);
    let html = Html::parse_document(&page.html);
    let radios = Selector::parse("input[name=phone_number_id]").expect("a selector");
    let choice = |radio: scraper::ElementRef| {
        let id = radio.attr("value").expect("a value").to_owned();
        assert_eq!(radio.attr("data-testid"), Some(&*format!("phone-number-{id}")));
        (id, radio.attr("disabled").is_none())
    };
    html.select(&radios).map(choice).collect()
}

fn ids(page: &Page) -> Vec<String> {
    offered(page).into_iter().map(|(id, _)| id).collect()
}

/// Numbers in one account, an hour apart, oldest first.
fn numbers_in_one_account<const N: usize>(story: &Story) -> [String; N] {
    let waba = story.world().waba();
    std::array::from_fn(|i| {
        story.house.clock.advance(Duration::from_hours(1));
        let spec = NumberSpec { waba_id: Some(waba.clone()), ..NumberSpec::new(&format!("+1 555 020 000{i}")) };
        story.world().add_number(spec).expect("a number")
    })
}

/// A login that brings the account of [`numbers_in_one_account`] as it is.
fn login_to_that_account() -> Login {
    Login::from(Outcome::Several).phone("+1 555 020 0000")
}

on_both! {
    async fn a_login_without_a_number(db: Database) {
        let story = Story::begin(db).await;
        let title = "Facebook finished without a phone number";
        story.fails("dedicated", Outcome::NoNumber, "phone_verification_failed", title).await;
        assert_eq!(story.called(), ["exchange", "debug_token", "me", "phone_numbers"]);
    }

    async fn numbers_that_we_may_not_see(db: Database) {
        let story = Story::begin(db).await;
        let title = "Facebook did not let us reach your number";
        story.fails("dedicated", Trouble::NumbersPermission, "facebook_auth_failed", title).await;
        assert_eq!(story.world().count("phone_numbers"), 1);
        assert_eq!(story.world().count("subscribe"), 0);
    }

    async fn numbers_that_come_at_the_third_try(db: Database) {
        let story = Story::begin(db).await;
        story.connects("dedicated", Trouble::NumbersTransient).await;
        assert_eq!(story.world().count("phone_numbers"), 3);
    }

    async fn an_old_account_that_is_closed_hides_no_new_one(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("phone_numbers", 1, Fault::graph(403, 200, "(#200) No permission"));
        story.connects("dedicated", Outcome::SeveralAccounts).await;
        assert_eq!(story.world().count("phone_numbers"), 2);
    }

    async fn of_several_numbers_the_customer_chooses_and_the_newest_comes_first(db: Database) {
        let story = Story::by_hand(db).await;
        let [oldest, middle, newest] = numbers_in_one_account(&story);
        let page = story.walk("dedicated", login_to_that_account()).await;
        assert_eq!(ids(&page), [newest, middle.clone(), oldest]);
        assert_eq!(story.platform.see(&story.link).await["whatsapp_setup_status"], "processing");
        assert_eq!(story.world().count("phone_number"), 0, "nothing is asked before the choice");

        let end = story.visitor.wait_out(&story.choose(&middle).await.location()).await;
        assert_eq!(story.connected(&end).await["phone_number_id"], middle.as_str());
        assert_eq!((story.world().count("exchange"), story.world().count("register")), (1, 1));
    }

    async fn numbers_of_several_accounts_keep_their_account(db: Database) {
        let story = Story::begin(db).await;
        let page = story.walk("dedicated", Outcome::SeveralAccounts).await;
        let offered = ids(&page);
        assert_eq!(offered.len(), 2);
        let chosen = story.world().number(&offered[1]).expect("a number");
        assert_ne!(chosen.waba_id, story.world().number(&offered[0]).expect("a number").waba_id);
        let end = story.visitor.wait_out(&story.choose(&chosen.id).await.location()).await;
        assert_eq!(story.connected(&end).await["business_account_id"], chosen.waba_id.as_str());
        assert!(story.world().subscribed(&chosen.waba_id));
    }

    async fn every_page_of_the_numbers_is_read(db: Database) {
        let story = Story::begin(db).await;
        let page = story.walk("dedicated", Login::from(Outcome::Several).trouble(Trouble::Paged)).await;
        assert_eq!(ids(&page).len(), 3);
        assert_eq!(story.world().count("phone_numbers"), 3);
        story.law_was_kept();
    }

    async fn sixty_numbers_are_on_the_page_and_the_last_can_be_chosen(db: Database) {
        let story = Story::begin(db).await;
        let page = story.walk("dedicated", Trouble::TooManyNumbers).await;
        let offered = ids(&page);
        assert_eq!(offered.len(), 60);
        let end = story.visitor.wait_out(&story.choose(&offered[59]).await.location()).await;
        assert_eq!(story.connected(&end).await["phone_number_id"], offered[59].as_str());
    }

    async fn a_number_that_is_not_on_offer_is_no_choice(db: Database) {
        let story = Story::begin(db).await;
        let page = story.walk("dedicated", Outcome::Several).await;
        for wrong in ["", "999", "../me"] {
            let refused = story.choose(wrong).await;
            assert_eq!((refused.status, ids(&refused)), (422, ids(&page)), "{wrong}");
            assert_eq!(refused.texts("[data-testid=setup-error]"), ["Choose one of the numbers first."]);
        }
        let chosen = ids(&page).remove(0);
        let end = story.visitor.wait_out(&story.choose(&chosen).await.location()).await;
        story.connected(&end).await;
        // Once more, from a page that was left open: nothing happens twice.
        let again = story.visitor.wait_out(&story.choose(&chosen).await.location()).await;
        assert_eq!(again.unsigned(), end.unsigned());
        assert_eq!(story.world().count("register"), 1);
    }

    async fn none_of_these_logs_in_again_and_the_first_login_is_forgotten(db: Database) {
        let story = Story::begin(db).await;
        let page = story.walk("dedicated", Outcome::Several).await;
        let again = page.attribute("main a.link", "href");
        assert_eq!(story.visitor.get(&format!("{}{again}", story.house.url)).await.page(), "setup");
        story.connects("dedicated", Outcome::Dedicated).await;
        let signups = crate::records::signups(&story.house.app.store, &story.link.id).await;
        assert_eq!(signups.len(), 2);
        assert!(signups.iter().all(|row| row.ended_at.is_some() && !row.has_secrets()), "{signups:?}");
    }

    async fn what_is_connected_is_marked_and_what_is_taken_cannot_be_chosen(db: Database) {
        let story = Story::by_hand(db).await;
        let [own, taken, free] = numbers_in_one_account(&story);
        story.walk("dedicated", login_to_that_account()).await;
        story.connected(&story.visitor.wait_out(&story.choose(&own).await.location()).await).await;
        let (other, first) = story.another_customer().await;
        other.walk("dedicated", login_to_that_account()).await;
        other.connected(&other.visitor.wait_out(&other.choose(&taken).await.location()).await).await;

        let story = Story { link: first, ..other }.another_link(json!({})).await;
        let page = story.walk("dedicated", login_to_that_account()).await;
        assert_eq!(offered(&page), [(free, true), (taken.clone(), false), (own, true)]);
        let marks: Vec<_> = page.texts("label small").into_iter().filter(|text| !text.starts_with("Sandbox")).collect();
        assert_eq!(marks, ["This is a limited number of Meta’s", "works with another \u{2068}Acme\u{2069} customer", "already connected"]);

        // Somebody who sends it all the same is refused before anything is done to it.
        let before = story.world().count("subscribe");
        let end = story.visitor.wait_out(&story.choose(&taken).await.location()).await;
        story.failed(&end, "phone_verification_failed", TAKEN).await;
        assert_eq!(story.world().count("subscribe"), before);
    }

    async fn a_number_of_another_customer_is_refused_before_anything_is_done_to_it(db: Database) {
        let story = Story::begin(db).await;
        story.connects("dedicated", Login::from(Outcome::Dedicated).phone("+1 555 020 0001")).await;
        let (story, _) = story.another_customer().await;
        let before = (story.world().count("subscribe"), story.world().count("register"));
        let login = Login::from(Outcome::Dedicated).phone("+1 555 020 0001");
        story.fails("dedicated", login, "phone_verification_failed", TAKEN).await;
        assert_eq!((story.world().count("subscribe"), story.world().count("register")), before);
    }

    async fn the_same_number_in_another_project_is_that_projects_own(db: Database) {
        let story = Story::begin(db).await;
        let login = || Login::from(Outcome::Coexistence).phone("+1 555 020 0001");
        let first = story.connects("coexistence", login()).await;
        let platform = story.house.platform("Other").await;
        let link = platform.link(crate::story::terms(&json!({}))).await;
        let story = Story { platform, link, ..story };
        let second = story.connects("coexistence", login()).await;
        assert_eq!(first["phone_number_id"], second["phone_number_id"]);
        assert_ne!(first["internal_id"], second["internal_id"]);
    }

    async fn a_link_that_reconnects_takes_that_number_alone(db: Database) {
        let story = Story::begin(db).await;
        let first = story.connects("dedicated", Login::from(Outcome::Dedicated).phone("+1 555 020 0001")).await;
        let story = story.another_link(json!({"reconnect_phone_number": "+15550200001"})).await;
        let title = "That was another number";
        story.fails("dedicated", Outcome::Dedicated, "phone_verification_failed", title).await;
        // Of several it is the one, and nothing is asked.
        let login = Login::from(Outcome::Several).phone("+1 555 020 0001");
        let again = story.connects("dedicated", login).await;
        assert_eq!(again["internal_id"], first["internal_id"]);
        assert_eq!(again["created_at"], first["created_at"]);
        let events = crate::records::events(&story.house.app.store, &story.link.id).await;
        assert!(events.iter().any(|(name, _)| name == "whatsapp.phone_number.reconnected"), "{events:?}");
    }

    async fn a_link_that_reconnects_takes_the_number_from_its_own_account_alone(db: Database) {
        let story = Story::begin(db).await;
        let first = story.connects("dedicated", Login::from(Outcome::Dedicated).phone("+1 555 020 0001")).await;
        let id = first["phone_number_id"].as_str().expect("an id");
        let (old, new) = (first["business_account_id"].as_str().expect("an id").to_owned(), story.world().waba());
        story.world().move_number(id, &new);
        let story = story.another_link(json!({"reconnect_phone_number": "+15550200001"})).await;
        let before = story.world().count("subscribe");

        let login = || Login::from(Outcome::Dedicated).phone("+1 555 020 0001");
        let end = story.walk("dedicated", login()).await;
        assert_eq!(end.landing()["error_code"], "phone_verification_failed");
        story.platform.change(&story.link, json!({"failure_redirect_url": null})).await.data(200);
        let page = story.visitor.get(&format!("{}/progress", story.link.url)).await;
        assert_eq!(page.texts("[data-testid=setup-error]"), ["That was another WhatsApp Business account"]);

        let path = format!("/whatsapp/phone_numbers/{id}");
        assert_eq!(story.platform.get(&path).await.data(200), first, "nothing changed");
        assert_eq!(story.world().count("subscribe"), before);
        assert!(!story.world().subscribed(&new));
        story.world().move_number(id, &old);
        let again = story.connects("dedicated", login()).await;
        assert_eq!((&again["internal_id"], &again["business_account_id"]), (&first["internal_id"], &first["business_account_id"]));
    }
}
