//! What is held of a customer: told as a whole, and erased so that nothing of it is left anywhere.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use setuplinks::{
    listen,
    sandbox::{Login, NumberView, Outcome},
    store::{Store, records::FATES},
};

use crate::{
    cli::{complaint, printed, setuplinks},
    connected::{connect, nothing_is_left_to_undo, path},
    stored::{count, everything, holds},
    support::{Database, House, Link, Manner, Platform, Receiver, Visitor, house::SECRET_KEYS, on_both, until},
};

const NAME: &str = "Quokka Bakery";
const NUMBER: &str = "+1 555 010 0199";

/// A customer of whom there is something everywhere, and a neighbour.
struct Stage {
    house: House,
    acme: Platform,
    customer: String,
    link: Link,
    number: NumberView,
    own_webhook: String,
    bought: String,
    neighbour: (String, NumberView),
}

async fn stage(db: Database) -> Stage {
    let house = House::selling(db).await;
    let acme = house.platform("Acme").await;
    let refusing = Receiver::open().await;
    refusing.always(Manner::Status(500));
    let asked = json!({"whatsapp_webhook": {"url": refusing.url, "events": ["whatsapp.phone_number.created", "setup_link.started"]}});
    acme.post("/whatsapp/webhooks", &asked).await.data(201);
    let neighbour = acme.customer("Barber").await;
    let theirs = connect(&house, &acme, &neighbour, Outcome::Dedicated, "+1 555 010 0102").await;

    let asked = json!({"customer": {"name": NAME, "external_customer_id": "crm-quokka"}});
    let made = acme.send(acme.request(Method::POST, "/customers").header("Idempotency-Key", "k").json(&asked)).await;
    let customer = made.data(201)["id"].as_str().expect("an id").to_owned();
    let terms = json!({"external_id": "link-quokka", "metadata": {"note": "note-quokka"}});
    let link = acme.link_for(&customer, terms).await;
    let login = Login::from(Outcome::Dedicated).phone(NUMBER);
    assert_eq!(Visitor::new().walk(&link, "dedicated", house.world(), login).await.page(), "connected");
    let number = house.world().find(NUMBER).expect("a number");
    let own = json!({"whatsapp_webhook": {"url": refusing.url, "phone_number_id": number.id}});
    let own_webhook = acme.post("/whatsapp/webhooks", &own).await.data(201)["id"].as_str().expect("an id").to_owned();
    let selling = acme.link_for(&customer, json!({"provision_phone_number": true})).await;
    Visitor::new().post(&format!("{}/provision", selling.url), &[("country", "US")]).await;
    let bought = until("a number", || async {
        let bought = acme.get("/provisioned_phone_numbers?status=bought").await.data(200);
        bought[0]["phone_number"].as_str().map(str::to_owned)
    })
    .await;
    let told = json!({"entry": [{"id": number.waba_id, "changes": [
        {"field": "account_update", "value": {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}}}
    ]}]});
    listen::keep(&house.app, told.to_string().as_bytes(), "its signature").await.expect("kept");
    assert_eq!(count(&house, "meta_notices").await, 1);
    Stage { house, acme, customer, link, number, own_webhook, bought, neighbour: (neighbour, theirs) }
}

/// Every text by which one would know the customer.
fn traces(stage: &Stage) -> Vec<String> {
    let digits = setuplinks::number::digits(NUMBER);
    let bought = setuplinks::number::digits(&stage.bought);
    [NAME, "crm-quokka", "link-quokka", "note-quokka", &digits, &bought, &stage.number.id, &stage.number.waba_id]
        .map(str::to_owned)
        .to_vec()
}

/// Every byte of the database, with nothing left in the log that SQLite writes ahead.
async fn bytes(house: &House) -> Vec<u8> {
    if let Store::Sqlite(pool) = &house.app.store {
        until("the log to be written back", || async {
            let (busy, _, _): (i64, i64, i64) =
                sqlx::query_as("pragma wal_checkpoint(truncate)").fetch_one(pool).await.expect("a checkpoint");
            (busy == 0).then_some(())
        })
        .await;
    }
    everything(house).await
}

async fn erase(platform: &Platform, customer: &str) -> crate::support::Answer {
    platform.send(platform.request(Method::POST, &format!("/customers/{customer}/erase"))).await
}

fn command(house: &House, command: &str, id: &str) -> std::process::Output {
    let run = || {
        let mut program = setuplinks(&["customer", command, id]);
        let settings =
            [("DATABASE_URL", house.database.url.as_str()), ("SECRET_KEYS", SECRET_KEYS), ("RUST_LOG", "error")];
        program.envs(settings).output().expect("it runs")
    };
    tokio::task::block_in_place(run)
}

on_both! {
    async fn it_is_decided_of_every_table_what_becomes_of_it(db: Database) {
        let house = House::open(db).await;
        let found: Vec<(String,)> = match &house.app.store {
            Store::Sqlite(pool) => {
                let sql = "select name from sqlite_master where type = 'table' and name not like 'sqlite%'";
                sqlx::query_as(sql).fetch_all(pool).await.expect("tables")
            }
            Store::Postgres(pool) => {
                let sql = "select table_name::text from information_schema.tables where table_schema = 'public'";
                sqlx::query_as(sql).fetch_all(pool).await.expect("tables")
            }
        };
        let found: BTreeSet<&str> = found.iter().map(|(name,)| name.as_str()).filter(|name| *name != "_sqlx_migrations").collect();
        let known: BTreeSet<&str> = FATES.iter().map(|(name, _)| *name).collect();
        assert_eq!(found, known, "store/records.rs says of every table what an erasure does to it");
    }

    async fn everything_is_told_and_no_secret(db: Database) {
        let stage = stage(db).await;
        let Stage { house, acme, customer, link, .. } = &stage;

        let document = acme.get(&format!("/customers/{customer}/export")).await.data(200);

        let text = document.to_string();
        for trace in traces(&stage) {
            assert!(text.contains(&trace), "{trace} is not in {text}");
        }
        assert_eq!((&document["customer"]["name"], &document["customer"]["id"]), (&json!(NAME), &json!(customer)));
        for (section, count) in [("setup_links", 2), ("signups", 1), ("phone_numbers", 1), ("provisioned_phone_numbers", 1), ("webhooks", 1)] {
            assert_eq!(document[section].as_array().map(Vec::len), Some(count), "{section}: {document}");
        }
        let names: BTreeSet<_> = document["events"].as_array().expect("events").iter().map(|event| event["name"].as_str().expect("a name")).collect();
        assert!(names.contains("setup_link.completed") && names.contains("whatsapp.phone_number.created"), "{names:?}");
        assert!(document["webhook_deliveries"].as_array().is_some_and(|sent| !sent.is_empty()), "{document}");
        // As it is meant, whichever database wrote it.
        let number = &document["phone_numbers"][0];
        assert_eq!((&number["is_coexistence"], &number["phone_number_id"]), (&json!(false), &json!(stage.number.id)));
        assert!(number["created_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{number}");
        assert_eq!(document["setup_links"][0]["terms"]["metadata"]["note"], "note-quokka");
        let described = reqwest::get(format!("{}/openapi.json", house.url)).await.expect("a document").json::<Value>().await.expect("JSON");
        let described = described["components"]["schemas"]["CustomerExport"]["properties"].as_object().expect("properties");
        let told = document.as_object().expect("an object");
        assert_eq!(told.keys().collect::<BTreeSet<_>>(), described.keys().collect::<BTreeSet<_>>());

        let mut secrets: Vec<String> = house.world().calls().into_iter().filter_map(|call| call.token).collect();
        secrets.extend([link.token.clone(), acme.key.clone()]);
        secrets.push(acme.get(&format!("/whatsapp/webhooks/{}", stage.own_webhook)).await.data(200)["secret_key"].as_str().expect("a secret").to_owned());
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "a secret is in {text}");
        assert!(!text.contains("_sealed") && !text.contains("_digest"), "{text}");
        // Nobody else is in it, and nobody else gets it.
        assert!(!text.contains("Barber") && !text.contains(&stage.neighbour.1.id), "{text}");
        let rival = house.platform("Rival").await;
        assert_eq!(rival.get(&format!("/customers/{customer}/export")).await.status, 404);
        let printed: Value = serde_json::from_str(&printed(&command(house, "export", customer))).expect("JSON");
        assert_eq!(printed["phone_numbers"], document["phone_numbers"]);
    }

    async fn nothing_is_left_of_who_was_erased(db: Database) {
        let stage = stage(db).await;
        let Stage { house, acme, customer, number, .. } = &stage;
        let rival = house.platform("Rival").await;
        assert_eq!(erase(&rival, customer).await.status, 404);
        let before = bytes(house).await;
        assert!(traces(&stage).iter().all(|trace| holds(&before, trace)), "the search finds what is there");

        let proof = erase(acme, customer).await.data(200);

        for (kind, count) in [("setup_links", 2), ("signups", 1), ("phone_numbers", 1), ("provisioned_phone_numbers", 1), ("webhooks", 1), ("sessions", 1)] {
            assert_eq!(proof["erased"][kind], count, "{kind}: {proof}");
        }
        for kind in ["events", "webhook_deliveries", "kept_answers"] {
            assert!(proof["erased"][kind].as_u64().is_some_and(|count| count > 0), "{kind}: {proof}");
        }
        let webhook = format!("/whatsapp/webhooks/{}", stage.own_webhook);
        for path in [format!("/customers/{customer}"), format!("/customers/{customer}/export"), path(number), webhook] {
            assert_eq!(acme.get(&path).await.status, 404, "{path}");
        }
        assert_eq!(Visitor::new().get(&stage.link.url).await.status, 404);
        // Meta and Twilio are told as ever.
        nothing_is_left_to_undo(house).await;
        assert!(!house.world().subscribed(&number.waba_id));
        until("the number to be given back", || async {
            (house.world().twilio().owned().is_empty() && count(house, "provisioned_numbers").await == 0).then_some(())
        })
        .await;
        let left = bytes(house).await;
        let traces: Vec<_> = traces(&stage).into_iter().chain([customer.clone(), customer.replace('-', "")]).collect();
        let found: Vec<_> = traces.iter().filter(|trace| holds(&left, trace)).collect();
        assert!(found.is_empty(), "{found:?}");
        assert!(holds(&left, "Barber"), "the search finds what is there");

        // The neighbour keeps everything, and what was to be sent about them.
        let (neighbour, theirs) = &stage.neighbour;
        assert_eq!(acme.get(&path(theirs)).await.data(200)["customer_id"], neighbour.as_str());
        assert!(count(house, "deliveries").await > 0 && house.world().subscribed(&theirs.waba_id));
        // The same again is the same proof, whoever asks.
        let again = erase(acme, customer).await.data(200);
        assert_eq!(again, proof);
        let printed: Value = serde_json::from_str(&printed(&command(house, "erase", customer))).expect("JSON");
        assert_eq!(printed, proof);
        assert_eq!(count(house, "erasures").await, 1);
        assert_eq!(erase(&rival, customer).await.status, 404);
    }

    async fn what_a_deletion_leaves_is_erased_too(db: Database) {
        let stage = stage(db).await;
        let Stage { house, acme, customer, .. } = &stage;
        assert_eq!(acme.delete(&format!("/customers/{customer}")).await.status, 204);
        nothing_is_left_to_undo(house).await;
        assert!(holds(&bytes(house).await, &stage.number.id), "what was sent is kept for a while");
        // What an older version wrote does not say whom it is about.
        let forget = "update deliveries set customer_id = null";
        match &house.app.store {
            Store::Sqlite(pool) => sqlx::query(forget).execute(pool).await.map(|_| ()),
            Store::Postgres(pool) => sqlx::query(forget).execute(pool).await.map(|_| ()),
        }
        .expect("done");

        let proof: Value = serde_json::from_str(&printed(&command(house, "erase", customer))).expect("JSON");

        assert!(proof["erased"]["webhook_deliveries"].as_u64().is_some_and(|count| count > 0), "{proof}");
        until("the number to be given back", || async { (count(house, "provisioned_numbers").await == 0).then_some(()) }).await;
        let left = bytes(house).await;
        assert!(!holds(&left, &setuplinks::number::digits(&stage.bought)) && !holds(&left, &stage.link.id), "{proof}");
        assert_eq!(erase(acme, customer).await.data(200)["id"], proof["id"]);
    }

    async fn who_never_was_has_no_proof(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        for id in ["0193f0a0-0000-7000-8000-000000000000", "bakery"] {
            assert_eq!(erase(&acme, id).await.status, 404, "{id}");
            assert_eq!(acme.get(&format!("/customers/{id}/export")).await.status, 404, "{id}");
        }
        assert!(complaint(&command(&house, "erase", "0193f0a0-0000-7000-8000-000000000000")).contains("nothing is held"));
        assert!(complaint(&command(&house, "export", "bakery")).contains("a UUID"));
        let customer = acme.customer("Bakery").await;
        assert_eq!(acme.post(&format!("/customers/{customer}/erase?deregister=perhaps"), &json!({})).await.refused_fields(), ["deregister"]);
        assert_eq!(acme.get(&format!("/customers/{customer}")).await.status, 200);
        assert_eq!(count(&house, "erasures").await, 0);
    }
}
