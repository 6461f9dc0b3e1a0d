//! Codes, tokens and proofs.

use super::*;

#[tokio::test]
async fn a_code_works_once_within_thirty_seconds() {
    let stage = Stage::new().await;
    let code = stage.code(Outcome::Dedicated);
    stage.clock.advance(Duration::from_secs(29));
    let first = got(stage.exchange(&[], &code)).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.body["token_type"], "bearer");
    assert_eq!(first.body["expires_in"], 5_183_944);
    let second = got(stage.exchange(&[], &code)).await;
    assert_eq!((second.status, second.error()), (400, (100, 36_009)));
    assert!(second.body["error"]["fbtrace_id"].is_string());

    let code = stage.code(Outcome::Dedicated);
    stage.clock.advance(Duration::from_secs(30));
    assert_eq!(got(stage.exchange(&[], &code)).await.error(), (100, 36_007));
}

#[tokio::test]
async fn the_exchange_checks_app_secret_and_redirect_uri() {
    let stage = Stage::new().await;
    stage.world().allow_redirect("http://localhost:8080/other");
    let code = stage.code(Outcome::Dedicated);
    for (change, error) in [
        (("client_id", "1"), (101, 0)),
        (("client_id", ""), (101, 0)),
        (("client_secret", "x"), (1, 0)),
        (("client_secret", ""), (1, 0)),
        (("redirect_uri", ""), (100, 36_008)),
        (("redirect_uri", "http://localhost:8080/other"), (100, 36_008)),
        (("redirect_uri", "http://evil.example/"), (191, 0)),
        (("code", "AQgarbage"), (100, 36_009)),
        (("code", ""), (1, 0)),
        (("grant_type", "fb_exchange_token"), (100, 0)),
    ] {
        assert_eq!(got(stage.exchange(&[change], &code)).await.error(), error, "{change:?}");
    }
    // None of that used the code, and the query works like the form.
    let url = format!("{}/v26.0/oauth/access_token", stage.sandbox.url());
    let query = [("client_id", "1234567890"), ("client_secret", SECRET), ("code", &code), ("redirect_uri", BACK)];
    assert_eq!(got(stage.http.get(url).query(&query)).await.status, 200);
}

#[tokio::test]
async fn every_call_needs_a_token_and_its_proof() {
    let stage = Stage::new().await;
    let token = stage.token(Outcome::Dedicated).await;
    let me = format!("{}/v26.0/me", stage.sandbox.url());
    assert_eq!(got(stage.http.get(&me)).await.error(), (2500, 0));
    assert_eq!(got(stage.http.get(me.replace("v26", "v99"))).await.error(), (2500, 0));
    let unknown = stage.get("EAAnobody", "me").await;
    assert_eq!((unknown.status, unknown.error()), (401, (190, 0)));
    let bare = got(stage.http.get(&me).bearer_auth(&token)).await;
    assert_eq!(bare.error(), (100, 0));
    assert!(bare.body["error"]["message"].as_str().unwrap().contains("require an appsecret_proof argument"));
    let wrong = got(stage.http.get(&me).bearer_auth(&token).query(&[("appsecret_proof", "00")])).await;
    assert!(wrong.body["error"]["message"].as_str().unwrap().contains("Invalid appsecret_proof"));
    let by_parameter = [("access_token", &token), ("appsecret_proof", &proof(SECRET, &token))];
    assert_eq!(got(stage.http.get(&me).query(&by_parameter)).await.status, 200);
    let proofs: Vec<bool> = stage.world().calls().iter().map(|call| call.proof_ok).collect();
    assert_eq!(proofs, [true, true, true, true, false, false, true]);
    stage.clock.advance(Duration::from_secs(5_183_944));
    assert_eq!(stage.get(&token, "me").await.error(), (190, 463));
}

#[tokio::test]
async fn debug_token_tells_what_was_granted() {
    let stage = Stage::new().await;
    let token = stage.token(Outcome::SeveralAccounts).await;
    let app = format!("1234567890|{SECRET}");
    let about = stage.get(&app, &format!("debug_token?input_token={token}")).await.body;
    assert_eq!(about["data"]["is_valid"], true);
    let targets = about["data"]["granular_scopes"][0]["target_ids"].as_array().unwrap();
    assert_eq!(targets.len(), 2);
    assert!(targets[0].as_str() > targets[1].as_str(), "the newest account comes first");
    let garbage = stage.get(&app, "debug_token?input_token=EAAx").await;
    assert_eq!((garbage.status, &garbage.body["data"]["is_valid"]), (200, &json!(false)));
    assert_eq!(stage.get("1234567890|wrong", "debug_token?input_token=x").await.error(), (190, 0));
    assert_eq!(stage.get(&app, "debug_token").await.error(), (100, 0));
    let business = stage.get(&token, "me?fields=client_business_id").await.body;
    let owned = format!("{}/owned_whatsapp_business_accounts", business["client_business_id"].as_str().unwrap());
    assert_eq!(stage.get(&token, &owned).await.body["data"].as_array().unwrap().len(), 2);
    let client = owned.replace("owned", "client");
    assert_eq!(stage.get(&token, &client).await.body, json!({ "data": [] }));
}

#[tokio::test]
async fn a_token_sees_only_what_was_granted_to_it() {
    let stage = Stage::new().await;
    let (_, waba, phone) = stage.number(Outcome::Dedicated).await;
    let stranger = stage.token(Outcome::Dedicated).await;
    for path in [waba.clone(), format!("{waba}/phone_numbers"), phone.clone()] {
        assert_eq!(stage.get(&stranger, &path).await.error(), (100, 33), "{path}");
    }
    assert_eq!(stage.register(&stranger, &phone, "123456").await.error(), (100, 33));
    let foreign = stage.post(&stranger, &format!("{waba}/subscribed_apps"), json!({})).await;
    assert_eq!((foreign.status, foreign.error()), (403, (200, 0)));
    let unknown = stage.post(&stranger, "1/subscribed_apps", json!({})).await;
    assert_eq!((unknown.status, unknown.error()), (404, (803, 0)));
}
