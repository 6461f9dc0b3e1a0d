//! Whose a number is: a copy of the database touches nothing, a deployment that has moved keeps what it bought, and what somebody
//! has renamed is theirs.

use std::time::Duration;

use serde_json::json;
use setuplinks::{
    app::{App, PublicUrl},
    id::ProvisionedId,
    provision::{self, marks, reconcile},
    provisioned::{Provisioned, Status},
    sandbox::{Fault, twilio::ACCOUNT_SID},
    store::{provisioned, twilio_accounts},
};

use super::Wish;
use crate::{
    records,
    story::standing_clock,
    support::{House, house::twilio_account, on_both, until},
};

const OWN: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "a-token-of-the-project-0123456789";
const MOVED: &str = "https://moved.example";

/// A wish with its number, by a clock that stands.
async fn served(db: crate::support::Database) -> Wish {
    let wish = Wish::of(House::selling_at(db, standing_clock()).await, json!({})).await;
    wish.gets().await;
    wish
}

async fn row(app: &App, wish: &Wish, id: ProvisionedId) -> Provisioned {
    let mut lease = app.store.acquire().await.expect("a connection");
    provisioned::find(lease.db(), wish.platform.project, id).await.expect("read").expect("a number")
}

/// Has the number given back, and waits until somebody has looked into it.
async fn give_back(app: &App, wish: &Wish, id: ProvisionedId) -> Provisioned {
    assert!(provision::release(app, wish.platform.project, id).await.expect("written"));
    until("somebody to look into it", || async {
        let row = row(app, wish, id).await;
        let is_put_off = row.status == Status::Releasing && row.next_at > app.clock.now();
        (is_put_off || row.status == Status::Released).then_some(row)
    })
    .await
}

async fn take_over(app: &App, before: &str) -> setuplinks::error::Result<i64> {
    let before = PublicUrl::parse(before).expect("an origin");
    marks::take_over(&app.store, &app.clock, &app.public_url, &before).await
}

on_both! {
    async fn a_copy_releases_nothing_until_the_operator_says_that_it_is_none(db: Database) {
        let wish = served(db).await;
        let id = ProvisionedId::parse(wish.seen().await["id"].as_str().expect("an id")).expect("an id");
        let app = wish.house.moved_to(MOVED).await;
        let row = give_back(&app, &wish, id).await;
        reconcile::once(&app).await.expect("compared");
        assert_eq!((row.status, wish.twilio().sums(), wish.twilio().count("release")), (Status::Releasing, (1, 0), 0));

        // A slip of the pen takes nothing over.
        for wrong in ["https://elsewhere.example", MOVED] {
            assert!(take_over(&app, wrong).await.is_err(), "{wrong}");
        }
        assert_eq!(take_over(&app, &wish.house.url).await.expect("taken over"), 1);
        app.clock.advance(Duration::from_secs(60 * 60));
        until("the number to be given back", || async { (wish.twilio().sums() == (1, 1)).then_some(()) }).await;
    }

    async fn what_was_said_at_one_address_holds_for_no_other(db: Database) {
        let wish = served(db).await;
        let mark = wish.owned()[0].friendly_name.clone();
        let app = wish.house.moved_to(MOVED).await;
        take_over(&app, &wish.house.url).await.expect("taken over");
        let at = |address: &str| App { public_url: PublicUrl::parse(address).expect("an origin"), ..app.clone() };
        assert!(marks::of(&app).await.expect("marks").has(&mark));
        // A copy of the database that knows of the move is a copy all the same.
        let third = at("https://third.example");
        assert!(!marks::of(&third).await.expect("marks").has(&mark));
        // Whoever moves on takes along what was taken over before.
        let here = PublicUrl::parse(&wish.house.url).expect("an origin");
        marks::take_over(&app.store, &app.clock, &third.public_url, &here).await.expect("taken over");
        assert!(marks::of(&third).await.expect("marks").has(&mark));
    }

    async fn after_a_move_twilio_tells_the_new_address(db: Database) {
        let wish = served(db).await;
        let sid = wish.owned()[0].sid.clone();
        let app = wish.house.moved_to(MOVED).await;
        reconcile::once(&app).await.expect("compared");
        let sms = |url: &str| format!("{url}/twilio/sms");
        assert_eq!(wish.owned()[0].sms_url, sms(&wish.house.url), "a copy points nothing at itself");
        take_over(&app, &wish.house.url).await.expect("taken over");
        // The calls somebody takes elsewhere, on purpose.
        app.twilio.point(&twilio_account(), &sid, None, Some("https://switchboard.example/")).await.expect("pointed");
        reconcile::once(&app).await.expect("compared");
        let owned = &wish.owned()[0];
        assert_eq!((&owned.sms_url, &*owned.voice_url), (&sms(MOVED), "https://switchboard.example/"));
        let updates = wish.twilio().count("update");
        reconcile::once(&app).await.expect("compared");
        assert_eq!(wish.twilio().count("update"), updates, "once is enough");
    }

    async fn what_somebody_has_renamed_is_theirs(db: Database) {
        let wish = Wish::begin(db).await;
        wish.gets().await;
        wish.twilio().rename(&wish.owned()[0].sid, "front desk");
        wish.is_revoked().await;
        wish.stands("released").await;
        assert_eq!(wish.details().await["trouble"], "renamed");
        assert_eq!((wish.twilio().sums(), &*wish.owned()[0].friendly_name), ((1, 0), "front desk"));
        let events = records::events(&wish.house.app.store, &wish.link.id).await;
        let told = events.iter().find(|(name, _)| name == "provisioned_number.released").expect("an event");
        assert_eq!(told.1["provisioned_phone_number"]["trouble"], "renamed");
        reconcile::once(&wish.house.app).await.expect("compared");
        assert_eq!(wish.twilio().count("release"), 0);
    }

    async fn one_bad_account_blinds_nobody_for_the_others(db: Database) {
        let wish = Wish::begin(db).await;
        wish.gets().await;
        wish.twilio().open_account(OWN, TOKEN, None);
        let another = wish.house.platform("Another").await;
        let account = json!({"twilio": {"account_sid": OWN, "auth_token": TOKEN}});
        let put = another.request(reqwest::Method::PUT, "/project/twilio").json(&account);
        another.send(put).await.data(200);
        let mark = wish.owned()[0].friendly_name.clone();
        let orphan = format!("{}:{}", mark.rsplit_once(':').expect("a mark").0, uuid::Uuid::nil());
        let left = || wish.owned().into_iter().filter(|owned| owned.friendly_name == orphan).count();

        // The account of the deployment does not open.
        wish.twilio().buy_by_hand(OWN, "+16285559001", &orphan);
        wish.twilio().fault("numbers", 1, Fault::graph(401, 20_003, "Authenticate"));
        reconcile::once(&wish.house.app).await.expect("compared");
        assert_eq!(left(), 0);

        // A number of an account cannot be asked for: the next one is.
        wish.twilio().buy_by_hand(OWN, "+16285559002", &orphan);
        wish.twilio().buy_by_hand(OWN, "+16285559003", &orphan);
        wish.twilio().fault("number", 1, Fault::graph(500, 20_500, "no"));
        reconcile::once(&wish.house.app).await.expect("compared");
        assert_eq!(left(), 1);

        // What lets us into a project's account cannot be unsealed.
        let mut lease = wish.house.app.store.acquire().await.expect("a connection");
        let mut stored = twilio_accounts::of_project(lease.db(), another.project).await.expect("read").expect("an account");
        stored.auth_token_sealed = b"nobody sealed this".to_vec();
        twilio_accounts::put(lease.db(), &stored).await.expect("stored");
        wish.twilio().buy_by_hand(ACCOUNT_SID, "+16285559004", &orphan);
        reconcile::once(&wish.house.app).await.expect("compared");
        assert_eq!(left(), 1, "that of the account that opens was given back");
        assert_eq!(wish.seen().await["status"], "bought");
    }
}
