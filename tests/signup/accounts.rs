//! Step 2: the accounts that a token reaches.

use serde_json::Value;
use setuplinks::sandbox::{Fault, Outcome, Trouble};

use crate::{
    story::{Story, each},
    support::on_both,
};

async fn business(story: &Story, number: &Value) -> (Option<String>, String) {
    use setuplinks::store::numbers;
    let id = number["phone_number_id"].as_str().expect("an id");
    let mut lease = story.house.app.store.acquire().await.expect("a connection");
    let stored = numbers::find(lease.db(), story.platform.project, id).await.expect("an answer").expect("a number");
    (stored.business_id, story.world().number(id).expect("a number").business_id)
}

on_both! {
    async fn the_business_of_the_customer_is_kept(db: Database) {
        let story = Story::begin(db).await;
        let number = story.connects("dedicated", Outcome::Dedicated).await;
        assert_eq!(
            story.called(),
            ["exchange", "debug_token", "me", "phone_numbers", "phone_number", "subscribe", "register", "phone_number"]
        );
        let (kept, real) = business(&story, &number).await;
        assert_eq!(kept, Some(real));
    }

    async fn scopes_by_other_names_are_as_good(db: Database) {
        let story = Story::begin(db).await;
        story.connects("dedicated", Trouble::OddScopes).await;
        assert_eq!(story.world().count("owned_wabas"), 0, "debug_token had named the account");
    }

    async fn accounts_that_debug_token_does_not_name_are_asked_of_the_business(db: Database) {
        each([Trouble::NoTargetIds, Trouble::NoTargetIdsClient], |trouble| async move {
            let story = Story::begin(db).await;
            story.connects("dedicated", trouble).await;
            assert_eq!(story.called()[2..6], ["me", "client_wabas", "owned_wabas", "phone_numbers"]);
        })
        .await;
    }

    async fn a_dead_token_is_a_login_that_did_not_go_through(db: Database) {
        let story = Story::begin(db).await;
        let title = "Facebook’s login did not go through";
        story.fails("dedicated", Trouble::TokenInvalid, "token_exchange_failed", title).await;
        assert_eq!(story.called(), ["exchange", "debug_token"]);
    }

    async fn a_token_that_is_refused_everywhere_is_dead_and_not_without_a_number(db: Database) {
        let story = Story::begin(db).await;
        for call in ["debug_token", "me"] {
            story.world().fault(call, 1, Fault::graph(401, 190, "Error validating access token"));
        }
        let title = "Facebook’s login did not go through";
        story.fails("dedicated", Outcome::Dedicated, "token_exchange_failed", title).await;
    }

    async fn a_plain_user_has_no_business_and_connects(db: Database) {
        let story = Story::begin(db).await;
        let number = story.connects("dedicated", Trouble::PlainUser).await;
        assert_eq!(business(&story, &number).await.0, None);
    }

    async fn a_plain_user_without_accounts_has_no_number(db: Database) {
        let story = Story::begin(db).await;
        let login = setuplinks::sandbox::Login::from(Trouble::PlainUser).trouble(Trouble::NoTargetIds);
        let title = "Facebook finished without a phone number";
        story.fails("dedicated", login, "phone_verification_failed", title).await;
        assert_eq!(story.called(), ["exchange", "debug_token", "me"]);
    }

    async fn every_kind_of_hiccup_is_survived(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("debug_token", 1, Fault::Html { status: 200 });
        story.world().fault("debug_token", 1, Fault::CutAfter);
        story.connects("coexistence", Outcome::Coexistence).await;
        assert_eq!((story.world().count("exchange"), story.world().count("debug_token")), (1, 3));
    }

    async fn a_business_that_cannot_be_asked_for_does_not_stand_in_the_way(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("me", 9, Fault::transient());
        let number = story.connects("dedicated", Outcome::Dedicated).await;
        assert_eq!(business(&story, &number).await.0, None);
        assert_eq!(story.world().count("me"), 2);
    }

    async fn a_token_that_may_not_be_inspected_may_still_read(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("debug_token", 1, Fault::graph(400, 100, "(#100) The App_id did not match"));
        story.connects("dedicated", Outcome::Dedicated).await;
        assert_eq!((story.world().count("debug_token"), story.world().count("owned_wabas")), (1, 1));
    }
}
