//! Step 6, dedicated: registering, and what each of Meta's refusals asks for.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::sandbox::{Fault, Login, Outcome, Trouble};

use crate::{records, story::Story, support::on_both};

const NOT_ACCEPTED: &str = "WhatsApp did not accept this number";

/// What was called from the first `register` on.
fn from_register_on(story: &Story) -> Vec<String> {
    story.called().into_iter().skip_while(|name| name != "register").collect()
}

/// The PINs that `register` was called with.
fn pins(story: &Story) -> Vec<Value> {
    let calls = story.world().calls();
    calls.iter().filter(|call| call.name == "register").map(|call| call.body["pin"].clone()).collect()
}

/// The PIN that we keep is the one that Meta knows, and is written nowhere in plain.
async fn the_pin_is_kept(story: &Story, number: &Value) {
    let id = number["phone_number_id"].as_str().expect("an id");
    let secrets = records::secrets(&story.house.app.store, id).await.remove(0);
    let pin = secrets.pin().expect("a PIN");
    assert_eq!(story.world().number(id).expect("a number").pin, Some(pin.clone()));
    let sealed = secrets.pin_sealed.expect("a PIN");
    assert!(!sealed.windows(pin.len()).any(|part| part == pin.as_bytes()), "sealed");
}

on_both! {
    async fn a_number_is_registered_once_under_a_pin_that_is_kept(db: Database) {
        let story = Story::begin(db).await;
        let number = story.connects("dedicated", Outcome::Dedicated).await;
        assert_eq!(from_register_on(&story), ["register", "phone_number"]);
        the_pin_is_kept(&story, &number).await;
        assert_eq!((&number["status"], &number["is_pin_enabled"]), (&json!("CONNECTED"), &json!(true)));
    }

    async fn the_second_time_the_number_is_registered_under_the_pin_it_has(db: Database) {
        let story = Story::begin(db).await;
        let login = || Login::from(Outcome::Dedicated).phone("+1 555 020 0001");
        story.connects("dedicated", login()).await;
        let story = story.another_link(json!({})).await;
        let number = story.connects("dedicated", login()).await;
        let pins = pins(&story);
        assert_eq!((pins.len(), &pins[0]), (2, &pins[1]));
        the_pin_is_kept(&story, &number).await;
    }

    async fn a_half_done_deregistration_is_finished_first(db: Database) {
        let story = Story::begin(db).await;
        story.connects("dedicated", Trouble::Register133000).await;
        assert_eq!(from_register_on(&story), ["register", "deregister", "register", "phone_number"]);
    }

    async fn a_deregistration_that_stumbles_is_done_again(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("deregister", 1, Fault::CutAfter);
        story.connects("dedicated", Trouble::Register133000).await;
        assert_eq!(from_register_on(&story), ["register", "deregister", "deregister", "register", "phone_number"]);
    }

    async fn a_server_that_is_away_for_a_moment(db: Database) {
        let story = Story::begin(db).await;
        story.connects("dedicated", Trouble::Register133004).await;
        // What became of the first is asked before there is a second.
        assert_eq!(from_register_on(&story), ["register", "phone_number", "register", "phone_number"]);
    }

    async fn a_pin_that_we_do_not_know_is_replaced(db: Database) {
        let story = Story::begin(db).await;
        let number = story.connects("dedicated", Trouble::Register133005).await;
        assert_eq!(from_register_on(&story), ["register", "set_pin", "register", "phone_number"]);
        let pins = pins(&story);
        assert_eq!(pins[0], pins[1]);
        the_pin_is_kept(&story, &number).await;
    }

    async fn a_replacement_that_stumbles_is_done_before_the_number_is_registered_again(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("set_pin", 1, Fault::transient());
        story.world().fault("set_pin", 1, Fault::CutBefore);
        let number = story.connects("dedicated", Trouble::Register133005).await;
        assert_eq!(from_register_on(&story), ["register", "set_pin", "set_pin", "set_pin", "register", "phone_number"]);
        the_pin_is_kept(&story, &number).await;
    }

    async fn a_pin_that_cannot_be_replaced(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("set_pin", 1, Fault::graph(400, 100, "(#100) Invalid parameter"));
        let title = "This number is protected by a PIN";
        story.fails("dedicated", Trouble::Register133005, "phone_verification_failed", title).await;
        assert_eq!(from_register_on(&story), ["register", "set_pin"]);
    }

    async fn a_number_that_is_not_verified(db: Database) {
        let story = Story::begin(db).await;
        let title = "Facebook has not verified this number yet";
        story.fails("dedicated", Trouble::Register133006, "phone_verification_failed", title).await;
        assert_eq!(from_register_on(&story), ["register"]);
    }

    async fn pins_guessed_too_often_are_waited_for(db: Database) {
        let story = Story::by_hand(db).await;
        let progress = story.come_back("dedicated", Trouble::Register133008).await;
        assert_eq!(story.put_aside().await, Duration::from_hours(1));
        assert_eq!(story.visitor.get(&progress).await.page(), "progress");
        story.house.clock.advance(Duration::from_hours(1));
        story.connected(&story.visitor.wait_out(&progress).await).await;
        assert_eq!(from_register_on(&story), ["register", "register", "phone_number"]);
    }

    async fn pins_guessed_too_often_without_a_word_on_how_long(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("register", 1, Fault::graph(400, 133_008, "(#133008) Too many PIN guesses"));
        let title = "WhatsApp asks for a longer pause";
        story.fails("dedicated", Outcome::Dedicated, "phone_verification_failed", title).await;
        assert_eq!(from_register_on(&story), ["register"]);
    }

    async fn a_pin_entered_too_fast_waits_as_long_as_meta_says(db: Database) {
        let story = Story::by_hand(db).await;
        let progress = story.come_back("dedicated", Trouble::Register133009).await;
        assert_eq!(story.put_aside().await, Duration::from_secs(30));
        story.house.clock.advance(Duration::from_secs(30));
        story.connected(&story.visitor.wait_out(&progress).await).await;
        assert_eq!(from_register_on(&story), ["register", "register", "phone_number"]);
    }

    async fn a_number_that_stays_unregistered(db: Database) {
        let story = Story::begin(db).await;
        story.fails("dedicated", Trouble::Register133010, "phone_verification_failed", NOT_ACCEPTED).await;
        assert_eq!(from_register_on(&story), ["register", "register"]);
    }

    async fn a_deletion_before_is_waited_for(db: Database) {
        let story = Story::by_hand(db).await;
        let progress = story.come_back("dedicated", Trouble::Register133015).await;
        assert_eq!(story.put_aside().await, Duration::from_mins(5));
        story.house.clock.advance(Duration::from_mins(5));
        story.connected(&story.visitor.wait_out(&progress).await).await;
        assert_eq!(from_register_on(&story), ["register", "register", "phone_number"]);
    }

    async fn a_number_that_was_registered_too_often(db: Database) {
        let story = Story::begin(db).await;
        let title = "WhatsApp has paused this number";
        story.fails("dedicated", Trouble::Register133016, "phone_verification_failed", title).await;
        assert_eq!(from_register_on(&story), ["register"]);
    }

    async fn an_account_that_is_locked(db: Database) {
        let story = Story::begin(db).await;
        let title = "Meta has restricted this number";
        story.fails("dedicated", Trouble::Register131031, "phone_verification_failed", title).await;
        assert_eq!(from_register_on(&story), ["register"]);
    }

    async fn a_registration_whose_answer_was_lost_is_found_out(db: Database) {
        let story = Story::begin(db).await;
        let number = story.connects("dedicated", Trouble::RegisterCutAfter).await;
        assert_eq!(from_register_on(&story)[..2], ["register", "phone_number"]);
        assert_eq!(pins(&story).len(), 1);
        the_pin_is_kept(&story, &number).await;
    }

    async fn a_registration_that_never_arrived_is_made_again_once(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("register", 1, Fault::CutBefore);
        let number = story.connects("dedicated", Outcome::Dedicated).await;
        assert_eq!(pins(&story).len(), 2);
        the_pin_is_kept(&story, &number).await;

        let (story, _) = story.another_customer().await;
        story.world().fault("register", 9, Fault::Html { status: 502 });
        let title = "WhatsApp is not answering";
        story.fails("dedicated", Outcome::Dedicated, "phone_verification_failed", title).await;
        assert_eq!(pins(&story).len(), 4);
    }

    async fn a_rate_limit_without_end_is_two_calls(db: Database) {
        let story = Story::by_hand(db).await;
        story.world().fault("register", 9, Fault::Limited { status: 429, code: 80007, minutes: 1 });
        let progress = story.come_back("dedicated", Outcome::Dedicated).await;
        story.wait_it_out().await;
        let end = story.visitor.wait_out(&progress).await;
        story.failed(&end, "phone_verification_failed", "WhatsApp is not answering").await;
        assert_eq!(from_register_on(&story), ["register", "register"]);
    }
}
