//! The verification code: by message, by call, by asking; only while somebody waits for it, and never in the log.

use std::time::Duration;

use serde_json::json;
use setuplinks::sandbox::twilio::Speech;

use super::Wish;
use crate::{
    story::standing_clock,
    support::{House, on_both, until},
};

const CODE: &str = "[data-testid=verification-code]";

/// The code on the page, if there is one.
async fn code(wish: &Wish) -> Option<String> {
    wish.look().await.texts(CODE).pop()
}

on_both! {
    async fn the_code_is_read_while_somebody_waits_for_it_and_not_otherwise(db: Database) {
        let wish = Wish::begin(db).await;
        let number = wish.gets().await;
        wish.twilio().text("+12025550143", &number, "Your WhatsApp code is 111-222").await;
        assert_eq!(code(&wish).await, None, "nobody waits yet");

        wish.visitor.choose(&wish.link, "dedicated").await;
        wish.twilio().text("WhatsApp", &number, "Hello, it's us").await;
        assert_eq!(code(&wish).await, None);
        wish.twilio().text("WhatsApp", &number, "Your WhatsApp code is 123-456").await;
        assert_eq!(code(&wish).await.as_deref(), Some("123-456"));
        // A new login listens for a new code.
        wish.visitor.choose(&wish.link, "dedicated").await;
        assert_eq!(code(&wish).await, None);

        let told = wish.twilio().told();
        assert_eq!(told.len(), 3);
        assert!(told.iter().all(|told| told.status == 200 && told.body.ends_with("<Response></Response>")), "{told:?}");
    }

    async fn what_twilio_has_not_signed_is_not_heard(db: Database) {
        let wish = Wish::begin(db).await;
        let number = wish.gets().await;
        wish.visitor.choose(&wish.link, "dedicated").await;
        let form = [("AccountSid", setuplinks::sandbox::twilio::ACCOUNT_SID), ("To", &*number), ("Body", "123-456")];
        for path in ["sms", "voice", "voice/recorded", "voice/heard"] {
            let forged = wish.visitor.post(&format!("{}/twilio/{path}", wish.house.url), &form).await;
            assert_eq!((forged.status, &*forged.html), (403, ""), "{path}");
        }
        assert_eq!(code(&wish).await, None);
    }

    async fn a_call_is_answered_silently_recorded_and_read(db: Database) {
        let wish = Wish::begin(db).await;
        let number = wish.gets().await;
        wish.twilio().ring("+12025550143", &number, "one two three four five six").await;
        let told = wish.twilio().told();
        assert!(told[0].body.ends_with("<Response></Response>"), "nobody waits yet: {told:?}");

        wish.visitor.choose(&wish.link, "dedicated").await;
        let said = "Your WhatsApp code is one two three four five six. One two three four five six.";
        wish.twilio().ring("+12025550143", &number, said).await;
        assert_eq!(code(&wish).await.as_deref(), Some("123-456"));
        assert!(wish.twilio().told().iter().all(|told| told.status == 200 && !told.body.contains("<Say")));
    }

    async fn a_call_that_cannot_be_read_can_be_played(db: Database) {
        for speech in [Speech::Mumbled, Speech::Failed] {
            let wish = Wish::begin(db).await;
            let number = wish.gets().await;
            wish.visitor.choose(&wish.link, "dedicated").await;
            wish.twilio().speech(speech);
            wish.twilio().ring("+12025550143", &number, "one two three four five six").await;
            let page = wish.look().await;
            assert!(!page.has(CODE), "{}", page.html);
            let sound = page.attribute("[data-testid=verification-recording]", "src");
            let played = wish.visitor.get(&format!("{}{sound}", wish.house.url)).await;
            assert_eq!((played.status, played.header("content-type")), (200, "audio/mpeg"));
            assert!(page.header("content-security-policy").contains("media-src 'self'"));
        }
    }

    async fn a_recording_is_played_in_pieces(db: Database) {
        let wish = Wish::begin(db).await;
        let number = wish.gets().await;
        wish.visitor.choose(&wish.link, "dedicated").await;
        wish.twilio().speech(Speech::Failed);
        wish.twilio().ring("+12025550143", &number, "one two three four five six").await;
        let sound = wish.look().await.attribute("[data-testid=verification-recording]", "src");
        let url = format!("{}{sound}", wish.house.url);
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let ask = |range: &'static str| {
            let request = http.get(&url).header("range", range);
            async move {
                let answer = request.send().await.expect("an answer");
                let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().expect("text")).to_owned();
                let (about, kind, accepts) = (header("content-range"), header("content-type"), header("accept-ranges"));
                assert_eq!((&*kind, &*accepts), ("audio/mpeg", "bytes"));
                (answer.status().as_u16(), about, answer.bytes().await.expect("a body").len())
            }
        };
        let (_, _, length) = ask("").await;
        // What Safari asks for first.
        assert_eq!(ask("bytes=0-1").await, (206, format!("bytes 0-1/{length}"), 2));
        assert_eq!(ask("bytes=100-").await, (206, format!("bytes 100-{}/{length}", length - 1), length - 100));
        assert_eq!(ask("bytes=9999999-").await, (416, format!("bytes */{length}"), 0));
    }

    async fn what_anybody_may_have_sent_replaces_no_code_of_meta_s(db: Database) {
        let wish = Wish::begin(db).await;
        let number = wish.gets().await;
        wish.visitor.choose(&wish.link, "dedicated").await;
        let send = async |from: &str, body: &str| {
            wish.twilio().text(from, &number, body).await;
            code(&wish).await.unwrap_or_default()
        };
        assert_eq!(send("MYBANK", "Your login code is 111111").await, "111-111", "there is no other");
        assert_eq!(send("SHOP", "222222 is your code").await, "111-111");
        assert_eq!(send("WhatsApp", "Your WhatsApp code is 333-333").await, "333-333");
        assert_eq!(send("MYBANK", "Your login code is 444444").await, "333-333");
        assert_eq!(send("32665", "Your WhatsApp code is 555-555").await, "555-555", "it was asked for anew");
        assert_eq!(send("WhatsApp", "Your WhatsApp code is 666-666 or 777-777").await, "555-555");
        // A call that nobody can tell from others replaces nothing either, but can be played.
        wish.twilio().ring("+12025550143", &number, "your code is eight eight eight eight eight eight").await;
        assert_eq!(code(&wish).await.as_deref(), Some("555-555"));
        assert!(wish.look().await.has("[data-testid=verification-recording]"));
        wish.twilio().ring("+12025550143", &number, "your WhatsApp code is nine nine nine nine nine nine").await;
        assert_eq!(code(&wish).await.as_deref(), Some("999-999"));
        assert!(!wish.look().await.has("[data-testid=verification-recording]"));
    }

    async fn what_is_asked_for_does_not_undo_what_was_told(db: Database) {
        let clock = standing_clock();
        let wish = Wish::of(House::selling_at(db, clock.clone()).await, json!({})).await;
        let number = wish.gets().await;
        wish.visitor.choose(&wish.link, "dedicated").await;
        clock.advance(Duration::from_secs(1));
        wish.twilio().text("WhatsApp", &number, "Your WhatsApp code is 123-456").await;
        wish.twilio().text("MYBANK", &number, "Your login code is 111111").await;
        clock.advance(Duration::from_secs(20));
        until("the list to be asked for", || async { (wish.twilio().count("messages") > 0).then_some(()) }).await;
        assert_eq!(code(&wish).await.as_deref(), Some("123-456"));
        // One that was asked for anew and not told is found.
        wish.twilio().mute();
        clock.advance(Duration::from_secs(30));
        wish.twilio().text("WhatsApp", &number, "Your WhatsApp code is 654-321").await;
        wish.twilio().text("SHOP", &number, "222222 is your code").await;
        clock.advance(Duration::from_secs(30));
        until("the new code", || async { code(&wish).await.filter(|code| code == "654-321") }).await;
    }

    async fn where_no_webhook_comes_messages_are_asked_for(db: Database) {
        let clock = standing_clock();
        let wish = Wish::of(House::selling_at(db, clock.clone()).await, json!({})).await;
        let number = wish.gets().await;
        wish.twilio().mute();
        wish.twilio().text("WhatsApp", &number, "Your WhatsApp code is 999-999").await;
        clock.advance(Duration::from_secs(5));
        wish.visitor.choose(&wish.link, "dedicated").await;
        clock.advance(Duration::from_secs(1));
        wish.twilio().text("WhatsApp", &number, "Your WhatsApp code is 123-456").await;
        clock.advance(Duration::from_secs(20));
        let found = until("the code to be asked for", || code(&wish)).await;
        assert_eq!(found, "123-456", "the one from before is not read");
    }

    async fn a_code_is_kept_for_ten_minutes_and_sealed(db: Database) {
        let clock = standing_clock();
        let wish = Wish::of(House::selling_at(db, clock.clone()).await, json!({})).await;
        let number = wish.gets().await;
        wish.visitor.choose(&wish.link, "dedicated").await;
        wish.twilio().ring("+12025550143", &number, "nothing to understand").await;
        wish.twilio().text("WhatsApp", &number, "Your WhatsApp code is 123-456").await;
        assert_eq!(code(&wish).await.as_deref(), Some("123-456"));
        clock.advance(Duration::from_secs(599));
        assert_eq!(code(&wish).await.as_deref(), Some("123-456"));
        clock.advance(Duration::from_secs(120));
        assert_eq!(code(&wish).await, None);
        until("the recording to be forgotten at Twilio", || async { (wish.twilio().kept() == (0, 0)).then_some(()) }).await;
    }
}
