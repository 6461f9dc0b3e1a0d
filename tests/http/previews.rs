//! What chats and mail programs read of a link before anybody opens it.

use serde_json::json;

use crate::support::{House, Page, Visitor, on_both};

fn tag(page: &Page, name: &str) -> String {
    let by = if name.starts_with("og:") { "property" } else { "name" };
    page.attribute(&format!("meta[{by}='{name}']"), "content")
}

on_both! {
    async fn a_preview_names_the_platform_in_the_link_s_language(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme \"&\" Söhne").await;
        let customer = acme.customer("Bakery on the Corner").await;
        let link = acme.link_for(&customer, json!({"language": "es"})).await;
        // A bot asks for no language, or for one of its own.
        for bot in [Visitor::speaking(""), Visitor::speaking("en")] {
            let page = bot.get(&link.url).await;
            assert_eq!(tag(&page, "og:title"), "Conecta WhatsApp con Acme \"&\" Söhne");
            assert_eq!(tag(&page, "og:title"), tag(&page, "twitter:title"));
            assert_eq!(tag(&page, "og:title"), page.texts("title")[0]);
            assert_eq!(tag(&page, "og:site_name"), "Acme \"&\" Söhne");
            assert_eq!(tag(&page, "og:locale"), "es_LA");
            assert_eq!(tag(&page, "og:url"), link.url, "by the address that the operator set");
            assert_eq!(tag(&page, "twitter:card"), "summary");
            assert!(tag(&page, "og:description").starts_with("Acme"));
            assert_eq!(tag(&page, "og:description"), tag(&page, "twitter:description"));
            assert!(!page.html.contains("Bakery"), "the customer's name is nobody's business");
            assert!(!page.html.contains('\u{2068}') || !tag(&page, "og:description").contains('\u{2068}'));
            assert!(page.html.find("twitter:card").is_some_and(|at| at < 300 * 1024), "WhatsApp reads no further");
        }
    }

    async fn a_link_that_is_over_says_so_in_its_preview(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        acme.change(&link, json!({"status": "revoked"})).await.data(200);
        let page = Visitor::new().get(&link.url).await;
        assert_eq!(tag(&page, "og:title"), "This link is no longer valid");
        let nothing = Visitor::new().get(&format!("{}/whatsapp/setup/nothing", house.url)).await;
        assert!(!nothing.has("meta[property='og:title']"), "nor does an unknown address say anything");
    }
}
