//! What it says of Twilio, which it buys nothing from.

use setuplinks::sandbox::{
    Fault,
    twilio::{ACCOUNT_SID, AUTH_TOKEN},
};

use super::{Settings, assert_said, findings, settings};
use crate::support::{Database, House};

/// Settings of a deployment that sells numbers.
fn selling(house: &House) -> Settings {
    let mut settings = settings(house);
    settings.insert("TWILIO_ACCOUNT_SID", ACCOUNT_SID.to_owned());
    settings.insert("TWILIO_AUTH_TOKEN", AUTH_TOKEN.to_owned());
    settings.insert("TWILIO_API_URL", house.facebook.url());
    settings
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_well_and_one_that_is_not() {
    let house = House::selling(Database::Sqlite).await;
    let well = selling(&house);
    let (is_well, fine) = findings(&well, "ok").await;
    assert!(is_well, "{fine:?}");
    for parts in [
        ["twilio: the account takes", "credentials"],
        ["twilio_numbers: the account has 0", "of which 0 tell this address"],
        ["twilio_webhook", "believes what the account's token signs"],
    ] {
        assert_said(&fine, &parts, "well");
    }
    assert_eq!(house.world().twilio().sums(), (0, 0));

    let mut ill = well.clone();
    ill.insert("TWILIO_AUTH_TOKEN", "00000000000000000000000000000000".to_owned());
    let (is_well, broken) = findings(&ill, "broken").await;
    assert!(!is_well);
    assert_said(&broken, &["twilio: TWILIO_ACCOUNT_SID is not opened"], "another token");
    ill.insert("TWILIO_API_URL", "http://127.0.0.1:9".to_owned());
    let (_, broken) = findings(&ill, "broken").await;
    assert_said(&broken, &["twilio: Twilio gave no answer"], "away");

    for (code, said) in [(20_005, "the account cannot be used"), (20_003, "is not opened")] {
        house.world().twilio().fault("account", 1, Fault::graph(403, code, "no"));
        let (_, broken) = findings(&well, "broken").await;
        assert_said(&broken, &["twilio: ", said], "refused");
    }
    house.world().twilio().fault("numbers", 9, Fault::graph(403, 20_003, "no"));
    let (is_well, warnings) = findings(&well, "warning").await;
    assert!(is_well);
    assert_said(&warnings, &["twilio_numbers: the account's numbers cannot be listed"], "a key that may not");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_believe_twilio_is_found() {
    let house = House::open(Database::Sqlite).await;
    let (is_well, warnings) = findings(&selling(&house), "warning").await;
    assert!(is_well, "codes are asked for: {warnings:?}");
    assert_said(&warnings, &["twilio_webhook", "does not believe what the account's token signs"], "another token");
}
