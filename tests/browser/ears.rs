//! What a page says behind the person's back: every console message, error and violation, and which pages went by.

use std::{future::ready, pin::Pin};

use chromiumoxide::{
    Page,
    cdp::{
        browser_protocol::{
            audits::{self, EventIssueAdded},
            log::EventEntryAdded,
            page::AddScriptToEvaluateOnNewDocumentParams,
        },
        js_protocol::runtime::{AddBindingParams, EventBindingCalled, EventConsoleApiCalled, EventExceptionThrown},
    },
};
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};
use serde::Deserialize;

/// Runs beside each page in a world of its own, where no content policy reaches it.
const OBSERVER: &str = r#"
document.addEventListener("securitypolicyviolation", (event) =>
  heard(JSON.stringify({ violation: `${event.violatedDirective}: ${event.blockedURI} ${event.sample}` })));
document.addEventListener("DOMContentLoaded", () => {
  const root = document.documentElement;
  const page = document.querySelector("[data-page]");
  if (page) heard(JSON.stringify({ url: location.href, page: page.dataset.page, lang: root.lang, dir: root.dir }));
});
"#;

/// Notes of Chromium's about its own keeping of histories: a link that is over leads to the platform, and a progress page
/// leads on, before anybody has touched them. That is what they are for.
const MEANT: &[&str] = &["BounceTrackingIssue", "NavigationEntryMarkedSkippable"];

/// A page that went by, as its first words were.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Passed {
    pub url: String,
    pub page: String,
    pub lang: String,
    pub dir: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Heard {
    Page(Passed),
    Violation { violation: String },
}

enum Event {
    Page(Passed),
    Message(String),
}

/// What was heard from one tab so far.
pub struct Ears {
    events: Pin<Box<dyn Stream<Item = Event> + Send>>,
    pub passed: Vec<Passed>,
    pub messages: Vec<String>,
}

impl Ears {
    pub async fn open(page: &Page) -> Self {
        let console = page.event_listener::<EventConsoleApiCalled>().await.expect("events").map(|event| {
            let said: Vec<_> = event.args.iter().map(|arg| format!("{:?} {:?}", arg.value, arg.description)).collect();
            Event::Message(format!("console.{:?}: {}", event.r#type, said.join(" ")))
        });
        let errors = page.event_listener::<EventExceptionThrown>().await.expect("events").map(|event| {
            let details = &event.exception_details;
            Event::Message(format!("error: {} {:?} at {:?}", details.text, details.exception, details.url))
        });
        let log = page.event_listener::<EventEntryAdded>().await.expect("events").map(|event| {
            let entry = &event.entry;
            let url = entry.url.clone().unwrap_or_default();
            Event::Message(format!("{:?} {:?}: {} {url}", entry.source, entry.level, entry.text))
        });
        let issues = page.event_listener::<EventIssueAdded>().await.expect("events").filter_map(|event| {
            let details = serde_json::to_value(&event.issue.details).unwrap_or_default();
            let issue = format!("issue {:?}: {details}", event.issue.code);
            ready((!MEANT.iter().any(|meant| issue.contains(meant))).then_some(Event::Message(issue)))
        });
        let observer =
            page.event_listener::<EventBindingCalled>().await.expect("events").map(|event| match serde_json::from_str(
                &event.payload,
            ) {
                Ok(Heard::Page(passed)) => Event::Page(passed),
                Ok(Heard::Violation { violation }) => Event::Message(format!("violation: {violation}")),
                Err(_) => Event::Message(format!("unheard of: {}", event.payload)),
            });
        page.execute(audits::EnableParams::default()).await.expect("issues are told");
        let binding = AddBindingParams::builder().name("heard").execution_context_name("observer").build();
        page.execute(binding.expect("a binding")).await.expect("a binding");
        let script = AddScriptToEvaluateOnNewDocumentParams::builder().source(OBSERVER).world_name("observer").build();
        page.execute(script.expect("a script")).await.expect("a script");
        let all = [console.boxed(), errors.boxed(), log.boxed(), issues.boxed(), observer.boxed()];
        Self { events: stream::select_all(all).boxed(), passed: Vec::new(), messages: Vec::new() }
    }

    /// Takes in what has arrived.
    pub fn listen(&mut self) {
        while let Some(Some(event)) = self.events.next().now_or_never() {
            match event {
                Event::Page(passed) => self.passed.push(passed),
                Event::Message(message) => self.messages.push(message),
            }
        }
    }
}
