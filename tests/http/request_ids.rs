//! Whoever meets an error has the id of its line in the log, and nothing of what is inside.

use serde_json::json;
use sqlx::Executor as _;

use crate::support::{House, Visitor, on_both};

on_both! {
    async fn every_error_carries_the_id_of_its_request(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let refused = acme.post("/customers", &json!({"customer": {}})).await;
        assert_eq!((refused.status, &refused.body["request_id"]), (422, &json!(refused.header("x-request-id"))));
        let visitor = Visitor::new();
        let foreign = visitor.get(&format!("{}/auth/facebook/callback?code=abcdefgh1&state=nobodys", house.url)).await;
        assert_eq!(foreign.status, 403);
        assert!(foreign.html.contains(foreign.header("x-request-id")), "{}", foreign.html);
        assert_ne!(foreign.header("x-request-id"), visitor.get(&link.url).await.header("x-request-id"));

        let nowhere = visitor.get(&format!("{}/whatsapp/setup/nobodys", house.url)).await;
        assert_eq!(nowhere.status, 404);
        assert!(nowhere.html.contains(nowhere.header("x-request-id")), "{}", nowhere.html);

        // Trouble of ours, on a page and in the API.
        drop_links(&house).await;
        let broken = visitor.get(&link.url).await;
        assert_eq!((broken.status, broken.page()), (500, "error".to_owned()));
        assert!(broken.html.contains(broken.header("x-request-id")), "{}", broken.html);
        let failed = acme.get(&format!("/customers/{}/setup_links", link.customer)).await;
        assert_eq!((failed.status, &failed.body["request_id"]), (500, &json!(failed.header("x-request-id"))));
        for shown in [broken.html, failed.body.to_string()] {
            assert!(!shown.contains("setup_links") && !shown.contains(&link.token), "{shown}");
        }
    }
}

/// Takes the links' table away, as no operator should.
async fn drop_links(house: &House) {
    use sqlx::Connection as _;
    let url = &house.database.url;
    if url.starts_with("sqlite:") {
        let mut other = sqlx::SqliteConnection::connect(url).await.expect("a connection");
        other.execute("alter table setup_links rename to gone").await.expect("renamed");
    } else {
        let mut other = sqlx::PgConnection::connect(url).await.expect("a connection");
        other.execute("alter table setup_links rename to gone").await.expect("renamed");
    }
}
