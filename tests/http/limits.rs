//! How much a key may call: counted in the database, so that it holds over processes.

use std::{num::NonZeroU32, time::Duration};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use setuplinks::{api::key, clock::Clock};

use crate::{
    stored::standing_clock,
    support::{Answer, Database, House, Platform, on_both},
};

async fn house_with(db: Database, clock: Clock, limit: u32) -> House {
    House::open_as(db, clock, |app| app.api_rate_limit = NonZeroU32::new(limit).expect("a limit")).await
}

fn told(answer: &Answer) -> (&str, &str) {
    (answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining"))
}

on_both! {
    async fn calls_count_down_to_a_refusal_that_says_when_to_come_back(db: Database) {
        let house = house_with(db, standing_clock(), 5).await;
        let acme = house.platform("Acme").await;
        for left in ["4", "3", "2", "1", "0"] {
            let answer = acme.get("/customers").await;
            assert_eq!((answer.status, told(&answer)), (200, ("5", left)));
        }
        let refused = acme.get("/customers").await;
        assert_eq!((refused.status, told(&refused), refused.header("retry-after")), (429, ("5", "0"), "12"));
        assert_eq!(refused.body["code"], "rate_limited");
        assert!(refused.body["error"].as_str().expect("a sentence").contains('5'), "{}", refused.body);
        assert_eq!(refused.body["request_id"], refused.header("x-request-id"));

        house.clock.advance(Duration::from_millis(11_999));
        assert_eq!(acme.get("/customers").await.header("retry-after"), "1");
        house.clock.advance(Duration::from_millis(1));
        assert_eq!(told(&acme.get("/customers").await), ("5", "0"), "it fills steadily");
        assert_eq!(acme.get("/customers").await.status, 429);
        house.clock.advance(Duration::from_secs(60));
        assert_eq!(told(&acme.get("/customers").await), ("5", "4"), "and never beyond a minute's calls");
    }

    async fn every_answer_to_a_valid_key_tells_what_is_left(db: Database) {
        let house = house_with(db, standing_clock(), 1000).await;
        let acme = house.platform("Acme").await;
        let answers = [
            (acme.get("/nothing").await, 404),
            (acme.send(acme.request(Method::PUT, "/customers")).await, 405),
            (acme.post("/customers", &json!({})).await, 422),
            (acme.get("/customers/%FF").await, 400),
            (acme.send(acme.request(Method::HEAD, "/customers")).await, 200),
            (acme.post("/customers", &json!({"customer": {"name": "x".repeat(70_000)}})).await, 413),
        ];
        for ((answer, status), left) in answers.iter().zip((994..1000).rev()) {
            assert_eq!((answer.status, told(answer)), (*status, ("1000", left.to_string().as_str())));
        }
        let stranger = Platform::new(acme.base.clone(), "sl_wrong".to_owned(), acme.project);
        assert_eq!(told(&stranger.get("/customers").await), ("", ""), "there is nothing to count for a key that is none");
        assert_eq!(told(&acme.get("/customers").await), ("1000", "993"));
    }

    async fn each_key_has_calls_of_its_own(db: Database) {
        let house = house_with(db, standing_clock(), 1).await;
        let acme = house.platform("Acme").await;
        let sister = key::create(&house.app.store, acme.project, "sister", house.clock.now()).await.expect("a key");
        assert_eq!(acme.get("/customers").await.status, 200);
        let refused = acme.post("/customers", &json!({"customer": {"name": "A"}})).await;
        assert_eq!(refused.status, 429);
        let sister = Platform::new(acme.base.clone(), sister, acme.project);
        assert_eq!(sister.get("/customers").await.body["meta"]["total_count"], 0, "nothing was done");
    }

    async fn the_limit_holds_over_processes_however_many_call_at_once(db: Database) {
        let house = house_with(db, standing_clock(), 30).await;
        let acme = house.platform("Acme").await;
        let elsewhere = Platform::new(house.another_process().await, acme.key.clone(), acme.project);
        let calls = join_all((0..60).map(|i| if i % 2 == 0 { &acme } else { &elsewhere }.get("/project"))).await;
        let statuses: Vec<u16> = calls.iter().map(|answer| answer.status).collect();
        let taken = statuses.iter().filter(|status| **status == 200).count();
        let refused = statuses.iter().filter(|status| **status == 429).count();
        assert_eq!((taken, refused), (30, 30), "{statuses:?}");
    }
}
