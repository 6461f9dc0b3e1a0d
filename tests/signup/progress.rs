//! What the customer sees meanwhile: at once, live, and without script.

use std::time::{Duration, Instant};

use scraper::{Html, Selector};
use setuplinks::sandbox::{Fault, Login, Outcome, Trouble, When};

use crate::{
    story::{Story, each},
    support::{on_both, until},
};

/// Server-sent events, one by one.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(url: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let response = client.get(url).header("Accept", "text/event-stream").send().await.expect("an answer");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self { response, text: String::new() }
    }

    /// The next event's name and data; `None` when the stream has ended.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let lines = block.lines().filter_map(|line| line.strip_prefix(name));
                    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
                };
                let event = (field("event:"), field("data:"));
                self.text = self.text.split_off(self.text.len() - rest.len());
                if event.0.is_empty() {
                    continue;
                }
                return Some(event);
            }
            let chunk = tokio::time::timeout(Duration::from_secs(60), self.response.chunk()).await.expect("in time");
            self.text.push_str(std::str::from_utf8(&chunk.expect("a stream")?).expect("text"));
        }
    }

    /// The row that is being done, in the next event.
    async fn next_step(&mut self) -> String {
        let (name, html) = self.next().await.expect("an event");
        assert_eq!(name, "steps");
        now(&html)
    }
}

/// The row that is being done.
fn now(html: &str) -> String {
    let html = Html::parse_fragment(html);
    let row = Selector::parse("li[aria-current=step] span").expect("a selector");
    html.select(&row).map(|row| row.text().collect::<String>()).collect()
}

on_both! {
    async fn steps_are_told_as_they_happen_and_then_the_end(db: Database) {
        let story = Story::begin(db).await;
        let [login, account, number, last] =
            ["exchange", "me", "phone_numbers", "smb_history"].map(|call| story.world().hold(call, When::Before));
        let progress = story.come_back("coexistence", Outcome::Coexistence).await;
        let page = story.visitor.get(&progress).await;
        let events = page.attribute("[data-events]", "data-events");
        let mut stream = Stream::open(&format!("{}{events}", story.house.url)).await;

        let mut seen = Vec::new();
        for hold in [login, account, number, last] {
            hold.reached().await;
            seen.push(stream.next_step().await);
            hold.release();
        }
        let rows = page.texts(".steps span");
        assert_eq!(seen, rows[..4], "each row in its turn");
        let mut ending = stream.next().await;
        while let Some((name, html)) = ending.take_if(|(name, _)| name == "steps") {
            assert_eq!((name.as_str(), now(&html)), ("steps", rows[4].clone()));
            ending = stream.next().await;
        }
        assert_eq!(ending, Some(("end".to_owned(), "over".to_owned())));
        assert_eq!(stream.next().await, None);
        story.connected(&story.visitor.get(&progress).await).await;
    }

    async fn a_choice_ends_the_stream_too(db: Database) {
        let story = Story::begin(db).await;
        let hold = story.world().hold("phone_numbers", When::Before);
        let progress = story.come_back("dedicated", Outcome::Several).await;
        hold.reached().await;
        let mut stream = Stream::open(&format!("{progress}/events")).await;
        stream.next_step().await;
        hold.release();
        assert_eq!(stream.next().await, Some(("end".to_owned(), "over".to_owned())));
        assert_eq!(story.visitor.get(&progress).await.page(), "number");
    }

    async fn without_script_the_page_comes_back_by_itself_at_its_own_address(db: Database) {
        let story = Story::begin(db).await;
        let _hold = story.world().hold("exchange", When::Before);
        let dialog = story.visitor.post(&format!("{}?lang=pt", story.link.url), &[("connection_type", "dedicated")]).await;
        let back = story.world().login(&dialog.location(), Outcome::Dedicated).expect("a login");
        let progress = story.visitor.get(&back).await.location();
        assert!(progress.ends_with("/progress?lang=pt"), "{progress}");
        let page = story.visitor.get(&progress).await;
        assert_eq!(page.attribute("html", "lang"), "pt");
        let path = progress.strip_prefix(&story.house.url).expect("our own");
        // Without a URL, Facebook's #_=_ would keep the page from ever loading anew.
        let refresh = format!("<noscript><meta http-equiv=\"refresh\" content=\"1; url={path}\"></noscript>");
        assert!(page.html.contains(&refresh), "{}", page.html);
    }

    async fn every_page_answers_at_once_while_meta_hangs(db: Database) {
        each(["exchange", "phone_numbers"], |call| async move {
            let story = Story::begin(db).await;
            let hold = story.world().hold(call, When::Before);
            let started = Instant::now();
            let progress = story.come_back("dedicated", Outcome::Dedicated).await;
            hold.reached().await;
            for url in [&progress, &story.link.url] {
                let asked = Instant::now();
                let page = story.visitor.get(url).await;
                assert!(asked.elapsed() < Duration::from_secs(1), "{call} {url}: {:?}", asked.elapsed());
                assert!(page.status == 303 || page.page() == "progress", "{}", page.html);
            }
            assert!(started.elapsed() < Duration::from_secs(5), "the way back waited for Meta");
            let seen = story.platform.see(&story.link).await;
            assert_eq!(seen["whatsapp_setup_status"], "processing");
        })
        .await;
    }

    async fn a_try_that_fails_is_no_failure_that_anybody_sees(db: Database) {
        let story = Story::begin(db).await;
        story.world().fault("exchange", 1, Fault::transient());
        let login = Login::from(Outcome::Dedicated).trouble(Trouble::NumbersTransient).trouble(Trouble::Register133005);
        let progress = story.come_back("dedicated", login).await;
        let end = until("the end", || async {
            let link = story.platform.see(&story.link).await;
            let page = story.visitor.get(&progress).await;
            if page.status == 303 {
                return Some(page);
            }
            assert_eq!((page.page().as_str(), &link["whatsapp_setup_error"]), ("progress", &serde_json::Value::Null));
            assert_eq!(link["whatsapp_setup_status"], "processing");
            None
        })
        .await;
        story.connected(&end).await;
    }
}
