//! Links that are over, and their customers who ask for another.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    stored::standing_clock,
    support::{House, Link, Platform, Receiver, Visitor, on_both},
};

const BUTTON: &str = "[data-testid=request-new-link]";
const THANKS: &str = "[data-testid=renewal-requested]";

/// An endpoint of the platform's that wants to hear of it.
async fn endpoint(platform: &Platform) -> Receiver {
    let receiver = Receiver::open().await;
    let wanted = json!({"whatsapp_webhook": {"url": receiver.url, "events": ["setup_link.renewal_requested"]}});
    platform.post("/whatsapp/webhooks", &wanted).await.data(201);
    receiver
}

async fn revoked(platform: &Platform, terms: Value) -> Link {
    let link = platform.link(terms).await;
    platform.change(&link, json!({"status": "revoked"})).await.data(200);
    link
}

/// Presses the button.
async fn ask(visitor: &Visitor, link: &Link) {
    let answer = visitor.post(&format!("{}/renewal", link.url), &[]).await;
    assert_eq!(answer.location(), link.url);
}

on_both! {
    async fn the_platform_is_told_once_an_hour(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let receiver = endpoint(&acme).await;
        let link = acme.link(json!({})).await;
        house.clock.advance(Duration::from_hours(31 * 24));
        let visitor = Visitor::new();
        let page = visitor.get(&link.url).await;
        assert_eq!((page.page(), page.texts(BUTTON)), ("expired".to_owned(), vec!["Ask for a new link".to_owned()]));
        assert_eq!(format!("{}{}", house.url, page.attribute("form", "action")), format!("{}/renewal", link.url));
        assert_eq!(acme.see(&link).await["renewal_requested_at"], Value::Null);

        ask(&visitor, &link).await;
        let page = visitor.get(&link.url).await;
        assert_eq!((page.page(), page.has(BUTTON)), ("expired".to_owned(), false));
        assert!(page.texts(THANKS)[0].contains("Acme"), "{}", page.html);
        assert_eq!(acme.see(&link).await["renewal_requested_at"], house.clock.now().rfc3339());
        let told = receiver.wait_for(1).await.remove(0).json();
        assert_eq!(told["setup_link"]["id"], link.id.as_str());
        assert_eq!(told["customer"]["id"], link.customer.as_str());
        assert_eq!(told["status"], "expired");

        // Others who ask, and many at once, are thanked like the first.
        house.clock.advance(Duration::from_mins(59));
        for _ in 0..2 {
            ask(&Visitor::new(), &link).await;
        }
        house.clock.advance(Duration::from_mins(1));
        assert!(visitor.get(&link.url).await.has(BUTTON));
        futures_util::future::join_all((0..8).map(|_| async { ask(&Visitor::new(), &link).await })).await;
        receiver.wait_for(2).await;
        let deliveries = acme.get("/webhook_deliveries").await.data(200);
        assert_eq!(deliveries.as_array().expect("a list").len(), 2, "{deliveries:#}");
    }

    async fn a_revoked_link_can_be_asked_about_too_and_in_every_language(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let receiver = endpoint(&acme).await;
        let link = revoked(&acme, json!({})).await;
        let visitor = Visitor::new();
        let page = visitor.get(&format!("{}?lang=ar", link.url)).await;
        assert_eq!(page.page(), "revoked");
        let action = format!("{}{}", house.url, page.attribute("form", "action"));
        let thanks = visitor.post(&action, &[]).await.location();
        assert_eq!(thanks, format!("{}?lang=ar", link.url), "the language chosen on the page stays");
        assert!(visitor.get(&thanks).await.has(THANKS));
        assert_eq!(receiver.wait_for(1).await[0].json()["status"], "revoked");
        // There is nothing to see at the button's address.
        assert_eq!(visitor.get(&action).await.location(), thanks);
    }

    async fn only_links_that_are_over_and_have_no_failure_url(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let receiver = endpoint(&acme).await;
        let visitor = Visitor::new();
        let active = acme.link(json!({})).await;
        let used = acme.link(json!({})).await;
        visitor.walk(&used, "dedicated", house.world(), setuplinks::sandbox::Outcome::Dedicated).await;
        for link in [&active, &used] {
            assert!(!visitor.get(&link.url).await.has(BUTTON));
            ask(&visitor, link).await;
            assert_eq!(acme.see(link).await["renewal_requested_at"], Value::Null);
        }
        let elsewhere = revoked(&acme, json!({"failure_redirect_url": "https://acme.example/no"})).await;
        assert_eq!(visitor.get(&elsewhere.url).await.landing()["error_code"], "link_expired");
        let unknown = visitor.post(&format!("{}/whatsapp/setup/{}/renewal", house.url, "x".repeat(32)), &[]).await;
        assert_eq!((unknown.status, unknown.page()), (404, "not-found".to_owned()));
        assert_eq!(receiver.received().len(), 0);
    }

    async fn another_site_cannot_press_the_button(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = revoked(&acme, json!({})).await;
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        let forged = client.expect("a client").post(format!("{}/renewal", link.url)).header("Sec-Fetch-Site", "cross-site");
        assert_eq!(forged.send().await.expect("an answer").status(), 403);
        assert_eq!(acme.see(&link).await["renewal_requested_at"], Value::Null);
    }

    async fn a_project_may_want_its_customers_elsewhere(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let receiver = endpoint(&acme).await;
        let link = revoked(&acme, json!({})).await;
        let wanted = json!({"project": {"renewal_url": "https://acme.example/new?from=link&setup_link_id=forged"}});
        let project = acme.patch("/project", &wanted).await.data(200);
        assert_eq!((&project["renewal_url"], &project["name"]), (&wanted["project"]["renewal_url"], &json!("Acme")));

        let page = Visitor::new().get(&link.url).await;
        let there = format!("https://acme.example/new?from=link&setup_link_id={}", link.id);
        assert_eq!((page.page(), page.attribute(BUTTON, "href")), ("revoked".to_owned(), there));
        assert!(!page.has("form"));
        // A page that was open before knows nothing of it: the press is no request, and the link's page leads on.
        ask(&Visitor::new(), &link).await;
        assert_eq!(acme.see(&link).await["renewal_requested_at"], Value::Null);
        // Another change of the project leaves it, `null` takes it back, and nobody else's project has one.
        let renamed = acme.patch("/project", &json!({"project": {"name": "Acme Desk"}})).await.data(200);
        assert_eq!(renamed["renewal_url"], wanted["project"]["renewal_url"]);
        assert_eq!(house.platform("Rival").await.get("/project").await.data(200)["renewal_url"], Value::Null);
        acme.patch("/project", &json!({"project": {"renewal_url": null}})).await.data(200);
        assert!(Visitor::new().get(&link.url).await.has("form"));
        assert_eq!(receiver.received().len(), 0);

        for wrong in [
            json!(7), json!(""), json!("/new"), json!("javascript:alert(1)"), json!("https://u@acme.example"),
            json!("https://acme.example/#new"), json!(format!("{}/whatsapp/setup/{}", house.url, link.token)),
        ] {
            let refused = acme.patch("/project", &json!({"project": {"renewal_url": wrong}})).await;
            assert_eq!(refused.refused_fields(), ["renewal_url"], "{wrong}");
        }
    }
}
