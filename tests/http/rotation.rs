//! A webhook's secret is changed for another: receivers change over one by one, and nothing that arrives is unsigned.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use setuplinks::{
    clock::{Clock, Timestamp},
    notify::sign,
};

use crate::support::{House, Platform, Receiver, on_both, receiver::Received};

/// Sends a sample; gives which of these secrets signed it by Standard Webhooks, in order, and which the published way.
async fn signers(platform: &Platform, receiver: &Receiver, path: &str, secrets: &[&str]) -> (Vec<usize>, usize) {
    let before = receiver.received().len();
    platform.post(&format!("{path}/test"), &json!({})).await.data(200);
    let told = receiver.wait_for(before + 1).await.pop().expect("a request");
    let at = Timestamp(told.header("webhook-timestamp").parse::<i64>().expect("seconds") * 1000);
    let known = |signed: &dyn Fn(&str) -> String, signature: &str| {
        secrets.iter().position(|secret| signed(secret) == signature).expect("a known secret")
    };
    let standard = |secret: &str| sign::standard(&[secret], told.header("webhook-id"), at, &told.body);
    let published = |secret: &str| sign::published(secret, &told.body);
    let by_standard = told.header("webhook-signature").split(' ').map(|signature| known(&standard, signature));
    (by_standard.collect(), known(&published, told.header("x-webhook-signature")))
}

/// What the Standard Webhooks library for Node.js says of a request: its body, or why it refuses it.
fn library(secret: &str, told: &Received, body: &str) -> Result<Value, String> {
    let headers: serde_json::Map<String, Value> = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .map(|name| (name.to_owned(), told.header(name).into()))
        .into_iter()
        .collect();
    let asked = json!({"secret": secret, "headers": headers, "body": body}).to_string();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/webhook.js");
    let node =
        Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut node = node.expect("node runs: ./check installs it");
    node.stdin.take().expect("a pipe").write_all(asked.as_bytes()).expect("written");
    let output = node.wait_with_output().expect("an end");
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).expect("JSON"))
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

on_both! {
    async fn a_standard_webhooks_library_takes_what_comes_and_nothing_else(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let made = platform.post("/whatsapp/webhooks", &json!({"whatsapp_webhook": {"url": receiver.url}})).await.data(201);
        let path = format!("/whatsapp/webhooks/{}", made["id"].as_str().expect("an id"));
        let before = made["secret_key"].as_str().expect("a secret");
        let rotated = platform.post(&format!("{path}/rotate_secret"), &json!({})).await.data(200);
        platform.post(&format!("{path}/test"), &json!({})).await.data(200);
        let told = receiver.wait_for(1).await.remove(0);
        for secret in [before, rotated["secret_key"].as_str().expect("a secret")] {
            assert_eq!(library(secret, &told, &told.body).expect("verified"), told.json());
            let refused = library(secret, &told, &told.body.replace("project", "Project")).expect_err("forged");
            assert!(refused.contains("WebhookVerificationError"), "{refused}");
        }
        library("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", &told, &told.body).expect_err("another's secret");
    }

    async fn the_secret_before_signs_too_for_a_day(db: Database) {
        let clock = Clock::manual(Clock::system().now());
        let house = House::open_at(db, clock.clone()).await;
        let platform = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let made = platform.post("/whatsapp/webhooks", &json!({"whatsapp_webhook": {"url": receiver.url}})).await.data(201);
        let path = format!("/whatsapp/webhooks/{}", made["id"].as_str().expect("an id"));
        let secret = |webhook: &Value| webhook["secret_key"].as_str().expect("a secret").to_owned();
        assert_eq!(made["previous_secret_until"], Value::Null);

        let rotated = platform.post(&format!("{path}/rotate_secret"), &json!({})).await.data(200);
        let (first, second) = (secret(&made), secret(&rotated));
        assert!(second.starts_with("whsec_") && first != second);
        let until = clock.now().plus(Duration::from_secs(24 * 60 * 60)).rfc3339();
        assert_eq!(rotated["previous_secret_until"], until.as_str());
        assert_eq!(platform.get(&path).await.data(200), rotated);
        let both = [&*first, &*second];
        let signed = signers(&platform, &receiver, &path, &both).await;
        assert_eq!(signed, (vec![1, 0], 1), "the published header has room for the new one");

        // The same secret again is no change: the one before goes on signing.
        let same = platform.patch(&path, &json!({"whatsapp_webhook": {"secret_key": second}})).await.data(200);
        assert_eq!(same["previous_secret_until"], until.as_str());
        assert_eq!(signers(&platform, &receiver, &path, &both).await, (vec![1, 0], 1));

        clock.advance(Duration::from_secs(24 * 60 * 60));
        assert_eq!(signers(&platform, &receiver, &path, &both).await, (vec![1], 1));

        assert_eq!(house.platform("Other").await.post(&format!("{path}/rotate_secret"), &json!({})).await.status, 404);
        assert_eq!(secret(&platform.get(&path).await.data(200)), second);
    }
}
