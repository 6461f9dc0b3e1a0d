//! What others wait while somebody lays siege to the house. Measured and printed by `./bench siege`, and asserted nowhere.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::json;
use setuplinks::{
    api::key,
    app::PublicUrl,
    clock::{Clock, random},
    seal::hex,
    store::{Store, projects},
};
use tokio::{io::AsyncWriteExt as _, task::JoinSet};

use crate::support::{Database, Link, Platform, Program, Talk, house::facebook, program::port};

/// Looks at the page for each measurement.
const LOOKS: usize = 400;
const PAUSE: Duration = Duration::from_millis(5);

/// What a siege has done.
#[derive(Default)]
struct Done {
    /// Requests that were answered.
    answers: AtomicU64,
    /// Connections that the house ended.
    ended: AtomicU64,
}

struct Place {
    url: String,
    link: Link,
}

impl Place {
    fn path(&self) -> &str {
        self.link.url.strip_prefix(&self.url).expect("a path")
    }

    async fn talk(&self) -> Talk {
        Talk::to(&self.url).await
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

/// Looks at the page as customers do, one after another, and prints what they waited.
async fn measure(name: &str, place: &Place, done: &Done) {
    let client = client();
    let (mut took, mut other) = (Vec::with_capacity(LOOKS), 0);
    for look in 0..LOOKS {
        let began = Instant::now();
        let from = format!("203.0.113.{}", look % 200);
        let answer = client.get(&place.link.url).header("X-Forwarded-For", from).send().await;
        let is_page = match answer {
            Ok(answer) => answer.status() == 200 && answer.bytes().await.is_ok(),
            Err(_) => false,
        };
        other += usize::from(!is_page);
        took.push(began.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    took.sort_unstable();
    let ms = |part: usize| took[(LOOKS * part / 1000).min(LOOKS - 1)].as_secs_f64() * 1000.0;
    println!(
        "{name:48} median {:7.2} ms   p99 {:7.2} ms   longest {:7.2} ms   not the page {other:3}   answered {:6}   hung up on {:6}",
        ms(500),
        ms(990),
        ms(999),
        done.answers.swap(0, Ordering::Relaxed),
        done.ended.swap(0, Ordering::Relaxed),
    );
}

/// Connections that drip a text a byte a second, and begin anew when they are hung up on.
fn drip(count: usize, place: &Arc<Place>, text: &str, done: &Arc<Done>) -> JoinSet<()> {
    let mut siege = JoinSet::new();
    for _ in 0..count {
        let (place, text, done) = (place.clone(), text.to_owned(), done.clone());
        siege.spawn(async move {
            loop {
                let mut talk = place.talk().await;
                for byte in text.as_bytes().chunks(1) {
                    if talk.0.write_all(byte).await.is_err() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                done.ended.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    siege
}

/// Callers that ask without a pause.
fn flood(
    count: usize,
    done: &Arc<Done>,
    ask: impl Fn(&reqwest::Client, u64) -> reqwest::RequestBuilder + Send + Sync + 'static,
) -> JoinSet<()> {
    let mut siege = JoinSet::new();
    let ask = Arc::new(ask);
    for caller in 0..count {
        let (ask, done) = (ask.clone(), done.clone());
        siege.spawn(async move {
            let client = client();
            for number in (caller as u64 * 1_000_000).. {
                if let Ok(answer) = ask(&client, number).send().await {
                    let _ = answer.bytes().await;
                    done.answers.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    siege
}

fn unknown(place: &Place) -> String {
    format!("{}/whatsapp/setup/{}", place.url, hex(random::<16>()))
}

async fn on(database: Database) {
    let (fresh, port) = (database.fresh().await, port());
    let url = format!("http://localhost:{port}");
    let meta = facebook(&PublicUrl::parse(&url).expect("an origin"), Clock::system()).await;
    let proxies = [("TRUSTED_PROXIES", "127.0.0.1/32".to_owned()), ("RUST_LOG", "warn".to_owned())];
    let _program = Program::serve_with(port, &fresh.url, &meta.url(), &proxies).await;
    let (store, now) = (Store::open(&fresh.url).await.expect("the database"), Clock::system().now());
    let project = projects::Project::new("Acme".to_owned(), now);
    projects::insert(store.acquire().await.expect("a connection").db(), &project).await.expect("a project");
    let key = key::create(&store, project.id, "siege", now).await.expect("a key");
    let link = Platform::new(url.clone(), key, project.id).link(json!({})).await;
    let (place, done) = (Arc::new(Place { url, link }), Arc::new(Done::default()));
    println!("\n{database:?}, {}", Program::path().display());

    measure("in peace", &place, &done).await;
    measure("in peace, again", &place, &done).await;

    let siege = drip(2000, &place, "GET / HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &done);
    tokio::time::sleep(Duration::from_secs(16)).await;
    measure("2000 clients drip a head", &place, &done).await;
    drop(siege);

    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999\r\n\r\n";
    let head = format!("POST {} HTTP/1.1\r\nHost: x\r\n{form}", place.path());
    let mut slow = Vec::new();
    for _ in 0..2000 {
        let mut talk = place.talk().await;
        talk.say(&head).await;
        slow.push(talk);
    }
    measure("2000 clients owe a body", &place, &done).await;
    drop(slow);

    let mut idle = Vec::new();
    for _ in 0..100 {
        let more = (0..100).map(|_| async {
            let mut talk = place.talk().await;
            talk.say("GET /static/icon.svg HTTP/1.1\r\nHost: x\r\n\r\n").await;
            assert!(talk.head().await.starts_with("HTTP/1.1 200"));
            talk
        });
        idle.extend(join_all(more).await);
    }
    measure(&format!("{} idle connections", idle.len()), &place, &done).await;
    drop(idle);

    let here = place.clone();
    let siege = flood(32, &done, move |client, _| client.get(unknown(&here)).header("X-Forwarded-For", "198.51.100.6"));
    measure("32 callers guess links, from one address", &place, &done).await;
    drop(siege);

    let here = place.clone();
    let siege = flood(32, &done, move |client, number| {
        client
            .get(unknown(&here))
            .header("X-Forwarded-For", format!("2001:db8:{:x}:{:x}::1", number >> 16 & 0xffff, number & 0xffff))
    });
    measure("32 callers guess links, each from a new address", &place, &done).await;
    drop(siege);

    let here = place.clone();
    let siege = flood(32, &done, move |client, _| {
        client.post(&here.link.url).header("X-Forwarded-For", "198.51.100.6").body("x".repeat(1024 * 1024))
    });
    measure("32 callers send bodies of 1 MB", &place, &done).await;
    drop(siege);

    let here = place.clone();
    let siege = flood(32, &done, move |client, _| {
        client.get(format!("{}/platform/v1/customers", here.url)).header("X-API-Key", hex(random::<32>()))
    });
    measure("32 callers guess API keys", &place, &done).await;
    drop(siege);

    let mut streams = Vec::new();
    for number in 0..1000 {
        let mut talk = place.talk().await;
        let from = format!("203.0.113.{}", number % 200);
        let path = place.path();
        talk.say(&format!("GET {path}/device/events HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {from}\r\n\r\n")).await;
        streams.push(talk);
    }
    measure(&format!("{} pages that watch", streams.len()), &place, &done).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: ./bench siege"]
async fn siege() {
    // One more file for each connection than the soft limit may have.
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, raised).expect("files");
    assert!(Path::new(&Program::path()).exists());
    on(Database::Sqlite).await;
    on(Database::Postgres).await;
}

/// What a look at a link costs whether it exists or not: nobody can tell from the time how near a guess was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: ./bench siege"]
async fn unknown_and_known() {
    use setuplinks::{link::token::Token, seal::digest, store::links};
    for database in [Database::Sqlite, Database::Postgres] {
        let house = crate::support::House::open(database).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let mut near = link.token.clone();
        near.replace_range(31.., if link.token.ends_with('A') { "E" } else { "A" });
        let far = hex(random::<16>());
        let mut took: [Vec<Duration>; 3] = Default::default();
        for round in 0..6000 {
            let which = round % 3;
            let token = [&link.token, &near, &far][which];
            let mut lease = house.app.store.acquire().await.expect("a connection");
            let began = Instant::now();
            let token = Token::parse(token);
            let digest = digest(token.as_ref().map_or("", |token| token.expose()));
            let found = links::visit(lease.db(), &digest).await.expect("a look");
            took[which].push(began.elapsed());
            assert_eq!(found.is_some(), which == 0);
        }
        let median = |took: &mut Vec<Duration>| {
            took.sort_unstable();
            took[took.len() / 2].as_secs_f64() * 1e6
        };
        let [known, near, far] = &mut took;
        println!(
            "{database:?}: a look at a known token {:.1} µs, at one with another last letter {:.1} µs, at a random one {:.1} µs (medians)",
            median(known),
            median(near),
            median(far)
        );
    }
}
