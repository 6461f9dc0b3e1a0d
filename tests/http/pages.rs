//! The setup page: what it shows, that reading it changes nothing, and what the button takes.

use futures_util::future::join_all;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use crate::{
    stored::count,
    support::{House, Visitor, on_both},
};

on_both! {
    async fn whoever_reads_the_page_changes_nothing(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let before = acme.see(&link).await;

        let bots = (0..30).map(|_| async {
            let bot = Visitor::new();
            let (page, head) = (bot.get(&link.url).await, bot.head(&link.url).await);
            assert_eq!((page.status, page.page()), (200, "setup".to_owned()));
            assert_eq!((head.status, head.html.as_str()), (200, ""));
            assert_eq!(head.header("content-type"), page.header("content-type"));
            for answer in [&page, &head] {
                assert_eq!(answer.header("set-cookie"), "");
            }
            let progress = bot.get(&format!("{}/progress", link.url)).await;
            assert_eq!(progress.location(), link.url, "nothing has begun");
            let number = bot.get(&format!("{}/number", link.url)).await;
            assert_eq!(number.location(), format!("{}/progress", link.url));
        });
        join_all(bots).await;

        assert_eq!(acme.see(&link).await, before);
        for table in ["events", "signups", "sessions", "phone_numbers"] {
            assert_eq!(count(&house, table).await, 0, "{table}");
        }
        assert!(house.world().calls().is_empty(), "and nobody asked Meta anything");
    }

    async fn two_types_are_a_question_and_one_is_an_answer(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme & Söhne").await;
        let both = Visitor::new().get(&acme.link(json!({})).await.url).await;
        for kind in ["coexistence", "dedicated"] {
            let hook = format!("[data-testid=connection-type-{kind}]");
            assert_eq!(both.attribute(&hook, "type"), "radio");
            assert_eq!(both.attribute(&hook, "value"), kind);
        }
        assert!(!both.has("input[checked]"), "nobody has chosen yet");
        assert!(both.texts("header")[0].contains("Acme & Söhne"));
        let words = both.texts("main")[0].replace(['\u{2068}', '\u{2069}'], "");
        assert!(words.contains(" 5 messages") && words.contains("1,000 messages"), "{words}");

        for (kind, other) in [("coexistence", "dedicated"), ("dedicated", "coexistence")] {
            let link = acme.link(json!({"allowed_connection_types": [kind]})).await;
            let page = Visitor::new().get(&link.url).await;
            assert!(page.has(&format!("[data-testid=connection-type-{kind}]")));
            assert!(!page.has(&format!("[data-testid=connection-type-{other}]")));
            assert!(!page.has("input[type=radio]"), "there is no question to ask");
            assert_eq!(page.attribute("input[name=connection_type]", "value"), kind);
            // A browser without even the hidden field gets on all the same.
            let dialog = Visitor::new().post(&link.url, &[]).await;
            let is_coexistence = dialog.landing()["extras"].contains("whatsapp_business_app_onboarding");
            assert_eq!(is_coexistence, kind == "coexistence");
        }
    }

    async fn a_number_that_is_to_be_bought_is_dedicated(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({"provision_phone_number": true})).await;
        let page = Visitor::new().get(&link.url).await;
        assert_eq!(page.attribute("input[name=connection_type]", "value"), "dedicated");
    }

    async fn the_button_leads_to_facebook_with_all_that_the_dialog_needs(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let page = Visitor::new().get(&link.url).await;
        assert!(page.has("button[data-testid=continue-with-facebook]"));
        assert_eq!(format!("{}{}", house.url, page.attribute("form", "action")), link.url);

        let sent = Visitor::new().post(&link.url, &[("connection_type", "coexistence")]).await;

        assert!(sent.location().starts_with(&format!("{}/v26.0/dialog/oauth?", house.facebook.url())));
        assert_eq!(sent.header("cache-control"), "no-store");
        let mut asked = sent.landing();
        let state = asked.remove("state").expect("a state");
        assert!(state.len() >= 43, "256 bits: {state}");
        let expected = [
            ("client_id", "100000000000001"),
            ("redirect_uri", &format!("{}/auth/facebook/callback", house.url)),
            ("response_type", "code"),
            ("config_id", "200000000000001"),
            ("override_default_response_type", "true"),
            ("extras", crate::support::house::EXTRAS_COEXISTENCE),
            ("display", "page"),
            ("locale", "en_US"),
        ];
        assert_eq!(asked, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert_eq!(count(&house, "events").await, 1, "setup_link.started");
    }

    async fn a_missing_or_wrong_type_is_asked_for_again(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let both = acme.link(json!({})).await;
        let dedicated = acme.link(json!({"allowed_connection_types": ["dedicated"]})).await;
        for (link, form) in [
            (&both, vec![]),
            (&both, vec![("connection_type", "")]),
            (&both, vec![("connection_type", "both")]),
            (&both, vec![("connection_type", "Dedicated")]),
            (&both, vec![("type", "dedicated")]),
            (&dedicated, vec![("connection_type", "coexistence")]),
        ] {
            let page = Visitor::new().post(&link.url, &form).await;
            assert_eq!((page.status, page.page()), (422, "setup".to_owned()), "{form:?}");
            assert_eq!(page.texts("[data-testid=setup-error]").len(), 1);
            assert!(page.has("[data-testid=continue-with-facebook]"), "and can be answered there and then");
            assert_eq!(page.header("set-cookie"), "");
        }
        for table in ["signups", "events", "sessions"] {
            assert_eq!(count(&house, table).await, 0, "{table}");
        }
    }

    async fn what_is_no_form_of_ours_is_an_error_page(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let plain = reqwest::Client::builder().no_proxy().build().expect("a client");
        for (kind, body) in [("application/json", "{\"connection_type\":\"dedicated\"}"), ("text/plain", "connection_type=dedicated")] {
            let answer = plain.post(&link.url).header(CONTENT_TYPE, kind).body(body).send().await.expect("an answer");
            assert_eq!(answer.status(), 400, "{kind}");
            assert!(answer.text().await.expect("a page").contains("data-page=\"error\""));
        }
        let large = "connection_type=dedicated&x=".to_owned() + &"x".repeat(70 * 1024);
        let form = "application/x-www-form-urlencoded";
        let answer = plain.post(&link.url).header(CONTENT_TYPE, form).body(large).send().await.expect("an answer");
        assert!(answer.status().is_client_error(), "{}", answer.status());
        assert_eq!(count(&house, "signups").await, 0);
    }

    async fn a_hostile_project_name_is_only_a_name(db: Database) {
        let house = House::open(db).await;
        let name = "<script>alert(1)</script>\"'&{ $x }</title><b>";
        let link = house.platform(name).await.link(json!({})).await;
        for lang in ["en", "ar"] {
            let page = Visitor::new().get(&format!("{}?lang={lang}", link.url)).await;
            assert!(page.texts("header bdi")[0] == name && page.texts("title")[0].contains(name), "{}", page.html);
            assert!(!page.has("script:not([src])") && !page.has("b"), "{}", page.html);
        }
    }

    async fn an_address_or_method_that_is_none_is_a_page(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::new();
        let cut = &link.url[..link.url.len() - 1];
        let other = format!("{}/whatsapp/setup/{}", house.url, "A".repeat(32));
        for url in [cut, &other, &format!("{other}/progress"), &format!("{cut}/number"), &format!("{}/", link.url), &house.url,
            &format!("{}/whatsapp/setup/", house.url), &format!("{}/whatsapp/setup/%00", house.url), &format!("{}/static/x", house.url),
            &format!("{}/static/..%2fCargo.toml", house.url)] {
            let page = visitor.get(url).await;
            assert_eq!((page.status, page.page()), (404, "not-found".to_owned()), "{url}");
            assert!(!page.html.contains("Acme"), "it gives nothing away");
        }
        assert_eq!(visitor.post(&other, &[("connection_type", "dedicated")]).await.status, 404);
        for (url, allow) in [(format!("{}/progress", link.url), "GET,HEAD"), (format!("{}/auth/facebook/callback", house.url), "GET,HEAD")] {
            let page = visitor.post(&url, &[]).await;
            assert_eq!((page.status, page.page()), (405, "error".to_owned()), "{url}");
            assert_eq!(page.header("allow"), allow);
        }
    }
}
