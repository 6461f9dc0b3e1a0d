//! The document before a fuzzer: whatever it makes of it, the house answers as the document says.

use std::{num::NonZeroU32, path::PathBuf, process::Command};

use serde_json::json;
use setuplinks::{
    clock::Clock,
    sandbox::{Login, Outcome},
};

use crate::support::{Database, House, Platform, Receiver, Visitor};

/// The checks that ours call in their place.
const OURS: &str = "positive_data_acceptance,negative_data_rejection,ensure_resource_availability";

/// How many examples of each call, unless `FUZZ_EXAMPLES` says otherwise.
const EXAMPLES: &str = "15";

fn judges() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judges")
}

/// Customers with a link and a connected number each, and webhooks: their ids.
async fn furnish(house: &House, acme: &Platform, receiver: &Receiver) -> [(&'static str, Vec<String>); 3] {
    let (mut customers, mut numbers, mut webhooks) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..12 {
        let customer = acme.customer(&format!("Bakery {index}")).await;
        let link = acme.link_for(&customer, json!({})).await;
        let login = Login::from(Outcome::Dedicated).phone(&format!("+1 555 010 01{index:02}"));
        Visitor::new().walk(&link, "dedicated", house.world(), login).await;
        let query = format!("/whatsapp/phone_numbers?customer_id={customer}");
        let number = acme.get(&query).await.data(200)[0]["id"].as_str().expect("a number").to_owned();
        acme.link_for(&customer, json!({})).await;
        for path in ["/whatsapp/webhooks".to_owned(), format!("/whatsapp/phone_numbers/{number}/webhooks")] {
            let asked = json!({"whatsapp_webhook": {"url": receiver.url}});
            webhooks.push(acme.post(&path, &asked).await.data(201)["id"].as_str().expect("an id").to_owned());
        }
        customers.push(customer);
        numbers.push(number);
    }
    [("FUZZ_CUSTOMER_ID", customers), ("FUZZ_PHONE_NUMBER_ID", numbers), ("FUZZ_WEBHOOK_ID", webhooks)]
}

async fn fuzz(db: Database) {
    let program = judges().join("python/bin/schemathesis");
    assert!(program.exists(), "{}: run ./check, which installs the fuzzer", program.display());
    let house =
        House::open_as(db, Clock::system(), |app| app.api_rate_limit = NonZeroU32::new(100_000).expect("a rate")).await;
    let acme = house.platform("Acme").await;
    let receiver = Receiver::open().await;
    let there = furnish(&house, &acme, &receiver).await;
    let examples = std::env::var("FUZZ_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());

    let output = tokio::task::block_in_place(|| {
        Command::new(&program)
            .current_dir(house.database.folder.path())
            .args(["run", &format!("{}/openapi.json", house.url)])
            .args(["--header", &format!("X-API-Key: {}", acme.key)])
            .args([
                "--max-examples",
                &examples,
                "--seed",
                "1",
                "--generation-database",
                "none",
                "--continue-on-failure",
            ])
            // Ours call them, but for what no schema can say: see fuzz.py.
            .args(["--checks", "all", "--exclude-checks", OURS])
            .args(["--warnings", "off", "--no-color"])
            .env("SCHEMATHESIS_HOOKS", judges().join("fuzz.py"))
            .env("NO_PROXY", "*")
            .env("FUZZ_RECEIVER", &receiver.url)
            .envs(there.iter().map(|(name, ids)| (name, ids.join(" "))))
            .output()
            .expect("the fuzzer runs")
    });

    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    println!("{}", said.split("SUMMARY").last().unwrap_or_default());
    // It really called: what it made and changed was told.
    assert!(receiver.received().len() > 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fuzzer_finds_nothing() {
    fuzz(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "./check api runs it, with many more examples"]
async fn a_fuzzer_finds_nothing_on_postgres() {
    fuzz(Database::Postgres).await;
}
