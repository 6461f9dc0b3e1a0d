//! Step 5: the app hears of the account, before anything else is done.

use std::time::Duration;

use setuplinks::sandbox::{Fault, Login, Outcome, Trouble};

use crate::{story::Story, support::on_both};

on_both! {
    async fn a_hiccup_of_every_kind_is_survived(db: Database) {
        let story = Story::begin(db).await;
        for fault in [Fault::transient(), Fault::Html { status: 200 }, Fault::CutAfter] {
            story.world().fault("subscribe", 1, fault);
        }
        story.connects("dedicated", Outcome::Dedicated).await;
        assert_eq!((story.world().count("subscribe"), story.world().count("register")), (4, 1));
    }

    async fn a_meta_that_stays_down_ends_at_the_deadline(db: Database) {
        let story = Story::by_hand(db).await;
        let progress = story.come_back("dedicated", Trouble::Subscribe500).await;
        let waited = story.wait_it_out().await;
        assert!(waited > Duration::from_secs(60) && waited <= Duration::from_secs(120), "{waited:?}");
        let end = story.visitor.wait_out(&progress).await;
        story.failed(&end, "phone_verification_failed", "WhatsApp is not answering").await;
        let tries = story.world().count("subscribe");
        assert!((8..=30).contains(&tries), "{tries} tries");
        assert_eq!(story.world().count("register"), 0);
    }

    async fn a_right_that_is_missing_is_not_asked_for_twice(db: Database) {
        let story = Story::begin(db).await;
        let title = "Facebook did not let us reach your number";
        story.fails("dedicated", Trouble::SubscribePermission, "facebook_auth_failed", title).await;
        assert_eq!((story.world().count("subscribe"), story.world().count("register")), (1, 0));
    }

    async fn the_wait_that_meta_asks_for_is_kept(db: Database) {
        let story = Story::by_hand(db).await;
        let login = Login::from(Outcome::Coexistence).trouble(Trouble::SubscribeRateLimit);
        let progress = story.come_back("coexistence", login).await;
        assert_eq!(story.put_aside().await, Duration::from_mins(1));
        let page = story.visitor.get(&progress).await;
        assert!(page.html.contains("WhatsApp asks us to wait"), "{}", page.html);
        assert_eq!(story.world().count("subscribe"), 1);

        story.house.clock.advance(Duration::from_mins(1));
        story.connected(&story.visitor.wait_out(&progress).await).await;
        assert_eq!(story.world().count("subscribe"), 2);
    }

    async fn a_wait_of_hours_is_told_at_once(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("subscribe", 1, Fault::Limited { status: 429, code: 80007, minutes: 120 });
        story.fails("dedicated", Outcome::Dedicated, "phone_verification_failed", "WhatsApp is not answering").await;
        assert_eq!(story.world().count("subscribe"), 1);
    }

    async fn waits_without_end_have_one(db: Database) {
        let story = Story::by_hand(db).await;
        story.world().fault("subscribe", 1000, Fault::Limited { status: 429, code: 80007, minutes: 5 });
        let progress = story.come_back("dedicated", Outcome::Dedicated).await;
        let waited = story.wait_it_out().await;
        assert!(waited < Duration::from_hours(2), "{waited:?}");
        let end = story.visitor.wait_out(&progress).await;
        story.failed(&end, "phone_verification_failed", "WhatsApp is not answering").await;
    }
}
