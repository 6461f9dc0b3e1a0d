//! What is sent again because somebody asked for it, or because a webhook is on again.

use serde_json::{Value, json};

use super::{log, tell, webhook};
use crate::support::{House, Manner, Receiver, on_both, until};

on_both! {
    async fn what_waits_for_a_webhook_that_is_switched_off_goes_out_when_it_is_on_again(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let receiver = Receiver::open().await;
        // One is told that the endpoint is gone while three others are on their way; the rest is not even sent.
        receiver.always(Manner::Status(410));
        let id = webhook(&platform, &receiver.url).await;
        let path = format!("/whatsapp/webhooks/{id}");
        tell(&house, &platform, &link, 10).await;
        until("the webhook to be switched off", || async {
            (platform.get(&path).await.data(200)["active"] == false).then_some(())
        })
        .await;
        let list = log(&platform, "status=pending").await;
        assert_eq!((list.len(), receiver.received().len()), (10, 4), "those that met the answer wait too");
        tell(&house, &platform, &link, 1).await;
        assert_eq!(log(&platform, "").await.len(), 10, "what happens meanwhile is not kept for it");
        let met = list.iter().find(|delivery| delivery["response_status"] == 410).expect("one that met it").clone();
        let again = format!("/webhook_deliveries/{}/redeliver", met["id"].as_str().expect("an id"));
        assert_eq!(platform.post(&again, &json!({})).await.status, 409, "nothing would be sent");

        receiver.always(Manner::Status(200));
        platform.patch(&path, &json!({"whatsapp_webhook": {"active": true}})).await.data(200);
        receiver.wait_for(4 + 10).await;
        until("all to be taken", || async { (log(&platform, "status=delivered").await.len() == 10).then_some(()) }).await;
        platform.post(&again, &json!({})).await.data(202);
        receiver.wait_for(4 + 10 + 1).await;
        let sent = |delivery: &Value| delivery["status"] == "delivered";
        let list = until("the log to say so", || async {
            let list = log(&platform, "").await;
            let again = list.iter().any(|delivery| delivery["id"] == met["id"] && delivery["attempt_count"] == 3);
            (again && list.iter().filter(|delivery| sent(delivery)).count() == 10).then_some(list)
        })
        .await;
        let again = list.iter().find(|delivery| delivery["id"] == met["id"]).expect("in the list");
        assert_eq!(again["attempt_count"], 3, "the first try counts too");
    }

    async fn what_is_asked_for_again_during_a_try_is_sent_again_after_it(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({})).await;
        let receiver = Receiver::open().await;
        // Nobody answers: the try goes on for ten seconds.
        receiver.next([Manner::Hang]);
        webhook(&platform, &receiver.url).await;
        tell(&house, &platform, &link, 1).await;
        receiver.wait_for(1).await;
        let list = log(&platform, "").await;
        let again = format!("/webhook_deliveries/{}/redeliver", list[0]["id"].as_str().expect("an id"));
        platform.post(&again, &json!({})).await.data(202);
        let received = receiver.wait_for(2).await;
        assert_eq!(received[0].body, received[1].body);
        let list = until("it to be taken", || async {
            let list = log(&platform, "status=delivered").await;
            (!list.is_empty()).then_some(list)
        })
        .await;
        assert_eq!(list[0]["attempt_count"], 2, "at once, and not by the schedule of the first");
    }
}
