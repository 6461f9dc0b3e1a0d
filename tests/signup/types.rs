//! What the number is decides, not what was asked for; and the link decides what may be.

use serde_json::json;
use setuplinks::sandbox::{Outcome, Trouble};

use crate::{story::Story, support::on_both};

on_both! {
    async fn asked_for_dedicated_and_got_coexistence(db: Database) {
        let story = Story::begin(db).await;
        let number = story.connects("dedicated", Outcome::Coexistence).await;
        assert_eq!(number["is_coexistence"], true);
        assert_eq!(story.world().count("register"), 0);
        assert_eq!((story.world().count("smb_contacts"), story.world().count("smb_history")), (1, 1));
    }

    async fn asked_for_coexistence_and_got_dedicated(db: Database) {
        let story = Story::begin(db).await;
        let number = story.connects("coexistence", Outcome::Dedicated).await;
        assert_eq!(number["is_coexistence"], false);
        assert_eq!(story.world().count("register"), 1);
        assert_eq!((story.world().count("smb_contacts"), story.world().count("smb_history")), (0, 0));
    }

    async fn a_link_for_dedicated_refuses_a_number_in_the_app(db: Database) {
        let story = Story::with(db, json!({"allowed_connection_types": ["dedicated"]})).await;
        let title = "This number still runs in the WhatsApp Business app";
        for login in [Outcome::Coexistence.into(), Trouble::AppOnly.into()] {
            let login: setuplinks::sandbox::Login = login;
            story.fails("dedicated", login, "phone_verification_failed", title).await;
        }
        assert_eq!((story.world().count("subscribe"), story.world().count("register")), (0, 0));
        story.connects("dedicated", Outcome::Dedicated).await;
    }

    async fn a_link_for_coexistence_refuses_a_number_without_the_app(db: Database) {
        let story = Story::with(db, json!({"allowed_connection_types": ["coexistence"]})).await;
        let title = "This number is not in the WhatsApp Business app";
        story.fails("coexistence", Outcome::Dedicated, "phone_verification_failed", title).await;
        assert_eq!((story.world().count("subscribe"), story.world().count("register")), (0, 0));
        story.connects("coexistence", Outcome::Coexistence).await;
    }

    async fn a_number_in_the_app_alone_is_never_taken_away_from_it(db: Database) {
        let story = Story::begin(db).await;
        let title = "WhatsApp did not accept this number";
        story.fails("dedicated", Trouble::AppOnly, "phone_verification_failed", title).await;
        assert_eq!((story.world().count("subscribe"), story.world().count("register")), (0, 0));
    }
}
