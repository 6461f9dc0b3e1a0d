//! `setup_link.opened`: a person opened the link, once a visit; nothing else counts, and looking changes nothing.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use setuplinks::{clock::Clock, retention, visit};

use crate::{
    stored::{count, standing_clock},
    support::{House, Link, Platform, Program, Receiver, Visitor, house::facebook, on_both, program::port, until},
};

const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36";
const DESK: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
const INSTAGRAM: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22G86 Instagram 400.0.0 (iPhone15,2; iOS 18_6; pt_BR)";

/// How often the link was opened, once everything that was noted is written.
async fn opened(house: &House, platform: &Platform, link: &Link) -> usize {
    visit::write(&house.app).await.expect("written");
    let path = format!("/customers/{}/setup_links/{}/events?per_page=100", link.customer, link.id);
    let events = platform.get(&path).await.data(200);
    events.as_array().expect("a list").iter().filter(|event| event["event"] == "setup_link.opened").count()
}

on_both! {
    async fn a_person_is_told_of_once_a_visit_whichever_process_they_come_to(db: Database) {
        let clock = standing_clock();
        let house = House::open_at(db, clock.clone()).await;
        let other = house.beside(clock.clone()).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let asked = json!({"url": receiver.url, "events": ["setup_link.opened"]});
        platform.post("/whatsapp/webhooks", &json!({"whatsapp_webhook": asked})).await.data(201);
        let link = platform.link(json!({})).await;
        let there = link.url.replace(&house.url, &other.url);
        let person = Visitor::in_person(PHONE);

        for _ in 0..3 {
            assert_eq!(person.get(&link.url).await.status, 200);
            assert_eq!(person.get(&there).await.status, 200);
        }
        visit::write(&other.app).await.expect("written");
        assert_eq!(opened(&house, &platform, &link).await, 1);

        let told = receiver.wait_for(1).await.remove(0).json();
        assert_eq!((&told["setup_link"]["id"], &told["phone_number_id"]), (&json!(link.id), &Value::Null));

        // Looks within half an hour of each other are one visit, however long it gets.
        for _ in 0..3 {
            clock.advance(Duration::from_secs(20 * 60));
            person.get(&link.url).await;
            assert_eq!(opened(&house, &platform, &link).await, 1);
        }
        clock.advance(Duration::from_secs(31 * 60));
        person.get(&there).await;
        visit::write(&other.app).await.expect("written");
        assert_eq!(opened(&house, &platform, &link).await, 2);
        retention::sweep(&house.app).await.expect("swept");
        assert_eq!(count(&house, "visits").await, 1, "who is here is known still");
        clock.advance(Duration::from_secs(31 * 60));
        retention::sweep(&house.app).await.expect("swept");
        assert_eq!(count(&house, "visits").await, 0, "and nobody else");
    }

    async fn people_differ_by_what_their_browser_says_and_links_by_themselves(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let (link, other) = (platform.link(json!({})).await, platform.link(json!({})).await);
        for person in [PHONE, DESK, INSTAGRAM] {
            Visitor::in_person(person).get(&link.url).await;
        }
        let mut brazilian = Visitor::in_person(PHONE);
        "pt-BR".clone_into(&mut brazilian.accept_language);
        brazilian.get(&link.url).await;
        Visitor::in_person(PHONE).get(&other.url).await;
        assert_eq!(opened(&house, &platform, &link).await, 4);
        assert_eq!(opened(&house, &platform, &other).await, 1);
    }

    async fn programs_prefetches_and_heads_are_nobody(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        for name in ["WhatsApp/2.25.20.79 A", "TelegramBot (like TwitterBot)", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "curl/8.5.0"] {
            assert_eq!(Visitor::in_person(name).get(&link.url).await.status, 200);
        }
        assert_eq!(Visitor::new().get(&link.url).await.status, 200);
        assert_eq!(Visitor::in_person(PHONE).head(&link.url).await.status, 200);
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        for (name, value) in [("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch"), ("X-Moz", "prefetch"), ("Sec-Fetch-Dest", "image")] {
            let early = http.request(Method::GET, &link.url).header("User-Agent", PHONE).header(name, value);
            assert_eq!(early.send().await.expect("an answer").status().as_u16(), 200, "{name}");
        }
        assert_eq!(opened(&house, &platform, &link).await, 0);
    }

    async fn looking_changes_nothing_and_a_link_that_is_over_is_not_opened(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let before = platform.see(&link).await;
        let page = Visitor::in_person(PHONE).get(&link.url).await;
        assert!(page.headers.get("set-cookie").is_none());
        assert_eq!(opened(&house, &platform, &link).await, 1);
        assert_eq!(platform.see(&link).await, before);

        platform.change(&link, json!({"status": "revoked"})).await.data(200);
        Visitor::in_person(DESK).get(&link.url).await;
        assert_eq!(opened(&house, &platform, &link).await, 1);
    }

    async fn a_link_that_is_handed_round_has_an_end_of_visits(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        for nth in 0..30 {
            Visitor::in_person(&format!("{DESK} {nth}")).get(&link.url).await;
        }
        assert_eq!(opened(&house, &platform, &link).await, 20);
    }

    async fn whoever_looked_last_is_not_lost_when_the_house_closes(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let (port, facebook) = (port(), facebook(&house.app.public_url, Clock::system()).await);
        let mut program = Program::serve(port, &house.database.url, &facebook.url()).await;
        let there = link.url.replace(&house.url, &format!("http://localhost:{port}"));
        let looks = (0..15).map(|nth| {
            let there = there.clone();
            async move { Visitor::in_person(&format!("{DESK} {nth}")).get(&there).await.status }
        });
        assert_eq!(futures_util::future::join_all(looks).await, [200; 15]);
        program.ask_to_stop().gone().await;
        assert_eq!(opened(&house, &platform, &link).await, 15);
    }

    async fn a_link_whose_time_is_over_is_told_of_once(db: Database) {
        let clock = standing_clock();
        let house = House::open_at(db, clock.clone()).await;
        let _other = house.beside(clock.clone()).await;
        let platform = house.platform("Acme").await;
        let names = |link: Link| {
            let platform = platform.clone();
            async move {
                let path = format!("/customers/{}/setup_links/{}/events", link.customer, link.id);
                let events = platform.get(&path).await.data(200);
                let names = events.as_array().expect("a list").iter().map(|event| event["event"].as_str().expect("a name").to_owned());
                names.collect::<Vec<_>>()
            }
        };
        let links = [platform.link(json!({})).await, platform.link(json!({})).await, platform.link(json!({})).await];
        let [left, superseded, extended] = links.clone();
        clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
        // Whoever comes first says so: one of the two houses, or the platform that makes another link or gives more time.
        platform.link_for(&superseded.customer, json!({})).await;
        let later = setuplinks::clock::Timestamp(clock.now().0 + 60_000).rfc3339();
        platform.change(&extended, json!({"expires_at": later})).await.data(200);
        for link in &links {
            until("the end of the link's time to be told", || async { (!names(link.clone()).await.is_empty()).then_some(()) }).await;
        }
        assert_eq!(names(left.clone()).await, ["setup_link.expired"]);
        assert_eq!(names(superseded).await, ["setup_link.expired"], "it was over before it could be revoked");
        assert_eq!(names(extended.clone()).await, ["setup_link.expired"]);
        assert_eq!(platform.see(&extended).await["status"], "active");

        // Its time is over a second time.
        clock.advance(Duration::from_secs(61));
        until("the second end", || async { (names(extended.clone()).await.len() == 2).then_some(()) }).await;
        platform.change(&left, json!({"status": "revoked"})).await.data(200);
        assert_eq!(names(left).await, ["setup_link.revoked", "setup_link.expired"], "newest first");
    }
}
