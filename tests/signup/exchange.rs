//! Step 1: the code for a token.

use std::{collections::HashSet, sync::Mutex, time::Duration};

use serde_json::json;
use setuplinks::sandbox::{Fault, Login, Outcome, Trouble, When};

use tokio::net::{TcpListener, TcpStream};

use crate::{
    records,
    story::{SUCCESS, Story, each, terms},
    support::{Place, Visitor, on_both, program::port, until},
};

const TOO_LATE: &str = "Facebook’s answer came too late";
const NOT_THROUGH: &str = "Facebook’s login did not go through";
const NO_ANSWER: &str = "WhatsApp is not answering";

on_both! {
    async fn a_code_is_exchanged_once_and_then_forgotten(db: Database) {
        let story = Story::begin(db).await;
        let hold = story.world().hold("debug_token", When::Before);
        let progress = story.come_back("dedicated", Outcome::Dedicated).await;
        hold.reached().await;
        let row = story.record().await;
        assert!(row.code_sealed.is_none() && row.token_sealed.is_some(), "{row:?}");
        hold.release();
        story.connected(&story.visitor.wait_out(&progress).await).await;
        assert_eq!(story.world().count("exchange"), 1);
    }

    async fn a_token_that_ends_and_one_that_never_does(db: Database) {
        let story = Story::begin(db).await;
        let number = story.connects("dedicated", Outcome::Dedicated).await;
        let id = number["phone_number_id"].as_str().expect("an id");
        let ends = records::secrets(&story.house.app.store, id).await[0].token_expires_at.expect("an end");
        let lives = ends.since(story.house.clock.now());
        assert!(lives > Duration::from_hours(59 * 24) && lives < Duration::from_hours(60 * 24), "{lives:?}");

        let (story, _) = story.another_customer().await;
        let number = story.connects("dedicated", Trouble::NoExpiry).await;
        let id = number["phone_number_id"].as_str().expect("an id");
        assert_eq!(records::secrets(&story.house.app.store, id).await[0].token_expires_at, None);
    }

    async fn an_expired_code_is_not_tried_again(db: Database) {
        let story = Story::begin(db).await;
        story.fails("dedicated", Trouble::ExchangeExpired, "token_exchange_failed", TOO_LATE).await;
        assert_eq!(story.called(), ["exchange"]);
        // And the same link works the second time.
        story.connects("dedicated", Outcome::Dedicated).await;
    }

    async fn a_used_code_is_not_tried_again(db: Database) {
        let story = Story::begin(db).await;
        story.fails("dedicated", Trouble::ExchangeUsed, "token_exchange_failed", TOO_LATE).await;
        assert_eq!(story.called(), ["exchange"]);
    }

    async fn a_code_of_another_redirect_uri_is_ours_to_mend(db: Database) {
        let story = Story::begin(db).await;
        story.fails("coexistence", Trouble::ExchangeRedirect, "token_exchange_failed", NOT_THROUGH).await;
        assert_eq!(story.called(), ["exchange"]);
    }

    async fn a_wrong_secret_or_app_is_ours_to_mend(db: Database) {
        let story = Story::begin(db).await;
        story.fails("dedicated", Trouble::ExchangeSecret, "token_exchange_failed", NOT_THROUGH).await;
        for code in [101, 191] {
            story.world().fault("exchange", 1, Fault::graph(400, code, "Error validating application."));
            story.fails("dedicated", Outcome::Dedicated, "token_exchange_failed", NOT_THROUGH).await;
        }
        assert_eq!(story.called(), ["exchange"; 3]);
    }

    async fn a_meta_that_stays_down_is_asked_twice_within_the_half_minute(db: Database) {
        each([Trouble::Exchange500, Trouble::ExchangeHtml], |trouble| async move {
            let story = Story::begin(db).await;
            story.fails("dedicated", trouble, "token_exchange_failed", NO_ANSWER).await;
            assert_eq!(story.called(), ["exchange"; 2]);
        })
        .await;
    }

    async fn a_hiccup_costs_nothing(db: Database) {
        let unknown = Fault::graph(500, 1, "An unknown error occurred");
        each([Fault::transient(), unknown, Fault::Html { status: 503 }, Fault::CutBefore], |fault| async move {
            let story = Story::begin(db).await;
            story.world().fault("exchange", 1, fault);
            story.connects("dedicated", Outcome::Dedicated).await;
            assert_eq!(story.world().count("exchange"), 2);
        })
        .await;
    }

    async fn a_code_that_was_used_up_before_the_line_was_cut_is_lost(db: Database) {
        let story = Story::begin(db).await;
        story.fails("dedicated", Trouble::ExchangeCutAfter, "token_exchange_failed", TOO_LATE).await;
        assert_eq!(story.called(), ["exchange"; 2]);
        story.connects("dedicated", Outcome::Dedicated).await;
    }

    async fn a_call_that_hangs_leaves_time_for_another(db: Database) {
        let story = Story::begin(db).await;
        story.connects("coexistence", Login::from(Outcome::Coexistence).trouble(Trouble::ExchangeHang)).await;
        assert_eq!(story.world().count("exchange"), 2);
    }

    async fn a_rate_limit_would_outlast_the_code(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("exchange", 1, Fault::Limited { status: 400, code: 80007, minutes: 1 });
        story.fails("dedicated", Outcome::Dedicated, "token_exchange_failed", NO_ANSWER).await;
        assert_eq!(story.called(), ["exchange"]);
    }

    async fn a_meta_that_cannot_be_connected_to_has_not_heard_the_code(db: Database) {
        let (place, graph) = (Place::new(db).await, port());
        let _program = place.serve(&[("META_GRAPH_URL", format!("http://127.0.0.1:{graph}"))]).await;
        let (link, visitor) = (place.platform.link(terms(&json!({}))).await, Visitor::new());
        let progress = visitor.log_in(&link, "dedicated", place.world(), Outcome::Dedicated).await.location();
        let put_aside = Mutex::new(HashSet::new());
        until("more tries than a code has that may have been heard", || async {
            let row = records::signups(&place.store, &link.id).await.pop().expect("a signup");
            assert_eq!((&*row.step, row.ended_at), ("exchange", None));
            let mut put_aside = put_aside.lock().expect("unharmed");
            put_aside.insert(row.next_at);
            (put_aside.len() > 3).then_some(())
        })
        .await;
        let listener = TcpListener::bind(("127.0.0.1", graph)).await.expect("a port");
        let facebook = place.facebook.url().replace("http://", "");
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut far = TcpStream::connect(&facebook).await.expect("the stand-in");
                tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
            }
        });
        let end = visitor.wait_out(&progress).await;
        assert!(end.location().starts_with(SUCCESS), "{}", end.location());
        assert_eq!(place.world().count("exchange"), 1);
    }
}
