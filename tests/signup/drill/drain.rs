//! A process that is asked to stop while it is busy: what it acknowledged is there, and it is gone in time.

use std::{sync::Mutex, time::Duration};

use serde_json::json;

use super::{Chance, chance, customer::patiently, fleet::Fleet, walk_all};
use crate::support::on_both;

/// What a service manager may wait before it kills.
const LONGEST: Duration = Duration::from_secs(30);

on_both! {
    async fn asked_to_stop_under_load_it_loses_nothing_that_it_acknowledged(db: Database) {
        let fleet = Fleet::start(db, 1).await;
        let acknowledged = Mutex::new(Vec::new());
        let chance = Mutex::new(Chance::new(chance::seed()));
        let platforms = futures_util::future::join_all((0..6).map(|_| async {
            // A platform that goes on until nobody answers any more.
            loop {
                let answer = fleet.platform.post("/customers", &json!({"customer": {"name": "Bakery"}})).await;
                match answer.status {
                    201 => acknowledged.lock().expect("ids").push(answer.body["data"]["id"].clone()),
                    502 => return,
                    other => panic!("{other}: {}", answer.body),
                }
            }
        }));
        let stop = async {
            patiently("it to be busy", || async { (acknowledged.lock().expect("ids").len() >= 50).then_some(()) }).await;
            let took = fleet.take(0).ask_to_stop().gone().await;
            assert!(took < LONGEST, "gone after {took:?}");
        };
        let restart = async {
            tokio::join!(platforms, stop);
            fleet.wake();
        };
        let (ends, ()) = tokio::join!(walk_all(&fleet, 12, 12, &chance, || false), restart);
        assert!(ends.iter().all(|end| end.came_to.is_ok() && end.tries == 1), "nobody had to begin again");
        for id in acknowledged.into_inner().expect("ids") {
            let path = format!("/customers/{}", id.as_str().expect("an id"));
            patiently("the customer", || async { (fleet.platform.get(&path).await.status == 200).then_some(()) }).await;
        }
    }
}
