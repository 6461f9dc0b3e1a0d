//! Pages that follow something live: how many there may be, and what they cost.

use serde_json::json;
use setuplinks::{
    app::Bounds,
    clock::Clock,
    sandbox::{Outcome, When},
};

use crate::support::{Database, House, Talk, Visitor, until};

const ALICE: &str = "203.0.113.7";
const BOB: &str = "203.0.113.8";

/// A page that follows, from there; with the head of its answer.
async fn follow(house: &House, url: &str, from: &str) -> (Talk, String) {
    let path = url.strip_prefix(&house.url).expect("a path");
    let mut talk = Talk::to(&house.url).await;
    talk.say(&format!("GET {path}/device/events HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {from}\r\n\r\n")).await;
    let head = talk.head().await;
    (talk, head)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_so_many_and_so_many_of_one_address_until_somebody_leaves() {
    let narrow = |bounds: &mut Bounds| (bounds.streams, bounds.streams_per_address) = (3, 2);
    let house = House::bounded(Database::Sqlite, Clock::system(), narrow).await;
    let link = house.platform("Acme").await.link(json!({})).await;
    let mut open = Vec::new();
    for (from, status) in [(ALICE, 200), (ALICE, 200), (ALICE, 429), (BOB, 200), (BOB, 429)] {
        let (talk, head) = follow(&house, &link.url, from).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{from}: {head}");
        // A browser's EventSource that is refused gives up, and the script has the page load itself anew.
        assert_eq!(head.contains("text/event-stream"), status == 200, "{head}");
        open.extend((status == 200).then_some(talk));
    }
    assert_eq!(Visitor::from(ALICE).get(&format!("{}/device", link.url)).await.status, 200, "the page does without");
    assert_eq!(house.app.watchers.taken(), 3);
    open.clear();
    until("the places to be free", || async { (house.app.watchers.taken() == 0).then_some(()) }).await;
    assert!(follow(&house, &link.url, BOB).await.1.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_watch_pages_are_served_and_all_of_them_hear() {
    let house = House::bounded(Database::Sqlite, Clock::system(), |_| {}).await;
    let link = house.platform("Acme").await.link(json!({})).await;
    let mut watching = Vec::new();
    for number in 0..150 {
        watching.push(follow(&house, &link.url, &format!("203.0.113.{number}")).await.0);
    }
    let hold = house.world().hold("exchange", When::Before);
    let visitor = Visitor::new();
    let back = visitor.log_in(&link, "dedicated", house.world(), Outcome::Dedicated).await;
    assert_eq!(visitor.get(&back.location()).await.page(), "progress");
    for mut talk in watching {
        let heard = talk.until("event: end").await;
        assert!(heard.ends_with("event: end"), "{heard}");
    }
    hold.release();
    assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected");
}
