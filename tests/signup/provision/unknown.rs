//! A purchase whose answer was lost: until Twilio has said what came of it, the number is neither given up nor bought again.

use serde_json::json;
use setuplinks::{
    clock::Clock,
    id::ProvisionedId,
    provision::{reconcile, settle::settle},
    provisioned::Status,
    sandbox::{Fault, When},
    store::twilio_accounts,
};

use super::{Wish, with_number};
use crate::{
    kill::Deployment,
    records,
    story::each,
    support::{Database, House, Visitor, on_both, until},
};

const OWN: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "a-token-of-the-project-0123456789";
/// What the page says meanwhile.
const UNSURE: &str = "has to look into something first";

/// Asks for a number: its purchase is carried out, the answer is lost, and from then on Twilio answers questions so.
async fn lose(wish: &Wish, status: u16, code: i64) {
    wish.is_compared().await;
    wish.twilio().fault("buy", 1, Fault::CutAfter);
    let hold = wish.twilio().hold("buy", When::Before);
    assert_eq!(wish.start("US").await.status, 303);
    hold.reached().await;
    wish.twilio().fault("numbers", usize::MAX, Fault::graph(status, code, "no"));
    hold.release();
    is_unsure(wish).await;
}

/// A wish of a project that pays with its own account.
async fn of_own_account(db: Database) -> Wish {
    let wish = Wish::of(House::selling_at(db, Clock::system()).await, json!({})).await;
    wish.twilio().open_account(OWN, TOKEN, None);
    let account = json!({"twilio": {"account_sid": OWN, "auth_token": TOKEN}});
    let put = wish.platform.request(reqwest::Method::PUT, "/project/twilio").json(&account);
    wish.platform.send(put).await.data(200);
    wish.is_compared().await;
    wish
}

/// The account is gone, past the house, which would not let it go.
async fn lose_account(wish: &Wish) {
    let mut lease = wish.house.app.store.acquire().await.expect("a connection");
    assert!(twilio_accounts::delete(lease.db(), wish.platform.project).await.expect("deleted"));
}

/// The id of the link's number.
async fn id(wish: &Wish) -> ProvisionedId {
    wish.seen().await["id"].as_str().and_then(ProvisionedId::parse).expect("an id")
}

/// The operator says that a number is not paid for.
async fn settled(wish: &Wish, id: ProvisionedId) -> Option<Status> {
    settle(&wish.house.app.store, &wish.house.clock, id).await.ok()
}

async fn is_unsure(wish: &Wish) {
    until("the page to say so", || async {
        let page = wish.look().await;
        assert!(!page.has("[data-testid=setup-error]"), "{}", page.html);
        page.html.contains(UNSURE).then_some(())
    })
    .await;
}

on_both! {
    async fn whatever_twilio_says_of_us_it_is_waited_for_and_not_bought_again(db: Database) {
        let answers = [
            (401, 20_003, "credentials"), (403, 20_005, "account"), (403, 70_051, "credentials"), (404, 20_404, "refused"),
            (400, 20_001, "refused"), (400, 21_422, "refused"),
        ];
        each(answers, |(status, code, trouble)| async move {
            let wish = Wish::begin(db).await;
            lose(&wish, status, code).await;
            let known = wish.details().await;
            assert_eq!((&known["status"], &known["trouble"]), (&json!("picked"), &json!(trouble)), "{status} {code}");
            // Whoever presses the button again meanwhile buys nothing, here or in another window.
            assert_eq!(wish.start("US").await.status, 303);
            assert_eq!(Visitor::new().post(&format!("{}/provision", wish.link.url), &[("country", "US")]).await.status, 303);
            assert_eq!((wish.twilio().count("buy"), wish.twilio().sums()), (1, (1, 0)), "{status} {code}");
            wish.twilio().mend();
            let number = wish.number().await;
            assert_eq!(number, wish.owned()[0].phone_number, "{status} {code}");
            assert_eq!((wish.twilio().count("buy"), wish.twilio().sums()), (1, (1, 0)), "{status} {code}");
            assert!(wish.details().await["trouble"].is_null(), "{status} {code}");
        })
        .await;
    }

    async fn a_link_that_is_over_meanwhile_keeps_nothing(db: Database) {
        let wish = Wish::begin(db).await;
        lose(&wish, 401, 20_003).await;
        wish.is_revoked().await;
        wish.twilio().mend();
        wish.stands("released").await;
        wish.nothing_is_left().await;
        assert_eq!(wish.twilio().sums(), (1, 1));
    }

    async fn what_was_refused_at_once_was_not_bought(db: Database) {
        let wish = Wish::begin(db).await;
        wish.is_compared().await;
        wish.twilio().fault("buy", 1, Fault::graph(401, 20_003, "Authenticate"));
        wish.start("US").await;
        assert_eq!(wish.trouble().await, "A number cannot be set up right now");
        wish.nothing_is_left().await;
    }

    async fn an_account_that_is_gone_for_a_while_is_waited_for(db: Database) {
        let wish = of_own_account(db).await;
        wish.twilio().fault("buy", 1, Fault::CutAfter);
        let hold = wish.twilio().hold("buy", When::Before);
        wish.start("US").await;
        hold.reached().await;
        let store = &wish.house.app.store;
        let project = wish.platform.project;
        let stored = twilio_accounts::of_project(store.acquire().await.expect("a connection").db(), project).await;
        let stored = stored.expect("read").expect("an account");
        lose_account(&wish).await;
        hold.release();
        is_unsure(&wish).await;
        twilio_accounts::put(store.acquire().await.expect("a connection").db(), &stored).await.expect("put back");
        assert_eq!(wish.number().await, wish.owned()[0].phone_number);
        assert_eq!((wish.twilio().count("buy"), wish.twilio().sums()), (1, (1, 0)));
    }

    async fn what_nobody_can_be_asked_about_the_operator_settles(db: Database) {
        let wish = Wish::begin(db).await;
        lose(&wish, 401, 20_003).await;
        let first = id(&wish).await;
        assert_eq!(settled(&wish, first).await, Some(Status::Failed));
        let known = wish.platform.get(&format!("/provisioned_phone_numbers/{first}")).await.data(200);
        assert_eq!((&known["status"], &known["trouble"]), (&json!("failed"), &json!("written_off")));
        assert_eq!(wish.trouble().await, "The phone company is not answering");
        assert_eq!(settled(&wish, first).await, None, "once");
        // The account opens again after all: what it has of ours belongs to nothing.
        wish.twilio().mend();
        reconcile::once(&wish.house.app).await.expect("compared");
        assert_eq!((wish.twilio().sums(), wish.owned().len()), ((1, 1), 0));
        let number = wish.gets().await;
        assert_eq!((wish.owned().len(), &wish.owned()[0].phone_number), (1, &number));
        assert_eq!(settled(&wish, id(&wish).await).await, None, "Twilio can be asked about this one");
        assert_eq!(wish.seen().await["status"], "bought");
    }

    async fn a_number_that_no_account_takes_back_is_settled_too_and_told_once(db: Database) {
        let wish = of_own_account(db).await;
        wish.gets().await;
        lose_account(&wish).await;
        wish.is_revoked().await;
        wish.stands("releasing").await;
        assert_eq!(settled(&wish, id(&wish).await).await, Some(Status::Released));
        assert_eq!(wish.details().await["trouble"], "written_off");
        let events = records::events(&wish.house.app.store, &wish.link.id).await;
        let released: Vec<_> = events.iter().filter(|(name, _)| name == "provisioned_number.released").collect();
        assert_eq!(released.len(), 1);
        assert_eq!(released[0].1["provisioned_phone_number"]["trouble"], "written_off", "{released:?}");
    }

    async fn a_process_that_dies_over_it_tells_the_next(db: Database) {
        let mut deployment = Deployment::start(db).await;
        let link = deployment.place.platform.link(with_number(&json!({}))).await;
        let twilio = deployment.world().twilio().clone();
        until("the first comparison", || async { (twilio.count("numbers") > 0).then_some(()) }).await;
        let hold = twilio.hold("buy", When::After);
        let (visitor, page) = (Visitor::new(), format!("{}/provision", link.url));
        visitor.post(&page, &[("country", "US")]).await;
        hold.reached().await;
        deployment.kill();
        twilio.fault("numbers", usize::MAX, Fault::graph(401, 20_003, "Authenticate"));
        deployment.start_again().await;
        until("the page to say so", || async { visitor.get(&page).await.html.contains(UNSURE).then_some(()) }).await;
        twilio.mend();
        until("the number", || async { visitor.get(&page).await.has("[data-testid=provisioned-number]").then_some(()) }).await;
        assert_eq!((twilio.count("buy"), twilio.sums()), (1, (1, 0)));
        drop(hold);
    }
}
