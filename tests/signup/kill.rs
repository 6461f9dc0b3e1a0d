//! The process dies at any point, or is asked to stop, and another one goes on: nothing is lost, nothing is done twice.

use serde_json::json;
use setuplinks::sandbox::{Hold, Login, Outcome, Trouble, When, World};

use crate::{
    law, records,
    story::{FAILURE, SUCCESS, each, terms},
    support::{Database, Link, Page, Place, Program, Visitor, on_both, program::PendingStop, until},
};

const DEDICATED: [&str; 7] =
    ["exchange", "debug_token", "me", "phone_numbers", "phone_number", "subscribe", "register"];
const COEXISTENCE: [&str; 8] =
    ["exchange", "debug_token", "me", "phone_numbers", "phone_number", "subscribe", "smb_contacts", "smb_history"];

/// The real program on a port and a database that outlive it, with a customer in front of it.
pub struct Deployment {
    program: Program,
    settings: Vec<(&'static str, String)>,
    pub place: Place,
    link: Link,
    visitor: Visitor,
}

impl Deployment {
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, |_| Vec::new()).await
    }

    /// The same, with more settings.
    pub async fn start_with(database: Database, settings: impl FnOnce(&World) -> Vec<(&'static str, String)>) -> Self {
        let place = Place::new(database).await;
        let settings = settings(place.world());
        let program = place.serve(&settings).await;
        let link = place.platform.link(terms(&json!({}))).await;
        Self { program, settings, place, link, visitor: Visitor::new() }
    }

    pub fn world(&self) -> &World {
        self.place.world()
    }

    pub fn kill(&mut self) {
        self.program.kill();
    }

    fn ask_to_stop(&mut self) -> PendingStop {
        self.program.ask_to_stop()
    }

    pub async fn start_again(&mut self) {
        self.program = self.place.serve(&self.settings).await;
    }

    async fn come_back(&self, login: impl Into<Login>) -> String {
        let login = login.into();
        let asked = if login.outcome == Outcome::Coexistence { "coexistence" } else { "dedicated" };
        self.visitor.log_in(&self.link, asked, self.world(), login).await.location()
    }

    /// Logs in, and is killed and started again while that call is at that point. What the dead process asked for, and had
    /// not got, never happens as long as the hold is kept.
    async fn interrupted_at(&mut self, login: impl Into<Login>, call: &str, when: When) -> Hold {
        let hold = self.world().hold(call, when);
        self.come_back(login).await;
        hold.reached().await;
        self.kill();
        self.start_again().await;
        hold
    }

    async fn record(&self) -> records::Row {
        records::signups(&self.place.store, &self.link.id).await.pop().expect("a signup")
    }

    async fn connected(&self, end: &Page, point: &str) {
        assert!(end.location().starts_with(SUCCESS), "{point}: {}", end.location());
        let number = self.world().number(&end.landing()["phone_number_id"]).expect("a number");
        let seen = self.place.platform.see(&self.link).await;
        assert_eq!((&seen["status"], &seen["whatsapp_setup_status"]), (&json!("used"), &json!("completed")), "{point}");
        assert!(self.world().subscribed(&number.waba_id), "{point}");
        assert!(number.registered || (number.contacts_synced && number.history_synced), "{point}: {number:?}");
        assert_eq!(records::numbers(&self.place.store).await, 1, "{point}");
        let events = records::events(&self.place.store, &self.link.id).await;
        let told = |name: &str| events.iter().filter(|(event, _)| event == name).count();
        assert_eq!((told("setup_link.completed"), told("whatsapp.phone_number.created")), (1, 1), "{point}");
        law::hold_against(self.world(), &format!("{}/auth/facebook/callback", self.place.platform.base));
    }
}

/// Kills the program while that call is at that point, starts it again, and sees how it ends.
async fn killed_at(database: Database, outcome: Outcome, call: &str, when: When) {
    let point = format!("{outcome:?}, {call}, {when:?}");
    let mut deployment = Deployment::start(database).await;
    let _hold = deployment.interrupted_at(outcome, call, when).await;
    let progress = format!("{}/progress", deployment.link.url);
    if (call, when) == ("exchange", When::After) {
        // The code is used up and the token was in the answer: only the customer can make another.
        let end = deployment.visitor.wait_out(&progress).await;
        assert!(end.location().starts_with(FAILURE), "{point}: {}", end.location());
        assert_eq!(end.landing()["error_code"], "token_exchange_failed");
        deployment.come_back(outcome).await;
    }
    let end = deployment.visitor.wait_out(&progress).await;
    deployment.connected(&end, &point).await;

    let calls = deployment.world().calls();
    let answered = |name: &str| calls.iter().filter(|made| made.name == name && made.status != 0).count();
    let made = |name: &str| calls.iter().filter(|made| made.name == name).count();
    let expected = match outcome {
        Outcome::Coexistence => (0, 0),
        // The one that was killed after its effect is found out, and not made again.
        _ if (call, when) == ("register", When::After) => (1, 0),
        _ if (call, when) == ("register", When::Before) => (2, 1),
        _ => (1, 1),
    };
    assert_eq!((made("register"), answered("register")), expected, "{point}");
}

/// Every point of a way at once, each with a program and a database of its own.
async fn killed_everywhere(database: Database, outcome: Outcome, calls: &[&str]) {
    let points = calls.iter().flat_map(|call| [(*call, When::Before), (*call, When::After)]);
    each(points, |(call, when)| killed_at(database, outcome, call, when)).await;
}

on_both! {
    async fn killed_at_every_call_of_a_dedicated_number(db: Database) {
        killed_everywhere(db, Outcome::Dedicated, &DEDICATED).await;
    }

    async fn killed_at_every_call_of_a_coexistence_number(db: Database) {
        killed_everywhere(db, Outcome::Coexistence, &COEXISTENCE).await;
    }

    async fn killed_twice_at_the_exchange_it_does_not_send_the_code_again(db: Database) {
        let mut deployment = Deployment::start(db).await;
        let holds = [deployment.world().hold("exchange", When::Before), deployment.world().hold("exchange", When::Before)];
        let progress = deployment.come_back(Outcome::Dedicated).await;
        for hold in &holds {
            hold.reached().await;
            deployment.kill();
            deployment.start_again().await;
        }
        let end = deployment.visitor.wait_out(&progress).await;
        assert_eq!(end.landing()["error_code"], "token_exchange_failed");
        assert_eq!(deployment.world().count("exchange"), 2);
        let progress = deployment.come_back(Outcome::Dedicated).await;
        let end = deployment.visitor.wait_out(&progress).await;
        assert!(end.location().starts_with(SUCCESS), "{}", end.location());
    }

    async fn killed_between_a_refusal_and_what_it_asks_for(db: Database) {
        let errands = [(Trouble::Register133005, "set_pin"), (Trouble::Register133000, "deregister")];
        let points = errands.into_iter().flat_map(|errand| [(errand, When::Before), (errand, When::After)]);
        each(points, |((trouble, call), when)| async move {
            let mut deployment = Deployment::start(db).await;
            let _hold = deployment.interrupted_at(trouble, call, when).await;
            let end = deployment.visitor.wait_out(&format!("{}/progress", deployment.link.url)).await;
            deployment.connected(&end, &format!("{call}, {when:?}")).await;
            assert_eq!(deployment.world().count("register"), 2, "{call}, {when:?}");
        })
        .await;
    }

    async fn killed_when_only_the_number_is_left_to_be_stored(db: Database) {
        let mut deployment = Deployment::start(db).await;
        let registered = deployment.world().hold("register", When::After);
        let progress = deployment.come_back(Outcome::Dedicated).await;
        registered.reached().await;
        let last_question = deployment.world().hold("phone_number", When::Before);
        registered.release();
        last_question.reached().await;
        deployment.kill();
        deployment.start_again().await;
        let end = deployment.visitor.wait_out(&progress).await;
        deployment.connected(&end, "store").await;
        assert_eq!(deployment.world().count("register"), 1);
    }

    async fn killed_while_the_customer_chooses(db: Database) {
        let mut deployment = Deployment::start(db).await;
        let progress = deployment.come_back(Outcome::Several).await;
        let page = deployment.visitor.wait_out(&progress).await;
        assert_eq!(page.page(), "number");
        deployment.kill();
        deployment.start_again().await;
        let chosen = page.attribute("input[name=phone_number_id]", "value");
        let form = [("phone_number_id", chosen.as_str())];
        let back = deployment.visitor.post(&format!("{}/number", deployment.link.url), &form).await;
        let end = deployment.visitor.wait_out(&back.location()).await;
        deployment.connected(&end, "choose").await;
        assert_eq!(end.landing()["phone_number_id"], chosen);
    }

    async fn asked_to_stop_it_finishes_the_step_and_hands_over_at_once(db: Database) {
        let mut deployment = Deployment::start(db).await;
        let hold = deployment.world().hold("register", When::After);
        let progress = deployment.come_back(Outcome::Dedicated).await;
        hold.reached().await;
        let stop = deployment.ask_to_stop();
        // It has heard once nobody can come in any more.
        let address = deployment.link.url.parse::<url::Url>().unwrap().socket_addrs(|| None).unwrap();
        until("the house to close its door", || async {
            tokio::net::TcpStream::connect(address.as_slice()).await.is_err().then_some(())
        })
        .await;
        hold.release();
        stop.gone().await;
        let row = deployment.record().await;
        assert_eq!((&*row.step, row.lease_until, row.ended_at), ("store", None, None));
        deployment.start_again().await;
        let end = deployment.visitor.wait_out(&progress).await;
        deployment.connected(&end, "stopped").await;
        assert_eq!(deployment.world().count("register"), 1);
    }

    async fn asked_to_stop_while_meta_hangs_it_leaves_the_call_to_the_next(db: Database) {
        let mut deployment = Deployment::start(db).await;
        let hold = deployment.world().hold("register", When::After);
        let progress = deployment.come_back(Outcome::Dedicated).await;
        hold.reached().await;
        deployment.ask_to_stop().gone().await;
        let row = deployment.record().await;
        assert_eq!((&*row.step, row.lease_until, row.ended_at), ("register", None, None));
        deployment.start_again().await;
        let end = deployment.visitor.wait_out(&progress).await;
        deployment.connected(&end, "stopped").await;
        assert_eq!(deployment.world().count("register"), 1, "its outcome was asked for");
    }

    async fn killed_while_it_takes_leave_of_a_number_the_next_one_does(db: Database) {
        for when in [When::Before, When::After] {
            let mut deployment = Deployment::start(db).await;
            let progress = deployment.come_back(Outcome::Dedicated).await;
            let end = deployment.visitor.wait_out(&progress).await;
            let number = deployment.world().number(&end.landing()["phone_number_id"]).expect("a number");
            let holds = [deployment.world().hold("deregister", when), deployment.world().hold("unsubscribe", when)];
            let path = format!("/whatsapp/phone_numbers/{}?deregister=true", number.id);
            assert_eq!(deployment.place.platform.delete(&path).await.status, 204);
            for hold in &holds {
                hold.reached().await;
                deployment.kill();
                deployment.start_again().await;
            }
            until("Meta to be told", || async {
                (records::releases(&deployment.place.store).await == 0).then_some(())
            }).await;
            let number = deployment.world().number(&number.id).expect("a number");
            assert!(!number.registered && !deployment.world().subscribed(&number.waba_id), "{when:?}");
            assert_eq!(deployment.place.platform.get(&format!("/whatsapp/phone_numbers/{}", number.id)).await.status, 404);
        }
    }
}
