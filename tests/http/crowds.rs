//! How often an address may do what nobody does often, and that nobody else is stopped with it.

use std::{num::NonZeroU32, time::Duration};

use reqwest::Method;
use serde_json::json;
use setuplinks::{app::Bounds, clock::Clock, sandbox::Outcome};

use crate::{
    stored::standing_clock,
    support::{Answer, Database, House, Page, Platform, Visitor, database::Fresh, on_both, until},
};

const MALLORY: &str = "198.51.100.6";
const ALICE: &str = "203.0.113.7";

fn times(times: u32) -> NonZeroU32 {
    NonZeroU32::new(times).expect("a number")
}

async fn house(db: Database, clock: Clock) -> House {
    let narrow = |bounds: &mut Bounds| {
        bounds.rates.unknown_links = times(3);
        bounds.rates.bad_keys = times(3);
    };
    House::bounded(db, clock, narrow).await
}

/// Another process on the same database, with the same bounds and a memory of its own.
async fn beside(house: &House) -> House {
    let folder = tempfile::tempdir().expect("a folder");
    let narrow = |bounds: &mut Bounds| bounds.rates.unknown_links = times(3);
    House::bounded_on(Fresh { url: house.database.url.clone(), folder }, house.clock.clone(), narrow).await
}

fn guess(house: &House, number: u8) -> String {
    format!("{}/whatsapp/setup/{}", house.url, format!("{number:02}").repeat(16))
}

async fn guesses(house: &House, visitor: &Visitor) -> Vec<u16> {
    let mut statuses = Vec::new();
    for number in 0..5 {
        statuses.push(visitor.get(&guess(house, number)).await.status);
    }
    statuses
}

#[track_caller]
fn assert_sent_to_wait(page: &Page, again: &str) {
    assert_eq!((page.status, page.page().as_str()), (429, "waiting"), "{}", page.html);
    assert_eq!(page.header("retry-after"), "20");
    let path = again.split_once("//").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).expect("a path");
    assert_eq!(page.header("refresh"), format!("20;url={path}"));
}

async fn call(platform: &Platform, key: &str, from: &str) -> Answer {
    let stranger = Platform::new(platform.base.clone(), key.to_owned(), platform.project);
    stranger.send(stranger.request(Method::GET, "/project").header("X-Forwarded-For", from)).await
}

on_both! {
    async fn who_guesses_links_waits_and_nobody_waits_with_them(db: Database) {
        let house = house(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let (known, unseen) = (acme.link(json!({})).await, acme.link(json!({})).await);
        // A customer of the same carrier, who was here before.
        assert_eq!(Visitor::from(MALLORY).get(&known.url).await.status, 200);
        let mut mallory = Visitor::from(MALLORY);
        "es".clone_into(&mut mallory.accept_language);
        assert_eq!(guesses(&house, &mallory).await, [404, 404, 404, 404, 429]);

        let refused = mallory.get(&format!("{}?lang=es", guess(&house, 9))).await;
        assert_sent_to_wait(&refused, &format!("{}?lang=es", guess(&house, 9)));
        assert!(refused.html.contains("Un momento, por favor"), "{}", refused.html);
        assert_sent_to_wait(&mallory.get(&unseen.url).await, &unseen.url);
        let posted = mallory.post(&format!("{}/renewal", guess(&house, 8)), &[]).await;
        assert_sent_to_wait(&posted, &guess(&house, 8));
        assert_eq!(mallory.get(&known.url).await.status, 200, "what opened lately is no guess");
        assert_eq!(mallory.walk(&known, "dedicated", house.world(), Outcome::Dedicated).await.page(), "connected");
        assert_eq!(Visitor::from(ALICE).get(&unseen.url).await.status, 200);

        house.clock.advance(Duration::from_secs(20));
        assert_eq!(mallory.get(&unseen.url).await.status, 200, "it fills steadily");
    }

    async fn guessing_at_another_process_is_counted_too(db: Database) {
        let here = house(db, standing_clock()).await;
        let there = beside(&here).await;
        let mallory = Visitor::from(MALLORY);
        for number in 0..3 {
            assert_eq!(mallory.get(&guess(&here, number)).await.status, 404);
        }
        until("the failures to be counted for all", || async {
            let counted = crate::stored::count(&here, "strangers").await;
            (counted == 1).then_some(())
        })
        .await;
        // The other process has not heard of it, and learns with the first failure of its own.
        until("the other process to know", || async {
            (mallory.get(&guess(&there, 7)).await.status == 429).then_some(())
        })
        .await;
        assert_eq!(Visitor::from(ALICE).get(&guess(&there, 7)).await.status, 404);
        until("that to be counted too", || async {
            (crate::stored::count(&here, "strangers").await == 2).then_some(())
        })
        .await;
        here.clock.advance(Duration::from_secs(120));
        assert_eq!(here.app.gate.sweep().await.expect("swept"), 2, "an address is not kept longer than it counts");
    }

    async fn who_guesses_keys_waits_and_the_platform_next_door_does_not(db: Database) {
        let house = house(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        assert_eq!(call(&acme, &acme.key, MALLORY).await.status, 200);
        let unseen = house.platform("Other").await;
        for status in [401, 401, 401, 401, 429] {
            assert_eq!(call(&acme, "sl_wrong", MALLORY).await.status, status);
        }
        let refused = call(&acme, "sl_wrong", MALLORY).await;
        assert_eq!((refused.header("retry-after"), &refused.body["code"]), ("20", &json!("rate_limited")));
        assert!(refused.body["error"].as_str().expect("a sentence").contains("your address"), "{}", refused.body);
        assert_eq!(refused.body["request_id"], refused.header("x-request-id"));
        assert_eq!(call(&acme, &acme.key, MALLORY).await.status, 200, "a key that opened lately is no guess");
        assert_eq!(call(&unseen, &unseen.key, MALLORY).await.status, 429, "whether it would open is not looked at");
        assert_eq!(call(&unseen, &unseen.key, ALICE).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_and_logins_have_limits_of_their_own() {
    let narrow = |bounds: &mut Bounds| (bounds.rates.forms, bounds.rates.callbacks) = (times(3), times(3));
    let house = House::bounded(Database::Sqlite, standing_clock(), narrow).await;
    let link = house.platform("Acme").await.link(json!({})).await;
    let (mallory, alice) = (Visitor::from(MALLORY), Visitor::from(ALICE));
    for status in [422, 422, 422, 429] {
        assert_eq!(mallory.post(&link.url, &[("connection_type", "")]).await.status, status);
    }
    assert_sent_to_wait(
        &mallory.post(&format!("{}/number?lang=pt", link.url), &[]).await,
        &format!("{}?lang=pt", link.url),
    );
    assert_eq!(mallory.get(&link.url).await.status, 200, "looking is free");
    assert!(!alice.choose(&link, "dedicated").await.is_empty());

    let callback = format!("{}/auth/facebook/callback?code=x&state=y", house.url);
    for status in [403, 403, 403, 429] {
        assert_eq!(mallory.get(&callback).await.status, status);
    }
    assert_sent_to_wait(&mallory.get(&callback).await, &callback);
    assert_eq!(alice.get(&callback).await.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_signature_counts_against_who_sent_it() {
    let narrow = |bounds: &mut Bounds| bounds.rates.callbacks = times(2);
    let house = House::bounded(Database::Sqlite, standing_clock(), narrow).await;
    let sms = format!("{}/twilio/sms", house.url);
    for status in [403, 403, 403, 429] {
        assert_eq!(Visitor::from(MALLORY).post(&sms, &[("Body", "1")]).await.status, status);
    }
    assert_eq!(Visitor::from(ALICE).post(&sms, &[("Body", "1")]).await.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_trusted_proxy_says_who_somebody_is() {
    let narrow = |bounds: &mut Bounds| {
        bounds.proxies = ["10.0.0.0/8".parse().expect("a range")].into();
        bounds.rates.unknown_links = times(3);
    };
    let house = House::bounded(Database::Sqlite, standing_clock(), narrow).await;
    for (number, status) in [(0, 404), (1, 404), (2, 404), (3, 404), (4, 429)] {
        let claims = Visitor::from(&format!("203.0.113.{number}"));
        assert_eq!(claims.get(&guess(&house, number)).await.status, status, "another name each time helps nobody");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_64_of_ipv6_is_one_address() {
    let house = house(Database::Sqlite, standing_clock()).await;
    for (number, status) in [(0, 404), (1, 404), (2, 404), (3, 404), (4, 429)] {
        let neighbour = Visitor::from(&format!("2001:db8:0:1:{number}::{number}"));
        assert_eq!(neighbour.get(&guess(&house, number)).await.status, status);
    }
    assert_eq!(Visitor::from("2001:db8:0:2::1").get(&guess(&house, 4)).await.status, 404);
}
