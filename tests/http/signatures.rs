//! Signatures before judges that are not ours: the Standard Webhooks libraries of npm and PyPI take real deliveries.

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use setuplinks::sandbox::{Login, Outcome};

use crate::support::{House, Platform, Receiver, Visitor, on_both, receiver::Received};

/// What a judge found: does the standard's signature hold, and the published one?
type Verdict = (bool, bool);

fn judges() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judges")
}

fn delivery(secret: &str, received: &Received) -> Value {
    let headers: serde_json::Map<String, Value> =
        received.headers.iter().map(|(name, value)| (name.to_string(), json!(value.to_str().expect("text")))).collect();
    json!({"secret": secret, "headers": headers, "body": STANDARD.encode(&received.body)})
}

fn ask(program: &mut Command, deliveries: &[Value]) -> Vec<Verdict> {
    let child = program.current_dir(judges()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|e| panic!("{program:?}: {e}: run ./check, which installs the judges"));
    let text = json!(deliveries).to_string();
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{program:?} fails: run ./check, which installs what it needs");
    let verdict = |line: &str| {
        let found: Value = serde_json::from_str(line).expect("JSON");
        (found["standard"] == true, found["published"] == true)
    };
    String::from_utf8_lossy(&output.stdout).lines().map(verdict).collect()
}

/// What both judges, who must agree, find of each.
fn verdicts(deliveries: &[Value]) -> Vec<Verdict> {
    let of_npm = ask(Command::new("node").arg("signature.js"), deliveries);
    let of_pypi = ask(Command::new("python/bin/python").arg("signature.py"), deliveries);
    assert_eq!(of_npm, of_pypi);
    assert_eq!(of_npm.len(), deliveries.len());
    of_npm
}

async fn connect(house: &House, acme: &Platform, number: &str) {
    let link = acme.link(json!({})).await;
    let login = Login::from(Outcome::Dedicated).phone(number);
    Visitor::new().walk(&link, "dedicated", house.world(), login).await;
}

on_both! {
    async fn the_libraries_take_what_is_delivered_and_nothing_else(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let (made, chosen) = (Receiver::open().await, Receiver::open().await);
        let asked = json!({"whatsapp_webhook": {"url": made.url}});
        let secret = acme.post("/whatsapp/webhooks", &asked).await.data(201)["secret_key"].clone();
        let secret = secret.as_str().expect("a secret");
        let own = " a secret of our own, Straße 7 ".to_owned();
        let asked = json!({"whatsapp_webhook": {"url": chosen.url, "secret_key": own.replace('ß', "ss")}});
        acme.post("/whatsapp/webhooks", &asked).await.data(201);
        let own = own.replace('ß', "ss");
        connect(&house, &acme, "+1 555 010 0101").await;
        let (made, chosen) = (made.wait_for(1).await.remove(0), chosen.wait_for(1).await.remove(0));

        let tampered = Received { body: made.body.replace(acme.project.to_string().as_str(), "somebody-else"), ..made.clone() };
        assert_ne!(tampered.body, made.body);
        let mut late = made.clone();
        late.headers.insert("webhook-timestamp", "1614265330".parse().expect("a value"));
        let found = tokio::task::block_in_place(|| verdicts(&[
            delivery(secret, &made),
            delivery(&own, &chosen),
            delivery(secret, &chosen),
            delivery(secret, &tampered),
            delivery(secret, &late),
        ]));

        assert_eq!(found, [(true, true), (true, true), (false, false), (false, false), (false, true)]);
    }

    async fn both_secrets_hold_while_one_takes_the_others_place(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let webhook = acme.post("/whatsapp/webhooks", &json!({"whatsapp_webhook": {"url": receiver.url}})).await.data(201);
        let before = webhook["secret_key"].as_str().expect("a secret");
        let path = format!("/whatsapp/webhooks/{}", webhook["id"].as_str().expect("an id"));
        let after = "whsec_bmV3IHNlY3JldCBvZiB0aGUgcmVjZWl2ZXIh";
        acme.patch(&path, &json!({"whatsapp_webhook": {"secret_key": after}})).await.data(200);
        connect(&house, &acme, "+1 555 010 0101").await;
        let received = receiver.wait_for(1).await.remove(0);

        let found = tokio::task::block_in_place(|| verdicts(&[delivery(before, &received), delivery(after, &received)]));

        let standard: Vec<bool> = found.iter().map(|(standard, _)| *standard).collect();
        assert_eq!(standard, [true, true], "receivers change over one by one");
        assert!(found[1].1, "the published scheme has room for one signature: the new secret's");
    }
}
