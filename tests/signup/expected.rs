//! A link that expects one number: another is refused before anything is done to it.

use serde_json::json;
use setuplinks::sandbox::{Login, Outcome};

use crate::{
    story::{Story, each},
    support::on_both,
};

const TITLE: &str = "Acme expects another number";
const CODE: &str = "phone_verification_failed";

on_both! {
    async fn another_number_is_refused_before_anything_is_done_to_it(db: Database) {
        each(["dedicated", "coexistence"], |kind| async move {
            let story = Story::with(db, json!({"expected_phone_number": "+1 (555) 020-0001"})).await;
            let outcome = || if kind == "dedicated" { Outcome::Dedicated } else { Outcome::Coexistence };
            story.fails(kind, Login::from(outcome()).phone("+1 555 020 0002"), CODE, TITLE).await;
            for call in ["subscribe", "register", "sync"] {
                assert!(!story.called().iter().any(|name| name.contains(call)), "{:?}", story.called());
            }
            story.fails(kind, Outcome::Several, CODE, TITLE).await;

            let number = story.connects(kind, Login::from(outcome()).phone("+1 555 020 0001")).await;
            assert_eq!(number["display_phone_number_normalized"], "15550200001");
        })
        .await;
    }

    async fn of_several_numbers_it_is_the_one_and_nothing_is_asked(db: Database) {
        let story = Story::with(db, json!({"expected_phone_number": "0015550200001"})).await;
        let number = story.connects("dedicated", Login::from(Outcome::Several).phone("+1 555 020 0001")).await;
        assert_eq!(number["display_phone_number_normalized"], "15550200001");
    }

    async fn a_number_that_is_expected_since_is_held_against_the_choice(db: Database) {
        let story = Story::begin(db).await;
        let page = story.walk("dedicated", Login::from(Outcome::Several).phone("+1 555 020 0001")).await;
        assert_eq!(page.page(), "number");
        story.platform.change(&story.link, json!({"expected_phone_number": "+1 555 020 0001"})).await.data(200);
        let expected = story.world().find("+15550200001").expect("a number").id;
        let ids = page.html.split("name=\"phone_number_id\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let other = ids.into_iter().find(|id| *id != expected).expect("another number").to_owned();
        let end = story.visitor.wait_out(&story.choose(&other).await.location()).await;
        story.failed(&end, CODE, TITLE).await;
        assert_eq!(story.world().count("subscribe"), 0);
    }
}
