//! What must be true of every conversation with Meta, whatever else a test is about.

use serde_json::Value;
use setuplinks::sandbox::{Call, Mode, World};

use crate::support::house::{APP_ID, APP_SECRET};

/// Holds every call so far against Meta's rules. Each story ends with it.
pub fn hold_against(world: &World, redirect_uri: &str) {
    let calls = world.calls();
    let tokens: Vec<&String> = calls.iter().filter_map(|call| call.token.as_ref()).collect();
    for (at, call) in calls.iter().enumerate() {
        let before = &calls[..at];
        assert!(call.proof_ok, "without a proof: {call:?}");
        assert!(call.path.starts_with("/v26.0/"), "{call:?}");
        nothing_secret_in_the_address(call, &tokens);
        match call.name.as_str() {
            "exchange" => exchanged_by_the_book(call, before, redirect_uri),
            "subscribe" => {
                assert_eq!((&*call.method, &call.body), ("POST", &Value::Null), "plain, without an override");
            }
            "register" => registered_by_the_book(world, call, before),
            "smb_contacts" | "smb_history" => synchronised_by_the_book(world, call, before),
            "unknown" | "node" | "smb_app_data" => panic!("Meta has no such call: {call:?}"),
            _ => {}
        }
    }
}

fn nothing_secret_in_the_address(call: &Call, tokens: &[&String]) {
    for (name, value) in &call.query {
        assert!(!["access_token", "client_secret", "code", "pin"].contains(&name.as_str()), "{call:?}");
        assert!(!value.contains(APP_SECRET), "{call:?}");
        // Meta's documentation has the token that is asked about in the query of debug_token, and nowhere else.
        let may_be_token = call.name == "debug_token" && name == "input_token";
        assert!(may_be_token || !tokens.contains(&value), "{call:?}");
    }
}

fn exchanged_by_the_book(call: &Call, before: &[Call], redirect_uri: &str) {
    assert_eq!((&*call.method, call.query.len()), ("POST", 0), "{call:?}");
    let field = |call: &Call, name: &str| call.body[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(field(call, "client_id"), APP_ID);
    assert_eq!(field(call, "client_secret"), APP_SECRET);
    // A code of the SDK comes without; the stand-in refuses either kind in the other's way.
    let given = call.body.get("redirect_uri");
    assert!(given.is_none_or(|given| given == redirect_uri), "to the byte, or not at all: {given:?}");
    let earlier: Vec<_> =
        before.iter().filter(|c| c.name == "exchange" && field(c, "code") == field(call, "code")).collect();
    assert!(earlier.len() < 2, "a code is tried twice at most");
    assert!(earlier.iter().all(|c| !matches!(c.status, 200 | 400)), "Meta had said its last word: {earlier:?}");
}

fn registered_by_the_book(world: &World, call: &Call, before: &[Call]) {
    let phone = world.number(id(call)).expect("the number that is registered");
    assert_eq!(phone.mode, Mode::Dedicated, "a coexistence number is never registered");
    assert!(is_subscribed(&phone.waba_id, before), "subscribe comes first");
    let pin = call.body["pin"].as_str().unwrap_or_default();
    assert!(pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit()), "{}", call.body);
    assert_eq!(call.body["messaging_product"], "whatsapp");
    let earlier = before.iter().filter(|c| c.name == "register" && c.path == call.path && c.token == call.token);
    assert!(earlier.count() < 2, "twice at most by itself");
}

fn synchronised_by_the_book(world: &World, call: &Call, before: &[Call]) {
    let phone = world.number(id(call)).expect("the number that is synchronised");
    assert!(is_subscribed(&phone.waba_id, before), "subscribe comes first");
    assert_eq!(call.body["messaging_product"], "whatsapp");
    let earlier = |name: &str| {
        before.iter().filter(|c| c.name == name && c.path == call.path && c.token == call.token).collect::<Vec<_>>()
    };
    if call.name == "smb_contacts" {
        assert!(earlier("smb_history").is_empty(), "contacts come before history");
    } else {
        assert!(!earlier("smb_contacts").is_empty(), "contacts come before history");
    }
    assert!(earlier(&call.name).iter().all(|c| c.status != 200), "each is asked for once");
}

/// The number or account that a call is about.
fn id(call: &Call) -> &str {
    call.path.split('/').nth(2).unwrap_or_default()
}

fn is_subscribed(waba: &str, before: &[Call]) -> bool {
    before.iter().any(|call| call.name == "subscribe" && call.status == 200 && id(call) == waba)
}
