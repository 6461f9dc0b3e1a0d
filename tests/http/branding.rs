//! `branding`: how a platform shows itself on its pages, by project and by link.

use serde_json::{Value, json};

use crate::support::{House, Pictures, Visitor, on_both};

fn of_project(branding: &Value) -> Value {
    json!({"project": {"branding": branding}})
}

on_both! {
    async fn a_projects_branding_is_on_its_pages_and_a_link_may_say_otherwise(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let branding = json!({
            "support_url": "https://acme.example/help", "terms_url": "https://acme.example/terms#payment",
            "privacy_url": "https://acme.example/privacy",
            "headline": {"en": "Bring <b>your</b> number", "es": "Trae tu número"},
            "introduction": {"en": "One inbox & everybody in it."},
        });
        let project = acme.patch("/project", &of_project(&branding)).await.data(200);
        assert_eq!(project["branding"]["headline"], branding["headline"]);
        assert_eq!((&project["branding"]["logo_url"], &project["name"]), (&Value::Null, &json!("Acme")));

        let plain = acme.link(json!({})).await;
        let page = Visitor::new().get(&plain.url).await;
        // Plain text is shown as it was written.
        assert_eq!(page.texts("h1"), ["Bring <b>your</b> number"]);
        assert_eq!(page.texts("h1 + p"), ["One inbox & everybody in it."]);
        assert_eq!(page.attribute("[data-testid=terms-link]", "href"), "https://acme.example/terms#payment");
        assert_eq!(page.texts("[data-testid=support-link]"), ["Help from \u{2068}Acme\u{2069}"]);
        // A language without a text of the platform's has ours.
        let page = Visitor::speaking("es").get(&plain.url).await;
        assert_eq!(page.texts("h1"), ["Trae tu número"]);
        assert!(page.texts("h1 + p")[0].contains("enviará y recibirá"), "{:?}", page.texts("h1 + p"));

        let own = json!({"name": "Bakery Desk", "privacy_url": "https://desk.example/privacy", "headline": {"en": "Hello"}});
        let link = acme.link(json!({"branding": own})).await;
        assert_eq!(acme.see(&link).await["branding"]["name"], "Bakery Desk");
        let page = Visitor::new().get(&link.url).await;
        assert_eq!((page.texts("h1"), page.texts(".asker bdi")), (vec!["Hello".into()], vec!["Bakery Desk".into()]));
        assert_eq!(page.attribute("[data-testid=privacy-link]", "href"), "https://desk.example/privacy");
        assert_eq!(page.attribute("[data-testid=support-link]", "href"), "https://acme.example/help");

        // Taken back, on the link and then on the project.
        acme.change(&link, json!({"branding": null})).await.data(200);
        assert_eq!(Visitor::new().get(&link.url).await.texts(".asker bdi"), ["Acme"]);
        let renamed = json!({"project": {"name": "Acme Desk", "branding": null}});
        assert_eq!(acme.patch("/project", &renamed).await.data(200)["name"], "Acme Desk");
        let page = Visitor::new().get(&link.url).await;
        assert_eq!(page.texts(".asker bdi"), ["Acme Desk"]);
        assert!(!page.has("[data-testid=terms-link]") && page.texts("h1") == ["Connect your WhatsApp number"]);
        // Nobody else's project has changed.
        let rival = house.platform("Rival").await;
        assert_eq!(rival.get("/project").await.data(200)["branding"]["headline"], json!({}));
    }

    async fn a_logo_is_fetched_once_redrawn_and_served_by_us(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let pictures = Pictures::hang().await;
        let branding = json!({"logo_url": pictures.at("logo.png")});
        acme.patch("/project", &of_project(&branding)).await.data(200);
        let links = [acme.link(json!({})).await, acme.link(json!({"branding": branding})).await];
        for link in &links {
            let page = Visitor::new().get(&link.url).await;
            let source = page.attribute("img.logo", "src");
            assert!(source.starts_with("/logo/") && !page.html.contains(&pictures.at("")), "{source}");
            assert_eq!(page.attribute("[property='og:image']", "content"), format!("{}{source}", house.url));
            let size = [page.attribute("img.logo", "width"), page.attribute("img.logo", "height")];
            assert_eq!(size, ["100", "34"], "the place is kept");
            let logo = Visitor::new().get(&format!("{}{source}", house.url)).await;
            assert_eq!((logo.status, logo.header("content-type")), (200, "image/png"));
            assert_eq!(logo.header("cache-control"), "public, max-age=31536000, immutable");
            assert_eq!(logo.header("x-content-type-options"), "nosniff");
        }
        assert_eq!(pictures.visits(), 1);
        assert_eq!(Visitor::new().get(&format!("{}/logo/nothing", house.url)).await.status, 404);
    }

    async fn what_cannot_be_shown_is_refused_and_nothing_is_saved(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let pictures = Pictures::hang().await;
        let long = "é".repeat(121);
        for (branding, field, said) in [
            (json!("blue"), "branding", "an object"),
            (json!({"name": "x".repeat(101)}), "branding.name", "1 to 100 characters"),
            (json!({"name": ""}), "branding.name", "1 to 100 characters"),
            (json!({"terms_url": "javascript:alert(1)"}), "branding.terms_url", "http or https"),
            (json!({"support_url": 7}), "branding.support_url", "text or null"),
            (json!({"headline": "Hello"}), "branding.headline", "by language"),
            (json!({"headline": {"tlh": "nuqneH"}}), "branding.headline.tlh", "none of the languages"),
            (json!({"headline": {"en": long}}), "branding.headline.en", "1 to 120 characters"),
            (json!({"introduction": {"ar": "a\nb"}}), "branding.introduction.ar", "on one line"),
            (json!({"logo_url": "https://169.254.169.254/logo.png"}), "branding.logo_url", "private"),
            (json!({"logo_url": pictures.at("logo.svg")}), "branding.logo_url", "PNG, JPEG or WebP"),
            (json!({"logo_url": pictures.at("large.png")}), "branding.logo_url", "too large"),
            (json!({"logo_url": pictures.at("nothing.png")}), "branding.logo_url", "status 200"),
            (json!({"logo_url": pictures.at("moved.png")}), "branding.logo_url", "status 200"),
        ] {
            let link = format!("/customers/{}/setup_links", acme.customer("Bakery").await);
            for answer in [
                acme.patch("/project", &of_project(&branding)).await,
                acme.post(&link, &json!({"setup_link": {"branding": branding}})).await,
            ] {
                assert_eq!(answer.status, 422, "{branding}: {}", answer.body);
                let error = &answer.body["errors"][0];
                assert_eq!(error["field"], field, "{branding}");
                assert!(error["message"].as_str().is_some_and(|message| message.contains(said)), "{error}");
            }
            assert_eq!(acme.get(&link).await.data(200), json!([]));
        }
        let project = acme.get("/project").await.data(200);
        assert_eq!(project["branding"]["support_url"], Value::Null);
        for (body, field) in [
            (json!({"project": {"name": null}}), "name"),
            (json!({"project": {"name": "x".repeat(101)}}), "name"),
            (json!({"name": "Acme"}), "name"),
        ] {
            let answer = acme.patch("/project", &body).await;
            assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (422, &json!(field)), "{body}");
        }
    }
}
