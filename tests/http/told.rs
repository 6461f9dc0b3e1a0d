//! What Meta tells unasked: who is believed, what it makes of numbers, and what is handed on.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::{
    id::uuid_at,
    listen,
    meta::listening::Listening,
    notice::{Notice, Told},
    sandbox::{AppWebhook, NumberView, Outcome},
    store::notices,
};

use crate::{
    connected::{attach, connect, path},
    stored::{count, standing_clock},
    support::{Database, House, Platform, Receiver, Visitor, on_both, until},
};

mod handed_on;

const FIELDS: &[&str] = &["account_update", "messages"];

/// A house whose address stands in the dashboard of the stand-in Facebook.
fn listening(house: House) -> House {
    let callback_url = format!("{}/meta/webhooks", house.url);
    let fields = FIELDS.iter().map(ToString::to_string).collect();
    house.world().set_app_webhook(Some(AppWebhook { callback_url, is_active: true, fields }));
    house
}

/// A platform that is told of its numbers, and one of them.
struct Stage {
    house: House,
    acme: Platform,
    customer: String,
    ears: Receiver,
    number: NumberView,
}

impl Stage {
    async fn set(db: Database) -> Self {
        let house = listening(House::open_at(db, standing_clock()).await);
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let number = attach(&house, &acme, &customer, "+1 555 010 0101", None).await;
        let ears = ears(&acme).await;
        Self { house, acme, customer, ears, number }
    }

    /// Meta tells of an account `seconds` from now; the clock goes on to then.
    async fn told(&self, event: &str, more: Value) {
        self.house.clock.advance(Duration::from_secs(10));
        let notice = self.house.world().notice(event, &self.number.waba_id, &more);
        assert_eq!(self.house.world().tell(&notice).await, Some(200));
        worked_on(&self.house).await;
    }

    async fn shown(&self) -> Value {
        self.acme.get(&path(&self.number)).await.data(200)
    }

    /// The events that the platform was told of, by name, once all are delivered.
    async fn heard(&self) -> Vec<String> {
        heard(&self.house, &self.ears).await
    }
}

/// An endpoint of that platform that hears of numbers.
async fn ears(platform: &Platform) -> Receiver {
    let ears = Receiver::open().await;
    let asked = json!({"whatsapp_webhook": {"url": ears.url}});
    platform.post("/whatsapp/webhooks", &asked).await.data(201);
    ears
}

async fn worked_on(house: &House) {
    until("the notices to be worked on", || async {
        // One of a business that came waits for its browser.
        let due = format!("meta_notices where next_at <= {}", house.clock.now().0);
        // Deliveries come in no promised order: each is waited for before the next thing happens.
        let is_told = count(house, "deliveries where status = 'pending'").await == 0;
        (count(house, &due).await == 0 && is_told).then_some(())
    })
    .await;
}

async fn heard(house: &House, ears: &Receiver) -> Vec<String> {
    until("the events to be delivered", || async {
        (count(house, "deliveries where status = 'pending'").await == 0).then_some(())
    })
    .await;
    ears.received().iter().map(|event| event.header("x-webhook-event").to_owned()).collect()
}

on_both! {
    async fn meta_verifies_the_address_by_its_token(db: Database) {
        let furnish = |app: &mut setuplinks::app::App| {
            app.listening = Listening { verify_token: Some("open & sesame".into()), ..Listening::default() };
        };
        let house = House::open_as(db, standing_clock(), furnish).await;
        let visitor = Visitor::new();
        let ask = async |query: &str| visitor.get(&format!("{}/meta/webhooks?{query}", house.url)).await;
        let answer = ask("hub.mode=subscribe&hub.challenge=%3Cb%3E1158201444%3C%2Fb%3E&hub.verify_token=open+%26+sesame").await;
        assert_eq!((answer.status, answer.html.as_str()), (200, "<b>1158201444</b>"), "verbatim");
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        for wrong in [
            "hub.mode=subscribe&hub.challenge=1&hub.verify_token=open",
            "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
            "hub.mode=subscribe&hub.challenge=1",
            "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=open+%26+sesame",
            "",
        ] {
            let answer = ask(wrong).await;
            assert_eq!((answer.status, answer.html.as_str()), (403, ""), "{wrong}");
        }
        let address = format!("{}/meta/webhooks", house.url);
        assert!(!house.world().enter_webhook(&address, "another", FIELDS).await);
        assert!(house.world().enter_webhook(&address, "open & sesame", FIELDS).await);
        let unset = House::open(db).await;
        let query = "hub.mode=subscribe&hub.challenge=1&hub.verify_token=";
        assert_eq!(visitor.get(&format!("{}/meta/webhooks?{query}", unset.url)).await.status, 404);
    }

    async fn what_meta_has_not_signed_is_not_heard(db: Database) {
        let stage = Stage::set(db).await;
        let world = stage.house.world();
        let body = world.notice("PARTNER_REMOVED", &stage.number.waba_id, &json!({})).to_string();
        let signature = world.signature(&body);
        for (body, signature) in [
            (body.clone(), None),
            (body.clone(), Some(String::new())),
            (body.clone(), Some(signature.replace("sha256=", "sha1="))),
            (body.clone(), Some(signature.trim_start_matches("sha256=").to_owned())),
            (body.clone(), Some(world.signature(&format!("{body} ")))),
            (format!("{body} "), Some(signature.clone())),
        ] {
            assert_eq!(world.tell_as(body, signature.clone()).await, Some(403), "{signature:?}");
        }
        assert_eq!(count(&stage.house, "meta_notices").await, 0);
        assert_eq!(world.tell_as(body, Some(signature)).await, Some(200));
    }

    async fn a_number_that_its_owner_takes_away_is_disconnected_once(db: Database) {
        let stage = Stage::set(db).await;
        // Another platform has the same number, and Acme another one of another account.
        let rival = stage.house.platform("Rival").await;
        let rival_ears = ears(&rival).await;
        let other = attach(&stage.house, &stage.acme, &stage.customer, "+1 555 010 0202", None).await;
        let again = json!({"whatsapp_phone_number": crate::connected::by_hand(&stage.house, &stage.number)});
        let customer = rival.customer("Bakery").await;
        rival.post(&format!("/customers/{customer}/whatsapp/phone_numbers"), &again).await.data(201);
        heard(&stage.house, &rival_ears).await;

        let why = json!({"disconnection_info": {"reason": "PRIMARY_INACTIVITY", "initiated_by": "SYSTEM"}});
        stage.told("PARTNER_REMOVED", why.clone()).await;
        let at = stage.house.clock.now();
        // Meta tells it again: the same bytes, the time as text, and as another notice of the same.
        let mut notice = stage.house.world().notice("PARTNER_REMOVED", &stage.number.waba_id, &why);
        assert_eq!(stage.house.world().tell(&notice).await, Some(200));
        notice["entry"][0]["time"] = notice["entry"][0]["time"].to_string().into();
        assert_eq!(stage.house.world().tell(&notice).await, Some(200));
        assert_eq!(count(&stage.house, "meta_notices").await, 1, "one notice");
        stage.told("PARTNER_REMOVED", why).await;

        let names = ["whatsapp.phone_number.created", "whatsapp.phone_number.disconnected"];
        assert_eq!(stage.heard().await, names, "Acme's other number is not meant");
        assert_eq!(heard(&stage.house, &rival_ears).await, names);
        let told = stage.ears.received().pop().expect("an event").json();
        for (member, value) in [
            ("phone_number_id", json!(stage.number.id)),
            ("business_account_id", json!(stage.number.waba_id)),
            ("meta_event", json!("PARTNER_REMOVED")),
            ("reason", json!("PRIMARY_INACTIVITY")),
            ("initiated_by", json!("SYSTEM")),
            ("occurred_at", json!(at.rfc3339())),
        ] {
            assert_eq!(told[member], value, "{member}");
        }
        assert_eq!(told["project"]["id"], json!(stage.acme.project));

        let shown = stage.shown().await;
        assert_eq!(shown["status"], "DISCONNECTED");
        assert_eq!(
            shown["connection"],
            json!({"status": "disconnected", "since": stage.house.clock.now().rfc3339(), "meta_event": "PARTNER_REMOVED", "reason": "PRIMARY_INACTIVITY", "initiated_by": "SYSTEM"})
        );
        let able = stage.acme.get("/whatsapp/phone_numbers?messaging_enabled=true").await.data(200);
        assert_eq!(able.as_array().expect("a list").iter().map(|number| &number["id"]).collect::<Vec<_>>(), [&json!(other.id)]);
        let health = stage.acme.get(&format!("{}/health", path(&stage.number))).await.body;
        assert_eq!((&health["status"], &health["checks"]["phone_number_connection"]["passed"]), (&json!("unhealthy"), &json!(false)), "{health}");
    }

    async fn a_number_on_its_way_to_another_device_comes_back(db: Database) {
        let stage = Stage::set(db).await;
        stage.told("ACCOUNT_OFFBOARDED", json!({})).await;
        assert_eq!(stage.shown().await["connection"]["status"], "offboarded");
        stage.told("ACCOUNT_RECONNECTED", json!({})).await;
        let shown = stage.shown().await;
        assert_eq!((&shown["status"], &shown["connection"]["status"]), (&json!("CONNECTED"), &json!("connected")));
        stage.told("DISABLED_UPDATE", json!({"ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}})).await;
        assert_eq!(stage.shown().await["connection"]["status"], "connected", "announced, and not done");
        stage.told("DISABLED_UPDATE", json!({"ban_info": {"waba_ban_state": "DISABLE"}})).await;
        stage.told("ACCOUNT_RECONNECTED", json!({})).await;
        assert_eq!(stage.shown().await["connection"]["meta_event"], "DISABLED_UPDATE", "that lifts no ban");
        stage.told("DISABLED_UPDATE", json!({"ban_info": {"waba_ban_state": "REINSTATE"}})).await;
        stage.told("PARTNER_APP_UNINSTALLED", json!({"waba_info": {"waba_id": stage.number.waba_id, "partner_app_id": "7"}})).await;
        assert_eq!(stage.shown().await["connection"]["status"], "connected", "another app's");
        stage.told("PARTNER_APP_UNINSTALLED", json!({})).await;
        stage.told("ACCOUNT_DELETED", json!({})).await;
        let names = ["offboarded", "reconnected", "disconnected", "reconnected", "disconnected"];
        assert_eq!(stage.heard().await, names.map(|name| format!("whatsapp.phone_number.{name}")));
    }

    async fn a_notice_that_comes_late_does_not_undo_a_later_one(db: Database) {
        let stage = Stage::set(db).await;
        stage.house.clock.advance(Duration::from_secs(30));
        let world = stage.house.world();
        let [early, late] = ["ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED"].map(|event| {
            stage.house.clock.advance(Duration::from_secs(30));
            world.notice(event, &stage.number.waba_id, &json!({}))
        });
        for notice in [&late, &early, &late, &early] {
            assert_eq!(world.tell(notice).await, Some(200));
            worked_on(&stage.house).await;
        }
        // What was told of the time before the number was connected is over too.
        let mut before = world.notice("PARTNER_REMOVED", &stage.number.waba_id, &json!({}));
        before["entry"][0]["time"] = json!(stage.house.clock.now().0 / 1000 - 3600);
        assert_eq!(world.tell(&before).await, Some(200));
        worked_on(&stage.house).await;
        stage.house.clock.advance(Duration::from_secs(10));
        // A clock that is ahead of ours does not keep the next notice from counting.
        let mut ahead = world.notice("ACCOUNT_OFFBOARDED", &stage.number.waba_id, &json!({}));
        ahead["entry"][0]["time"] = json!(stage.house.clock.now().0 / 1000 + 86_400);
        assert_eq!(world.tell(&ahead).await, Some(200));
        worked_on(&stage.house).await;
        stage.told("ACCOUNT_RECONNECTED", json!({})).await;
        let names = ["offboarded", "reconnected"];
        assert_eq!(stage.heard().await, names.map(|name| format!("whatsapp.phone_number.{name}")));
    }

    async fn a_notice_of_one_number_leaves_the_others_of_its_account_alone(db: Database) {
        let stage = Stage::set(db).await;
        let beside = attach(&stage.house, &stage.acme, &stage.customer, "+1 555 010 0202", Some(&stage.number.waba_id)).await;
        stage.house.clock.advance(Duration::from_secs(10));
        // The shape of the page on business app users: the account as the entry, the number beside the event.
        let notice = json!({"object": "whatsapp_business_account", "entry": [{
            "id": stage.number.waba_id, "time": stage.house.clock.now().0 / 1000,
            "changes": [{"field": "account_update", "value": {"event": "PARTNER_REMOVED", "phone_number": "15550100101"}}],
        }]});
        assert_eq!(stage.house.world().tell(&notice).await, Some(200));
        worked_on(&stage.house).await;
        assert_eq!(stage.shown().await["connection"]["status"], "disconnected");
        assert_eq!(stage.acme.get(&path(&beside)).await.data(200)["connection"]["status"], "connected");
    }

    async fn a_number_that_is_connected_again_is_as_new(db: Database) {
        let house = listening(House::open_at(db, standing_clock()).await);
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let number = connect(&house, &acme, &customer, Outcome::Coexistence, "+1 555 010 0303").await;
        house.clock.advance(Duration::from_secs(10));
        assert_eq!(house.world().tell(&house.world().notice("PARTNER_REMOVED", &number.waba_id, &json!({}))).await, Some(200));
        worked_on(&house).await;
        let shown = async || acme.get(&path(&number)).await.data(200)["connection"].clone();
        assert_eq!(shown().await["status"], "disconnected");
        house.clock.advance(Duration::from_secs(10));
        connect(&house, &acme, &customer, Outcome::Coexistence, "+1 555 010 0303").await;
        assert_eq!((&shown().await["status"], &shown().await["meta_event"]), (&json!("connected"), &Value::Null));

        // By hand, with a token that opens the account.
        house.clock.advance(Duration::from_secs(10));
        assert_eq!(house.world().tell(&house.world().notice("PARTNER_REMOVED", &number.waba_id, &json!({}))).await, Some(200));
        worked_on(&house).await;
        let ears = ears(&acme).await;
        let token = json!({"whatsapp_phone_number": {"access_token": house.world().token(&number.waba_id)}});
        acme.patch(&path(&number), &token).await.data(200);
        assert_eq!(shown().await["status"], "connected");
        assert_eq!(heard(&house, &ears).await, ["whatsapp.phone_number.reconnected"]);
    }

    async fn a_restriction_has_the_next_health_check_ask_meta(db: Database) {
        let stage = Stage::set(db).await;
        let health = async || stage.acme.get(&format!("{}/health", path(&stage.number))).await.body;
        let asked = || stage.house.world().count("phone_number");
        health().await;
        let before = asked();
        health().await;
        assert_eq!(asked(), before, "kept for three minutes");
        stage.told("ACCOUNT_RESTRICTION", json!({"restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]})).await;
        health().await;
        assert_eq!(asked(), before + 1);
        assert_eq!(stage.heard().await, Vec::<String>::new());
    }

    async fn what_means_nothing_here_leaves_nothing_behind(db: Database) {
        let stage = Stage::set(db).await;
        let world = stage.house.world();
        let mut bodies: Vec<String> = ["{", "[]", "", "\u{0}", r#"{"entry":[{"id":"9","changes":[{"field":"messages","value":{"messages":[{"text":{"body":"hello"}}]}}]}]}"#]
            .map(str::to_owned).into();
        for event in ["MM_LITE_TERMS_SIGNED", "AD_ACCOUNT_LINKED", "VOLUME_BASED_PRICING_TIER_UPDATE", "AN_EVENT_OF_NEXT_YEAR"] {
            bodies.push(world.notice(event, &stage.number.waba_id, &json!({})).to_string());
        }
        for body in bodies {
            let signature = world.signature(&body);
            assert_eq!(world.tell_as(body.clone(), Some(signature)).await, Some(200), "{body}");
        }
        assert_eq!((count(&stage.house, "meta_notices").await, count(&stage.house, "meta_forwards").await), (0, 0));
        // An account that nobody here has.
        stage.house.world().tell(&world.notice("ACCOUNT_DELETED", "123", &json!({}))).await;
        worked_on(&stage.house).await;
        assert_eq!(stage.heard().await, Vec::<String>::new());
        stage.house.clock.advance(Duration::from_hours(9 * 24));
        listen::sweep(&stage.house.app).await.expect("swept");
        assert_eq!(count(&stage.house, "meta_notices").await, 0);
    }

    async fn what_a_process_died_with_is_taken_up_by_the_next(db: Database) {
        let stage = Stage::set(db).await;
        let (app, clock) = (&stage.house.app, &stage.house.clock);
        let now = clock.now();
        let due = now.plus(Duration::from_hours(1));
        let notice = Notice::new(Told::AccountDeleted, &stage.number.waba_id, due);
        let mut lease = app.store.acquire().await.expect("a connection");
        assert!(notices::insert(lease.db(), uuid_at(now), &notice.digest(), &notice, (now, due)).await.expect("kept"));
        // Another process, whose clock is ahead, claims it and sleeps.
        let held = due.plus(Duration::from_mins(1));
        let claimed = notices::claim(lease.db(), due, held).await.expect("claimed").expect("a notice");
        clock.advance(Duration::from_secs(3600 + 30));
        assert_eq!(stage.shown().await["connection"]["status"], "connected", "its lease holds");
        clock.advance(Duration::from_secs(31));
        worked_on(&stage.house).await;
        assert_eq!(stage.shown().await["connection"]["status"], "disconnected");
        assert!(!notices::done(lease.db(), &claimed).await.expect("asked"), "who slept through its lease writes nothing");
        assert_eq!(stage.heard().await, ["whatsapp.phone_number.disconnected"]);
    }

    async fn two_processes_tell_everything_once(db: Database) {
        let house = listening(House::open(db).await);
        let other = house.another_process().await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let number = attach(&house, &acme, &customer, "+1 555 010 0101", None).await;
        let beside = attach(&house, &acme, &customer, "+1 555 010 0202", Some(&number.waba_id)).await;
        let ears = ears(&acme).await;
        let world = house.world();
        let start = house.clock.now().0 / 1000 - 100;
        let later = |event: &str, seconds: i64| {
            let mut notice = world.notice(event, &number.waba_id, &json!({}));
            notice["entry"][0]["time"] = json!(start + seconds);
            notice.to_string()
        };
        // Before the numbers were connected, all but the last.
        let mut bodies: Vec<String> = (0..20).map(|at| later(if at % 2 == 0 { "ACCOUNT_OFFBOARDED" } else { "ACCOUNT_RECONNECTED" }, at)).collect();
        let last = later("PARTNER_REMOVED", 200);
        bodies.extend([last.clone(), last.clone(), last]);
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let sent = bodies.iter().flat_map(|body| [(body, &house.url), (body, &other)]).map(|(body, url)| {
            let request = http.post(format!("{url}/meta/webhooks")).header("x-hub-signature-256", world.signature(body)).body(body.clone());
            async move { request.send().await.expect("an answer").status().as_u16() }
        });
        let statuses = futures_util::future::join_all(sent).await;
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        worked_on(&house).await;
        assert_eq!(heard(&house, &ears).await, ["whatsapp.phone_number.disconnected"; 2]);
        for number in [&number, &beside] {
            assert_eq!(acme.get(&path(number)).await.data(200)["connection"]["status"], "disconnected");
        }
        assert_eq!(count(&house, "meta_notices").await, 21);
    }

    async fn a_body_beyond_all_measure_is_refused(db: Database) {
        let house = listening(House::open(db).await);
        let body = " ".repeat(10 * 1024 * 1024);
        let signature = house.world().signature(&body);
        // Who is refused in the middle of sending may miss the answer.
        for (signature, status) in [(Some(signature), 413), (None, 403)] {
            let answer = house.world().tell_as(body.clone(), signature).await.expect("sent");
            assert!(answer == status || answer == 0, "{answer}");
        }
        assert_eq!(count(&house, "meta_notices").await, 0);
        assert_eq!(house.world().tell(&json!({})).await, Some(200));
    }
}
