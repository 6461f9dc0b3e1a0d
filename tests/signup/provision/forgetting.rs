//! What Twilio records of calls is forgotten there in the end: whatever fails, and whatever becomes of the number.

use std::time::Duration;

use serde_json::json;
use setuplinks::sandbox::{Fault, Login, Outcome, twilio::Speech};

use super::Wish;
use crate::{
    records,
    story::standing_clock,
    support::{Database, House, on_both, until},
};

const SAID: &str = "Your WhatsApp code is one two three four five six";

/// A number whose customer waits for a call.
async fn waiting(db: Database) -> (Wish, String) {
    let wish = Wish::of(House::selling_at(db, standing_clock()).await, json!({})).await;
    let number = wish.gets().await;
    wish.visitor.choose(&wish.link, "dedicated").await;
    (wish, number)
}

async fn is_forgotten(wish: &Wish) {
    until("everything to be forgotten", || async {
        wish.house.clock.advance(Duration::from_secs(60));
        (wish.twilio().kept() == (0, 0)).then_some(())
    })
    .await;
}

on_both! {
    async fn every_call_and_what_was_made_of_it(db: Database) {
        let (wish, number) = waiting(db).await;
        wish.twilio().ring("+12025550143", &number, SAID).await;
        wish.twilio().speech(Speech::Mumbled);
        wish.twilio().ring("+12025550143", &number, SAID).await;
        // Recorded, and nobody told of it: the process was not there.
        wish.twilio().speech(Speech::Untold);
        wish.twilio().ring("+12025550143", &number, SAID).await;
        assert_eq!(wish.twilio().kept(), (3, 3));
        wish.house.clock.advance(Duration::from_secs(9 * 60));
        assert_eq!(wish.twilio().kept(), (3, 3), "it can be played as long as the code is good for");
        is_forgotten(&wish).await;
    }

    async fn also_when_the_number_is_given_back_first(db: Database) {
        let (wish, number) = waiting(db).await;
        wish.twilio().ring("+12025550143", &number, SAID).await;
        wish.is_revoked().await;
        wish.stands("released").await;
        assert!(!records::keeps_codes(&wish.house.app.store).await, "nobody waits for its code any more");
        is_forgotten(&wish).await;
        wish.nothing_is_left().await;
    }

    async fn also_when_the_number_is_connected(db: Database) {
        let (wish, number) = waiting(db).await;
        wish.twilio().ring("+12025550143", &number, SAID).await;
        let login = Login::from(Outcome::Dedicated).phone(&number);
        wish.visitor.walk(&wish.link, "dedicated", wish.house.world(), login).await;
        wish.stands("connected").await;
        is_forgotten(&wish).await;
        wish.nothing_is_left().await;
    }

    async fn also_when_it_fails_and_the_number_does_not_wait_for_it(db: Database) {
        for call in ["recordings", "transcriptions", "transcription_delete", "recording_delete"] {
            for fault in [Fault::CutBefore, Fault::CutAfter, Fault::graph(503, 20_503, "no"), Fault::graph(401, 20_003, "no")] {
                let (wish, number) = waiting(db).await;
                wish.twilio().ring("+12025550143", &number, SAID).await;
                wish.twilio().fault(call, 2, fault.clone());
                wish.is_revoked().await;
                wish.stands("released").await;
                // A key that may not see transcriptions leaves them, but not the recording.
                let leaves = call == "transcriptions" && fault == Fault::graph(401, 20_003, "no");
                until("everything to be forgotten", || async {
                    wish.house.clock.advance(Duration::from_secs(60));
                    (wish.twilio().kept() == (0, usize::from(leaves))).then_some(())
                })
                .await;
            }
        }
    }
}
