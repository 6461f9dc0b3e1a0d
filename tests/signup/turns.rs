//! Two at once: customers, tabs, processes.

use std::time::Duration;

use setuplinks::{
    app::App,
    clock::Clock,
    connect::worker,
    sandbox::{Login, Outcome, When},
};

use crate::{
    records,
    story::Story,
    support::{Visitor, on_both, until},
};

/// Another process on the same database, whose clock stands there; it serves nobody and moves what is due.
fn another_process(story: &Story, clock: Clock) -> App {
    let first = &story.house.app;
    let app = App::new(
        first.store.clone(),
        clock,
        first.sealer.clone(),
        (first.meta.clone(), first.guard.clone(), first.twilio.clone()),
        first.public_url.clone(),
    );
    tokio::spawn(worker::run(app.clone()));
    app
}

on_both! {
    async fn of_two_customers_with_one_number_one_gets_it(db: Database) {
        let story = Story::begin(db).await;
        let login = || Login::from(Outcome::Dedicated).phone("+1 555 020 0001");
        let (first_hold, second_hold) = (story.world().hold("register", When::After), story.world().hold("register", When::After));
        let first_progress = story.come_back("dedicated", login()).await;
        first_hold.reached().await;
        let first_visitor = Visitor::new();
        let (story, first_link) = story.another_customer().await;
        let second_progress = story.come_back("dedicated", login()).await;
        second_hold.reached().await;
        // Both have done everything but store it.
        drop((first_hold, second_hold));
        let ends = [first_visitor.wait_out(&first_progress).await, story.visitor.wait_out(&second_progress).await];
        let mut landed: Vec<_> = ends.iter().map(|end| end.landing().contains_key("error_code")).collect();
        landed.sort_unstable();
        assert_eq!(landed, [false, true], "{:?}", ends.map(|end| end.location()));
        assert_eq!(records::numbers(&story.house.app.store).await, 1);
        let states = [story.platform.see(&first_link).await, story.platform.see(&story.link).await];
        let mut states: Vec<_> = states.iter().map(|link| link["status"].as_str().expect("a status")).collect();
        states.sort_unstable();
        assert_eq!(states, ["active", "used"]);
        story.law_was_kept();
    }

    async fn of_two_tabs_with_one_link_one_is_carried_through(db: Database) {
        let story = Story::begin(db).await;
        let (one, two) = (story.visitor.choose(&story.link, "dedicated").await, story.visitor.choose(&story.link, "coexistence").await);
        let one = story.world().login(&one, Outcome::Dedicated).expect("a login");
        let two = story.world().login(&two, Outcome::Coexistence).expect("a login");
        let (one, two) = tokio::join!(story.visitor.get(&one), story.visitor.get(&two));
        assert_eq!(one.location(), two.location());
        let end = story.visitor.wait_out(&one.location()).await;
        story.connected(&end).await;
        assert_eq!(story.world().count("exchange"), 1);
        assert_eq!(records::numbers(&story.house.app.store).await, 1);
    }

    async fn an_answer_that_comes_many_times_at_once_is_taken_once(db: Database) {
        let story = Story::begin(db).await;
        for outcome in [Outcome::Cancel, Outcome::Dedicated] {
            let dialog = story.visitor.choose(&story.link, "dedicated").await;
            let back = story.world().login(&dialog, outcome).expect("a login");
            let visits = (0..8).map(|_| story.visitor.get(&back));
            let pages = futures_util::future::join_all(visits).await;
            assert!(pages.iter().all(|page| page.status == 303), "{outcome:?}: {pages:?}");
        }
        story.connected(&story.visitor.wait_out(&format!("{}/progress", story.link.url)).await).await;
        assert_eq!((story.world().count("exchange"), story.world().count("register")), (1, 1));
    }

    async fn of_two_choices_at_once_one_is_made(db: Database) {
        let story = Story::begin(db).await;
        story.walk("dedicated", Outcome::Several).await;
        let ids: Vec<String> = story.world().numbers().into_iter().map(|number| number.id).collect();
        let choices = futures_util::future::join_all(ids.iter().map(|id| story.choose(id))).await;
        assert!(choices.iter().all(|page| page.status == 303), "{choices:?}");
        story.connected(&story.visitor.wait_out(&choices[0].location()).await).await;
        assert_eq!((story.world().count("register"), records::numbers(&story.house.app.store).await), (1, 1));
    }

    async fn a_choice_and_another_login_at_once_leave_one_that_is_carried_through(db: Database) {
        let story = Story::begin(db).await;
        let page = story.walk("dedicated", Outcome::Several).await;
        assert_eq!(page.page(), "number");
        let chosen = story.world().numbers()[0].id.clone();
        let dialog = story.visitor.choose(&story.link, "dedicated").await;
        let back = story.world().login(&dialog, Outcome::Dedicated).expect("a login");
        let (choice, back) = tokio::join!(story.choose(&chosen), story.visitor.get(&back));
        assert_eq!((choice.status, back.status), (303, 303), "{} {}", choice.html, back.html);
        story.connected(&story.visitor.wait_out(&back.location()).await).await;
        assert_eq!((story.world().count("register"), records::numbers(&story.house.app.store).await), (1, 1));
    }

    async fn a_process_that_slept_through_its_claim_writes_nothing(db: Database) {
        let story = Story::begin(db).await;
        let hold = story.world().hold("subscribe", When::Before);
        let progress = story.come_back("dedicated", Outcome::Dedicated).await;
        hold.reached().await;
        // To a clock a minute ahead the claim has run out: the other process takes over and ends it.
        let ahead = Clock::manual(story.house.clock.now().plus(Duration::from_mins(1)));
        let other = another_process(&story, ahead);
        let end = story.visitor.wait_out(&progress).await;
        story.connected(&end).await;
        // Only then does the first get its answer.
        hold.release();
        other.stopping.cancel();
        let calls = story.called();
        // What is left of the first house is its loops: signups, deliveries, what goes, what expires, visits, bought numbers, their
        // comparison with the accounts and what was recorded on them, Meta's notices and their handing on, old keys, what is
        // kept long enough, and the broom.
        until("the first to stop", || async { (story.house.app.tasks.len() == 13).then_some(()) }).await;
        assert_eq!(story.called(), calls, "it went no further");
        assert_eq!((story.world().count("register"), records::numbers(&story.house.app.store).await), (1, 1));
        let events = records::events(&story.house.app.store, &story.link.id).await;
        assert_eq!(events.len(), 3, "{events:?}");
    }

    async fn a_claim_is_renewed_while_meta_is_slow(db: Database) {
        let story = Story::begin(db).await;
        let hold = story.world().hold("debug_token", When::Before);
        let progress = story.come_back("dedicated", Outcome::Dedicated).await;
        hold.reached().await;
        let first = story.record().await.lease_until.expect("a claim");
        until("the claim to be renewed", || async {
            story.record().await.lease_until.is_some_and(|lease| lease > first).then_some(())
        })
        .await;
        hold.release();
        story.connected(&story.visitor.wait_out(&progress).await).await;
        assert_eq!(story.world().count("debug_token"), 1);
    }

    async fn a_house_that_closes_hands_its_signups_over(db: Database) {
        let story = Story::begin(db).await;
        let hold = story.world().hold("subscribe", When::Before);
        story.come_back("coexistence", Outcome::Coexistence).await;
        hold.reached().await;
        story.house.app.stopping.cancel();
        hold.release();
        until("the claim to be given up", || async { story.record().await.lease_until.is_none().then_some(()) }).await;
        let row = story.record().await;
        assert_eq!((&*row.step, row.ended_at), ("contacts", None), "one step was finished and no other begun");
        another_process(&story, Clock::system());
        until("the other process to end it", || async { story.record().await.ended_at }).await;
        assert_eq!(story.record().await.step, "connected");
        story.law_was_kept();
    }
}
