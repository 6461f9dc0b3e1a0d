//! Software that calls the published API works by changing the base URL and the key: a client from PyPI does.

use std::{path::PathBuf, process::Command};

use serde_json::json;
use setuplinks::sandbox::Outcome;

use crate::{
    connected::{at_meta, by_hand},
    support::{House, Receiver, Visitor, on_both},
};

on_both! {
    async fn a_client_of_the_published_api_works(db: Database) {
        let judges = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let receiver = Receiver::open().await;
        let link = acme.link(json!({"success_redirect_url": "https://acme.example/done"})).await;
        let given = by_hand(&house, &at_meta(&house, "+1 555 010 0199", None));
        let end = Visitor::new().walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;

        let output = tokio::task::block_in_place(|| {
            Command::new(judges.join("python/bin/python"))
                .args(["-B", "client.py"])
                .current_dir(&judges)
                .envs([("CLIENT_BASE", &acme.base), ("CLIENT_KEY", &acme.key)])
                .env("CLIENT_BY_HAND", given.to_string())
                .envs([("CLIENT_RECEIVER", &receiver.url), ("CLIENT_NUMBER", &end.landing()["phone_number_id"])])
                .env("NO_PROXY", "*")
                .output()
                .unwrap_or_else(|e| panic!("python/bin/python: {e}: run ./check, which installs the clients"))
        });

        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!receiver.received().is_empty(), "its test was sent");
    }
}
