//! `ETag`, `If-Match` and `If-None-Match` of a setup link: two who change one link do not undo each other.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use setuplinks::sandbox::Outcome;

use crate::{
    stored::standing_clock,
    support::{Answer, House, Link, Platform, Visitor, on_both},
};

fn path(link: &Link) -> String {
    format!("/customers/{}/setup_links/{}", link.customer, link.id)
}

async fn tag(platform: &Platform, link: &Link) -> String {
    platform.get(&path(link)).await.header("etag").to_owned()
}

async fn change(platform: &Platform, link: &Link, tag: &str, terms: Value) -> Answer {
    let request = platform.request(Method::PATCH, &path(link)).header("If-Match", tag);
    platform.send(request.json(&json!({"setup_link": terms}))).await
}

on_both! {
    async fn a_link_has_one_tag_however_it_is_come_by_and_another_after_a_change(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let made = acme.post(&format!("/customers/{customer}/setup_links"), &json!({})).await;
        let first = made.header("etag").to_owned();
        assert!(first.starts_with('"') && first.ends_with('"') && first.len() == 34, "{first}");
        let made = made.data(201);
        let text = |name: &str| made[name].as_str().expect(name).to_owned();
        let link = Link { id: text("id"), url: text("url"), token: text("token"), customer };
        assert_eq!(tag(&acme, &link).await, first);

        let changed = acme.change(&link, json!({"metadata": {"a": "1"}})).await;
        let second = changed.header("etag").to_owned();
        assert_ne!(second, first);
        assert_eq!(tag(&acme, &link).await, second);
    }

    async fn a_change_of_another_state_is_refused_and_changes_nothing(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let old = tag(&acme, &link).await;
        let changed = change(&acme, &link, &old, json!({"language": "es"})).await;
        let new = changed.header("etag").to_owned();
        assert_eq!(changed.data(200)["language"], "es");

        for stale in [old.as_str(), "\"nonsense\"", &format!("W/{new}"), ""] {
            let refused = change(&acme, &link, stale, json!({"language": "hi"})).await;
            assert_eq!((refused.status, &refused.body["code"]), (412, &json!("precondition_failed")), "{stale}");
        }
        assert_eq!((acme.see(&link).await["language"].clone(), tag(&acme, &link).await), (json!("es"), new.clone()));
        for fitting in [new, "*".to_owned()] {
            change(&acme, &link, &fitting, json!({"language": "pt"})).await.data(200);
        }
        assert_eq!(change(&acme, &link, "*", json!({"language": "de"})).await.refused_fields(), ["language"]);
    }

    async fn of_many_who_change_one_state_at_once_one_does(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let tag = tag(&acme, &link).await;
        let all = join_all((0..8).map(|i| change(&acme, &link, &tag, json!({"external_id": i.to_string()})))).await;
        let mut statuses: Vec<u16> = all.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
        let winner = all.into_iter().find(|answer| answer.status == 200).expect("one").data(200);
        assert_eq!(acme.see(&link).await["external_id"], winner["external_id"]);
    }

    async fn who_has_it_already_is_told_so(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"expires_at": "2024-03-05T00:00:00Z"})).await;
        let seen = async |tag: &str| acme.send(acme.request(Method::GET, &path(&link)).header("If-None-Match", tag)).await;
        let first = tag(&acme, &link).await;
        for held in [first.as_str(), &format!("W/{first}"), &format!("\"x\", {first}"), "*"] {
            let answer = seen(held).await;
            assert_eq!((answer.status, answer.header("etag"), &answer.body), (304, first.as_str(), &Value::Null), "{held}");
        }
        assert_eq!(seen("\"x\"").await.status, 200);

        // What the customer does is news, and so is what time alone does.
        Visitor::new().walk(&link, "dedicated", house.world(), Outcome::NoNumber).await;
        let failed = seen(&first).await;
        assert_eq!(failed.status, 200);
        let second = failed.header("etag").to_owned();
        assert_eq!(failed.data(200)["whatsapp_setup_status"], "failed");
        assert_eq!(seen(&second).await.status, 304);
        house.clock.advance(Duration::from_hours(24 * 5));
        assert_eq!(seen(&second).await.data(200)["status"], "expired");
    }
}
