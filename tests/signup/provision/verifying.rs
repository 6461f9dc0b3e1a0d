//! A number that was verified with Meta beforehand: its customer sees no code; or types one after all, when that fails.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::{
    clock::Clock,
    meta::sdk::LoginMode,
    sandbox::{Fault, Login, Outcome, Trouble},
};
use url::Url;

use super::{Wish, e164};
use crate::{
    records,
    story::{FAILURE, SUCCESS, each, standing_clock},
    support::{Database, House, on_both, until},
};

const DAY: Duration = Duration::from_hours(24);
/// Only on the page of those who have to type the code.
pub(super) const TYPED: &str = "section.heard";

/// A wish by a clock that the test moves.
pub(super) async fn wish(db: Database) -> (Wish, Clock) {
    let clock = standing_clock();
    let house = House::verifying(db, clock.clone(), LoginMode::Redirect).await;
    (Wish::of(house, json!({})).await, clock)
}

/// Before a message is given up, and before a call is that follows it.
pub(super) const BY_MESSAGE: Duration = Duration::from_secs(25);
const BY_CALL: Duration = Duration::from_secs(120);
/// After everything is given up.
const NEVER: Duration = Duration::from_mins(10);

/// Asks for a number and lets the time pass until it is there to be connected: so much at most, since what is on its way
/// between the services takes no time of this clock.
pub(super) async fn gets(wish: &Wish, clock: &Clock, most: Duration) -> String {
    assert_eq!(wish.start("US").await.status, 303);
    shown(wish, clock, most).await
}

/// Lets the time pass, so much at most and in twenty parts, until a number is there to be connected.
async fn shown(wish: &Wish, clock: &Clock, most: Duration) -> String {
    let end = clock.now().plus(most);
    until("a number", || async {
        let page = wish.look().await;
        let found = page.texts("[data-testid=provisioned-number]").pop();
        if found.is_none() && clock.now() < end {
            passes(most / 20, wish, clock).await;
        }
        found.map(|shown| e164(&shown))
    })
    .await
}

/// Not while the number is being moved, whose lease would end in the middle, nor while it is due.
async fn passes(time: Duration, wish: &Wish, clock: &Clock) {
    if !records::moves_numbers(&wish.house.app.store, clock.now()).await {
        clock.advance(time);
    }
}

/// How codes were asked for, in order.
fn asked(wish: &Wish) -> Vec<Value> {
    let calls = wish.house.world().calls();
    calls.into_iter().filter(|call| call.name == "request_code").map(|call| call.body["code_method"].clone()).collect()
}

pub(super) fn count(wish: &Wish, call: &str) -> usize {
    wish.house.world().count(call)
}

/// The pre-verified numbers that the button offers in the dialog.
pub(super) async fn offered(wish: &Wish) -> Vec<String> {
    let dialog: Url = wish.visitor.choose(&wish.link, "dedicated").await.parse().expect("a URL");
    let (_, extras) = dialog.query_pairs().find(|(name, _)| name == "extras").expect("extras");
    let extras: Value = serde_json::from_str(&extras).expect("JSON");
    assert_eq!((&extras["version"], &extras["sessionInfoVersion"]), (&json!("v4"), &json!("3")), "{extras}");
    let ids = extras["setup"]["preVerifiedPhone"]["ids"].as_array().cloned().unwrap_or_default();
    ids.into_iter().map(|id| id.as_str().expect("text").to_owned()).collect()
}

/// The page is the one of those who type the code, and that works.
async fn types_the_code(wish: &Wish, number: &str, case: &str) {
    let page = wish.look().await;
    assert!(page.has(TYPED), "{case}: {}", page.html);
    assert_eq!(offered(wish).await, [""; 0], "{case}");
    assert!(wish.twilio().text("WhatsApp", number, "Your WhatsApp code is 123-456").await, "{case}");
    assert_eq!(wish.look().await.texts("[data-testid=verification-code]"), ["123-456"], "{case}");
}

pub(super) async fn connects(wish: &Wish, login: impl Into<Login>) -> String {
    // What is noted in one moment has no order.
    wish.house.clock.advance(Duration::from_secs(1));
    let end = wish.visitor.walk(&wish.link, "dedicated", wish.house.world(), login).await;
    assert!(end.location().starts_with(SUCCESS), "{}", end.location());
    end.landing()["display_phone_number"].clone()
}

on_both! {
    async fn the_customer_sees_no_code(db: Database) {
        let (wish, clock) = wish(db).await;
        let number = gets(&wish, &clock, BY_MESSAGE).await;
        let pool = wish.house.world().pool();
        assert_eq!((pool.len(), &pool[0].phone_number, pool[0].verified), (1, &number, true));
        assert_eq!(asked(&wish), ["SMS"]);
        assert_eq!((count(&wish, "add_phone_numbers"), count(&wish, "verify_code")), (1, 1));

        let page = wish.look().await;
        assert!(!page.has(TYPED) && !page.has("[data-testid=verification-code]"), "{}", page.html);
        assert!(page.html.contains("You need no code."), "{}", page.html);
        assert!(!page.html.contains("target=\"_blank\""), "nothing is to be waited for here: {}", page.html);
        let calls = wish.house.world().calls();
        let code = calls.iter().find(|call| call.name == "verify_code").expect("a proof").body["code"].clone();
        let code = code.as_str().expect("text");
        assert!(!page.html.contains(code) && !page.html.contains(&format!("{}-{}", &code[..3], &code[3..])));
        assert_eq!(offered(&wish).await, [&*pool[0].id]);

        // Whoever enters nothing at Facebook gets the number that is on offer there.
        assert_eq!(connects(&wish, Outcome::Dedicated).await, number);
        let connected = wish.house.world().find(&number).expect("the number");
        assert!(connected.registered && connected.verified && connected.id != pool[0].id, "{connected:?}");
        assert_eq!(wish.house.world().pool(), []);
        wish.stands("connected").await;
        wish.nothing_is_left().await;
    }

    async fn the_page_says_how_far_it_is_and_the_button_waits(db: Database) {
        let (wish, clock) = wish(db).await;
        wish.twilio().lose_codes();
        wish.start("US").await;
        until("the message to be awaited", || async { (count(&wish, "request_code") == 1).then_some(()) }).await;
        let page = wish.look().await;
        assert_eq!(page.texts("h1"), ["Verifying your number"]);
        assert!(page.html.contains("WhatsApp sends a code to your new number"), "{}", page.html);
        assert!(page.html.contains("http-equiv=\"refresh\""), "without scripts: {}", page.html);
        assert!(!page.has("[data-testid=continue-with-facebook]"), "{}", page.html);
        let pressed = wish.visitor.post(&wish.link.url, &[("connection_type", "dedicated")]).await;
        assert_eq!(pressed.location(), wish.page(), "a page of before");
        assert_eq!(wish.visitor.get(&wish.link.url).await.location(), wish.page());

        clock.advance(Duration::from_secs(31));
        // The line is busy for a moment: what is seen is that a call is awaited.
        wish.twilio().speech(setuplinks::sandbox::twilio::Speech::Mumbled);
        until("a call to be awaited", || async { wish.look().await.html.contains("WhatsApp calls your new number").then_some(()) }).await;
    }

    async fn where_no_message_comes_a_call_does(db: Database) {
        let (wish, clock) = wish(db).await;
        wish.twilio().lose_codes();
        let number = gets(&wish, &clock, BY_CALL).await;
        assert_eq!(asked(&wish), ["SMS", "VOICE"]);
        assert!(!wish.look().await.has(TYPED));
        assert_eq!(connects(&wish, Outcome::Dedicated).await, number);
        wish.nothing_is_left().await;
    }

    async fn where_no_webhook_comes_messages_are_asked_for(db: Database) {
        let (wish, clock) = wish(db).await;
        wish.twilio().mute();
        gets(&wish, &clock, BY_MESSAGE).await;
        assert_eq!((asked(&wish), wish.look().await.has(TYPED)), (vec![json!("SMS")], false));
    }

    async fn where_no_code_comes_at_all_the_customer_types_one(db: Database) {
        let (wish, clock) = wish(db).await;
        wish.twilio().lose_codes();
        wish.twilio().speech(setuplinks::sandbox::twilio::Speech::Mumbled);
        let number = gets(&wish, &clock, NEVER).await;
        assert_eq!(asked(&wish), ["SMS", "VOICE"]);
        assert_eq!(wish.house.world().pool(), [], "it would stand in the customer's way");
        types_the_code(&wish, &number, "no code").await;
        assert_eq!(connects(&wish, Login::from(Outcome::Dedicated).phone(&number)).await, number);
        wish.nothing_is_left().await;
    }

    async fn whatever_meta_refuses_the_customer_types_the_code(db: Database) {
        let permission = "You do not have the necessary permissions required";
        let refusals = [
            ("preverified_numbers", 403, 200, permission), ("preverified_numbers", 401, 190, "Invalid OAuth access token"),
            ("add_phone_numbers", 400, 100, "Invalid parameter"), ("add_phone_numbers", 403, 10, permission),
            ("request_code", 400, 136_024, "Request code error"), ("verify_code", 400, 136_025, "Verify code error"),
        ];
        each(refusals, |(call, status, code, message)| async move {
            let (wish, clock) = wish(db).await;
            wish.house.world().fault(call, 9, Fault::graph(status, code, message));
            let number = gets(&wish, &clock, NEVER).await;
            assert!(asked(&wish).len() <= 2, "{call}: {:?}", asked(&wish));
            assert_eq!(wish.house.world().pool(), [], "{call}");
            types_the_code(&wish, &number, call).await;
            assert_eq!(connects(&wish, Login::from(Outcome::Dedicated).phone(&number)).await, number, "{call}");
            wish.nothing_is_left().await;
        })
        .await;
    }

    async fn an_answer_that_never_came_is_asked_after_and_no_code_is_asked_for_a_third_time(db: Database) {
        let faults = [Fault::CutAfter, Fault::CutBefore, Fault::transient(), Fault::Html { status: 502 }];
        let calls = ["preverified_numbers", "add_phone_numbers", "request_code", "verify_code", "pooled"];
        for fault in &faults {
            each(calls, |call| async move {
                let (wish, clock) = wish(db).await;
                wish.house.world().fault(call, 1, fault.clone());
                let is_asked_twice = call == "request_code" && *fault != Fault::CutAfter;
                let number = gets(&wish, &clock, if is_asked_twice { BY_CALL } else { BY_MESSAGE }).await;
                assert!(!wish.look().await.has(TYPED), "{call} {fault:?}");
                let pool = wish.house.world().pool();
                assert_eq!((pool.len(), &pool[0].phone_number, pool[0].verified), (1, &number, true), "{call} {fault:?}");
                assert_eq!(asked(&wish).len(), 1 + usize::from(is_asked_twice), "{call} {fault:?}");
                assert_eq!(offered(&wish).await, [&*pool[0].id], "{call} {fault:?}");
            })
            .await;
        }
    }

    async fn a_rate_limit_is_waited_for_and_costs_no_code(db: Database) {
        let calls = ["preverified_numbers", "add_phone_numbers", "request_code", "verify_code"];
        each(calls, |call| async move {
            let (wish, clock) = wish(db).await;
            wish.house.world().fault(call, 1, Fault::Limited { status: 400, code: 80_008, minutes: 1 });
            gets(&wish, &clock, BY_MESSAGE + Duration::from_mins(1)).await;
            assert!(!wish.look().await.has(TYPED), "{call}");
            assert!(asked(&wish).iter().all(|method| method == "SMS"), "{call}: {:?}", asked(&wish));
        })
        .await;
        // An hour is more than a customer has.
        let (wish, clock) = wish(db).await;
        wish.house.world().fault("add_phone_numbers", 9, Fault::Limited { status: 400, code: 80_008, minutes: 60 });
        let number = gets(&wish, &clock, NEVER).await;
        types_the_code(&wish, &number, "an hour").await;
    }

    async fn somebody_else_s_code_is_not_the_end(db: Database) {
        let (wish, clock) = wish(db).await;
        let hold = wish.house.world().hold("request_code", setuplinks::sandbox::When::Before);
        wish.start("US").await;
        hold.reached().await;
        let number = wish.owned()[0].phone_number.clone();
        wish.twilio().text("+12025550143", &number, "Your pizza code is 111-222").await;
        until("the wrong code to be tried", || async { (count(&wish, "verify_code") == 1).then_some(()) }).await;
        hold.release();
        shown(&wish, &clock, BY_MESSAGE).await;
        assert!(!wish.look().await.has(TYPED));
        assert_eq!((count(&wish, "verify_code"), asked(&wish).len()), (2, 1));
    }

    async fn what_has_expired_is_verified_again(db: Database) {
        let (wish, clock) = wish(db).await;
        let number = gets(&wish, &clock, BY_MESSAGE).await;
        wish.platform.change(&wish.link, json!({"expires_at": clock.now().plus(200 * DAY).rfc3339()})).await.data(200);
        let before = wish.house.world().pool()[0].id.clone();
        // In time: before anybody meets an end.
        clock.advance(Duration::from_hours(90 * 24 - 1));
        until("another code", || async { (count(&wish, "verify_code") == 2).then_some(()) }).await;
        assert_eq!(shown(&wish, &clock, BY_MESSAGE).await, number);
        assert_eq!(offered(&wish).await, [&*before]);
        // And after a long sleep.
        clock.advance(95 * DAY);
        until("a third code", || async { (count(&wish, "verify_code") == 3).then_some(()) }).await;
        assert_eq!(shown(&wish, &clock, BY_MESSAGE).await, number);
        assert_eq!((asked(&wish).len(), wish.house.world().pool()[0].verified), (3, true));
    }

    async fn who_took_the_number_and_was_not_connected_finds_it_the_ordinary_way(db: Database) {
        let (wish, clock) = wish(db).await;
        let number = gets(&wish, &clock, BY_MESSAGE).await;
        let end = wish.visitor.walk(&wish.link, "dedicated", wish.house.world(), Trouble::Register131031).await;
        assert!(end.location().starts_with(FAILURE), "{}", end.location());
        assert_eq!(wish.house.world().pool(), [], "Facebook gave it to its customer");
        until("the ordinary page", || async { wish.look().await.has(TYPED).then_some(()) }).await;
        assert_eq!(offered(&wish).await, [""; 0]);
        assert_eq!(connects(&wish, Login::from(Outcome::Dedicated).phone(&number)).await, number);
        wish.nothing_is_left().await;
    }

    async fn who_took_the_number_and_never_came_back_is_not_sent_to_a_dead_end(db: Database) {
        let (wish, clock) = wish(db).await;
        gets(&wish, &clock, BY_MESSAGE).await;
        assert_eq!(offered(&wish).await.len(), 1);
        wish.house.world().empty_pool();
        let pressed = wish.visitor.choose(&wish.link, "dedicated").await;
        assert_eq!(pressed, wish.page(), "what there is to say now comes first");
        assert!(wish.look().await.has(TYPED));
        assert_eq!(offered(&wish).await, [""; 0]);
    }

    async fn another_number_is_their_right_and_the_pool_is_tidied(db: Database) {
        let (wish, clock) = wish(db).await;
        let number = gets(&wish, &clock, BY_MESSAGE).await;
        assert_ne!(connects(&wish, Login::from(Outcome::Dedicated).phone("+1 555-010-7777")).await, number);
        assert_eq!(wish.house.world().pool().len(), 1);
        clock.advance(25 * Duration::from_hours(1));
        wish.stands("released").await;
        assert_eq!(wish.house.world().pool(), []);
        wish.nothing_is_left().await;
    }

    async fn a_number_that_is_given_back_leaves_the_pool_first(db: Database) {
        for (fault, left) in [(None, 0), (Some((3, Fault::CutBefore)), 0), (Some((1, Fault::CutAfter)), 0), (Some((99, Fault::transient())), 1)] {
            let (wish, clock) = wish(db).await;
            gets(&wish, &clock, BY_MESSAGE).await;
            if let Some((times, fault)) = &fault {
                wish.house.world().fault("unpool", *times, fault.clone());
            }
            wish.platform.change(&wish.link, json!({"status": "revoked"})).await.data(200);
            until("the number to be given back", || async {
                passes(Duration::from_secs(5), &wish, &clock).await;
                (wish.seen().await["status"] == "released").then_some(())
            })
            .await;
            // What cannot be taken out must not be paid for.
            assert_eq!((wish.house.world().pool().len(), wish.owned().len()), (left, 0), "{fault:?}");
        }
    }

    async fn a_link_that_ends_while_its_number_is_verified_leaves_nothing(db: Database) {
        let (wish, _clock) = wish(db).await;
        let hold = wish.house.world().hold("add_phone_numbers", setuplinks::sandbox::When::After);
        wish.start("US").await;
        hold.reached().await;
        wish.platform.change(&wish.link, json!({"status": "revoked"})).await.data(200);
        wish.stands("released").await;
        assert_eq!((wish.house.world().pool(), wish.owned()), (vec![], vec![]));
        drop(hold);
    }

    async fn without_a_partner_it_is_the_ordinary_way(db: Database) {
        let (wish, clock) = wish(db).await;
        gets(&wish, &clock, BY_MESSAGE).await;
        let other = wish.house.beside(clock.clone()).await;
        let page = wish.visitor.get(&wish.page().replace(&wish.house.url, &other.url)).await;
        assert!(page.has(TYPED) && page.has("[data-testid=provisioned-number]"), "switched off again: {}", page.html);
    }
}
