//! A customer has one active link, whoever asks for how many at once.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use crate::{
    stored::standing_clock,
    support::{House, Link, Platform, Visitor, on_both},
};

const MONTH: Duration = Duration::from_hours(30 * 24);

async fn active(platform: &Platform, customer: &str) -> Vec<String> {
    let list = platform.get(&format!("/customers/{customer}/setup_links?status=active")).await;
    let links = list.body["data"].as_array().expect("a list");
    links.iter().map(|link| link["id"].as_str().expect("an id").to_owned()).collect()
}

async fn status(platform: &Platform, link: &Link) -> String {
    platform.see(link).await["status"].as_str().expect("a status").to_owned()
}

on_both! {
    async fn a_new_link_revokes_the_one_before(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let other = acme.link(json!({})).await;
        let first = acme.link(json!({})).await;
        let second = acme.link_for(&first.customer, json!({})).await;

        assert_eq!(status(&acme, &first).await, "revoked");
        assert_eq!(Visitor::new().get(&first.url).await.page(), "revoked");
        assert_eq!(active(&acme, &first.customer).await, [second.id]);
        assert_eq!(status(&acme, &other).await, "active", "another customer's link is not touched");
    }

    async fn many_at_once_leave_one(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        for _ in 0..12 {
            let customer = acme.customer("Bakery").await;
            let made = join_all((0..8).map(|_| acme.link_for(&customer, json!({})))).await;
            let active = active(&acme, &customer).await;
            assert_eq!(active.len(), 1, "{active:?}");
            assert!(made.iter().any(|link| link.id == active[0]));
        }
    }

    async fn new_ones_and_old_ones_given_back_at_once_leave_one(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        for _ in 0..6 {
            let customer = acme.customer("Bakery").await;
            let mut old = Vec::new();
            for _ in 0..3 {
                old.push(acme.link_for(&customer, json!({})).await);
            }
            let back = join_all(old.iter().map(|link| acme.change(link, json!({"status": "active"}))));
            let new = join_all((0..3).map(|_| acme.link_for(&customer, json!({}))));
            let (back, _) = tokio::join!(back, new);
            assert!(back.iter().all(|answer| answer.status == 200), "{back:?}");
            assert_eq!(active(&acme, &customer).await.len(), 1);
        }
    }

    async fn a_link_given_back_revokes_the_active_one(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let first = acme.link(json!({})).await;
        let second = acme.link_for(&first.customer, json!({})).await;

        acme.change(&first, json!({"status": "active"})).await.data(200);

        assert_eq!(status(&acme, &second).await, "revoked");
        assert_eq!(active(&acme, &first.customer).await, [first.id]);
    }

    async fn an_expired_link_stays_expired_beside_a_new_one(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let first = acme.link(json!({})).await;
        house.clock.advance(MONTH);
        let second = acme.link_for(&first.customer, json!({})).await;
        assert_eq!(status(&acme, &first).await, "expired", "it was over already: nobody took it back");

        // More time for the expired one makes it the active one.
        let later = json!({"expires_at": "2025-01-01T00:00:00Z"});
        assert_eq!(acme.change(&first, later).await.data(200)["status"], "active");
        assert_eq!(status(&acme, &second).await, "revoked");
        assert_eq!(active(&acme, &first.customer).await, [first.id]);
    }
}
