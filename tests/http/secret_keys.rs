//! Secret keys change while everything goes on: what was sealed with an old one is sealed anew, wherever it lies.

use std::{
    collections::BTreeSet,
    process::{Command, Output},
};

use reqwest::Method;
use serde_json::json;
use setuplinks::{
    app::App,
    listen,
    meta::listening::Listening,
    reseal::{Reseal, Standing},
    sandbox::{Fault, Hold, Login, Outcome, When},
    seal::Sealer,
    store::{Store, seals::COLUMNS},
};

use crate::{
    cli::{complaint, printed, setuplinks},
    connected::{connect, path},
    support::{House, Link, Platform, Receiver, Visitor, house::SECRET_KEYS, on_both, until},
};

const NEW: &str = "new:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// The new key seals, the old one opens.
fn both() -> String {
    format!("{NEW},{SECRET_KEYS}")
}

fn reseal(house: &House, keys: &str) -> Reseal {
    Reseal::new(house.app.store.clone(), Sealer::parse(keys).expect("keys"), house.app.clock.clone())
}

async fn standing(house: &House) -> Standing {
    reseal(house, NEW).standing().await.expect("a standing")
}

fn keys(house: &House, command: &str, keys: &str) -> Output {
    let run = || {
        let mut program: Command = setuplinks(&["keys", command]);
        program.envs([("DATABASE_URL", house.database.url.as_str()), ("SECRET_KEYS", keys)]).output().expect("it runs")
    };
    tokio::task::block_in_place(run)
}

/// A platform of which every kind of secret is stored, and the signups that are held in the middle.
struct Stage {
    acme: Platform,
    link: Link,
    webhook: (String, String),
    held: Vec<Hold>,
}

/// Fills every column that holds something sealed.
async fn furnish(house: &House) -> Stage {
    let acme = house.platform("Acme").await;
    let customer = acme.customer("Bakery").await;
    connect(house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;
    // A number that is gone, and of which Meta cannot be told yet.
    let leaving = connect(house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0102").await;
    house.world().fault("unsubscribe", 1000, Fault::transient());
    assert_eq!(acme.delete(&path(&leaving)).await.status, 204);
    let receiver = Receiver::open().await;
    let asked =
        json!({"whatsapp_webhook": {"url": receiver.url, "headers": {"Authorization": "Bearer of-the-platform"}}});
    let made = acme
        .send(acme.request(Method::POST, "/whatsapp/webhooks").header("Idempotency-Key", "once").json(&asked))
        .await;
    let webhook = made.data(201)["id"].as_str().expect("an id").to_owned();
    let rotated = acme.post(&format!("/whatsapp/webhooks/{webhook}/rotate_secret"), &json!({})).await.data(200);
    for _ in 0..2 {
        acme.post("/project/redirect_secret/rotate", &json!({})).await.data(200);
    }
    let (own, token, key) =
        ("AC0123456789abcdef0123456789abcdef", "its-token", ("SK0123456789abcdef0123456789abcdef", "its-secret"));
    house.world().twilio().open_account(own, token, Some(key));
    let account =
        json!({"twilio": {"account_sid": own, "auth_token": token, "api_key_sid": key.0, "api_key_secret": key.1}});
    acme.send(acme.request(Method::PUT, "/project/twilio").json(&account)).await.data(200);
    heard(house).await;
    let handing_on =
        Listening { forward_to: Some("http://127.0.0.1:1/".parse().expect("a URL")), ..Listening::default() };
    let listening = App { listening: handing_on, ..house.app.clone() };
    listen::keep(&listening, b"{}", "its signature").await.expect("kept");

    let mut held = Vec::new();
    let link = acme.link(json!({})).await;
    for (call, when, number) in
        [("exchange", When::Before, "+1 555 010 0103"), ("register", When::After, "+1 555 010 0104")]
    {
        let hold = house.world().hold(call, when);
        let link = acme.link(json!({})).await;
        Visitor::new().log_in(&link, "dedicated", house.world(), Login::from(Outcome::Dedicated).phone(number)).await;
        hold.reached().await;
        held.push(hold);
    }
    let secret = rotated["secret_key"].as_str().expect("a secret").to_owned();
    Stage { acme, link, webhook: (webhook, secret), held }
}

/// A number of somebody else's project has heard its code.
async fn heard(house: &House) {
    let link = house.platform("Other").await.link(json!({"provision_phone_number": true})).await;
    let (visitor, page) = (Visitor::new(), format!("{}/provision", link.url));
    visitor.post(&page, &[("country", "US")]).await;
    let bought = until("a number", || async { house.world().twilio().owned().pop() }).await;
    until("it to be shown", || async { visitor.get(&page).await.texts("[data-testid=provisioned-number]").pop() })
        .await;
    visitor.choose(&link, "dedicated").await;
    house.world().twilio().text("WhatsApp", &bought.phone_number, "Your WhatsApp code is 941-573").await;
    assert!(visitor.get(&page).await.has("[data-testid=verification-code]"));
}

/// Ends what a process does, as at its stop.
async fn close(house: &House) {
    house.app.stopping.cancel();
    until("it to say that it serves no more", || async { standing(house).await.holders.is_empty().then_some(()) })
        .await;
}

on_both! {
    async fn every_column_that_holds_something_sealed_is_known(db: Database) {
        let house = House::open(db).await;
        let found: Vec<(String, String)> = match &house.app.store {
            Store::Sqlite(pool) => {
                let sql = "select m.name, p.name from sqlite_master m join pragma_table_info(m.name) p \
                    where m.type = 'table' and p.name like '%\\_sealed' escape '\\'";
                sqlx::query_as(sql).fetch_all(pool).await.expect("columns")
            }
            Store::Postgres(pool) => {
                let sql = "select table_name::text, column_name::text from information_schema.columns \
                    where table_schema = 'public' and column_name like '%\\_sealed'";
                sqlx::query_as(sql).fetch_all(pool).await.expect("columns")
            }
        };
        let found: BTreeSet<(&str, &str)> = found.iter().map(|(table, name)| (table.as_str(), name.as_str())).collect();
        let known: BTreeSet<(&str, &str)> = COLUMNS.iter().map(|column| (column.table, column.name)).collect();
        assert_eq!(found, known, "store/seals.rs lists every column of sealed values");
    }

    async fn an_old_key_can_go_when_everything_is_sealed_anew(db: Database) {
        let house = House::selling(db).await;
        let Stage { acme, link, webhook: (webhook, secret), held } = furnish(&house).await;
        for column in COLUMNS {
            let count = column.count(house.app.store.acquire().await.expect("a connection").db()).await.expect("a count");
            assert!(count.iter().all(|(id, _)| id == "test") && !count.is_empty(), "{}.{}: {count:?}", column.table, column.name);
        }
        let before = standing(&house).await;

        // A process that would not open what is sealed anew still serves: nothing happens.
        let refused = complaint(&keys(&house, "rotate", &both()));
        assert!(refused.contains("seal with another key than new, one of them with test"), "{refused}");
        assert_eq!(standing(&house).await.counts, before.counts);

        // It is restarted with the new key before the old one.
        close(&house).await;
        let ways = (house.app.meta.clone(), house.app.twilio.clone());
        let second = house.beside_as(house.clock.clone(), |app| {
            app.sealer = Sealer::parse(&both()).expect("keys");
            (app.meta, app.twilio) = ways;
        }).await;
        until("most of it to be sealed anew by itself", || async {
            (standing(&second).await.count("new") * 2 > before.count("test")).then_some(())
        }).await;
        drop(held);
        until("the old key to be needless", || async {
            let output = keys(&second, "rotate", &both());
            let out = String::from_utf8_lossy(&output.stdout).into_owned();
            (output.status.success() && out.contains("test\topens\t0\tcan be removed")).then_some(())
        }).await;
        assert!(standing(&second).await.is_idle("test"));

        // The old key is removed. Everything opens, and what was asked once is answered as before.
        close(&second).await;
        let third = second.beside_as(house.clock.clone(), |app| app.sealer = Sealer::parse(NEW).expect("a key")).await;
        let acme = Platform::new(third.url.clone(), acme.key, acme.project);
        assert!(acme.see(&link).await["url"].as_str().expect("a URL").ends_with(&link.token));
        let shown = acme.get(&format!("/whatsapp/webhooks/{webhook}")).await.data(200);
        assert_eq!((shown["secret_key"].as_str(), &shown["headers"]["Authorization"]), (Some(&*secret), &json!("Bearer of-the-platform")));
        assert_eq!(acme.get("/project").await.status, 200);
        assert_eq!(acme.get("/project/twilio").await.status, 200);
        let left = reseal(&third, NEW).round(None).await.expect("a round");
        assert!(left.missing.is_empty() && left.sealed == 0, "{left:?}");
    }

    async fn nobodys_write_is_lost_to_those_who_seal_anew(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let mut webhooks = Vec::new();
        for nth in 0..12 {
            let asked = json!({"whatsapp_webhook": {"url": format!("https://example.com/{nth}"), "headers": {"X-Nth": "0"}}});
            webhooks.push(acme.post("/whatsapp/webhooks", &asked).await.data(201)["id"].as_str().expect("an id").to_owned());
            acme.link_for(&customer, json!({})).await;
        }
        close(&house).await;
        let second = house.beside_as(house.clock.clone(), |app| app.sealer = Sealer::parse(&both()).expect("keys")).await;
        let acme = Platform::new(second.url.clone(), acme.key, acme.project);
        // To and fro, by several at once, while every webhook is changed again and again.
        let sealing = |keys: String| {
            let reseal = reseal(&second, &keys);
            async move {
                for _ in 0..6 {
                    reseal.round(None).await.expect("a round");
                }
            }
        };
        let changing = webhooks.iter().map(|webhook| {
            let (acme, path) = (acme.clone(), format!("/whatsapp/webhooks/{webhook}"));
            async move {
                for nth in 1..=6 {
                    let change = json!({"whatsapp_webhook": {"headers": {"X-Nth": nth.to_string()}}});
                    assert_eq!(acme.patch(&path, &change).await.data(200)["headers"]["X-Nth"], nth.to_string());
                }
            }
        });
        tokio::join!(
            sealing(both()),
            sealing(both()),
            sealing(format!("{SECRET_KEYS},{NEW}")),
            futures_util::future::join_all(changing),
        );
        for webhook in &webhooks {
            let shown = acme.get(&format!("/whatsapp/webhooks/{webhook}")).await.data(200);
            assert_eq!(shown["headers"]["X-Nth"], "6", "{shown}");
        }
        reseal(&second, &both()).round(None).await.expect("a round");
        assert_eq!(standing(&second).await.counts.keys().collect::<Vec<_>>(), ["new"]);
    }

    async fn a_key_that_is_missing_is_named(db: Database) {
        let house = House::open(db).await;
        house.platform("Acme").await.link(json!({})).await;
        close(&house).await;
        let output = keys(&house, "rotate", NEW);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!output.status.success() && err.contains("not in SECRET_KEYS: [\"test\"]"), "{out}{err}");
        assert_eq!(out, "new\tseals\t0\tneeded\ntest\tmissing\t1\tnot in SECRET_KEYS\n");
        let shown = printed(&keys(&house, "status", SECRET_KEYS));
        assert_eq!(shown, "test\tseals\t1\tneeded", "and nothing was changed");
    }
}

#[test]
fn a_key_is_made_that_can_be_used_as_it_is() {
    let make = || printed(&setuplinks(&["keys", "generate"]).output().expect("it runs"));
    let (one, two) = (make(), make());
    assert!(one != two && one.starts_with('k'), "{one}");
    assert_eq!(Sealer::parse(&format!("{one},{two},{SECRET_KEYS}")).ok().map(|keys| keys.key_ids().count()), Some(3));
}
