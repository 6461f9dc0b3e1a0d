//! The process dies at any point of a call to a number, and what Twilio tells meanwhile reaches nobody: the customer still gets
//! through, nothing is told twice, and nothing that was recorded stays at Twilio.

use serde_json::json;
use setuplinks::sandbox::{Login, Outcome, When, twilio::Exchange};

use super::{e164, told, with_number};
use crate::{
    kill::Deployment,
    records,
    story::{SUCCESS, each},
    support::{Database, Link, Page, Visitor, on_both, until},
};

const CODE: &str = "[data-testid=verification-code]";
const RECORDING: &str = "[data-testid=verification-recording]";
const CALLER: &str = "+12025550143";

/// What the page has for the customer once the process is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Has {
    /// Nothing: the call came to nothing, or nobody was told what became of it.
    Nothing,
    /// The call, to be listened to.
    Recording,
    /// The code.
    Code,
}

impl Has {
    fn of(page: &Page) -> Self {
        if page.has(CODE) {
            Self::Code
        } else if page.has(RECORDING) {
            Self::Recording
        } else {
            Self::Nothing
        }
    }
}

/// Whether the process is back before Twilio goes on telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Back {
    InTime,
    TooLate,
}

/// A deployment whose customer has a number, and waits for a call to it.
async fn waiting(db: Database) -> (Deployment, Link, Visitor, String) {
    let deployment = Deployment::start(db).await;
    let link = deployment.place.platform.link(with_number(&json!({}))).await;
    let visitor = Visitor::new();
    visitor.post(&format!("{}/provision", link.url), &[("country", "US")]).await;
    let number = until("a number", || async {
        let page = look(&visitor, &link).await;
        page.texts("[data-testid=provisioned-number]").pop().map(|shown| e164(&shown))
    })
    .await;
    visitor.choose(&link, "dedicated").await;
    (deployment, link, visitor, number)
}

async fn look(visitor: &Visitor, link: &Link) -> Page {
    visitor.get(&format!("{}/provision", link.url)).await
}

async fn ring(twilio: Exchange, number: String, code: &'static str) {
    assert!(twilio.ring(CALLER, &number, &format!("Your WhatsApp code is {code}")).await);
}

on_both! {
    async fn killed_at_every_point_of_a_call(db: Database) {
        use Back::{InTime, TooLate};
        use When::{After, Before};
        let points = [
            ("told_voice", Before, TooLate, Has::Nothing), ("told_voice", Before, InTime, Has::Code),
            ("told_voice", After, TooLate, Has::Nothing), ("told_voice", After, InTime, Has::Code),
            ("told_action", Before, TooLate, Has::Nothing), ("told_action", After, TooLate, Has::Recording),
            ("told_recorded", Before, TooLate, Has::Recording), ("told_recorded", After, TooLate, Has::Recording),
            ("told_heard", Before, TooLate, Has::Recording), ("told_heard", Before, InTime, Has::Code),
            ("told_heard", After, TooLate, Has::Code),
        ];
        each(points, |(call, when, back, has)| async move {
            let point = format!("{call} {when:?} {back:?}");
            let (mut deployment, link, visitor, number) = waiting(db).await;
            let twilio = deployment.world().twilio().clone();
            let hold = twilio.hold(call, when);
            let rings = tokio::spawn(ring(twilio.clone(), number.clone(), "one two three four five six"));
            hold.reached().await;
            deployment.kill();
            if back == InTime {
                deployment.start_again().await;
            }
            hold.release();
            rings.await.expect("the call is over");
            if back == TooLate {
                deployment.start_again().await;
            }
            let page = look(&visitor, &link).await;
            assert_eq!(Has::of(&page), has, "{point}: {}", page.html);
            if has == Has::Code {
                assert_eq!(page.texts(CODE), ["123-456"], "{point}");
            }
            assert_eq!(told(&deployment, &link, "code_received").await, usize::from(has == Has::Code), "{point}");

            // Whoever has themselves called again gets through, whatever became of the first call.
            ring(twilio.clone(), number.clone(), "six five four three two one").await;
            assert_eq!(look(&visitor, &link).await.texts(CODE), ["654-321"], "{point}");
            let login = Login::from(Outcome::Dedicated).phone(&number);
            let end = visitor.walk(&link, "dedicated", deployment.world(), login).await;
            assert!(end.location().starts_with(SUCCESS), "{point}: {}", end.location());
            for event in ["bought", "connected"] {
                assert_eq!(told(&deployment, &link, event).await, 1, "{point}: {event}");
            }
            assert_eq!(twilio.sums(), (1, 0), "{point}");
            // Ten minutes later.
            assert!(records::write(&deployment.place.store, "update recorded_calls set next_at = 0").await > 0, "{point}");
            until("everything to be forgotten at Twilio", || async { (twilio.kept() == (0, 0)).then_some(()) }).await;
        })
        .await;
    }

    async fn a_recording_that_only_its_own_callback_tells_of_can_be_played(db: Database) {
        let (mut deployment, link, visitor, number) = waiting(db).await;
        let twilio = deployment.world().twilio().clone();
        let (before, after) = (twilio.hold("told_action", When::Before), twilio.hold("told_recorded", When::Before));
        let rings = tokio::spawn(ring(twilio.clone(), number, "mumbled"));
        before.reached().await;
        deployment.kill();
        before.release();
        after.reached().await;
        deployment.start_again().await;
        after.release();
        rings.await.expect("the call is over");
        assert_eq!(Has::of(&look(&visitor, &link).await), Has::Recording, "it has no To");
    }
}
