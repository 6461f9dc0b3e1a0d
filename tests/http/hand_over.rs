//! Other devices, other browsers, other people: what the pages say to whom, and what is noted of a second device.

use serde_json::json;
use setuplinks::{
    meta::sdk::LoginMode,
    sandbox::{Outcome, When},
};

use crate::{
    stored::count,
    support::{House, Page, Visitor, on_both, until},
};

const ANDROID_INSTAGRAM: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 7; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 Instagram 355.0.0.42.103 Android";
const IPHONE_WHATSAPP: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 WhatsApp/2.24.20.78 i";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

fn words(page: &Page, selector: &str) -> String {
    page.texts(selector).concat().replace(['\u{2068}', '\u{2069}'], "")
}

/// The states of the rows of a page that follows.
fn steps(page: &Page) -> Vec<String> {
    ["done", "now", "next"].iter().map(|state| page.texts(&format!(".steps .{state} span")).join(", ")).collect()
}

on_both! {
    async fn a_browser_inside_an_app_is_told_the_ways_out_and_kept_from_nothing(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({"allowed_connection_types": ["dedicated"]})).await;
        let visitor = Visitor::in_person(ANDROID_INSTAGRAM);
        let page = visitor.get(&link.url).await;
        let notice = words(&page, "[data-testid=in-app-notice]");
        assert!(notice.contains("inside Instagram") && notice.contains("does not work in here"), "{notice}");
        assert_eq!(page.attribute("[data-testid=link-text]", "value"), link.url);
        let intent = page.attribute("[data-testid=open-in-browser]", "href");
        let bare = link.url.strip_prefix("http://").expect("a web address");
        assert!(intent.starts_with(&format!("intent://{bare}#Intent;scheme=http;")), "{intent}");
        assert!(page.header("content-security-policy").contains("script-src 'nonce-"));
        assert_eq!(page.header("set-cookie"), "");
        // And who tries all the same gets on.
        assert_eq!(visitor.walk(&link, "dedicated", house.world(), Outcome::Dedicated).await.page(), "connected");

        let link = house.platform("Acme").await.link(json!({})).await;
        let page = Visitor::in_person(IPHONE_WHATSAPP).get(&format!("{}?lang=es", link.url)).await;
        let notice = words(&page, "[data-testid=in-app-notice]");
        assert!(notice.contains("navegador integrado de WhatsApp") && notice.contains("Si aquí no se abre"), "{notice}");
        assert!(!page.has("[data-testid=open-in-browser]"), "an address that only Android has");
        assert_eq!(page.attribute("[data-testid=link-text]", "value"), format!("{}?lang=es", link.url));

        let page = Visitor::in_person(IPHONE).get(&link.url).await;
        assert!(!page.has("[data-testid=in-app-notice]") && !page.has("script"), "{}", page.html);
    }

    async fn the_page_says_which_device_is_right(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let both = acme.link(json!({})).await;
        let at_a_desk = words(&Visitor::new().get(&both.url).await, ".devices li");
        assert!(at_a_desk.contains("on this screen") && at_a_desk.contains("any device will do"), "{at_a_desk}");
        let on_a_phone = words(&Visitor::in_person(IPHONE).get(&both.url).await, ".devices li");
        assert!(on_a_phone.contains("two screens") && on_a_phone.contains("any device will do"), "{on_a_phone}");
        let dedicated = acme.link(json!({"allowed_connection_types": ["dedicated"]})).await;
        let only = Visitor::in_person(IPHONE).get(&dedicated.url).await;
        assert!(!words(&only, ".devices li").contains("two screens"));
        let elsewhere = only.attribute("[data-testid=continue-elsewhere]", "href");
        assert_eq!(format!("{}{elsewhere}", house.url), format!("{}/device", dedicated.url));
    }

    async fn the_way_to_another_device_or_person_changes_nothing(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme & Co").await;
        let link = acme.link(json!({})).await;
        let before = acme.see(&link).await;
        let page = Visitor::new().get(&format!("{}/device?lang=id", link.url)).await;
        assert_eq!((page.status, &*page.page()), (200, "device"));
        assert_eq!(page.attribute("html", "lang"), "id");
        let address = format!("{}?lang=id", link.url);
        assert_eq!(page.attribute("[data-testid=link-text]", "value"), address);
        assert_eq!(page.attribute("[data-testid=qr-code]", "role"), "img");
        assert!(!page.attribute("[data-testid=qr-code]", "aria-label").is_empty());
        let message = page.texts("[data-testid=colleague-message]").concat();
        assert!(message.contains("Acme & Co") && message.ends_with(&format!("\n\n{address}")), "{message}");
        assert!(!message.contains(['\u{2068}', '\u{2069}']), "{message}");
        let sent = |hook: &str| url::Url::parse(&page.attribute(hook, "href")).expect("an address");
        let (mail, chat) = (sent("[data-testid=colleague-mail]"), sent("[data-testid=colleague-whatsapp]"));
        assert_eq!(mail.scheme(), "mailto");
        assert!(!mail.as_str().contains('+'), "mail programs show it: {mail}");
        assert_eq!(mail.query_pairs().find(|(name, _)| name == "body").expect("a body").1, message);
        assert_eq!((chat.host_str(), &*chat.query_pairs().next().expect("a text").1), (Some("wa.me"), message.as_str()));
        assert_eq!(steps(&page), ["", "Halaman dibuka", "Login Facebook, Nomor terhubung"]);
        assert_eq!(page.header("set-cookie"), "");
        assert_eq!(acme.see(&link).await, before);
        for table in ["signups", "sessions"] {
            assert_eq!(count(&house, table).await, 0, "{table}");
        }
    }

    async fn the_first_device_sees_by_reload_how_far_the_second_is(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"allowed_connection_types": ["dedicated"]})).await;
        let before = acme.see(&link).await;
        let (first, second) = (Visitor::new(), Visitor::in_person(IPHONE));
        let waiting = format!("{}/device", link.url);
        assert_eq!(steps(&first.get(&waiting).await)[1], "Page opened");

        let page = second.get(&format!("{}?via=device", link.url)).await;
        let arrived = page.attribute("[data-arrived]", "data-arrived");
        assert_eq!(steps(&first.get(&waiting).await)[1], "Page opened", "reading changes nothing");
        let told = second.post(&format!("{}{arrived}", house.url), &[]).await;
        assert_eq!((told.status, told.header("set-cookie")), (204, ""));
        assert_eq!(steps(&first.get(&waiting).await), ["Page opened", "", "Logging in with Facebook, Number connected"]);
        assert_eq!(acme.see(&link).await, before, "a platform's view of the link is the same");

        let dialog = second.choose(&link, "dedicated").await;
        assert_eq!(steps(&first.get(&waiting).await), ["Page opened", "Logging in with Facebook", "Number connected"]);
        let callback = house.world().login(&dialog, Outcome::Cancel).expect("a login");
        second.get(&callback).await;
        let failed = first.get(&waiting).await;
        assert_eq!(words(&failed, ".steps .stopped span"), "You left Facebook before it was finished");

        let hold = house.world().hold("register", When::Before);
        second.log_in(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        let on_its_way = first.get(&waiting).await;
        assert_eq!(on_its_way.location(), format!("{}/progress", link.url));
        hold.reached().await;
        hold.release();
        assert_eq!(first.wait_out(&on_its_way.location()).await.page(), "connected");
        assert_eq!(first.get(&waiting).await.location(), format!("{}/progress", link.url), "and so it is an hour later");
    }

    async fn a_link_that_is_over_has_nothing_to_hand_over(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        acme.change(&link, json!({"status": "revoked"})).await.data(200);
        let visitor = Visitor::new();
        assert_eq!(visitor.get(&format!("{}/device", link.url)).await.page(), "revoked");
        assert_eq!(visitor.post(&format!("{}/arrived", link.url), &[]).await.status, 204);
        let unknown = format!("{}/whatsapp/setup/{}", house.url, "A".repeat(32));
        for page in ["device", "device/events"] {
            assert_eq!(visitor.get(&format!("{unknown}/{page}")).await.page(), "not-found", "{page}");
        }
        assert_eq!(visitor.post(&format!("{unknown}/arrived"), &[]).await.status, 404);
        // What the stream of a link that is over says first is that it is.
        let said = until("the end of the stream", || async {
            let page = visitor.get(&format!("{}/device/events", link.url)).await;
            (!page.html.is_empty()).then_some(page.html)
        })
        .await;
        assert_eq!(said, "event: end\ndata: over\n\n");
    }

    async fn a_window_of_its_own_opens_the_policy_for_itself_and_nothing_else(db: Database) {
        let policy = |page: &Page| page.header("content-security-policy").to_owned();
        let part = |policy: &str, name: &str| {
            let found = policy.split("; ").find_map(|part| part.strip_prefix(name).map(|rest| rest.trim().to_owned()));
            found.unwrap_or_default()
        };
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let page = Visitor::new().get(&link.url).await;
        for closed in ["script-src", "connect-src", "frame-src"] {
            assert_eq!(part(&policy(&page), closed), "", "{closed}");
        }
        assert!(!page.has("[data-popup]") && !page.has("script"));

        for (mode, opens) in [(LoginMode::Popup, [true, true, false]), (LoginMode::Auto, [true, false, false])] {
            let house = House::open_with_login(crate::support::Database::Sqlite, mode).await;
            let facebook = house.facebook.url();
            let link = house.platform("Acme").await.link(json!({})).await;
            let visitors = [Visitor::new(), Visitor::in_person(IPHONE), Visitor::in_person(ANDROID_INSTAGRAM)];
            for (visitor, opens) in visitors.iter().zip(opens) {
                let page = visitor.get(&format!("{}?lang=pt", link.url)).await;
                assert_eq!(page.has("[data-popup]"), opens, "{mode} {}", visitor.user_agent.as_deref().unwrap_or_default());
                assert_eq!(page.header("set-cookie"), "");
                if !opens {
                    assert!(!part(&policy(&page), "script-src").contains(&facebook) && part(&policy(&page), "frame-src").is_empty());
                    continue;
                }
                let nonce = page.attribute("style", "nonce");
                assert_eq!(part(&policy(&page), "script-src"), format!("'nonce-{nonce}' {facebook}"));
                assert_eq!(part(&policy(&page), "connect-src"), format!("'self' {facebook}"));
                assert_eq!(part(&policy(&page), "frame-src"), facebook);
                assert_eq!(page.header("cross-origin-opener-policy"), "same-origin-allow-popups");
                assert_eq!(page.attribute("[data-popup]", "data-sdk"), format!("{facebook}/pt_BR/sdk.js"));
                assert_eq!(page.attribute("[data-popup]", "data-coexistence"), crate::support::house::EXTRAS_COEXISTENCE);
                assert!(!page.html.contains(&format!("src=\"{facebook}")), "nothing is fetched there before the page is usable");
            }
        }
    }
}
