//! Numbers that are connected already, and looks at what became of them.

use std::time::Duration;

use serde_json::{Value, json};
use setuplinks::sandbox::{Login, NumberSpec, NumberView, Outcome};

use crate::{
    stored::count,
    support::{House, Platform, Visitor, until},
};

/// Connects this number on a new link of that customer; gives it as Meta knows it.
pub async fn connect(house: &House, platform: &Platform, customer: &str, outcome: Outcome, number: &str) -> NumberView {
    let link = platform.link_for(customer, json!({})).await;
    let end = Visitor::new().walk(&link, outcome.name(), house.world(), Login::from(outcome).phone(number)).await;
    assert_eq!(end.page(), "connected", "{}", end.html);
    house.world().find(number).expect("a number at Meta")
}

/// What a platform sends to connect a number by hand, with a token that opens its account.
pub fn by_hand(house: &House, number: &NumberView) -> Value {
    json!({
        "name": "Support", "phone_number_id": number.id, "business_account_id": number.waba_id,
        "access_token": house.world().token(&number.waba_id),
    })
}

/// A number that is registered at Meta and connected nowhere, beside another one or in an account of its own.
pub fn at_meta(house: &House, number: &str, waba: Option<&str>) -> NumberView {
    let spec = NumberSpec {
        registered: true,
        pin: Some("246810".to_owned()),
        waba_id: waba.map(str::to_owned),
        ..NumberSpec::new(number)
    };
    let id = house.world().add_number(spec).expect("a number");
    house.world().number(&id).expect("a number")
}

/// Connects a number of that account by hand, and gives it.
pub async fn attach(
    house: &House,
    platform: &Platform,
    customer: &str,
    number: &str,
    waba: Option<&str>,
) -> NumberView {
    let number = at_meta(house, number, waba);
    let path = format!("/customers/{customer}/whatsapp/phone_numbers");
    platform.post(&path, &json!({"whatsapp_phone_number": by_hand(house, &number)})).await.data(201);
    number
}

pub fn path(number: &NumberView) -> String {
    format!("/whatsapp/phone_numbers/{}", number.id)
}

/// Waits until Meta has been told all that it was to be told, moving the clock of a house that has one of its own while all
/// of it waits; not while somebody is at it, whose lease would end in the middle.
pub async fn nothing_is_left_to_undo(house: &House) {
    until("the releases to be carried out", || async {
        let is_held = count(house, "releases where lease_until is not null").await > 0;
        if !is_held {
            house.clock.advance(Duration::from_mins(1));
        }
        (count(house, "releases").await == 0).then_some(())
    })
    .await;
}
