//! A login in a window of its own: the SDK's code, and what the browser says beside it and nobody has to believe.

use serde_json::{Value, json};
use setuplinks::sandbox::{Login, Outcome, Speech, Trouble};

use crate::{
    records,
    story::{SUCCESS, Story},
    support::{House, Visitor, on_both},
};

on_both! {
    async fn a_code_of_the_sdk_is_exchanged_as_the_sdk_wants_it(db: Database) {
        let mut story = Story::in_a_window(db, json!({})).await;
        for (asked, outcome) in [("dedicated", Outcome::Dedicated), ("coexistence", Outcome::Coexistence)] {
            let number = story.connected(&story.walk_in_window(asked, outcome).await).await;
            assert_eq!(number["is_coexistence"], asked == "coexistence");
            let exchange = story.world().calls().into_iter().rev().find(|call| call.name == "exchange").expect("one");
            assert_eq!(exchange.body.get("redirect_uri"), None, "{}", exchange.body);
            (story, _) = story.another_customer().await;
        }
    }

    async fn the_redirect_goes_on_beside_it(db: Database) {
        let story = Story::in_a_window(db, json!({})).await;
        story.connects("dedicated", Outcome::Dedicated).await;
        let exchange = story.world().calls().into_iter().find(|call| call.name == "exchange").expect("one");
        assert_eq!(exchange.body["redirect_uri"], story.house.app.public_url.callback().as_str());
    }

    async fn of_several_the_one_chosen_in_the_window_is_connected(db: Database) {
        let story = Story::in_a_window(db, json!({})).await;
        let login = Login::from(Outcome::Several).phone("+1 555-030-0002");
        let number = story.connected(&story.walk_in_window("dedicated", login).await).await;
        assert_eq!(number["display_phone_number"], "+1 555-030-0002");
        assert_eq!(story.world().numbers().len(), 3);
    }

    async fn without_a_message_the_customer_is_asked(db: Database) {
        let story = Story::in_a_window(db, json!({})).await;
        let state = story.visitor.begin_in_window(&story.link, "dedicated").await;
        let said = story.world().login_in_window(Outcome::Several).expect("a login");
        let back = story.visitor.answer_from_window(&story.link, &state, said.code.as_deref(), None).await;
        assert_eq!(story.visitor.wait_out(&back.location()).await.page(), "number");
    }

    async fn a_claim_that_the_token_does_not_prove_is_none(db: Database) {
        let story = Story::in_a_window(db, json!({})).await;
        // Of several, it chooses nothing; of none, it makes nothing.
        let several = story.walk_in_window("dedicated", Login::from(Outcome::Several).speech(Speech::Lie)).await;
        assert_eq!(several.page(), "number");
        let chosen = story.world().numbers().pop().expect("a number");
        story.choose(&chosen.id).await;
        let progress = format!("{}/progress", story.link.url);
        assert_eq!(story.connected(&story.visitor.wait_out(&progress).await).await["phone_number_id"], chosen.id.as_str());

        let (story, _) = story.another_customer().await;
        let none = story.walk_in_window("dedicated", Login::from(Outcome::NoNumber).speech(Speech::Lie)).await;
        story.failed(&none, "phone_verification_failed", "Facebook finished without a phone number").await;
    }

    async fn somebody_elses_number_is_not_had_for_the_asking(db: Database) {
        let story = Story::in_a_window(db, json!({})).await;
        let theirs = story.connects("dedicated", Outcome::Dedicated).await;
        let (story, _) = story.another_customer().await;
        let state = story.visitor.begin_in_window(&story.link, "dedicated").await;
        let said = story.world().login_in_window(Outcome::Dedicated).expect("a login");
        let claim = json!({
            "type": "WA_EMBEDDED_SIGNUP", "event": "FINISH",
            "data": {"phone_number_id": theirs["phone_number_id"], "waba_id": theirs["business_account_id"]},
        });
        let back = story.visitor.answer_from_window(&story.link, &state, said.code.as_deref(), Some(&claim.to_string())).await;
        let ours = story.connected(&story.visitor.wait_out(&back.location()).await).await;
        assert_ne!(ours["phone_number_id"], theirs["phone_number_id"]);
    }

    async fn an_account_that_meta_lists_nowhere_is_found_by_the_claim(db: Database) {
        let story = Story::in_a_window(db, json!({})).await;
        let hidden = || Login::from(Outcome::Dedicated).trouble(Trouble::NoTargetIds).trouble(Trouble::PlainUser);
        let unheard = story.walk("dedicated", hidden()).await;
        story.failed(&unheard, "phone_verification_failed", "Facebook finished without a phone number").await;
        story.connected(&story.walk_in_window("dedicated", hidden()).await).await;
    }

    async fn where_and_why_the_window_was_left_is_told(db: Database) {
        let story = Story::in_a_window(db, json!({})).await;
        let left = story.walk_in_window("dedicated", Outcome::Cancel).await;
        story.failed(&left, "facebook_auth_failed", "You left Facebook before it was finished").await;
        let (name, payload) = records::events(&story.house.app.store, &story.link.id).await
            .into_iter().find(|(name, _)| name == "setup_link.cancelled").expect("an event");
        assert_eq!((name.as_str(), &payload["dialog_screen"], &payload["stage"]), ("setup_link.cancelled", &json!("number"), &json!("login")));

        let title = "Facebook does not allow your business another WhatsApp account yet";
        for speech in [Speech::Plain, Speech::ErrorId, Speech::ErrorEvent] {
            let limit = story.walk_in_window("dedicated", Login::from(Trouble::WabaLimit).speech(speech)).await;
            story.failed(&limit, "waba_limit_reached", title).await;
        }
        assert!(story.called().is_empty(), "nothing was asked of Meta");
    }

    async fn an_answer_counts_once_for_its_own_browser_and_link(db: Database) {
        let story = Story::in_a_window(db, json!({})).await;
        let other_link = story.platform.link(json!({})).await;
        let state = story.visitor.begin_in_window(&story.link, "dedicated").await;
        let said = story.world().login_in_window(Outcome::Dedicated).expect("a login");
        let code = said.code.as_deref();

        let stranger = Visitor::new();
        assert_eq!(stranger.answer_from_window(&story.link, &state, code, None).await.status, 403);
        stranger.begin_in_window(&story.link, "dedicated").await;
        assert_eq!(stranger.answer_from_window(&story.link, &state, code, None).await.status, 403);
        assert_eq!(story.visitor.answer_from_window(&other_link, &state, code, None).await.status, 403);
        assert_eq!(story.visitor.answer_from_window(&story.link, "made-up", code, None).await.status, 403);
        assert_eq!(story.visitor.answer_from_window(&story.link, "", code, None).await.status, 400);
        assert!(story.called().is_empty());

        let back = story.visitor.answer_from_window(&story.link, &state, code, None).await;
        let again = story.visitor.answer_from_window(&story.link, &state, code, None).await;
        assert_eq!(back.location(), again.location());
        story.connected(&story.visitor.wait_out(&back.location()).await).await;
        assert_eq!(story.world().count("exchange"), 1);
        let late = story.visitor.answer_from_window(&story.link, &state, None, None).await;
        assert!(story.visitor.get(&late.location()).await.location().starts_with(SUCCESS), "a late cancel changes nothing");
    }

    async fn a_code_that_came_the_other_way_is_refused_by_meta_and_nothing_else(db: Database) {
        let story = Story::in_a_window(db, json!({})).await;
        let dialog = story.visitor.choose(&story.link, "dedicated").await;
        let callback = story.world().login(&dialog, Outcome::Dedicated).expect("a login");
        let callback: url::Url = callback.parse().expect("an address");
        let code = callback.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let state = story.visitor.begin_in_window(&story.link, "dedicated").await;
        let back = story.visitor.answer_from_window(&story.link, &state, Some(&code), None).await;
        let end = story.visitor.wait_out(&back.location()).await;
        story.failed(&end, "token_exchange_failed", "Facebook’s login did not go through").await;
    }

    async fn a_window_is_begun_only_where_one_is_offered(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let begin = format!("{}/popup", link.url);
        let refused = Visitor::new().post(&begin, &[("connection_type", "dedicated")]).await;
        assert_eq!((refused.status, refused.header("set-cookie")), (409, ""), "logins go by redirect here");
        drop(house);

        let story = Story::in_a_window(crate::support::Database::Sqlite, json!({"allowed_connection_types": ["dedicated"]})).await;
        let begin = format!("{}/popup", story.link.url);
        for form in [&[][..], &[("connection_type", "both")], &[("connection_type", "coexistence")]] {
            assert_eq!(Visitor::new().post(&begin, form).await.status, 400, "{form:?}");
        }
        assert_eq!(Visitor::new().get(&begin).await.status, 405, "no GET begins anything");
        let inside = Visitor::in_person("Mozilla/5.0 (Linux; Android 14; Pixel 7; wv) AppleWebKit/537.36 Instagram 355.0.0.42.103 Android");
        assert_eq!(inside.post(&begin, &[("connection_type", "dedicated")]).await.status, 409);
        let begun = Visitor::new().post(&begin, &[("connection_type", "dedicated")]).await;
        assert!(begun.header("set-cookie").contains("HttpOnly"), "{}", begun.header("set-cookie"));
        assert_eq!(begun.header("cache-control"), "no-store");
        let begun: Value = serde_json::from_str(&begun.html).expect("JSON");
        assert!(begun["state"].as_str().expect("a state").len() >= 43, "256 bits");
        story.platform.change(&story.link, json!({"status": "revoked"})).await.data(200);
        assert_eq!(Visitor::new().post(&begin, &[("connection_type", "dedicated")]).await.status, 409);
    }
}
