//! What Meta tells is handed on to the operator's own address.

use std::time::Duration;

use serde_json::json;
use setuplinks::{listen, meta::listening::Listening};

use super::listening;
use crate::{
    stored::{count, standing_clock},
    support::{Database, House, Manner, Receiver, on_both, until},
};

async fn forwarding(db: Database, to: &Receiver) -> House {
    let to = to.url.parse().expect("a URL");
    let furnish =
        |app: &mut setuplinks::app::App| app.listening = Listening { forward_to: Some(to), ..Listening::default() };
    listening(House::open_as(db, standing_clock(), furnish).await)
}

on_both! {
    async fn everything_is_handed_on_as_it_came(db: Database) {
        let operator = Receiver::open().await;
        let house = forwarding(db, &operator).await;
        let world = house.world();
        operator.always(Manner::Status(500));
        // Spaces and an escape that no writer of ours would write: the bytes are what is signed.
        let message = "{ \"object\":\"whatsapp_business_account\", \"entry\":[{\"id\":\"9\",\"changes\":[{\"field\":\"messages\",\"value\":{\"messages\":[{\"text\":{\"body\":\"caf\\u00e9 for two\"}}]}}]}]}";
        let history = format!("{{\"entry\":[{{\"changes\":[{{\"field\":\"history\",\"value\":\"{}\"}}]}}]}}", "x".repeat(4 * 1024 * 1024));
        let update = world.notice("ACCOUNT_DELETED", "123", &json!({})).to_string();
        for body in [message, &update, message] {
            assert_eq!(world.tell_as(body.to_owned(), Some(world.signature(body))).await, Some(200));
        }
        operator.wait_for(2).await;
        assert_eq!(count(&house, "meta_forwards").await, 2, "told twice, handed on once");
        let sealed = stored_bodies(&house).await;
        assert!(sealed.iter().all(|body| !body.windows(8).any(|part| part == b"for two\"")), "sealed");
        operator.always(Manner::Status(200));
        assert_eq!(world.tell_as(history.clone(), Some(world.signature(&history))).await, Some(200));
        until("all to be handed on", || async {
            house.clock.advance(Duration::from_secs(10));
            (count(&house, "meta_forwards").await == 0).then_some(())
        })
        .await;
        for body in [message, &update, &history] {
            let got = operator.received().into_iter().rfind(|request| request.body == body).expect("the same bytes");
            assert_eq!(got.header("x-hub-signature-256"), world.signature(body));
            assert_eq!(got.header("content-type"), "application/json");
            assert_eq!(got.header("authorization"), "");
        }
    }

    async fn what_is_not_taken_for_a_week_is_dropped(db: Database) {
        let operator = Receiver::open().await;
        operator.always(Manner::Status(503));
        let house = forwarding(db, &operator).await;
        let body = r#"{"entry":[{"changes":[{"field":"messages","value":{}}]}]}"#;
        assert_eq!(house.world().tell_as(body.to_owned(), Some(house.world().signature(body))).await, Some(200));
        until("the first try to be over", || async {
            (count(&house, "meta_forwards where tries = 1").await == 1).then_some(())
        })
        .await;
        house.clock.advance(Duration::from_hours(6 * 24));
        operator.wait_for(2).await;
        listen::sweep(&house.app).await.expect("swept");
        assert_eq!(count(&house, "meta_forwards").await, 1);
        house.clock.advance(Duration::from_hours(25));
        listen::sweep(&house.app).await.expect("swept");
        assert_eq!(count(&house, "meta_forwards").await, 0);
    }
}

async fn stored_bodies(house: &House) -> Vec<Vec<u8>> {
    let query = "select body_sealed from meta_forwards";
    match &house.app.store {
        setuplinks::store::Store::Sqlite(pool) => sqlx::query_scalar(query).fetch_all(pool).await,
        setuplinks::store::Store::Postgres(pool) => sqlx::query_scalar(query).fetch_all(pool).await,
    }
    .expect("bodies")
}
