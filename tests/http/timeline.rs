//! `GET …/setup_links/{id}/events`: the whole way of a link, whatever became of it.

use serde_json::{Value, json};
use setuplinks::sandbox::Outcome;

use crate::support::{House, Receiver, Visitor, on_both};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";

fn names(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|event| event["event"].as_str().expect("a name")).collect()
}

on_both! {
    async fn the_whole_way_is_told_newest_first_page_by_page(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let url = json!({"whatsapp_webhook": {"url": receiver.url}});
        platform.post("/whatsapp/webhooks", &url).await.data(201);
        let link = platform.link(json!({})).await;
        let person = Visitor::in_person(BROWSER);
        person.get(&link.url).await;
        setuplinks::visit::write(&house.app).await.expect("written");
        person.walk(&link, "dedicated", house.world(), Outcome::Cancel).await;
        person.walk(&link, "dedicated", house.world(), Outcome::NoNumber).await;
        person.walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;

        let path = format!("/customers/{}/setup_links/{}/events", link.customer, link.id);
        let answer = platform.get(&path).await;
        assert_eq!(answer.header("x-total"), "8");
        let list = answer.data(200);
        let mut way = names(&list);
        // The last two are of one transaction, and of one millisecond.
        way[..2].sort_unstable();
        let expected = [
            "setup_link.completed", "whatsapp.phone_number.created", "setup_link.started",
            "setup_link.failed", "setup_link.started", "setup_link.cancelled", "setup_link.started", "setup_link.opened",
        ];
        assert_eq!(way, expected);
        for event in list.as_array().expect("a list") {
            let data = &event["data"];
            assert!(event["created_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{event}");
            assert_eq!((&event["id"], &event["created_at"]), (&data["event_id"], &data["created_at"]));
            assert_eq!((&data["project"]["id"], &data["customer"]["id"]), (&json!(platform.project), &json!(link.customer)));
            assert!(data.get("phone_number_id").is_some(), "{event}");
        }
        let failed = &list[3]["data"];
        assert_eq!((&failed["error_code"], &failed["stage"], &failed["is_user_fixable"]), (&json!("phone_verification_failed"), &json!("numbers"), &json!(true)));
        let second = platform.get(&format!("{path}?page=2&per_page=3")).await.data(200);
        assert_eq!(second.as_array().expect("a list").as_slice(), &list.as_array().expect("a list")[3..6]);

        let received = receiver.wait_for(1).await;
        assert_eq!(received[0].header("x-webhook-event"), "whatsapp.phone_number.created");
        assert_eq!(received.len(), 1, "a webhook that names no events gets the published ones");
    }

    async fn it_outlives_a_revocation_and_is_for_its_own_project(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let path = format!("/customers/{}/setup_links/{}/events", link.customer, link.id);
        assert_eq!(platform.get(&path).await.data(200), json!([]));
        Visitor::new().choose(&link, "dedicated").await;
        platform.change(&link, json!({"status": "revoked"})).await.data(200);
        assert_eq!(names(&platform.get(&path).await.data(200)), ["setup_link.revoked", "setup_link.started"]);
        assert_eq!(house.platform("Other").await.get(&path).await.status, 404);
        let another = platform.customer("Another").await;
        assert_eq!(platform.get(&format!("/customers/{another}/setup_links/{}/events", link.id)).await.status, 404);
        assert_eq!(platform.get(&format!("/customers/{}/setup_links/1/events", link.customer)).await.status, 404);
        assert_eq!(platform.get(&format!("{path}?page=0")).await.refused_fields(), ["page"]);
    }
}
