//! Step 6, coexistence: contacts, then history, each once; and a number works without them.

use setuplinks::sandbox::{Fault, Login, Outcome, Trouble};

use crate::{story::Story, support::on_both};

fn coexistence(trouble: Trouble) -> Login {
    Login::from(Outcome::Coexistence).trouble(trouble)
}

/// What was called after the subscription.
fn after_subscribe(story: &Story) -> Vec<String> {
    story.called().into_iter().skip_while(|name| name != "subscribe").skip(1).collect()
}

on_both! {
    async fn contacts_and_then_history_and_never_register(db: Database) {
        let story = Story::begin(db).await;
        let number = story.connects("coexistence", Outcome::Coexistence).await;
        assert_eq!(number["is_coexistence"], true);
        assert_eq!(after_subscribe(&story), ["smb_contacts", "smb_history"]);
        let seen = story.world().number(number["phone_number_id"].as_str().expect("an id")).expect("a number");
        assert!(seen.contacts_synced && seen.history_synced);
    }

    async fn what_was_asked_for_before_is_done(db: Database) {
        let story = Story::begin(db).await;
        story.connects("coexistence", coexistence(Trouble::Sync2593107)).await;
        assert_eq!(after_subscribe(&story), ["smb_contacts", "smb_history"]);
    }

    async fn a_day_later_the_number_is_connected_without(db: Database) {
        let story = Story::begin(db).await;
        story.connects("coexistence", coexistence(Trouble::Sync2593108)).await;
        assert_eq!(after_subscribe(&story), ["smb_contacts", "smb_history"]);
    }

    async fn a_hiccup_is_survived_in_order(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("smb_contacts", 1, Fault::transient());
        story.world().fault("smb_history", 1, Fault::Html { status: 502 });
        story.connects("coexistence", Outcome::Coexistence).await;
        assert_eq!(after_subscribe(&story), ["smb_contacts", "smb_contacts", "smb_history", "smb_history"]);
    }

    async fn an_answer_that_was_lost_is_an_answer(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("smb_contacts", 1, Fault::CutAfter);
        story.world().fault("smb_history", 1, Fault::CutAfter);
        story.connects("coexistence", Outcome::Coexistence).await;
        assert_eq!(after_subscribe(&story), ["smb_contacts", "smb_contacts", "smb_history", "smb_history"]);
    }

    async fn a_refusal_does_not_cost_the_number(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("smb_contacts", 1, Fault::graph(403, 200, "(#200) No permission"));
        story.world().fault("smb_history", 1, Fault::graph(400, 100, "(#100) Invalid parameter"));
        story.connects("coexistence", Outcome::Coexistence).await;
        assert_eq!(after_subscribe(&story), ["smb_contacts", "smb_history"]);
    }

    async fn a_wait_of_hours_does_not_cost_the_number(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("smb_contacts", 1, Fault::Limited { status: 429, code: 80007, minutes: 600 });
        story.connects("coexistence", Outcome::Coexistence).await;
        assert_eq!(after_subscribe(&story), ["smb_contacts", "smb_history"]);
    }

    async fn a_meta_that_stays_down_does_not_cost_the_number(db: Database) {
        let story = Story::by_hand(db).await;
        story.world().fault("smb_contacts", 1000, Fault::transient());
        story.world().fault("smb_history", 1000, Fault::transient());
        let progress = story.come_back("coexistence", Outcome::Coexistence).await;
        story.wait_it_out().await;
        story.connected(&story.visitor.wait_out(&progress).await).await;
        assert!(story.world().count("smb_contacts") > 5);
        assert!(story.world().count("smb_history") >= 1);
    }
}
