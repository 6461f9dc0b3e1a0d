//! A platform's customer on the way through Meta: what is given, what happens, what everybody sees.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::{
    clock::{Clock, Timestamp},
    meta::sdk::LoginMode,
    sandbox::{Login, World},
};

use crate::{
    law, records,
    support::{Database, House, Link, Page, Platform, Visitor, until},
};

pub const SUCCESS: &str = "https://acme.example/done";
pub const FAILURE: &str = "https://acme.example/sorry";

/// A house, a platform, one customer with a link, and their browser.
pub struct Story {
    pub house: House,
    pub platform: Platform,
    pub link: Link,
    pub visitor: Visitor,
}

/// Both redirect URLs, and whatever else a test gives.
pub fn terms(more: &Value) -> Value {
    let mut terms = json!({"success_redirect_url": SUCCESS, "failure_redirect_url": FAILURE});
    let more = more.as_object().expect("an object").clone();
    terms.as_object_mut().expect("an object").extend(more);
    terms
}

/// The same story in several variations, told at once: each mostly waits.
pub async fn each<T, F: Future<Output = ()>>(variations: impl IntoIterator<Item = T>, tell: impl Fn(T) -> F) {
    futures_util::future::join_all(variations.into_iter().map(tell)).await;
}

/// A clock that stands still until the test moves it.
pub fn standing_clock() -> Clock {
    Clock::manual(Timestamp(1_795_000_000_000))
}

impl Story {
    pub async fn begin(db: Database) -> Self {
        Self::with(db, json!({})).await
    }

    /// With a link on other terms.
    pub async fn with(db: Database, more: Value) -> Self {
        Self::of(House::open(db).await, more).await
    }

    /// With a clock that the test moves.
    pub async fn by_hand(db: Database) -> Self {
        Self::of(House::open_at(db, standing_clock()).await, json!({})).await
    }

    /// Where customers get to Facebook in a window of its own.
    pub async fn in_a_window(db: Database, more: Value) -> Self {
        Self::of(House::open_with_login(db, LoginMode::Popup).await, more).await
    }

    /// The button, the window and its answer; gives the answer's answer.
    pub async fn answer(&self, asked: &str, login: impl Into<Login>) -> Page {
        let state = self.visitor.begin_in_window(&self.link, asked).await;
        let said = self.world().login_in_window(login).expect("a login");
        self.visitor.answer_from_window(&self.link, &state, said.code.as_deref(), Some(&said.message)).await
    }

    /// The whole way through a window, until it is over or something is asked.
    pub async fn walk_in_window(&self, asked: &str, login: impl Into<Login>) -> Page {
        let back = self.answer(asked, login).await;
        self.visitor.wait_out(&back.location()).await
    }

    /// In that house.
    pub async fn of(house: House, more: Value) -> Self {
        let platform = house.platform("Acme").await;
        let link = platform.link(terms(&more)).await;
        Self { house, platform, link, visitor: Visitor::new() }
    }

    pub fn world(&self) -> &World {
        self.house.world()
    }

    /// Everything that was called so far, by name.
    pub fn called(&self) -> Vec<String> {
        self.world().calls().into_iter().map(|call| call.name).collect()
    }

    /// Comes back from Facebook; gives the address of the progress.
    pub async fn come_back(&self, asked: &str, login: impl Into<Login>) -> String {
        self.visitor.log_in(&self.link, asked, self.world(), login).await.location()
    }

    /// The whole way, until it is over or something is asked.
    pub async fn walk(&self, asked: &str, login: impl Into<Login>) -> Page {
        self.visitor.walk(&self.link, asked, self.world(), login).await
    }

    /// The whole way, which ends well; gives the number as the API shows it.
    pub async fn connects(&self, asked: &str, login: impl Into<Login>) -> Value {
        let end = self.walk(asked, login).await;
        self.connected(&end).await
    }

    /// The whole way, which ends with this code for the platform and these words for the customer.
    pub async fn fails(&self, asked: &str, login: impl Into<Login>, code: &str, title: &str) {
        let end = self.walk(asked, login).await;
        self.failed(&end, code, title).await;
    }

    /// It ended well: the customer landed, the link is used, the number is stored, and Meta's rules were kept.
    pub async fn connected(&self, end: &Page) -> Value {
        assert!(end.location().starts_with(SUCCESS), "{}", end.location());
        let landed = end.landing();
        assert_eq!((&*landed["status"], &landed["setup_link_id"]), ("completed", &self.link.id));
        let path = format!("/whatsapp/phone_numbers/{}", landed["phone_number_id"]);
        let number = self.platform.get(&path).await.data(200);
        assert_eq!(number["internal_id"], landed["whatsapp_config_id"].as_str());
        assert_eq!(number["business_account_id"], landed["business_account_id"].as_str());
        assert_eq!(number["customer_id"], self.link.customer.as_str());
        assert_eq!(
            landed["display_phone_number"],
            format!("+{}", number["display_phone_number_normalized"].as_str().expect("digits"))
        );
        let link = self.platform.see(&self.link).await;
        assert_eq!(
            (&link["status"], &link["whatsapp_setup_status"], &link["whatsapp_setup_error"]),
            (&json!("used"), &json!("completed"), &Value::Null)
        );
        self.law_was_kept();
        number
    }

    /// It failed: the customer landed with the code, the link can be tried again, and nothing is left of the login.
    pub async fn failed(&self, end: &Page, code: &str, title: &str) {
        assert!(end.location().starts_with(FAILURE), "{}", end.location());
        let landed = end.landing();
        assert_eq!((&*landed["error_code"], &landed["setup_link_id"]), (code, &self.link.id));
        let link = self.platform.see(&self.link).await;
        assert_eq!(
            (&link["status"], &link["whatsapp_setup_status"], &link["whatsapp_setup_error"]),
            (&json!("active"), &json!("failed"), &json!(code))
        );
        let signups = records::signups(&self.house.app.store, &self.link.id).await;
        let last = signups.last().expect("a signup");
        assert!(last.ended_at.is_some() && !last.has_secrets(), "{last:?}");
        assert_eq!(self.title_without_redirect().await, title);
        self.law_was_kept();
    }

    /// What the customer would read if the platform had no failure URL.
    async fn title_without_redirect(&self) -> String {
        self.platform.change(&self.link, json!({"failure_redirect_url": null})).await.data(200);
        let page = self.visitor.get(&format!("{}/progress", self.link.url)).await;
        self.platform.change(&self.link, json!({"failure_redirect_url": FAILURE})).await.data(200);
        assert_eq!((page.status, &*page.page()), (200, "failed"));
        assert!(page.attribute("[data-testid=retry]", "href").starts_with("/whatsapp/setup/"));
        // Names stand between marks that keep their direction.
        page.texts("[data-testid=setup-error]").concat().replace(['\u{2068}', '\u{2069}'], "")
    }

    pub fn law_was_kept(&self) {
        law::hold_against(self.world(), &self.house.app.public_url.callback());
    }

    /// Chooses a number on the page.
    pub async fn choose(&self, phone_number_id: &str) -> Page {
        self.visitor.post(&format!("{}/number", self.link.url), &[("phone_number_id", phone_number_id)]).await
    }

    /// The link's last signup, as it is stored.
    pub async fn record(&self) -> records::Row {
        records::signups(&self.house.app.store, &self.link.id).await.pop().expect("a signup")
    }

    /// Waits until the signup was put aside; gives for how long. For a clock that stands still.
    pub async fn put_aside(&self) -> Duration {
        until("the signup to be put aside or over", || async {
            let row = self.record().await;
            let wait = row.next_at.since(self.house.clock.now());
            let is_aside = row.lease_until.is_none() && !wait.is_zero();
            (is_aside || row.ended_at.is_some()).then_some(if row.ended_at.is_some() { Duration::ZERO } else { wait })
        })
        .await
    }

    /// Lets the time pass from try to try until the signup is over; gives how much it was.
    pub async fn wait_it_out(&self) -> Duration {
        let start = self.house.clock.now();
        loop {
            match self.put_aside().await {
                Duration::ZERO => return self.house.clock.now().since(start),
                wait => self.house.clock.advance(wait),
            }
        }
    }

    /// Another customer of the same platform, in the same house, with a link and a browser of their own.
    pub async fn another_customer(self) -> (Self, Link) {
        let link = self.platform.link(terms(&json!({}))).await;
        let first = self.link.clone();
        (Self { link, visitor: Visitor::new(), ..self }, first)
    }

    /// The same customer again, with a new link.
    pub async fn another_link(self, more: Value) -> Self {
        let link = self.platform.link_for(&self.link.customer, terms(&more)).await;
        Self { link, visitor: Visitor::new(), ..self }
    }
}
