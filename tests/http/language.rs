//! Which language a page is in, and that it says so everywhere.

use serde_json::{Value, json};
use setuplinks::sandbox::{Outcome, When};

use crate::support::{House, Page, Visitor, on_both};

const LANGUAGES: &[&str] = &["en", "es", "pt", "hi", "id", "ar"];

/// The page's language, with everything that must agree about it.
#[track_caller]
fn language(page: &Page) -> String {
    let lang = page.attribute("html", "lang");
    assert_eq!(page.attribute("html", "dir"), if lang == "ar" { "rtl" } else { "ltr" }, "{lang}");
    assert_eq!(page.header("content-language"), lang);
    assert_eq!(page.header("vary").to_ascii_lowercase(), "accept-language");
    lang
}

on_both! {
    async fn the_browser_is_asked_when_nobody_chose(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let nan = "es;q=nan,".repeat(100);
        let many = "de,".repeat(100) + "es";
        let nan_then_arabic = format!("ar,{nan}");
        for (header, lang) in [
            ("es", "es"),
            ("ES", "es"),
            ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
            ("pt_PT", "pt"),
            ("en-GB;q=0.5, ar-EG;q=0.9", "ar"),
            ("de-DE, de;q=0.9, hi-Latn-IN;q=0.3", "hi"),
            ("in-ID", "id"),
            ("es;q=0.1, id;q=0.2, hi;q=0.15", "id"),
            ("es;q=0, id;q=0.1", "id"),
            ("ar;q=0", "en"),
            ("*", "en"),
            ("zh, *;q=0.5", "en"),
            ("es, *;q=0.5", "es"),
            ("zh", "en"),
            ("", "en"),
            (",,;;==,q", "en"),
            ("<script>", "en"),
            ("es;q=abc, pt;q=0.2", "pt"),
            ("es;q=-1, pt;q=0.2", "pt"),
            ("es;q=1e9, pt;q=0.2", "pt"),
            ("ar ; q = 0.7 , es ; q = 0.2", "ar"),
            (&nan, "en"),
            (&nan_then_arabic, "ar"),
            (&many, "en"),
        ] {
            let page = Visitor::speaking(header).get(&link.url).await;
            assert_eq!(page.status, 200, "{header}");
            assert_eq!(language(&page), lang, "{header}");
        }
        // Bytes that are no text at all.
        let plain = reqwest::Client::builder().no_proxy().build().expect("a client");
        let odd = reqwest::header::HeaderValue::from_bytes(b"\xff\xfe,es").expect("opaque bytes");
        let answer = plain.get(&link.url).header("Accept-Language", odd).send().await.expect("an answer");
        assert_eq!((answer.status().as_u16(), &answer.headers()["content-language"]), (200, &"en".parse().expect("a value")));
    }

    async fn the_link_s_language_comes_before_the_browser_s_and_the_visitor_s_before_both(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        for &lang in LANGUAGES {
            let link = acme.link(json!({"language": lang})).await;
            let page = Visitor::speaking("hi, es;q=0.5").get(&link.url).await;
            assert_eq!(language(&page), lang);
            for &chosen in LANGUAGES {
                let page = Visitor::speaking("hi").get(&format!("{}?lang={chosen}", link.url)).await;
                assert_eq!(language(&page), chosen);
            }
            for odd in ["de", "", "../ar", "%00", "ar%00", "xx-ar"] {
                let page = Visitor::speaking("hi").get(&format!("{}?lang={odd}", link.url)).await;
                assert_eq!(language(&page), lang, "{odd}");
            }
        }
    }

    async fn each_language_has_words_of_its_own_and_a_switcher_to_the_others(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let mut headlines = Vec::new();
        for &lang in LANGUAGES {
            let visitor = Visitor::new();
            let page = visitor.get(&format!("{}?lang={lang}", link.url)).await;
            headlines.extend(page.texts("h1"));
            assert_eq!(page.header("set-cookie"), "", "a choice of language sets no cookie");
            assert!(page.has("[data-testid=language-switcher]"));
            for &other in LANGUAGES {
                let link_to = format!("[data-testid=language-{other}]");
                assert_eq!(page.attribute(&link_to, "href"), format!("?lang={other}"));
                assert_eq!(page.attribute(&link_to, "lang"), other);
            }
            let current = page.attribute("[data-testid=language-switcher] [aria-current]", "data-testid");
            assert_eq!(current, format!("language-{lang}"));
        }
        headlines.sort();
        headlines.dedup();
        assert_eq!(headlines.len(), LANGUAGES.len(), "{headlines:?}");
    }

    async fn facebook_s_dialog_is_asked_for_in_the_page_s_language(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"language": "es"})).await;
        for (lang, locale) in
            [("en", "en_US"), ("es", "es_LA"), ("pt", "pt_BR"), ("hi", "hi_IN"), ("id", "id_ID"), ("ar", "ar_AR")]
        {
            let page = Visitor::new().post(&format!("{}?lang={lang}", link.url), &[("connection_type", "dedicated")]).await;
            assert_eq!(page.landing()["locale"], locale);
        }
        let page = Visitor::speaking("ar").post(&link.url, &[("connection_type", "dedicated")]).await;
        assert_eq!(page.landing()["locale"], "es_LA", "the link's, when the visitor chose none");
        let plain = acme.link(json!({})).await;
        let page = Visitor::speaking("ar").post(&plain.url, &[("connection_type", "dedicated")]).await;
        assert_eq!(page.landing()["locale"], "ar_AR", "the browser's, when nobody chose");
    }

    async fn answers_are_kept_when_the_language_changes(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let visitor = Visitor::new();
        let asked = visitor.get(&format!("{}?app=no&code=yes&stay=%22%3E&which=1&x=1", link.url)).await;
        let href = asked.attribute("[data-testid=language-ar]", "href");
        assert_eq!(href, "?lang=ar&app=no&code=yes&which=1", "the answers that are answers, and nothing else");
        let arabic = visitor.get(&format!("{}{href}", link.url)).await;
        assert_eq!(language(&arabic), "ar");
        assert!(arabic.has("#dedicated[checked]") && arabic.has("[data-testid=advice]"), "{}", arabic.html);
    }

    async fn a_choice_is_kept_on_the_whole_way(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({"language": "es"})).await;
        let visitor = Visitor::new();
        let page = visitor.get(&format!("{}?lang=ar", link.url)).await;
        let action = page.attribute("form", "action");
        assert!(action.ends_with("?lang=ar"), "{action}");

        // Without a type it is asked for again, still in Arabic.
        let asked = visitor.post(&format!("{}{action}", house.url), &[]).await;
        assert_eq!((asked.status, language(&asked)), (422, "ar".to_owned()));

        let dialog = visitor.post(&format!("{}{action}", house.url), &[("connection_type", "dedicated")]).await.location();
        let hold = house.world().hold("phone_numbers", When::Before);
        let callback = house.world().login(&dialog, Outcome::Several).expect("a login");
        let back = visitor.get(&callback).await;
        let progress = visitor.get(&back.location()).await;
        assert_eq!((progress.page(), language(&progress)), ("progress".to_owned(), "ar".to_owned()));
        assert!(progress.html.contains("/progress?lang=ar"), "it comes back to itself in Arabic: {}", progress.html);

        hold.release();
        let choice = visitor.wait_out(&back.location()).await;
        assert_eq!((choice.page(), language(&choice)), ("number".to_owned(), "ar".to_owned()));
        let action = choice.attribute("form", "action");
        let number = choice.attribute("input[name=phone_number_id]", "value");
        let chosen = visitor.post(&format!("{}{action}", house.url), &[("phone_number_id", &number)]).await;
        let end = visitor.wait_out(&chosen.location()).await;
        assert_eq!((end.page(), language(&end)), ("connected".to_owned(), "ar".to_owned()));
    }

    async fn every_page_of_ours_speaks_the_visitor_s_language(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let visitor = Visitor::speaking("ar-EG");
        let revoked = acme.link(json!({})).await;
        acme.change(&revoked, json!({"status": "revoked"})).await.data(200);
        let failing = acme.link(json!({"language": Value::Null})).await;
        for (page, name) in [
            (visitor.get(&format!("{}/nowhere", house.url)).await, "not-found"),
            (visitor.get(&format!("{}/whatsapp/setup/{}", house.url, "x".repeat(32))).await, "not-found"),
            (visitor.get(&format!("{}/auth/facebook/callback?code=x&state=y", house.url)).await, "error"),
            (visitor.get(&format!("{}/auth/facebook/callback", house.url)).await, "error"),
            (visitor.get(&revoked.url).await, "revoked"),
            (visitor.walk(&failing, "dedicated", house.world(), Outcome::Cancel).await, "failed"),
        ] {
            assert_eq!((page.page(), language(&page)), (name.to_owned(), "ar".to_owned()));
        }
    }
}
