//! A process that stands still in the middle of something while another takes over, and then goes on: it writes nothing.

use serde_json::json;
use setuplinks::sandbox::{Outcome, When};

use super::fleet::Fleet;
use crate::{
    records,
    story::{FAILURE, SUCCESS, each, terms},
    support::{Database, Manner, Page, Program, Visitor, on_both, until},
};

/// Two processes, one of which has not begun.
struct Two {
    fleet: Fleet,
    first: Program,
}

impl Two {
    async fn begin(db: Database) -> Self {
        let fleet = Fleet::start(db, 2).await;
        fleet.kill(1);
        let first = fleet.take(0);
        Self { fleet, first }
    }

    /// The first stands still from now on, and the second is there.
    async fn pause(&self) -> Program {
        self.first.pause();
        Program::start(&self.fleet.starts[1]).await
    }

    /// The first goes on, and does whatever it would still do. A process that is asked to stop has done that when it is gone.
    async fn wake(&mut self) {
        self.first.resume();
        self.first.ask_to_stop().gone().await;
    }

    /// Everything that is written once all that is due was sent, in words.
    async fn written(&self) -> String {
        until("everything to be sent", || async {
            let pending = "select count(*) from deliveries where status = 'pending'";
            (records::count(&self.fleet.store, pending).await == 0).then_some(())
        })
        .await;
        records::everything(&self.fleet.store).await
    }
}

/// An address of the house, at one of its processes.
fn at(program: &Program, two: &Two, url: &str) -> String {
    url.replace(&two.fleet.proxy.url, &program.url())
}

/// The first process stands still while that call is at that point, the second takes over, and the first goes on. Gives how
/// it ended for the customer.
async fn slept_through(db: Database, outcome: Outcome, call: &str, when: When) -> (Two, Page) {
    let mut two = Two::begin(db).await;
    let asked = if outcome == Outcome::Coexistence { "coexistence" } else { "dedicated" };
    let link = two.fleet.platform.link(terms(&json!({}))).await;
    let (hold, visitor) = (two.fleet.world().hold(call, when), Visitor::new());
    let progress = visitor.log_in(&link, asked, two.fleet.world(), outcome).await.location();
    hold.reached().await;
    let second = two.pause().await;
    let end = visitor.wait_out(&at(&second, &two, &progress)).await;
    let before = two.written().await;
    hold.release();
    two.wake().await;
    assert_eq!(two.written().await, before, "{call} {when:?}: the sleeper has written");
    drop(second);
    (two, end)
}

on_both! {
    async fn a_process_that_slept_through_its_lease_moves_no_signup(db: Database) {
        let points = [
            (Outcome::Dedicated, "exchange", When::Before, (2, 1)),
            (Outcome::Dedicated, "subscribe", When::Before, (1, 1)),
            (Outcome::Dedicated, "register", When::Before, (1, 2)),
            (Outcome::Dedicated, "register", When::After, (1, 1)),
            (Outcome::Coexistence, "smb_history", When::Before, (1, 0)),
        ];
        each(points, |(outcome, call, when, most)| async move {
            let (two, end) = slept_through(db, outcome, call, when).await;
            assert!(end.location().starts_with(SUCCESS), "{call} {when:?}: {}", end.location());
            let world = two.fleet.world();
            assert_eq!((world.count("exchange"), world.count("register")), most, "{call} {when:?}");
            assert_eq!(records::numbers(&two.fleet.store).await, 1);
        })
        .await;
    }

    async fn a_token_that_comes_to_a_sleeper_is_lost_and_the_customer_told(db: Database) {
        let (two, end) = slept_through(db, Outcome::Dedicated, "exchange", When::After).await;
        assert!(end.location().starts_with(FAILURE), "{}", end.location());
        assert_eq!(end.landing()["error_code"], "token_exchange_failed");
        assert_eq!((two.fleet.world().count("exchange"), records::numbers(&two.fleet.store).await), (2, 0));
    }

    async fn a_process_that_slept_through_its_lease_says_nothing_of_a_webhook(db: Database) {
        let mut two = Two::begin(db).await;
        two.fleet.receiver.next([Manner::Hang]);
        let link = two.fleet.platform.link(terms(&json!({}))).await;
        two.fleet.platform.change(&link, json!({"status": "revoked"})).await.data(200);
        two.fleet.receiver.wait_for(1).await;
        let _second = two.pause().await;
        let sent = two.fleet.receiver.wait_for(2).await;
        assert_eq!((sent.len(), sent[0].header("x-idempotency-key")), (2, sent[1].header("x-idempotency-key")));
        let before = two.written().await;
        two.wake().await;
        assert_eq!(two.written().await, before, "the sleeper has written");
        assert_eq!(records::count(&two.fleet.store, "select count(*) from webhooks where failing_since is null").await, 1);
    }

    async fn a_process_that_slept_through_its_lease_releases_nothing_more(db: Database) {
        let mut two = Two::begin(db).await;
        let (link, visitor) = (two.fleet.platform.link(terms(&json!({}))).await, Visitor::new());
        let end = visitor.walk(&link, "dedicated", two.fleet.world(), Outcome::Dedicated).await;
        let number = two.fleet.world().number(&end.landing()["phone_number_id"]).expect("a number");
        let hold = two.fleet.world().hold("deregister", When::After);
        let path = format!("/whatsapp/phone_numbers/{}?deregister=true", number.id);
        assert_eq!(two.fleet.platform.delete(&path).await.status, 204);
        hold.reached().await;
        let _second = two.pause().await;
        until("the second to do it", || async { (records::releases(&two.fleet.store).await == 0).then_some(()) }).await;
        let (before, calls) = (two.written().await, two.fleet.world().count("unsubscribe"));
        hold.release();
        two.wake().await;
        assert_eq!((two.written().await, two.fleet.world().count("unsubscribe"), calls), (before, 1, 1));
    }

    async fn a_process_that_slept_through_its_lease_buys_nothing(db: Database) {
        each([("buy", When::Before), ("buy", When::After)], |(call, when)| async move {
            let mut two = Two::begin(db).await;
            let (link, visitor) = (two.fleet.platform.link(crate::provision::with_number(&json!({}))).await, Visitor::new());
            let hold = two.fleet.world().twilio().hold(call, when);
            let page = format!("{}/provision", link.url);
            assert_eq!(visitor.post(&page, &[("country", "US")]).await.status, 303);
            hold.reached().await;
            let second = two.pause().await;
            until("the second to have bought it", || async {
                visitor.get(&at(&second, &two, &page)).await.has("[data-testid=provisioned-number]").then_some(())
            })
            .await;
            let before = two.written().await;
            hold.release();
            two.wake().await;
            let twilio = two.fleet.world().twilio();
            assert_eq!((two.written().await, twilio.sums(), twilio.owned().len()), (before, (1, 0), 1), "{when:?}");
        })
        .await;
    }
}
