//! What protects the pages: policy, cookies, forms of other sites, and a token that stays in the house.

use std::net::Ipv4Addr;

use reqwest::header::{COOKIE, HeaderMap};
use serde_json::json;
use setuplinks::{app::PublicUrl, cli, sandbox::Outcome};
use tokio::net::TcpListener;

use crate::{
    stored::count,
    support::{House, Page, Visitor, on_both},
};

/// A directive of the page's content policy.
#[track_caller]
fn directive<'a>(page: &'a Page, name: &str) -> &'a str {
    let policy = page.header("content-security-policy");
    let found: Vec<&str> = policy.split("; ").filter_map(|part| part.strip_prefix(name)?.strip_prefix(' ')).collect();
    assert_eq!(found.len(), 1, "{name} in {policy}");
    found[0]
}

fn plain() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.build().expect("a client")
}

/// Presses the button with these headers beside it; gives the status and what came with it.
async fn press(url: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, String) {
    let mut request = plain().post(url).form(&[("connection_type", "dedicated")]);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.headers().clone(), answer.text().await.expect("a body"))
}

on_both! {
    async fn every_answer_has_the_headers_that_protect_it(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::new();
        for page in [visitor.get(&link.url).await, visitor.get(&format!("{}/nowhere", house.url)).await] {
            assert_eq!(directive(&page, "default-src"), "'none'");
            assert_eq!(directive(&page, "frame-ancestors"), "'none'");
            assert_eq!(directive(&page, "base-uri"), "'none'");
            assert!(!page.header("content-security-policy").contains("unsafe"));
            for (name, value) in [
                ("referrer-policy", "no-referrer"),
                ("cache-control", "no-store"),
                ("x-content-type-options", "nosniff"),
                ("cross-origin-opener-policy", "same-origin-allow-popups"),
                ("x-robots-tag", "noindex, nofollow"),
                ("content-type", "text/html; charset=utf-8"),
                ("strict-transport-security", ""),
            ] {
                assert_eq!(page.header(name), value, "{name} of {}", page.url);
            }
            assert!(page.header("permissions-policy").contains("camera=()"));
        }
        let api = acme.get("/customers").await;
        assert_eq!((api.header("x-content-type-options"), api.header("referrer-policy")), ("nosniff", "no-referrer"));
        let policy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
        assert_eq!((api.header("content-security-policy"), api.header("cache-control")), (policy, "no-store"));
    }

    async fn a_form_may_lead_to_facebook_and_where_the_link_redirects_and_nowhere_else(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let facebook = house.facebook.url();
        for (terms, origins) in [
            (json!({}), format!("'self' {facebook}")),
            (
                json!({"success_redirect_url": "https://acme.example:8443/done?x", "failure_redirect_url": "http://no.example"}),
                format!("'self' {facebook} https://acme.example:8443 http://no.example"),
            ),
            (
                json!({"success_redirect_url": "https://acme.example/a", "failure_redirect_url": "https://acme.example/b"}),
                format!("'self' {facebook} https://acme.example"),
            ),
            (json!({"success_redirect_url": "https://münchen.example/ü"}), format!("'self' {facebook} https://xn--mnchen-3ya.example")),
        ] {
            let page = Visitor::new().get(&acme.link(terms).await.url).await;
            assert_eq!(directive(&page, "form-action"), origins);
        }
    }

    async fn a_theme_is_in_the_page_s_own_style_under_a_fresh_nonce(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let theme = json!({"primary_color": "#3B82F6", "background_color": "#fffffe", "text_color": "#1f2937"});
        let link = acme.link(json!({"theme_config": theme})).await;
        let mut nonces = Vec::new();
        for _ in 0..2 {
            let page = Visitor::new().get(&link.url).await;
            let style = page.texts("style").join("");
            for declared in ["--primary:#3b82f6;", "--background:#fffffe;", "--text:#1f2937;", "--border:#e2e8f0;"] {
                assert!(style.contains(declared), "{style}");
            }
            let nonce = page.attribute("style", "nonce");
            assert_eq!(directive(&page, "style-src"), format!("'nonce-{nonce}'"));
            assert!(!page.has("[style]"), "no style stands outside of it");
            nonces.push(nonce);
        }
        assert_ne!(nonces[0], nonces[1]);
        let bare = Visitor::new().get(&acme.link(json!({})).await.url).await;
        let style = bare.texts("style").join("");
        assert!(!bare.has("[data-themed]") && style.contains("prefers-color-scheme: dark"), "it follows the visitor");
    }

    async fn the_cookie_comes_with_the_button_and_is_for_the_server_alone(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let (status, headers, _) = press(&link.url, &[]).await;
        assert_eq!(status, 303);
        let cookie = headers["set-cookie"].to_str().expect("text");
        assert!(cookie.starts_with("setuplinks="), "{cookie}");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.split("; ").any(|known| known == part), "{cookie}");
        }
        assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
        assert!(!cookie.contains(&link.token));

        // A cookie that somebody made up is no session: the visitor gets one of ours.
        let fixed = "setuplinks=AAAAAAAAAAAAAAAAAAAAAA";
        let (_, headers, _) = press(&link.url, &[(COOKIE.as_str(), fixed)]).await;
        assert!(!headers["set-cookie"].to_str().expect("text").starts_with(fixed));
    }

    async fn behind_https_cookie_and_transport_are_for_https_alone(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let mut app = house.app.clone();
        app.public_url = PublicUrl::parse("https://connect.example").expect("an origin");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let behind_a_proxy = format!("http://{}/whatsapp/setup/{}", listener.local_addr().expect("an address"), link.token);
        cli::house(app, listener).expect("an open house");

        // The proxy changed Host; the browser's Origin is still the public one.
        let (status, headers, _) = press(&behind_a_proxy, &[("Origin", "https://connect.example")]).await;

        assert_eq!(status, 303);
        let cookie = headers["set-cookie"].to_str().expect("text");
        assert!(cookie.starts_with("__Host-setuplinks=") && cookie.contains("; Secure"), "{cookie}");
        assert!(!cookie.contains("Domain") && cookie.contains("Path=/"), "{cookie}");
        assert!(headers["strict-transport-security"].to_str().expect("text").starts_with("max-age="));
    }

    async fn a_form_of_another_site_presses_no_button(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let own = house.url.clone();
        for headers in [
            vec![("Sec-Fetch-Site", "cross-site")],
            vec![("Sec-Fetch-Site", "same-site")],
            vec![("Sec-Fetch-Site", "cross-site"), ("Origin", "null")],
            vec![("Origin", "https://evil.example")],
            vec![("Origin", "http://localhost:1")],
        ] {
            for path in ["", "/number"] {
                let (status, answer, html) = press(&format!("{}{path}", link.url), &headers).await;
                assert_eq!(status, 403, "{headers:?}");
                assert!(html.contains("data-page=\"error\"") && !html.contains(&link.token), "{html}");
                assert!(answer.get("set-cookie").is_none());
            }
        }
        assert_eq!(count(&house, "signups").await, 0);
        for headers in [
            vec![("Sec-Fetch-Site", "same-origin")],
            vec![("Sec-Fetch-Site", "none")],
            vec![("Sec-Fetch-Site", "same-origin"), ("Origin", "null")],
            vec![("Origin", "null")],
            vec![("Origin", own.as_str())],
        ] {
            assert_eq!(press(&link.url, &headers).await.0, 303, "{headers:?}");
        }
    }

    async fn the_token_is_told_to_nobody_else(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let terms = json!({"success_redirect_url": "https://acme.example/done", "failure_redirect_url": "https://acme.example/no"});
        let link = acme.link(terms).await;
        let visitor = Visitor::new();
        let dialog = visitor.post(&link.url, &[("connection_type", "dedicated")]).await;
        let callback = house.world().login(&dialog.location(), Outcome::Cancel).expect("a login");
        let back = visitor.get(&callback).await;
        let failed = visitor.get(&back.location()).await;
        let done = visitor.walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        let used = visitor.get(&link.url).await;
        for page in [&dialog, &failed, &done, &used] {
            assert!(!page.location().starts_with(&house.url), "it leads to another host");
            assert!(!page.location().contains(&link.token) && !page.html.contains(&link.token));
        }
        assert!(!callback.contains(&link.token));
        let asked = format!("{:?}", house.world().calls());
        assert!(!asked.contains(&link.token), "Meta hears nothing of it");

        // Pages about trouble repeat nothing of the address.
        for address in [format!("{}x", link.url), format!("{}/nowhere", link.url), format!("{}/auth/facebook/callback?code={}", house.url, link.token)] {
            let page = Visitor::new().get(&address).await;
            assert!(page.status >= 400 && !page.html.contains(&link.token), "{}", page.html);
        }
    }
}
