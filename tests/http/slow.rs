//! Clients that are slow, silent, greedy or many: each is bounded, and nobody else waits for them.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use setuplinks::{app::Bounds, clock::Clock};

use crate::support::{Database, House, Link, Talk, Visitor, until};

const DRIP: Duration = Duration::from_millis(20);

/// Patience that a test can wait for.
fn short(bounds: &mut Bounds) {
    let little = Duration::from_secs(3);
    (bounds.patience.head, bounds.patience.body) = (little, little);
    (bounds.patience.idle, bounds.patience.stall) = (3 * little, little);
}

async fn impatient() -> (House, Link) {
    let house = House::bounded(Database::Sqlite, Clock::system(), short).await;
    let link = house.platform("Acme").await.link(json!({})).await;
    (house, link)
}

fn post(link: &Link, body: &str) -> String {
    let path = link.url.split_once("/whatsapp").expect("a path").1;
    let kind = "Content-Type: application/x-www-form-urlencoded";
    format!("POST /whatsapp{path} HTTP/1.1\r\nHost: x\r\n{kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_and_who_drips_a_head_are_hung_up_on() {
    let (house, link) = impatient().await;
    let mut silent = Talk::to(&house.url).await;
    let dripping = Talk::to(&house.url).await.drip("GET / HTTP/1.1\r\nX-Slow: ".repeat(100), DRIP);
    let mut begun = Talk::to(&house.url).await;
    begun.say("PRI * HTTP/2.0\r\n").await;
    let (silent, dripped, begun) = tokio::join!(silent.rest(), dripping, begun.rest());
    assert_eq!((silent.as_str(), dripped.as_str(), begun.as_str()), ("", "", ""));
    assert_eq!(Visitor::new().get(&link.url).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_drips_a_body_is_told_so_and_holds_nothing_meanwhile() {
    let (house, link) = impatient().await;
    let body = "connection_type=".to_owned() + &"x".repeat(10_000);
    let api = "POST /platform/v1/customers HTTP/1.1\r\nHost: x\r\nX-API-Key: KEY\r\nIdempotency-Key: slow\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{";
    let acme = house.platform("Slow").await;
    let mut call = Talk::to(&house.url).await;
    call.say(&api.replace("KEY", &acme.key)).await;
    let (head, body) =
        post(&link, &body).split_once("\r\n\r\n").map(|(h, b)| (h.to_owned(), b.to_owned())).expect("both");
    let mut page = Talk::to(&house.url).await;
    page.say(&format!("{head}\r\n\r\n")).await;
    let page = page.drip(body, DRIP);
    let (page, call) = tokio::join!(page, call.drip(" ".repeat(9000), DRIP));
    assert!(page.starts_with("HTTP/1.1 408") && page.contains("data-page=\"error\""), "{page}");
    assert!(call.starts_with("HTTP/1.1 408") && call.contains("\"code\":\"timeout\""), "{call}");
    let made = acme.request(Method::POST, "/customers").header("Idempotency-Key", "slow");
    let made = acme.send(made.json(&json!({"customer": {"name": "Bakery"}}))).await;
    assert_eq!(made.status, 201, "a call that never came has not taken its key: {}", made.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_kept_between_requests_for_a_littleand_then_closed() {
    let (house, _) = impatient().await;
    let mut talk = Talk::to(&house.url).await;
    let ask = "GET /static/icon.svg HTTP/1.1\r\nHost: x\r\n\r\n";
    talk.say(ask).await;
    assert!(talk.head().await.starts_with("HTTP/1.1 200"));
    // Longer than a head may take: between two requests another clock runs.
    tokio::time::sleep(Duration::from_secs(4)).await;
    talk.say(ask).await;
    let rest = talk.rest().await;
    assert!(rest.contains("HTTP/1.1 200"), "it was still open, and was closed after that: {rest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_and_never_reads_is_hung_up_on() {
    let (house, link) = impatient().await;
    let mut deaf = Talk::to(&house.url).await;
    let ask = "GET /openapi.json HTTP/1.1\r\nHost: x\r\nAccept-Encoding: identity\r\n\r\n";
    // Far more than the buffers between us hold.
    deaf.say(&ask.repeat(100)).await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    let answered = deaf.rest().await.matches("HTTP/1.1 200").count();
    assert!(answered < 100, "everything was sent to somebody who read nothing");
    assert_eq!(Visitor::new().get(&link.url).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_large_a_head_and_too_large_a_body_are_refused_clearly() {
    let (house, link) = impatient().await;
    let mut talk = Talk::to(&house.url).await;
    talk.say(&format!("GET / HTTP/1.1\r\nHost: x\r\nX-Large: {}\r\n\r\n", "x".repeat(40_000))).await;
    assert!(talk.head().await.starts_with("HTTP/1.1 431"));
    let mut talk = Talk::to(&house.url).await;
    talk.say(&format!("GET / HTTP/1.1\r\n{}\r\n", "X-Many: x\r\n".repeat(200))).await;
    assert!(talk.head().await.starts_with("HTTP/1.1 431"));
    let mut talk = Talk::to(&house.url).await;
    talk.say(&format!("GET / HTTP/1.1\r\nHost: x\r\nX-Usual: {}\r\n\r\n", "x".repeat(16_000))).await;
    assert!(talk.head().await.starts_with("HTTP/1.1 404"), "half of that is everyday life");

    let large = "x".repeat(100_000);
    let page = Visitor::speaking("es").post(&link.url, &[("connection_type", &large)]).await;
    assert_eq!((page.status, page.page().as_str()), (413, "error"), "{}", page.html);
    let acme = house.platform("Acme").await;
    let refused = acme.post("/customers", &json!({"customer": {"name": large}})).await;
    assert_eq!((refused.status, &refused.body["code"]), (413, &json!("too_large")));
    // One that does not say how much it is.
    let mut talk = Talk::to(&house.url).await;
    let chunked = post(&link, "").replace("Content-Length: 0", "Transfer-Encoding: chunked");
    talk.say(&format!("{chunked}{:x}\r\n{large}\r\n", large.len())).await;
    assert!(talk.head().await.starts_with("HTTP/1.1 413"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_so_many_places_and_whoever_finds_none_is_told() {
    let narrow = |bounds: &mut Bounds| {
        bounds.proxies = [].into();
        (bounds.connections, bounds.connections_per_address) = (4, 3);
    };
    let house = House::bounded(Database::Sqlite, Clock::system(), narrow).await;
    let mut inside = join_all((0..3).map(|_| Talk::to(&house.url))).await;
    let mut refused = Talk::to(&house.url).await;
    refused.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let answer = refused.rest().await;
    assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("Retry-After: 5"), "{answer}");
    inside.pop();
    until("the place to be free", || async {
        let mut talk = Talk::to(&house.url).await;
        talk.say("GET /static/icon.svg HTTP/1.1\r\nHost: x\r\n\r\n").await;
        talk.head().await.starts_with("HTTP/1.1 200").then_some(())
    })
    .await;

    let narrow = |bounds: &mut Bounds| bounds.connections = 2;
    let house = House::bounded(Database::Sqlite, Clock::system(), narrow).await;
    let _inside = join_all((0..2).map(|_| Talk::to(&house.url))).await;
    let told = reqwest::get(&format!("{}/", house.url)).await.expect("an answer that a client understands");
    assert_eq!((told.status().as_u16(), &told.headers()["retry-after"]), (503, &"5".parse().expect("a value")));
    let answer = told.text().await.expect("words");
    assert!(answer.contains("Try again") && answer.contains("Too many connections"), "{answer}");
}
