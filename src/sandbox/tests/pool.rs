//! The solution partner's pool: who may, what is refused, and how a number gets out of it.

use super::*;

/// A number in a pool: its id there, its business, and the system user's token.
async fn pooled(stage: &Stage) -> (String, String, String) {
    let (business, token) = stage.world().make_partner();
    let added =
        stage.post(&token, &format!("{business}/add_phone_numbers"), json!({ "phone_number": "+14155550100" })).await;
    assert_eq!(added.status, 200, "{}", added.body);
    (added.body["id"].as_str().unwrap().to_owned(), business, token)
}

/// Asks for a code, and reads it in what was posted for Twilio to bring.
async fn verified(stage: &Stage) -> (String, String, String) {
    let (id, business, token) = pooled(stage).await;
    let twilio = stage.world().twilio();
    twilio.buy_by_hand(twilio::ACCOUNT_SID, "+14155550100", "");
    let request = json!({ "code_method": "SMS", "language": "en_US" });
    assert_eq!(stage.post(&token, &format!("{id}/request_code"), request).await.status, 200);
    let path = format!("2010-04-01/Accounts/{}/Messages.json?To=%2B14155550100", twilio::ACCOUNT_SID);
    let code = loop {
        let url = format!("{}/{path}", stage.sandbox.url());
        let list = stage.http.get(url).basic_auth(twilio::ACCOUNT_SID, Some(twilio::AUTH_TOKEN)).send().await.unwrap();
        let list: Value = list.json().await.unwrap();
        if let Some(body) = list["messages"][0]["body"].as_str() {
            break body.chars().filter(char::is_ascii_digit).collect::<String>();
        }
        tokio::task::yield_now().await;
    };
    let wrong = if code == "000000" { "111111" } else { "000000" };
    let proof = |code: &str| json!({ "code": code });
    assert_eq!(stage.post(&token, &format!("{id}/verify_code"), proof(wrong)).await.error().0, 136_025);
    assert_eq!(stage.post(&token, &format!("{id}/verify_code"), proof(&code)).await.status, 200);
    assert_eq!(stage.post(&token, &format!("{id}/verify_code"), proof(&code)).await.error().0, 136_025, "works once");
    (id, business, token)
}

fn offering(id: &str) -> Vec<(&'static str, String)> {
    let mut fields: Vec<_> = Stage::dialog_fields().into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    fields[6].1 = json!({ "setup": { "preVerifiedPhone": { "ids": [id, "1"] } }, "version": "v4" }).to_string();
    fields
}

fn dialog(stage: &Stage, fields: &[(&'static str, String)]) -> String {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    stage.dialog_url(&fields)
}

#[tokio::test]
async fn the_pool_is_its_partner_s_alone() {
    let stage = Stage::new().await;
    let (customer, ..) = stage.number(Outcome::Dedicated).await;
    let (id, business, token) = pooled(&stage).await;
    let app = format!("{APP}|{SECRET}");
    for stranger in [&customer, &app] {
        assert_eq!(stage.get(stranger, &format!("{business}/preverified_numbers")).await.error(), (100, 33));
        assert_eq!(stage.get(stranger, &id).await.error(), (100, 33));
        let path = format!("{business}/add_phone_numbers");
        let added = stage.post(stranger, &path, json!({ "phone_number": "+14155550199" })).await;
        assert_eq!(added.error(), (100, 33));
    }
    assert_eq!(stage.get(&token, "1/preverified_numbers").await.error(), (100, 33), "another business's");
    let list = stage.get(&token, &format!("{business}/preverified_numbers?fields=id,phone_number,code_verification_status,verification_expiry_time")).await;
    assert_eq!(
        list.body["data"],
        json!([{ "id": id, "phone_number": "+14155550100", "code_verification_status": "NOT_VERIFIED" }])
    );
    assert_eq!(stage.get(&token, &format!("{business}/preverified_numbers?fields=nothing")).await.error().0, 100);
}

#[tokio::test]
async fn a_number_is_in_it_once_and_in_no_account() {
    let stage = Stage::new().await;
    let (_, business, token) = pooled(&stage).await;
    let known = stage.world().add_number(NumberSpec::new("+1 555-010-7777")).unwrap();
    let path = format!("{business}/add_phone_numbers");
    for refused in [
        json!({ "phone_number": "14155550100" }),
        json!({ "phone_number": "+1 555-010-7777" }),
        json!({ "phone_number": "12" }),
        json!({}),
    ] {
        assert_eq!(stage.post(&token, &path, refused.clone()).await.error().0, 100, "{refused} {known}");
    }
}

#[tokio::test]
async fn codes_are_few_and_a_verification_lasts_ninety_days() {
    let stage = Stage::new().await;
    let (id, business, token) = verified(&stage).await;
    let look = |fields: &str| format!("{id}?fields={fields}");
    let seen = stage.get(&token, &look("code_verification_status,verification_expiry_time")).await.body;
    let end = stage.clock.now().plus(Duration::from_hours(90 * 24)).0 / 1000;
    assert_eq!(
        (&seen["code_verification_status"], &seen["verification_expiry_time"]),
        (&json!("VERIFIED"), &json!(end))
    );

    let request = || json!({ "code_method": "VOICE", "language": "en_US" });
    let path = format!("{id}/request_code");
    assert_eq!(stage.post(&token, &path, request()).await.error().0, 136_024, "verified, and for long");
    for odd in [json!({ "code_method": "FAX", "language": "en" }), json!({ "code_method": "SMS" })] {
        assert_eq!(stage.post(&token, &path, odd).await.error().0, 100);
    }
    stage.clock.advance(Duration::from_hours(46 * 24));
    for _ in 0..10 {
        assert_eq!(stage.post(&token, &path, request()).await.status, 200);
    }
    assert_eq!(stage.post(&token, &path, request()).await.error().0, 136_024, "ten in 72 hours");

    stage.clock.advance(Duration::from_hours(45 * 24));
    assert_eq!(stage.get(&token, &look("code_verification_status")).await.body["code_verification_status"], "EXPIRED");
    let expired = stage.get(&token, &format!("{business}/preverified_numbers?code_verification_status=EXPIRED")).await;
    assert_eq!(expired.body["data"].as_array().unwrap().len(), 1);
    assert!(stage.world().login(&dialog(&stage, &offering(&id)), Outcome::Dedicated).is_err(), "not offered any more");

    assert_eq!(got(stage.request(Method::DELETE, &token, &id)).await.status, 200);
    assert_eq!(stage.get(&token, &id).await.error(), (100, 33));
}

#[tokio::test]
async fn what_nobody_verified_drops_out() {
    let stage = Stage::new().await;
    let (id, _, token) = pooled(&stage).await;
    stage.clock.advance(Duration::from_hours(91 * 24));
    assert_eq!(stage.get(&token, &id).await.error(), (100, 33));
}

#[tokio::test]
async fn the_dialog_shows_a_verified_number_and_asks_for_no_code() {
    let stage = Stage::new().await;
    let (id, ..) = verified(&stage).await;
    let fields = offering(&id);
    let shown = stage.http.get(dialog(&stage, &fields)).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("sandbox-verified") && !shown.contains("sandbox-code"), "{shown}");

    for (ids, said) in [
        (json!(["9"]), "no such pre-verified"),
        (json!(id), "not an array"),
        (json!([]), "not an array"),
        (json!([7]), "strings"),
    ] {
        let mut odd = offering(&id);
        odd[6].1 = json!({ "setup": { "preVerifiedPhone": { "ids": ids } } }).to_string();
        let refused = stage.http.get(dialog(&stage, &odd)).send().await.unwrap();
        assert_eq!(refused.status(), 400, "{ids}");
        assert!(refused.text().await.unwrap().contains(said), "{ids}");
    }

    // Whoever enters another of their numbers there proves it as ever.
    let submit = async |number: &str| {
        let mut form = offering(&id);
        form.push(("phone_number", number.to_owned()));
        let url = format!("{}/sandbox/dialog", stage.sandbox.url());
        stage.http.post(url).form(&form).send().await.unwrap().status().as_u16()
    };
    stage.world().twilio().buy_by_hand(twilio::ACCOUNT_SID, "+14155550111", "");
    assert_eq!(submit("+14155550111").await, 400);
    assert_eq!(stage.world().pool().len(), 1);
    assert_eq!(submit("+14155550100").await, 302);
    assert_eq!(stage.world().pool(), [], "it has left the pool");
    let number = stage.world().find("+14155550100").unwrap();
    assert!(number.verified && !number.registered && number.id != id, "{number:?}");
}
