//! Deliveries: what happened is told, at least once, and what came of it can be read.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::{clock::Clock, notify::sign, sandbox::Outcome};

use crate::support::{House, Manner, Platform, Receiver, Visitor, on_both, until};

/// A webhook of that platform at that receiver; gives its secret.
async fn webhook(platform: &Platform, receiver: &Receiver, more: Value) -> (String, String) {
    let mut asked = json!({"url": receiver.url});
    asked.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let made = platform.post("/whatsapp/webhooks", &json!({"whatsapp_webhook": asked})).await.data(201);
    let text = |name: &str| made[name].as_str().expect(name).to_owned();
    (text("id"), text("secret_key"))
}

/// Connects a number of a new customer.
async fn connect(house: &House, platform: &Platform) {
    let link = platform.link(json!({"success_redirect_url": "https://acme.example/done"})).await;
    Visitor::new().walk(&link, "dedicated", house.world(), Outcome::Dedicated).await.landing();
}

/// The log, once every delivery in it has come so far.
async fn log(platform: &Platform, settled: impl Fn(&Value) -> bool + Copy) -> Vec<Value> {
    until("the deliveries to settle", || async {
        let list = platform.get("/webhook_deliveries").await.data(200);
        let list = list.as_array().expect("a list").clone();
        (!list.is_empty() && list.iter().all(settled)).then_some(list)
    })
    .await
}

on_both! {
    async fn a_connected_number_is_told_with_both_signatures(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let (id, secret) = webhook(&platform, &receiver, json!({"headers": {"X-Tenant": "7", "X-Webhook-Event": "forged"}})).await;

        connect(&house, &platform).await;

        let received = receiver.wait_for(1).await;
        let [told] = received.as_slice() else { panic!("{received:?}") };
        let number = platform.get("/whatsapp/phone_numbers").await.data(200)[0].clone();
        let body = told.json();
        assert_eq!(body["phone_number_id"], number["id"]);
        assert_eq!((&body["project"]["id"], &body["customer"]["id"]), (&json!(platform.project), &number["customer_id"]));
        assert_eq!(told.header("x-webhook-event"), "whatsapp.phone_number.created");
        assert_eq!(told.header("x-tenant"), "7");
        assert_eq!(told.header("x-webhook-payload-version"), "v2");
        assert_eq!(told.header("x-webhook-signature"), sign::published(&secret, &told.body));
        let at = setuplinks::clock::Timestamp(told.header("webhook-timestamp").parse::<i64>().expect("seconds") * 1000);
        let signed = sign::standard(&[&secret], told.header("webhook-id"), at, &told.body);
        assert_eq!(told.header("webhook-signature"), signed);

        let list = log(&platform, |delivery| delivery["status"] == "delivered").await;
        assert_eq!(list.len(), 1, "the old name of the event is for those who ask for it: {list:?}");
        assert_eq!((&list[0]["webhook_id"], &list[0]["response_status"]), (&json!(id), &json!(200)));
        assert_eq!(list[0]["response_head"], "seen");
        assert_eq!(list[0]["id"], told.header("x-idempotency-key"));
    }

    async fn a_webhook_hears_what_it_names_and_nothing_when_it_is_switched_off(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let (named, off, other) = (Receiver::open().await, Receiver::open().await, Receiver::open().await);
        webhook(&platform, &named, json!({"events": ["setup_link.started", "setup_link.completed", "whatsapp.config.created"]})).await;
        webhook(&platform, &off, json!({"active": false})).await;
        webhook(&house.platform("Other").await, &other, json!({})).await;

        connect(&house, &platform).await;

        let received = named.wait_for(3).await;
        let mut names: Vec<&str> = received.iter().map(|request| request.header("x-webhook-event")).collect();
        names.sort_unstable();
        assert_eq!(names, ["setup_link.completed", "setup_link.started", "whatsapp.config.created"]);
        log(&platform, |delivery| delivery["status"] == "delivered").await;
        assert!(off.received().is_empty() && other.received().is_empty());
    }

    async fn a_failing_endpoint_is_tried_again_with_the_same_bytes_and_id(db: Database) {
        let clock = Clock::manual(Clock::system().now());
        let house = House::open_at(db, clock.clone()).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        receiver.next([Manner::Status(500), Manner::With(302, "location", format!("{}/elsewhere", receiver.url)), Manner::With(429, "retry-after", "300".into())]);
        webhook(&platform, &receiver, json!({})).await;
        connect(&house, &platform).await;

        receiver.wait_for(1).await;
        for (tries, seconds) in [(1, 11), (2, 44), (3, 330)] {
            let list = log(&platform, |delivery| delivery["attempt_count"] == tries).await;
            assert_eq!(list[0]["status"], "pending");
            // Just before its time nothing comes; then the next try does.
            clock.advance(Duration::from_secs(seconds));
            receiver.wait_for(tries + 1).await;
        }
        let list = log(&platform, |delivery| delivery["status"] == "delivered").await;
        assert_eq!(list[0]["attempt_count"], 4);
        let received = receiver.received();
        assert_eq!(received.len(), 4, "the redirect was not followed");
        assert!(received.iter().all(|request| request.body == received[0].body));
        assert!(received.iter().all(|request| request.header("x-idempotency-key") == received[0].header("webhook-id")));
    }

    async fn an_endpoint_that_is_gone_is_not_asked_again(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        receiver.always(Manner::Status(410));
        let (id, _) = webhook(&platform, &receiver, json!({})).await;
        connect(&house, &platform).await;

        let list = log(&platform, |delivery| delivery["response_status"] == 410).await;
        assert_eq!(list[0]["status"], "pending", "it waits for the webhook to be on again");
        let paused = until("the webhook to be paused", || async {
            let webhook = platform.get(&format!("/whatsapp/webhooks/{id}")).await.data(200);
            (webhook["active"] == false).then_some(webhook)
        });
        paused.await;
        connect(&house, &platform).await;
        assert_eq!(platform.get("/webhook_deliveries").await.data(200).as_array().map(Vec::len), Some(1));
    }

    async fn both_secrets_sign_while_one_is_changed_for_another(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let (id, before) = webhook(&platform, &receiver, json!({})).await;
        let after = "a secret of the platform's own";
        platform.patch(&format!("/whatsapp/webhooks/{id}"), &json!({"whatsapp_webhook": {"secret_key": after}})).await.data(200);
        connect(&house, &platform).await;

        let told = receiver.wait_for(1).await.remove(0);
        let at = setuplinks::clock::Timestamp(told.header("webhook-timestamp").parse::<i64>().expect("seconds") * 1000);
        let both = sign::standard(&[after, &before], told.header("webhook-id"), at, &told.body);
        assert_eq!(told.header("webhook-signature"), both);
        assert_eq!(told.header("x-webhook-signature"), sign::published(after, &told.body));
    }

    async fn a_delivery_can_be_sent_again_and_the_log_be_narrowed(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let (id, _) = webhook(&platform, &receiver, json!({})).await;
        connect(&house, &platform).await;
        let list = log(&platform, |delivery| delivery["status"] == "delivered").await;

        let path = format!("/webhook_deliveries/{}/redeliver", list[0]["id"].as_str().expect("an id"));
        assert_eq!(house.platform("Other").await.post(&path, &json!({})).await.status, 404);
        platform.post(&path, &json!({})).await.data(202);
        let received = receiver.wait_for(2).await;
        assert_eq!(received[0].body, received[1].body);
        assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));

        for (query, count) in [
            (format!("webhook_id={id}"), 1),
            ("event=whatsapp.phone_number.created&period=1h".to_owned(), 1),
            ("event=whatsapp.phone_number.deleted".to_owned(), 0),
            ("errors_only=true".to_owned(), 0),
        ] {
            let narrowed = platform.get(&format!("/webhook_deliveries?{query}")).await.data(200);
            assert_eq!(narrowed.as_array().map(Vec::len), Some(count), "{query}");
        }
        for (query, field) in [("status=lost", "status"), ("event=x", "event"), ("webhook_id=1", "webhook_id"), ("period=eon", "period"), ("errors_only=maybe", "errors_only")] {
            assert_eq!(platform.get(&format!("/webhook_deliveries?{query}")).await.refused_fields(), [field]);
        }
    }

    async fn a_dead_endpoint_delays_nobody_else_s(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let (dead, alive) = (Receiver::open().await, Receiver::open().await);
        dead.always(Manner::Hang);
        let everything = json!({"events": ["whatsapp.phone_number.created", "setup_link.started", "setup_link.completed"]});
        webhook(&platform, &dead, everything.clone()).await;
        webhook(&platform, &alive, everything).await;
        for _ in 0..3 {
            connect(&house, &platform).await;
        }
        // The dead one's first requests are still waiting for their ten seconds to be over.
        tokio::time::timeout(Duration::from_secs(8), alive.wait_for(9)).await.expect("the other endpoint was not kept waiting");
    }
}
