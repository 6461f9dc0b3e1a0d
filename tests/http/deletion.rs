//! DELETE of customers and numbers: what the platform, its webhooks and the customer see of it.

use serde_json::{Value, json};
use setuplinks::sandbox::{Login, Outcome, When};

use crate::{
    connected::{attach, connect, nothing_is_left_to_undo, path},
    stored::{count, everything, holds, standing_clock},
    support::{House, Platform, Receiver, Visitor, on_both, until},
};

const TOLD: [&str; 3] = ["whatsapp.phone_number.deleted", "setup_link.revoked", "setup_link.failed"];

async fn listen(platform: &Platform, more: Value) -> Receiver {
    let receiver = Receiver::open().await;
    let mut asked = json!({"url": receiver.url, "events": TOLD});
    asked.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    platform.post("/whatsapp/webhooks", &json!({"whatsapp_webhook": asked})).await.data(201);
    receiver
}

/// The names of what came and the customers it is about.
fn heard(receiver: &Receiver) -> Vec<(String, String)> {
    let of = |received: &crate::support::receiver::Received| {
        let customer = received.json()["customer"]["id"].as_str().expect("a customer").to_owned();
        (received.header("x-webhook-event").to_owned(), customer)
    };
    let mut heard: Vec<_> = receiver.received().iter().map(of).collect();
    heard.sort();
    heard
}

on_both! {
    async fn a_deleted_number_is_gone_at_once_and_told(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let number = connect(&house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;
        let (project, own) = (listen(&acme, json!({})).await, listen(&acme, json!({"phone_number_id": number.id})).await);
        let tokens: Vec<String> = house.world().calls().into_iter().filter_map(|call| call.token).collect();

        let gone = acme.delete(&path(&number)).await;

        assert_eq!((gone.status, &gone.body), (204, &Value::Null));
        assert_eq!(acme.get(&path(&number)).await.status, 404);
        assert_eq!(acme.get("/whatsapp/phone_numbers").await.body["meta"]["total_count"], 0);
        assert_eq!(acme.get(&format!("{}/health", path(&number))).await.status, 404);
        assert_eq!(acme.patch(&path(&number), &json!({})).await.status, 404);
        assert_eq!(acme.delete(&path(&number)).await.status, 404, "once is enough");
        for receiver in [&project, &own] {
            let told = receiver.wait_for(1).await.remove(0);
            assert_eq!(told.header("x-webhook-event"), "whatsapp.phone_number.deleted");
            let body = told.json();
            assert_eq!((&body["phone_number_id"], &body["customer"]["id"]), (&json!(number.id), &json!(customer)));
            assert_eq!(body["project"]["id"], json!(acme.project));
        }
        nothing_is_left_to_undo(&house).await;
        let stored = everything(&house).await;
        assert!(tokens.iter().all(|token| !holds(&stored, token)), "a token lies open");
        assert_eq!(heard(&project).len(), 1, "told once");
    }

    async fn a_number_of_another_project_is_not_there(db: Database) {
        let house = House::open(db).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let customer = acme.customer("Bakery").await;
        let number = connect(&house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;
        for path in [path(&number), format!("/customers/{customer}"), format!("{}?deregister=true", path(&number))] {
            assert_eq!(rival.delete(&path).await.status, 404, "{path}");
        }
        assert_eq!(acme.delete("/customers/0193f0a0-0000-7000-8000-000000000000").await.status, 404);
        assert_eq!(acme.delete("/customers/bakery").await.status, 404);
        assert_eq!(acme.delete("/whatsapp/phone_numbers/..%2Fme").await.status, 404);
        assert_eq!(acme.get(&path(&number)).await.status, 200);
        assert_eq!((count(&house, "releases").await, house.world().count("unsubscribe")), (0, 0));
    }

    async fn what_cannot_be_deregistered_is_refused_and_stays(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let number = connect(&house, &acme, &customer, Outcome::Coexistence, "+1 555 010 0101").await;
        for query in ["deregister=true", "deregister=yes", "deregister=1"] {
            let refused = acme.delete(&format!("{}?{query}", path(&number))).await;
            assert_eq!(refused.refused_fields(), ["deregister"], "{query}");
        }
        assert_eq!(acme.delete(&format!("/customers/{customer}?deregister=perhaps")).await.refused_fields(), ["deregister"]);
        assert_eq!(acme.get(&path(&number)).await.status, 200);
        assert_eq!(count(&house, "releases").await, 0);
        assert_eq!(acme.delete(&format!("{}?deregister=false", path(&number))).await.status, 204);
    }

    async fn a_customer_goes_with_all_that_is_theirs(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let (bakery, barber) = (acme.customer("Bakery").await, acme.customer("Barber").await);
        let one = connect(&house, &acme, &bakery, Outcome::Dedicated, "+1 555 010 0101").await;
        let two = connect(&house, &acme, &bakery, Outcome::Coexistence, "+1 555 010 0102").await;
        let other = connect(&house, &acme, &barber, Outcome::Dedicated, "+1 555 010 0103").await;
        let live = acme.link_for(&bakery, json!({})).await;
        let kept = acme.link_for(&barber, json!({})).await;
        let receiver = listen(&acme, json!({})).await;

        let gone = acme.delete(&format!("/customers/{bakery}?deregister=true")).await;

        assert_eq!((gone.status, &gone.body), (204, &Value::Null));
        for path in [format!("/customers/{bakery}"), format!("/customers/{bakery}/setup_links"), path(&one), path(&two)] {
            assert_eq!(acme.get(&path).await.status, 404, "{path}");
        }
        assert_eq!(acme.post(&format!("/customers/{bakery}/setup_links"), &json!({})).await.status, 404);
        receiver.wait_for(3).await;
        let deleted = ("whatsapp.phone_number.deleted".to_owned(), bakery.clone());
        assert_eq!(heard(&receiver), [("setup_link.revoked".to_owned(), bakery.clone()), deleted.clone(), deleted]);
        let visitor = Visitor::new();
        let page = visitor.get(&live.url).await;
        assert_eq!((page.status, &*page.page()), (404, "not-found"));
        assert_eq!(visitor.post(&live.url, &[("connection_type", "dedicated")]).await.status, 404);
        nothing_is_left_to_undo(&house).await;
        assert!(!house.world().number(&one.id).expect("a number").registered, "it was to be deregistered");
        assert_eq!(house.world().count("deregister"), 1, "a coexistence number never is");
        assert!(!house.world().subscribed(&one.waba_id) && !house.world().subscribed(&two.waba_id));
        // The neighbour keeps everything.
        assert_eq!(acme.get(&path(&other)).await.data(200)["customer_id"], barber.as_str());
        assert!(house.world().subscribed(&other.waba_id));
        assert_eq!(visitor.get(&kept.url).await.status, 200);
        for (table, left) in [("customers", 1), ("setup_links", 2), ("signups", 1), ("phone_numbers", 1)] {
            assert_eq!(count(&house, table).await, left, "{table}");
        }
    }

    async fn a_link_whose_time_was_over_is_not_told_as_revoked(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let receiver = listen(&acme, json!({})).await;
        house.clock.advance(std::time::Duration::from_hours(31 * 24));
        assert_eq!(acme.delete(&format!("/customers/{}", link.customer)).await.status, 204);
        assert_eq!((count(&house, "deliveries").await, heard(&receiver).len()), (0, 0));
    }

    async fn an_external_id_is_free_again(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let given = json!({"customer": {"name": "Bakery", "external_customer_id": "b-1"}});
        let made = acme.post("/customers", &given).await.data(201);
        assert_eq!(acme.delete(&format!("/customers/{}", made["id"].as_str().expect("an id"))).await.status, 204);
        assert_ne!(acme.post("/customers", &given).await.data(201)["id"], made["id"]);
    }

    async fn a_signup_that_runs_ends_without_a_connection(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let receiver = listen(&acme, json!({})).await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::new();
        let hold = house.world().hold("register", When::After);
        let login = Login::from(Outcome::Dedicated).phone("+1 555 010 0101");
        let progress = visitor.log_in(&link, "dedicated", house.world(), login).await.location();
        hold.reached().await;

        assert_eq!(acme.delete(&format!("/customers/{}", link.customer)).await.status, 204);

        assert_eq!(visitor.get(&progress).await.status, 404);
        drop(hold);
        let number = house.world().find("+15550100101").expect("a number");
        nothing_is_left_to_undo(&house).await;
        assert!(!house.world().subscribed(&number.waba_id), "what it had told Meta is undone");
        for table in ["phone_numbers", "signups", "account_holds"] {
            assert_eq!(count(&house, table).await, 0, "{table}");
        }
        receiver.wait_for(1).await;
        assert_eq!(heard(&receiver), [("setup_link.revoked".to_owned(), link.customer.clone())]);
    }

    async fn who_is_at_facebook_meanwhile_connects_nothing(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::new();
        let dialog = visitor.choose(&link, "dedicated").await;
        let back = house.world().login(&dialog, Outcome::Dedicated).expect("a login");

        assert_eq!(acme.delete(&format!("/customers/{}", link.customer)).await.status, 204);

        let page = visitor.get(&back).await;
        assert!(page.status == 403 && !page.page().is_empty(), "{}", page.status);
        assert_eq!((house.world().count("exchange"), count(&house, "phone_numbers").await), (0, 0));
    }

    async fn everybody_who_deletes_at_once_is_answered(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let number = attach(&house, &acme, &customer, "+1 555 010 0101", None).await;
        let receiver = listen(&acme, json!({})).await;
        let link = acme.link_for(&customer, json!({})).await;
        let customers = (0..4).map(|_| async { acme.delete(&format!("/customers/{customer}")).await.status });
        let numbers = (0..4).map(|_| async { acme.delete(&path(&number)).await.status });
        let pages = (0..4).map(|_| async {
            Visitor::new().post(&link.url, &[("connection_type", "dedicated")]).await.status
        });
        let (customers, numbers, pages) = tokio::join!(
            futures_util::future::join_all(customers),
            futures_util::future::join_all(numbers),
            futures_util::future::join_all(pages),
        );
        assert_eq!(customers.iter().filter(|status| **status == 204).count(), 1, "{customers:?}");
        assert!(customers.iter().chain(&numbers).all(|status| [204, 404].contains(status)), "{customers:?} {numbers:?}");
        assert!(pages.iter().all(|status| [303, 404].contains(status)), "{pages:?}");
        receiver.wait_for(2).await;
        nothing_is_left_to_undo(&house).await;
        let names: Vec<String> = heard(&receiver).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["setup_link.revoked", "whatsapp.phone_number.deleted"]);
        until("the account to be unsubscribed", || async {
            (!house.world().subscribed(&number.waba_id)).then_some(())
        }).await;
    }
}
