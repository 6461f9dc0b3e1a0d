//! A house with a platform in it, and what a person does at the stand-in Facebook.

use serde_json::{Value, json};
use setuplinks::words::Lang;

use crate::{
    driver::Person,
    support::{Database, House, Link, Platform},
    tab::{Tab, hook},
};

pub const CONTINUE: &str = "[data-testid=continue-with-facebook]";
pub const FINISH: &str = "[data-testid=sandbox-finish]";
pub const CANCEL: &str = "[data-testid=sandbox-cancel]";
pub const COEXISTENCE: &str = "[data-testid=connection-type-coexistence]";
pub const DEDICATED: &str = "[data-testid=connection-type-dedicated]";
pub const CONFIRM: &str = "[data-testid=confirm-number]";
pub const RETRY: &str = "[data-testid=retry]";
pub const ERROR: &str = "[data-testid=setup-error]";

pub struct Stage {
    pub house: House,
    pub platform: Platform,
}

impl Stage {
    pub async fn set(database: Database) -> Self {
        Self::of(House::open(database).await).await
    }

    pub async fn of(house: House) -> Self {
        let platform = house.platform("Acme").await;
        Self { house, platform }
    }

    /// Where customers land when it worked.
    pub fn success(&self) -> String {
        format!("{}/platform/success", self.house.facebook.url())
    }

    /// Where they land when it did not.
    pub fn failure(&self) -> String {
        format!("{}/platform/failure", self.house.facebook.url())
    }

    /// A link with both redirect URLs, and these terms beside them.
    pub async fn link(&self, more: Value) -> Link {
        let mut terms = json!({"success_redirect_url": self.success(), "failure_redirect_url": self.failure()});
        let all = terms.as_object_mut().expect("an object");
        all.extend(more.as_object().expect("an object").clone());
        self.platform.link(terms).await
    }

    /// A link without redirect URLs, for a dedicated number.
    pub async fn plain_link(&self) -> Link {
        self.platform.link(json!({"allowed_connection_types": ["dedicated"]})).await
    }

    /// Asserts that exactly one number is connected; gives it.
    pub async fn only_number(&self) -> Value {
        let numbers = self.platform.get("/whatsapp/phone_numbers").await.data(200);
        let numbers = numbers.as_array().expect("a list").clone();
        assert_eq!(numbers.len(), 1, "{numbers:#?}");
        numbers[0].clone()
    }

    /// Asserts that nothing was connected.
    pub async fn no_number(&self) {
        let numbers = self.platform.get("/whatsapp/phone_numbers").await.data(200);
        assert_eq!(numbers, json!([]));
    }
}

/// In the dialog: picks an outcome and finishes.
pub async fn log_in(tab: &Tab, outcome: &str) {
    tab.arrive("sandbox-dialog").await;
    tab.click(&hook(&format!("sandbox-outcome-{outcome}"))).await;
    tab.follow(FINISH).await;
}

/// From an open setup page with one type to the end.
pub async fn walk(tab: &Tab, outcome: &str) {
    tab.arrive("setup").await;
    tab.follow(CONTINUE).await;
    log_in(tab, outcome).await;
}

/// What the platform was told on the page where the customer landed.
pub async fn told(tab: &Tab, name: &str) -> String {
    tab.text(&hook(&format!("param-{name}"))).await
}

/// Asserts that every page of ours that went by in a tab was in that language and direction.
pub fn all_in(tab: &Tab, house: &House, lang: Lang, expected: &[&str]) {
    let passed = tab.passed();
    let ours: Vec<_> = passed.iter().filter(|page| page.url.starts_with(&house.url)).collect();
    for page in &ours {
        assert_eq!((page.lang.as_str(), page.dir.as_str()), (lang.as_str(), lang.dir()), "{page:?}");
    }
    for page in expected {
        assert!(ours.iter().any(|seen| seen.page == *page), "no {page} among {passed:#?}");
    }
}

/// A person with an English phone, at that link.
pub async fn at(link: &Link) -> (Person, Tab) {
    let mut person = Person::new().await;
    let tab = person.open(&link.url).await;
    (person, tab)
}
