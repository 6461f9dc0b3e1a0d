//! What goes over the wire: packed as the browser says, and never where that could give a secret away.

use reqwest::{Method, header::HeaderMap};
use serde_json::json;

use crate::support::{House, Visitor, on_both};

/// What comes back for that `Accept-Encoding`, as it is on the wire.
async fn wire(url: &str, accepted: &str) -> (HeaderMap, Vec<u8>) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = client.request(Method::GET, url).header("Accept-Encoding", accepted).send().await.expect("an answer");
    let headers = answer.headers().clone();
    (headers, answer.bytes().await.expect("a body").to_vec())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

on_both! {
    async fn pages_are_packed_and_small(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let plain = wire(&link.url, "identity").await.1.len();
        for (accepted, coding) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip", "gzip"),
            ("br;q=0.1, gzip;q=0.9", "gzip"),
            ("br;q=0, *;q=0", ""),
            ("", ""),
        ] {
            let (headers, body) = wire(&link.url, accepted).await;
            assert_eq!(header(&headers, "content-encoding"), coding, "{accepted}");
            let vary: Vec<_> = headers.get_all("vary").iter().map(|v| v.to_str().expect("text").to_lowercase()).collect();
            let vary = vary.join(", ");
            assert!(vary.contains("accept-language") && vary.contains("accept-encoding"), "{vary}");
            if coding.is_empty() {
                assert_eq!(body.len(), plain);
            } else {
                assert!(body.len() < plain / 2, "{accepted}: {} of {plain}", body.len());
                // The first flight of a connection: ten segments.
                assert!(body.len() <= 14 * 1024, "{}", body.len());
            }
        }
    }

    async fn what_is_asked_for_is_not_written_into_a_page(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::speaking("en;q=0.9, chosen-by-somebody-else");
        for url in [
            format!("{}?lang=chosen-by-somebody-else&x=chosen-by-somebody-else", link.url),
            format!("{}/chosen-by-somebody-else", house.url),
            format!("{}/whatsapp/setup/chosen-by-somebody-else", house.url),
            format!("{}/auth/facebook/callback?state=chosen-by-somebody-else&error=chosen-by-somebody-else", house.url),
        ] {
            let page = visitor.get(&url).await;
            assert!(!page.html.contains("chosen-by-somebody-else"), "{url}: {}", page.html);
        }
    }

    async fn the_api_and_streams_stay_as_they_are(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let listed = acme.request(Method::GET, &format!("/customers/{}/setup_links", link.customer));
        let listed = listed.header("Accept-Encoding", "gzip, br").send().await.expect("an answer");
        assert_eq!((listed.status().as_u16(), header(listed.headers(), "content-encoding")), (200, ""));
        let (headers, _) = wire(&format!("{}/whatsapp/setup/{}/progress/events", house.url, link.token), "br").await;
        assert_eq!((header(&headers, "content-type"), header(&headers, "content-encoding")), ("text/event-stream", ""));
    }

    async fn static_files_come_packed_and_are_kept(db: Database) {
        let house = House::open(db).await;
        let url = format!("{}{}", house.url, setuplinks::web::assets::address("progress.js"));
        let (_, plain) = wire(&url, "identity").await;
        for (accepted, coding) in [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0.2, gzip;q=0.4", "gzip"), ("identity", "")] {
            let (headers, body) = wire(&url, accepted).await;
            assert_eq!(header(&headers, "content-encoding"), coding, "{accepted}");
            assert_eq!(header(&headers, "vary").to_lowercase(), "accept-encoding");
            assert!(header(&headers, "cache-control").contains("immutable"));
            assert!(header(&headers, "content-type").starts_with("text/javascript"));
            assert_eq!(body.len() < plain.len(), !coding.is_empty(), "{accepted}");
        }
        // The packed form has no address of its own.
        assert_eq!(Visitor::new().get(&format!("{}/static/progress.js.br", house.url)).await.status, 404);
    }
}
