//! Step 7: the number, the link and the events, all or nothing.

use std::time::Duration;

use serde_json::json;
use setuplinks::sandbox::{Fault, Login, Outcome, When};

use crate::{
    records,
    story::{Story, each},
    support::{Visitor, on_both},
};

on_both! {
    async fn everything_is_stored_that_meta_says_of_the_number(db: Database) {
        let story = Story::begin(db).await;
        let number = story.connects("dedicated", Login::from(Outcome::Dedicated).phone("+1 555-020-0001")).await;
        let seen = story.world().find("+15550200001").expect("a number");
        let expected = json!({
            "id": seen.id, "phone_number_id": seen.id, "business_account_id": seen.waba_id, "is_coexistence": false,
            "name": "Sandbox Shop 1", "verified_name": "Sandbox Shop 1", "display_name": "Sandbox Shop 1",
            "display_phone_number": "+1 555-020-0001", "display_phone_number_normalized": "15550200001",
            "quality_rating": "GREEN", "code_verification_status": "VERIFIED", "name_status": "APPROVED",
            "status": "CONNECTED", "throughput_tier": "STANDARD", "is_pin_enabled": true,
        });
        for (field, value) in expected.as_object().expect("an object") {
            assert_eq!(&number[field], value, "{field}");
        }
        let sending = story.platform.get("/whatsapp/phone_numbers?messaging_enabled=true").await.data(200);
        assert_eq!(sending.as_array().map(Vec::len), Some(1), "{sending}");
    }

    async fn the_platform_is_told_once_and_secrets_are_kept_with_the_number_alone(db: Database) {
        let story = Story::with(db, json!({"external_id": "order-7", "metadata": {"tenant": "42"}})).await;
        let number = story.connects("coexistence", Outcome::Coexistence).await;
        let id = number["phone_number_id"].as_str().expect("an id");
        let events = records::events(&story.house.app.store, &story.link.id).await;
        let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["setup_link.completed", "setup_link.started", "whatsapp.phone_number.created"]);
        let link = json!({"id": story.link.id, "external_id": "order-7", "metadata": {"tenant": "42"}});
        let completed = &events[0].1;
        let expected = json!({
            "event_id": completed["event_id"], "created_at": completed["created_at"],
            "setup_link": link, "project": {"id": story.platform.project},
            "customer": {"id": story.link.customer}, "phone_number_id": id,
            "business_account_id": number["business_account_id"],
        });
        assert_eq!(*completed, expected);
        assert_eq!(events[1].1["setup_link"], link);
        assert_eq!((&events[2].1["setup_link_id"], &events[2].1["setup_link"]), (&json!(story.link.id), &link));

        assert!(!story.record().await.has_secrets());
        let secrets = records::secrets(&story.house.app.store, id).await.remove(0);
        let token = story.world().calls().into_iter().rev().find_map(|call| call.token).expect("a token");
        assert_eq!(secrets.token(), token);
        assert!(!secrets.token_sealed.windows(20).any(|part| token.as_bytes().starts_with(part)), "sealed");
        assert_eq!(secrets.pin(), None, "a coexistence number has no PIN of ours");
    }

    async fn a_failure_is_told_with_the_step_it_came_at(db: Database) {
        let story = Story::begin(db).await;
        story.fails("dedicated", Outcome::NoNumber, "phone_verification_failed", "Facebook finished without a phone number").await;
        let events = records::events(&story.house.app.store, &story.link.id).await;
        let (name, payload) = &events[0];
        assert_eq!(name, "setup_link.failed");
        assert_eq!(
            (&payload["error_code"], &payload["reason"], &payload["stage"], &payload["is_user_fixable"]),
            (&json!("phone_verification_failed"), &json!("no-number"), &json!("numbers"), &json!(true))
        );
        assert_eq!(records::numbers(&story.house.app.store).await, 0);
    }

    async fn a_link_that_was_used_leads_nowhere_else(db: Database) {
        let story = Story::begin(db).await;
        let end = story.walk("dedicated", Outcome::Dedicated).await;
        story.connected(&end).await;
        // The back button brings the customer to the same end, a stranger learns nothing.
        let progress = format!("{}/progress", story.link.url);
        assert_eq!(story.visitor.get(&progress).await.unsigned(), end.unsigned());
        let stranger = Visitor::new().get(&story.link.url).await;
        assert_eq!(stranger.landing()["error_code"], "already_used");
        let pressed = story.visitor.post(&story.link.url, &[("connection_type", "dedicated")]).await;
        assert_eq!(pressed.landing()["error_code"], "already_used");
        assert_eq!(story.world().count("exchange"), 1);
    }

    async fn a_link_taken_back_in_the_middle_leaves_nothing_behind(db: Database) {
        each(["debug_token", "register"], |step| async move {
            let story = Story::begin(db).await;
            let hold = story.world().hold(step, When::After);
            let progress = story.come_back("dedicated", Outcome::Dedicated).await;
            hold.reached().await;
            story.platform.change(&story.link, json!({"status": "revoked"})).await.data(200);
            hold.release();
            let end = story.visitor.wait_out(&progress).await;
            assert_eq!(end.landing()["error_code"], "link_expired", "{step}");
            assert_eq!(records::numbers(&story.house.app.store).await, 0, "{step}");
            assert!(!story.record().await.has_secrets(), "{step}");
            assert_eq!(story.platform.see(&story.link).await["status"], "revoked");
            story.law_was_kept();
        })
        .await;
    }

    async fn a_link_replaced_in_the_middle_leaves_nothing_behind(db: Database) {
        let story = Story::begin(db).await;
        let hold = story.world().hold("phone_number", When::Before);
        let progress = story.come_back("coexistence", Outcome::Coexistence).await;
        hold.reached().await;
        story.platform.link_for(&story.link.customer, json!({})).await;
        hold.release();
        assert_eq!(story.visitor.wait_out(&progress).await.landing()["error_code"], "link_expired");
        assert_eq!(story.world().count("subscribe"), 0);
    }

    async fn a_link_whose_time_ends_in_the_middle_is_still_good(db: Database) {
        let story = Story::by_hand(db).await;
        let hold = story.world().hold("subscribe", When::Before);
        let progress = story.come_back("coexistence", Outcome::Coexistence).await;
        hold.reached().await;
        let soon = story.house.clock.now().plus(Duration::from_secs(1)).rfc3339();
        story.platform.change(&story.link, json!({"expires_at": soon})).await.data(200);
        story.house.clock.advance(Duration::from_secs(2));
        assert_eq!(story.platform.see(&story.link).await["status"], "expired");
        hold.release();
        story.connected(&story.visitor.wait_out(&progress).await).await;
    }

    async fn the_deadline_passes_and_says_so_by_how_far_it_had_come(db: Database) {
        let cases = [
            ("debug_token", "token_exchange_failed"),
            ("phone_numbers", "token_exchange_failed"),
            ("phone_number", "phone_verification_failed"),
        ];
        each(cases, |(step, code)| async move {
            let story = Story::by_hand(db).await;
            story.world().fault(step, 1000, Fault::Html { status: 503 });
            let progress = story.come_back("dedicated", Outcome::Dedicated).await;
            let waited = story.wait_it_out().await;
            assert!(waited <= Duration::from_mins(2), "{step}: {waited:?}");
            let end = story.visitor.wait_out(&progress).await;
            story.failed(&end, code, "WhatsApp is not answering").await;
            assert_eq!(story.world().count("subscribe"), 0);
        })
        .await;
    }

    async fn a_last_question_that_is_not_answered_costs_nothing(db: Database) {
        let story = Story::begin(db).await;
        let hold = story.world().hold("register", When::After);
        let progress = story.come_back("dedicated", Outcome::Dedicated).await;
        hold.reached().await;
        story.world().fault("phone_number", 9, Fault::transient());
        hold.release();
        story.connected(&story.visitor.wait_out(&progress).await).await;
        assert_eq!(story.world().count("phone_number"), 2);
    }
}
