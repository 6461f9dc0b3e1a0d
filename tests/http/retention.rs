//! What is over is forgotten, each kind after its own time; what is needed is not.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use setuplinks::{
    app::App,
    clock::Timestamp,
    retention::{self, Retention},
    sandbox::Outcome,
    store::Store,
};

use crate::{
    connected::connect,
    stored::{count, standing_clock},
    support::{House, Receiver, Visitor, on_both, until},
};

const DAY: Duration = Duration::from_hours(24);
/// Every kind for a time of its own.
const KEPT: Retention = Retention {
    answers: DAY,
    logins: days(2),
    signups: days(4),
    released: days(6),
    events: days(8),
    deliveries: days(10),
};

const fn days(days: u64) -> Duration {
    Duration::from_hours(24 * days)
}

/// Moves the clock to that many days after the start, and a little, and sweeps.
async fn sweep_after(house: &House, day: &mut u64, to: u64) {
    house.clock.advance(days(to - *day));
    *day = to;
    retention::sweep(&App { retention: KEPT, ..house.app.clone() }).await.expect("swept");
}

/// Writes a session, a hold, a stranger and something to hand on, of that id and with that end or age.
macro_rules! write_all {
    ($pool:expr, $id:expr, $end:expr, $since:expr, $micros:expr) => {{
        let (name, key) = (format!("{:?}", $id), $id);
        let session = "insert into sessions (id_digest, record_sealed, expires_at) values ($1, $1, $2)";
        sqlx::query(session).bind(name.as_bytes()).bind($end).execute($pool).await.expect("written");
        let hold = "insert into account_holds (id, business_account_id, held_until) values ($1, '9', $2)";
        sqlx::query(hold).bind(key).bind($end).execute($pool).await.expect("written");
        let stranger = "insert into strangers (door, prefix, full_at) values ('forms', $1, $2)";
        sqlx::query(stranger).bind(&name).bind($micros).execute($pool).await.expect("written");
        let forward = "insert into meta_forwards (id, digest, body_sealed, signature, received_at, next_at) values ($1, $2, $2, '', $3, $4)";
        let late = i64::MAX / 2;
        sqlx::query(forward).bind(key).bind(name.as_bytes()).bind($since).bind(late).execute($pool).await.expect("written");
    }};
}

on_both! {
    async fn each_kind_goes_after_its_own_time(db: Database) {
        let house = House::selling_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let webhook = json!({"whatsapp_webhook": {"url": receiver.url}});
        acme.send(acme.request(Method::POST, "/whatsapp/webhooks").header("Idempotency-Key", "k").json(&webhook)).await.data(201);
        // A signup that is done, a login that never comes back, and two numbers: one is kept, one was given back.
        let customer = acme.customer("Bakery").await;
        connect(&house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;
        receiver.wait_for(1).await;
        let waiting = acme.link(json!({})).await;
        Visitor::new().choose(&waiting, "dedicated").await;
        for _ in 0..2 {
            let link = acme.link(json!({"provision_phone_number": true})).await;
            Visitor::new().post(&format!("{}/provision", link.url), &[("country", "US")]).await;
        }
        let bought = |status: &'static str| {
            let acme = acme.clone();
            async move { acme.get(&format!("/provisioned_phone_numbers?status={status}")).await.data(200).as_array().expect("a list").clone() }
        };
        let both = until("two numbers", || async { Some(bought("bought").await).filter(|bought| bought.len() == 2) }).await;
        acme.delete(&format!("/provisioned_phone_numbers/{}", both[0]["id"].as_str().expect("an id"))).await;
        until("one to be given back", || async {
            house.clock.advance(Duration::from_millis(1));
            (bought("released").await.len() == 1).then_some(())
        })
        .await;

        let counts = async || {
            let mut counts = Vec::new();
            for table in ["idempotency_keys", "signups", "provisioned_numbers", "deliveries"] {
                counts.push(count(&house, table).await);
            }
            counts
        };
        let events = count(&house, "events").await;
        let mut day = 0;
        sweep_after(&house, &mut day, 0).await;
        assert_eq!(counts().await, [1, 2, 2, 1], "nothing is over yet");
        for (when, left) in [(1, [0, 2, 2, 1]), (3, [0, 1, 2, 1]), (5, [0, 0, 2, 1]), (7, [0, 0, 1, 1])] {
            sweep_after(&house, &mut day, when).await;
            assert_eq!(counts().await, left, "after {when} days");
        }
        assert_eq!(count(&house, "events").await, events);
        sweep_after(&house, &mut day, 9).await;
        let left = count(&house, "events").await;
        assert!((1..events).contains(&left), "{left} of {events}: those of links that are active stay");
        assert_eq!(counts().await, [0, 0, 1, 1]);
        sweep_after(&house, &mut day, 11).await;
        assert_eq!(counts().await, [0, 0, 1, 0]);
        // What is not over stays: the number at Meta, the one at Twilio, the links.
        assert_eq!(bought("bought").await.len(), 1);
        assert_eq!((count(&house, "phone_numbers").await, count(&house, "customers").await), (1, 4));
        let used = acme.get(&format!("/customers/{customer}/setup_links")).await.data(200);
        assert_eq!((&used[0]["status"], &used[0]["whatsapp_setup_status"]), (&json!("used"), &json!("completed")));
        let again = Visitor::new().get(used[0]["url"].as_str().expect("a URL")).await;
        assert_eq!((again.status, again.page()), (200, "used".to_owned()), "its page goes on saying so");
    }

    async fn what_has_an_end_of_its_own_goes_with_it(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let now = house.clock.now();
        let (over, not_yet) = (Timestamp(now.0 - 1), now.plus(DAY));
        for (id, end) in [(1_u8, over), (2, not_yet)] {
            let week = if end == over { now.minus(days(7)).minus(DAY) } else { now.minus(DAY) };
            let (id, micros) = (vec![id; 16], end.0 * 1000);
            match &house.app.store {
                Store::Sqlite(pool) => write_all!(pool, &id, end.0, week.0, micros),
                Store::Postgres(pool) => write_all!(pool, uuid::Uuid::from_slice(&id).expect("an id"), end.0, week.0, micros),
            }
        }
        let counts = async || {
            let mut counts = Vec::new();
            for table in ["sessions", "account_holds", "strangers", "meta_forwards"] {
                counts.push(count(&house, table).await);
            }
            counts
        };
        retention::sweep(&house.app).await.expect("swept");
        assert_eq!(counts().await, [1; 4]);
    }

    async fn a_number_that_an_older_version_gave_back_for_somebody_who_was_erased_is_forgotten(db: Database) {
        let house = House::selling(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"provision_phone_number": true})).await;
        Visitor::new().post(&format!("{}/provision", link.url), &[("country", "US")]).await;
        let stands = async |status: &str| {
            until(status, || async {
                Some(acme.see(&link).await["provisioned_phone_number"].clone()).filter(|number| number["status"] == status)
            })
            .await
        };
        let number = stands("bought").await;
        acme.delete(&format!("/provisioned_phone_numbers/{}", number["id"].as_str().expect("an id"))).await;
        stands("released").await;
        let erased = "update provisioned_numbers set erase_at = 1";
        match &house.app.store {
            Store::Sqlite(pool) => drop(sqlx::query(erased).execute(pool).await.expect("written")),
            Store::Postgres(pool) => drop(sqlx::query(erased).execute(pool).await.expect("written")),
        }
        retention::sweep(&house.app).await.expect("swept");
        assert_eq!(count(&house, "provisioned_numbers").await, 0);
    }
}
