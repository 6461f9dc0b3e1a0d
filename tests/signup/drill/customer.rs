//! A customer who does not give up: a page that does not come is loaded again, and who is told of a failure starts again.

use std::{future::Future, time::Duration};

use serde_json::json;
use setuplinks::sandbox::{Login, Outcome};

use super::{Chance, Fleet};
use crate::{
    provision::{e164, with_number},
    story::{FAILURE, SUCCESS, terms},
    support::{Link, Page, Visitor},
};

/// How often somebody starts again.
const TRIES: usize = 6;
/// What a person waits before they press a button once more.
const BREATH: Duration = Duration::from_millis(250);

/// One of them, with what they bring.
pub struct Customer {
    kind: Kind,
    number: String,
    /// Whether their browser follows the progress live.
    follows: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dedicated,
    Coexistence,
    /// The platform gives them a number.
    NumberOfTheirOwn,
}

/// How it ended.
pub struct End {
    /// The link.
    pub link: Link,
    /// The number, or the code that the platform got with the customer.
    pub came_to: Result<String, String>,
    /// Logins that it took.
    pub tries: usize,
    /// Whether the end was seen live.
    pub followed: bool,
}

impl Customer {
    pub fn new(place: usize, chance: &mut Chance) -> Self {
        let kind = match chance.below(20) {
            0..12 => Kind::Dedicated,
            12..17 => Kind::Coexistence,
            _ => Kind::NumberOfTheirOwn,
        };
        Self { kind, number: format!("+1 415 55{place:05}"), follows: chance.below(4) == 0 }
    }

    /// The whole way, from the platform's wish to the platform's page.
    pub async fn walk(mut self, fleet: &Fleet) -> End {
        let customer = fleet.ask("/customers", &json!({"customer": {"name": "Bakery"}})).await;
        let customer = customer["id"].as_str().expect("an id").to_owned();
        let terms = if self.kind == Kind::NumberOfTheirOwn { with_number(&json!({})) } else { terms(&json!({})) };
        let made = fleet.ask(&format!("/customers/{customer}/setup_links"), &json!({"setup_link": terms})).await;
        let text = |name: &str| made[name].as_str().expect(name).to_owned();
        let link = Link { id: text("id"), url: text("url"), token: text("token"), customer };
        let visitor = Visitor::in_person("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        if self.kind == Kind::NumberOfTheirOwn {
            self.number = number(&visitor, &link).await;
        }
        let (mut followed, mut tries) = (false, 0);
        loop {
            tries += 1;
            let (came_to, live) = self.log_in(fleet, &visitor, &link).await;
            followed |= live;
            if came_to.is_ok() || tries == TRIES {
                return End { link, came_to, tries, followed };
            }
        }
    }

    async fn log_in(&self, fleet: &Fleet, visitor: &Visitor, link: &Link) -> (Result<String, String>, bool) {
        let (asked, outcome) = match self.kind {
            Kind::Coexistence => ("coexistence", Outcome::Coexistence),
            Kind::Dedicated | Kind::NumberOfTheirOwn => ("dedicated", Outcome::Dedicated),
        };
        load(visitor, &link.url).await;
        let pressed =
            patiently("the dialog", || async { came(visitor.post(&link.url, &[("connection_type", asked)]).await) })
                .await;
        let dialog = pressed.location();
        let mut end = dialog.clone();
        let mut followed = false;
        // A link that was used up meanwhile, by the login before, leads to its end at once.
        if dialog.contains("/dialog/oauth") {
            let callback = fleet.world().login(&dialog, Login::from(outcome).phone(&self.number)).expect("a login");
            let progress = load(visitor, &callback).await.location();
            if self.follows {
                // A stream that breaks off is asked for again, as browsers do.
                let events = format!("{}/progress/events", link.url);
                patiently("the last event", || async { visitor.follow(&events).await.then_some(()) }).await;
                followed = true;
            }
            end = patiently("the progress to end", || async {
                let page = came(visitor.get(&progress).await)?;
                (page.status != 200 || page.page() != "progress").then_some(page)
            })
            .await
            .location();
        }
        (landed(&end), followed)
    }
}

/// Where a customer landed, and with what.
fn landed(url: &str) -> Result<String, String> {
    let url: url::Url = url.parse().expect("a URL");
    let field = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if url.as_str().starts_with(SUCCESS) {
        return Ok(field("phone_number_id").expect("a number"));
    }
    assert!(url.as_str().starts_with(FAILURE), "{url}");
    Err(field("error_code").expect("a code"))
}

/// Asks for a number of their own, and waits for it.
async fn number(visitor: &Visitor, link: &Link) -> String {
    let page = format!("{}/provision", link.url);
    patiently("a number to be asked for", || async { came(visitor.post(&page, &[("country", "US")]).await) }).await;
    patiently("a number", || async {
        let shown = came(visitor.get(&page).await)?;
        assert!(!shown.has("[data-testid=setup-error]"), "{}", shown.html);
        shown.texts("[data-testid=provisioned-number]").pop().map(|shown| e164(&shown))
    })
    .await
}

/// A page, however often it has to be loaded for that.
async fn load(visitor: &Visitor, url: &str) -> Page {
    patiently(url, || async { came(visitor.get(url).await) }).await
}

/// Nothing, where the answer was that of a proxy with nobody behind it, or of a house that has trouble.
fn came(page: Page) -> Option<Page> {
    (page.status < 500 && page.status != 408).then_some(page)
}

/// Does it again until it works, with a breath in between, for as long as leases and other people's deaths may take.
pub async fn patiently<T, F: Future<Output = Option<T>>>(what: &str, mut once: impl FnMut() -> F) -> T {
    let patience = Duration::from_secs(4 * 60);
    let trying = async {
        loop {
            if let Some(done) = once().await {
                return done;
            }
            tokio::time::sleep(BREATH).await;
        }
    };
    tokio::time::timeout(patience, trying).await.unwrap_or_else(|_| panic!("waited {patience:?} for {what}"))
}
