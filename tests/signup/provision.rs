//! A number of their own: bought, heard, connected, given back; never twice, never forgotten.

use serde_json::{Value, json};
use setuplinks::sandbox::twilio::{ACCOUNT_SID, Exchange, Owned};

use crate::{
    kill::Deployment,
    records,
    story::terms,
    support::{Database, House, Link, Page, Platform, Visitor, until},
};

mod buying;
mod forgetting;
mod hearing;
mod keeping;
mod kill;
mod marks;
mod unknown;
mod verified;
mod verifying;
mod verifying_killed;
mod voice_killed;

/// A customer whose link has a number for them.
pub struct Wish {
    pub house: House,
    pub platform: Platform,
    pub link: Link,
    pub visitor: Visitor,
}

/// Terms of a link with a number.
pub fn with_number(more: &Value) -> Value {
    let mut all = terms(&json!({"provision_phone_number": true}));
    all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    all
}

impl Wish {
    pub async fn begin(db: Database) -> Self {
        Self::of(House::selling(db).await, json!({})).await
    }

    pub async fn of(house: House, more: Value) -> Self {
        let platform = house.platform("Acme").await;
        let link = platform.link(with_number(&more)).await;
        Self { house, platform, link, visitor: Visitor::new() }
    }

    pub fn twilio(&self) -> &Exchange {
        self.house.world().twilio()
    }

    fn page(&self) -> String {
        format!("{}/provision", self.link.url)
    }

    /// Presses the button of the first page.
    pub async fn start(&self, country: &str) -> Page {
        self.visitor.post(&self.page(), &[("country", country)]).await
    }

    pub async fn look(&self) -> Page {
        self.visitor.get(&self.page()).await
    }

    /// Looks until the page shows a number; gives it in E.164.
    pub async fn number(&self) -> String {
        until("a number", || async {
            let page = self.look().await;
            assert_eq!(page.status, 200, "{}", page.html);
            page.texts("[data-testid=provisioned-number]").pop().map(|shown| e164(&shown))
        })
        .await
    }

    /// Looks until the page says that there is none, and why.
    pub async fn trouble(&self) -> String {
        until("a trouble", || async {
            let page = self.look().await;
            assert!(!page.has("[data-testid=provisioned-number]"), "{}", page.html);
            page.texts("[data-testid=setup-error]").pop()
        })
        .await
    }

    /// Asks for a number and gets it.
    pub async fn gets(&self) -> String {
        assert_eq!(self.start("US").await.status, 303);
        self.number().await
    }

    /// Waits until the comparison at the start of the house is over, so that faults are for what follows.
    pub async fn is_compared(&self) {
        until("the first comparison", || async { (self.twilio().count("numbers") > 0).then_some(()) }).await;
    }

    /// The link's number as the API shows it by itself.
    pub async fn details(&self) -> Value {
        let id = self.seen().await["id"].as_str().expect("an id").to_owned();
        self.platform.get(&format!("/provisioned_phone_numbers/{id}")).await.data(200)
    }

    /// The platform takes the link back.
    pub async fn is_revoked(&self) {
        self.platform.change(&self.link, json!({"status": "revoked"})).await.data(200);
    }

    /// Everything that is owned.
    pub fn owned(&self) -> Vec<Owned> {
        self.twilio().owned()
    }

    /// The number as the API shows it with the link.
    pub async fn seen(&self) -> Value {
        self.platform.see(&self.link).await["provisioned_phone_number"].clone()
    }

    /// Waits until the link's number stands so.
    pub async fn stands(&self, status: &str) -> Value {
        until(&format!("the number to be {status}"), || async {
            Some(self.seen().await).filter(|number| number["status"] == status)
        })
        .await
    }

    /// At the end of every story: what was bought is connected or was given back.
    pub async fn nothing_is_left(&self) {
        until("the sum to be nought", || async {
            let (bought, released) = self.twilio().sums();
            let list = self.platform.get("/provisioned_phone_numbers?status=connected").await;
            let connected = list.data(200).as_array().expect("a list").len();
            (bought == released + connected && self.owned().len() == connected).then_some(())
        })
        .await;
        assert!(self.owned().iter().all(|owned| owned.account == ACCOUNT_SID));
    }
}

/// How often `provisioned_number.…` of that name was written for a link.
pub async fn told(deployment: &Deployment, link: &Link, name: &str) -> usize {
    let events = records::events(&deployment.place.store, &link.id).await;
    events.iter().filter(|(event, _)| event.strip_prefix("provisioned_number.") == Some(name)).count()
}

/// A number as it is shown, in E.164.
pub fn e164(shown: &str) -> String {
    format!("+{}", setuplinks::number::digits(shown))
}
