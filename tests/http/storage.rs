//! A copy of the database alone opens no link and calls no API.

use serde_json::json;
use setuplinks::sandbox::{Login, Outcome, When};
use url::Url;

use crate::{
    stored::{everything, holds},
    support::{House, Visitor, house::APP_SECRET, on_both},
};

on_both! {
    async fn no_secret_is_stored_in_plain_at_any_moment_of_a_signup(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::new();
        let pressed = visitor.post(&link.url, &[("connection_type", "dedicated")]).await;
        let cookie = pressed.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let cookie = cookie.split_once('=').expect("a value").1.to_owned();
        let state = pressed.landing()["state"].clone();
        let login = Login::from(Outcome::Dedicated).phone("+1 555 010 0101");
        let callback = house.world().login(&pressed.location(), login).expect("a login");
        let callback: Url = callback.parse().expect("a URL");
        let code = callback.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let mut secrets = vec![link.token.clone(), acme.key.clone(), cookie, state, code, APP_SECRET.to_owned()];

        // The code waits to be exchanged.
        let exchanging = house.world().hold("exchange", When::Before);
        let back = visitor.get(callback.as_str()).await;
        exchanging.reached().await;
        let stored = everything(&house).await;
        assert!(holds(&stored, &link.id) || holds(&stored, &link.id.replace('-', "")), "the search does find what is there");
        let leaked: Vec<_> = secrets.iter().filter(|secret| holds(&stored, secret)).collect();
        assert!(leaked.is_empty(), "{leaked:?}");

        // Token and PIN are there, and the number is about to be registered.
        let registering = house.world().hold("register", When::After);
        exchanging.release();
        registering.reached().await;
        let token = house.world().calls().into_iter().rev().find_map(|call| call.token).expect("a token");
        let pin = house.world().find("+15550100101").expect("a number").pin.expect("a PIN");
        secrets.push(token);
        let is_leaked = |stored: &[u8], secrets: &[String]| secrets.iter().any(|secret| holds(stored, secret));
        let stored = everything(&house).await;
        assert!(!is_leaked(&stored, &secrets) && !holds_pin(&stored, &pin));

        // And so it stays.
        registering.release();
        assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected");
        let stored = everything(&house).await;
        assert!(holds(&stored, "whatsapp.phone_number.created"), "the search does find what is there");
        assert!(!is_leaked(&stored, &secrets) && !holds_pin(&stored, &pin));
    }
}

/// Six digits alone turn up in any long number by chance: a PIN stands between things that are no digits.
fn holds_pin(stored: &[u8], pin: &str) -> bool {
    let is_digit = |at: Option<usize>| at.and_then(|at| stored.get(at)).is_some_and(u8::is_ascii_hexdigit);
    stored
        .windows(pin.len())
        .enumerate()
        .any(|(at, part)| part == pin.as_bytes() && !is_digit(at.checked_sub(1)) && !is_digit(Some(at + pin.len())))
}
