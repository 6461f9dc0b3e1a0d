//! `/project`: what a platform sees of itself, and the secret of its redirects.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    stored::{everything, holds, standing_clock},
    support::{House, Platform, on_both},
};

async fn rotate(platform: &Platform) -> Value {
    platform.post("/project/redirect_secret/rotate", &json!({})).await.data(200)
}

on_both! {
    async fn a_project_sees_itself_and_no_other(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let seen = acme.get("/project").await.data(200);
        assert_eq!((&seen["id"], &seen["name"]), (&json!(acme.project), &json!("Acme")));
        assert_eq!(seen["created_at"], "2024-03-01T12:00:00.000Z");
        assert!(seen["redirect_secret"].as_str().expect("a secret").starts_with("rdsec_"));
        assert_eq!((&seen["previous_redirect_secret"], &seen["previous_redirect_secret_expires_at"]), (&Value::Null, &Value::Null));
        assert_ne!(rival.get("/project").await.data(200)["redirect_secret"], seen["redirect_secret"]);
        assert_eq!(acme.get("/project").await.data(200), seen);
    }

    async fn the_first_secret_is_one_for_all_who_ask_at_once(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let seen = join_all((0..12).map(|_| acme.get("/project"))).await;
        let secrets: Vec<_> = seen.into_iter().map(|answer| answer.data(200)["redirect_secret"].clone()).collect();
        assert!(secrets.iter().all(|secret| secret == &secrets[0] && secret.is_string()), "{secrets:?}");
    }

    async fn a_rotated_secret_goes_on_for_a_day_beside_the_new_one(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let first = acme.get("/project").await.data(200)["redirect_secret"].clone();
        let rotated = rotate(&acme).await;
        assert_ne!(rotated["redirect_secret"], first);
        assert_eq!(rotated["previous_redirect_secret"], first);
        assert_eq!(rotated["previous_redirect_secret_expires_at"], "2024-03-02T12:00:00.000Z");
        assert_eq!(acme.get("/project").await.data(200), rotated);

        house.clock.advance(Duration::from_hours(24));
        let later = acme.get("/project").await.data(200);
        assert_eq!((&later["redirect_secret"], &later["previous_redirect_secret"]), (&rotated["redirect_secret"], &Value::Null));
    }

    async fn a_secret_is_nowhere_in_the_database(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        acme.get("/project").await.data(200);
        let seen = rotate(&acme).await;
        let stored = everything(&house).await;
        for name in ["redirect_secret", "previous_redirect_secret"] {
            assert!(!holds(&stored, seen[name].as_str().expect("a secret")), "{name}");
        }
    }
}
