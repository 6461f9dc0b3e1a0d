//! The outbox under load, with endpoints that fail in every way, several workers, and workers that die.

use std::{collections::HashSet, time::Duration};

use serde_json::{Value, json};
use setuplinks::{
    app::App,
    clock::Clock,
    event::{Event, Name},
    id::{CustomerId, LinkId, WebhookId},
    link::SetupLink,
    notify, retention,
    store::{Store, deliveries, links, webhooks},
};
use sqlx::AssertSqlSafe;

use crate::support::{House, Link, Manner, Platform, Program, Receiver, on_both, program::port, until};

mod again;

/// A webhook at that address that hears of links being opened; gives its id.
async fn webhook(platform: &Platform, url: &str) -> WebhookId {
    let asked = json!({"whatsapp_webhook": {"url": url, "events": ["setup_link.opened"]}});
    let made = platform.post("/whatsapp/webhooks", &asked).await.data(201);
    WebhookId::parse(made["id"].as_str().expect("an id")).expect("a UUID")
}

/// The link as the house has it.
async fn stored(house: &House, platform: &Platform, link: &Link) -> SetupLink {
    let (customer, id) = (CustomerId::parse(&link.customer).expect("a UUID"), LinkId::parse(&link.id).expect("a UUID"));
    let mut lease = house.app.store.acquire().await.expect("a connection");
    links::find(lease.db(), platform.project, customer, id).await.expect("asked").expect("a link")
}

/// Tells of so many openings of that link, fifty in a transaction.
async fn tell(house: &House, platform: &Platform, link: &Link, count: usize) {
    let link = stored(house, platform, link).await;
    let numbers: Vec<usize> = (0..count).collect();
    for some in numbers.chunks(50) {
        let mut tx = house.app.store.begin().await.expect("a transaction");
        for nth in some {
            let event = Event::of_link(Name::LinkOpened, &link, &json!({"nth": nth}), house.app.clock.now());
            notify::tell(&mut tx, &event).await.expect("told");
        }
        tx.commit().await.expect("committed");
    }
}

/// A number out of the database.
async fn ask(store: &Store, sql: &str) -> i64 {
    let sql = AssertSqlSafe(sql.to_owned());
    match store {
        Store::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.expect("a number"),
        Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.expect("a number"),
    }
}

async fn execute(store: &Store, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match store {
        Store::Sqlite(pool) => drop(sqlx::query(sql).execute(pool).await.expect("done")),
        Store::Postgres(pool) => drop(sqlx::query(sql).execute(pool).await.expect("done")),
    }
}

/// Every try that has come to an end so far.
async fn tries(app: &App) -> i64 {
    ask(&app.store, "select cast(coalesce(sum(attempt_count), 0) as bigint) from deliveries").await
}

async fn receivers(count: usize) -> Vec<Receiver> {
    futures_util::future::join_all((0..count).map(|_| Receiver::open())).await
}

async fn log(platform: &Platform, query: &str) -> Vec<Value> {
    platform.get(&format!("/webhook_deliveries?{query}")).await.data(200).as_array().expect("a list").clone()
}

/// A house whose own worker has been sent home: what sends is the program that a test starts.
async fn without_a_worker(house: House) -> (House, String) {
    house.app.stopping.cancel();
    house.app.tasks.close();
    house.app.tasks.wait().await;
    let facebook = house.facebook.url();
    (house, facebook)
}

on_both! {
    async fn a_thousand_events_reach_those_who_take_them_whatever_the_others_do_and_whoever_dies(db: Database) {
        const EVENTS: usize = 1000;
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let (fine, hanging, broken) = (receivers(8).await, receivers(5).await, receivers(5).await);
        for receiver in &hanging {
            receiver.always(Manner::Hang);
        }
        for receiver in &broken {
            receiver.always(Manner::Status(500));
        }
        let resetting = [Receiver::resetting().await, Receiver::resetting().await];
        let urls = hanging.iter().chain(&broken).chain(&fine).map(|receiver| receiver.url.clone()).chain(resetting);
        for url in urls {
            webhook(&platform, &url).await;
        }
        let (house, facebook) = without_a_worker(house).await;
        tell(&house, &platform, &link, EVENTS).await;

        let port = port();
        let mut program = Program::serve(port, &house.database.url, &facebook).await;
        let some = |least: usize| {
            let fine = fine.clone();
            async move { fine.iter().all(|receiver| receiver.received().len() >= least).then_some(()) }
        };
        until("everybody to have some", || some(EVENTS / 10)).await;
        program.kill();
        let _program = Program::serve(port, &house.database.url, &facebook).await;
        let all = || async { fine.iter().all(|receiver| receiver.ids().len() == EVENTS).then_some(()) };
        until("everybody to have all", all).await;

        for receiver in fine.iter().chain(&hanging).chain(&broken) {
            assert_eq!(receiver.twice_at_once(), [""; 0], "{}", receiver.url);
        }
        for receiver in &fine {
            // What was on its way when the worker was killed comes again: four at most.
            assert!(receiver.received().len() <= EVENTS + 4, "{} at {}", receiver.received().len(), receiver.url);
        }
        let all = ask(&house.app.store, "select count(*) from deliveries").await;
        let kept = ask(&house.app.store, "select count(*) from deliveries where status = 'pending'").await;
        assert_eq!((all, kept), (20 * 1000, 12 * 1000), "who did not take it gets it later");
    }

    async fn a_crowd_that_hangs_delays_nobody(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let (hanging, fine) = (Receiver::open().await, Receiver::open().await);
        hanging.always(Manner::Hang);
        for _ in 0..100 {
            webhook(&platform, &hanging.url).await;
        }
        tell(&house, &platform, &link, 4).await;
        // Every hand that could be at one of them is.
        hanging.wait_for(4 * 100).await;
        webhook(&platform, &fine.url).await;
        tell(&house, &platform, &link, 20).await;
        fine.wait_for(20).await;
        let given_up = ask(&house.app.store, "select count(*) from deliveries where status = 'pending' and attempt_count > 0").await;
        assert_eq!(given_up, 0, "not one of the ten seconds was over");
    }

    async fn those_that_have_failed_share_a_part_of_the_hands(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let (hanging, fine) = (Receiver::open().await, Receiver::open().await);
        hanging.always(Manner::Hang);
        for _ in 0..200 {
            webhook(&platform, &hanging.url).await;
        }
        execute(&house.app.store, "update webhooks set failing_since = 1").await;
        tell(&house, &platform, &link, 1).await;
        hanging.wait_for(32).await;
        webhook(&platform, &fine.url).await;
        tell(&house, &platform, &link, 1).await;
        fine.wait_for(1).await;
        assert_eq!(hanging.received().len(), 32, "and no more than their part");
        // One that takes something again is like any other.
        let failing = "select count(*) from webhooks where failing_since is null";
        assert_eq!(ask(&house.app.store, failing).await, 1);
    }

    async fn several_workers_whose_clocks_differ_send_nothing_twice(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let hour = 60 * 60 * 1000;
        let now = Clock::system().now().0;
        let early = house.beside(Clock::manual(setuplinks::clock::Timestamp(now + hour))).await;
        let late = house.beside(Clock::manual(setuplinks::clock::Timestamp(now + 2 * hour))).await;
        let receivers = receivers(6).await;
        for receiver in &receivers {
            webhook(&platform, &receiver.url).await;
        }
        for house in [&house, &early, &late, &house] {
            tell(house, &platform, &link, 50).await;
        }
        for receiver in &receivers {
            receiver.wait_for(200).await;
        }
        let taken = || async { (tries(&house.app).await == 6 * 200).then_some(()) };
        until("all of it to be written down", taken).await;
        for receiver in &receivers {
            assert_eq!((receiver.received().len(), receiver.ids().len()), (200, 200), "each came once");
            assert_eq!(receiver.twice_at_once(), [""; 0]);
        }
    }

    async fn a_worker_that_died_is_followed_by_another_and_unsays_nothing(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let receiver = Receiver::open().await;
        webhook(&platform, &receiver.url).await;
        let (store, now) = (&house.app.store, house.app.clock.now());
        let link = stored(&house, &platform, &link).await;
        let mut tx = store.begin().await.expect("a transaction");
        notify::tell(&mut tx, &Event::of_link(Name::LinkOpened, &link, &json!({}), now)).await.expect("told");
        // A worker takes it in the moment it is written, and dies with it in its hands.
        let lease = Duration::from_secs(2);
        let (dead, fence) = webhooks::claim(tx.db(), now, lease, true).await.expect("asked").expect("a webhook");
        let mut held = deliveries::due(tx.db(), dead.id, now, 10).await.expect("asked").remove(0);
        tx.commit().await.expect("committed");

        let list = until("another to take it over", || async {
            let list = log(&platform, "status=delivered").await;
            (!list.is_empty()).then_some(list)
        })
        .await;
        assert!(house.app.clock.now().since(now) >= lease, "and not before the lease was over");
        // It was not dead after all, and says that the endpoint did not answer: nobody listens any more.
        held.attempt_count = 1;
        held.next_at = now;
        let mut lease = store.acquire().await.expect("a connection");
        assert!(!deliveries::save(lease.db(), &held, held.next_at, fence).await.expect("asked"));
        assert!(webhooks::hold(lease.db(), dead.id, fence, Duration::from_secs(60)).await.expect("asked").is_none());
        assert_eq!(log(&platform, "").await, list);
        assert_eq!(receiver.received().len(), 1);
    }

    async fn a_seal_that_does_not_open_stops_its_own_webhook_alone(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let (sealed, fine) = (Receiver::open().await, Receiver::open().await);
        let id = webhook(&platform, &sealed.url).await;
        webhook(&platform, &fine.url).await;
        let literal = match &house.app.store { Store::Sqlite(_) => "x'0102'", Store::Postgres(_) => "'\\x0102'" };
        execute(&house.app.store, &format!("update webhooks set secret_sealed = {literal} where url = '{}'", sealed.url)).await;
        tell(&house, &platform, &link, 10).await;
        fine.wait_for(10).await;
        until("the other to be left alone", || async {
            let held = ask(&house.app.store, &format!("select count(*) from webhooks where url = '{}' and lease_until is not null", sealed.url)).await;
            (held == 1).then_some(())
        })
        .await;
        assert!(sealed.received().is_empty());
        let list = log(&platform, &format!("webhook_id={id}&status=pending")).await;
        assert_eq!(list.len(), 10, "nothing is given up");
        assert!(list.iter().all(|delivery| delivery["attempt_count"] == 0));
    }

    async fn a_webhook_that_is_removed_takes_what_was_on_its_way_with_it(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let (receiver, other) = (Receiver::open().await, Receiver::open().await);
        receiver.always(Manner::Hang);
        let id = webhook(&platform, &receiver.url).await;
        tell(&house, &platform, &link, 8).await;
        receiver.wait_for(4).await;
        let removed = platform.request(reqwest::Method::DELETE, &format!("/whatsapp/webhooks/{id}"));
        assert_eq!(platform.send(removed).await.status, 204);
        assert_eq!(log(&platform, "").await, [json!(null); 0]);
        webhook(&platform, &other.url).await;
        tell(&house, &platform, &link, 1).await;
        other.wait_for(1).await;
        assert_eq!(receiver.received().len(), 4, "and nothing goes there any more");
    }

    async fn what_is_old_is_forgotten_but_not_what_is_still_wanted(db: Database) {
        let clock = Clock::manual(Clock::system().now());
        let house = House::open_at(db, clock.clone()).await;
        let platform = house.platform("Acme").await;
        let (live, over) = (platform.link(json!({})).await, platform.link(json!({})).await);
        let (taking, refusing, off) = (Receiver::open().await, Receiver::open().await, Receiver::open().await);
        refusing.always(Manner::Status(500));
        off.always(Manner::Status(500));
        let (taking, refusing, off) =
            (webhook(&platform, &taking.url).await, webhook(&platform, &refusing.url).await, webhook(&platform, &off.url).await);
        tell(&house, &platform, &live, 2).await;
        tell(&house, &platform, &over, 2).await;
        until("every try to be over", || async { (tries(&house.app).await == 12).then_some(()) }).await;
        platform.patch(&format!("/whatsapp/webhooks/{off}"), &json!({"whatsapp_webhook": {"active": false}})).await.data(200);
        platform.change(&over, json!({"status": "revoked"})).await.data(200);
        platform.change(&live, json!({"expires_at": "2100-01-01"})).await.data(200);
        let of = |id: WebhookId| {
            let (platform, store) = (platform.clone(), house.app.store.clone());
            async move {
                let all = log(&platform, "period=30d&per_page=100").await;
                let all = all.iter().filter(|delivery| delivery["webhook_id"] == json!(id)).count();
                (i64::try_from(all).expect("few"), ask(&store, "select count(*) from deliveries").await)
            }
        };
        retention::sweep(&house.app).await.expect("swept");
        assert_eq!(of(taking).await, (4, 12), "nothing is old yet");

        clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
        retention::sweep(&house.app).await.expect("swept");
        let left: HashSet<String> = match &house.app.store {
            Store::Sqlite(pool) => sqlx::query_as::<_, (WebhookId,)>("select webhook_id from deliveries").fetch_all(pool).await,
            Store::Postgres(pool) => sqlx::query_as::<_, (WebhookId,)>("select webhook_id from deliveries").fetch_all(pool).await,
        }
        .expect("rows")
        .into_iter()
        .map(|(id,)| id.to_string())
        .collect();
        assert_eq!(left, HashSet::from([refusing.to_string()]), "what is still tried is kept, and nothing else");
        let path = |link: &Link| format!("/customers/{}/setup_links/{}/events", link.customer, link.id);
        assert_eq!(platform.get(&path(&live)).await.data(200).as_array().map(Vec::len), Some(2), "its link lives");
        assert_eq!(platform.get(&path(&over)).await.data(200), json!([]));
    }

    async fn the_log_is_of_the_last_day_unless_more_is_asked_for(db: Database) {
        let clock = Clock::manual(Clock::system().now());
        let house = House::open_at(db, clock.clone()).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let receiver = Receiver::open().await;
        webhook(&platform, &receiver.url).await;
        tell(&house, &platform, &link, 1).await;
        receiver.wait_for(1).await;
        for (hours, lists) in [(0, [1, 1, 1, 1]), (2, [0, 1, 1, 1]), (30, [0, 0, 1, 1]), (24 * 10, [0, 0, 0, 1])] {
            clock.advance(Duration::from_secs(hours * 60 * 60));
            for (period, count) in ["1h", "24h", "7d", "30d"].into_iter().zip(lists) {
                assert_eq!(log(&platform, &format!("period={period}")).await.len(), count, "{period} after {hours} more hours");
            }
            assert_eq!(log(&platform, "").await.len(), lists[1], "24h is the default");
        }
    }

    async fn a_wait_that_is_named_as_a_date_is_kept(db: Database) {
        let clock = Clock::manual(setuplinks::clock::Timestamp(1_445_412_000_000));
        let house = House::open_at(db, clock.clone()).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let receiver = Receiver::open().await;
        receiver.next([Manner::With(503, "retry-after", "Wed, 21 Oct 2015 07:28:00 GMT".to_owned())]);
        webhook(&platform, &receiver.url).await;
        tell(&house, &platform, &link, 1).await;
        let waiting = until("the first try to be over", || async {
            log(&platform, "").await.into_iter().find(|delivery| delivery["attempt_count"] == 1)
        })
        .await;
        assert_eq!(waiting["next_attempt_at"], "2015-10-21T07:28:00.000Z");
        assert_eq!((&waiting["response_status"], &waiting["status"]), (&json!(503), &json!("pending")));
        clock.advance(Duration::from_secs(8 * 60));
        receiver.wait_for(2).await;
    }
}
