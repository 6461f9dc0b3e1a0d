//! Accounts, numbers, registration and synchronization.

use super::*;

#[tokio::test]
async fn a_dedicated_number_is_registered_with_a_pin() {
    let stage = Stage::new().await;
    let (token, waba, phone) = stage.number(Outcome::Dedicated).await;
    let look = async || {
        let got = stage.get(&token, &format!("{phone}?fields=status,platform_type,is_on_biz_app")).await.body;
        (got["status"].clone(), got["platform_type"].clone(), got["is_on_biz_app"].clone())
    };
    assert_eq!(look().await, (json!("PENDING"), json!("NOT_APPLICABLE"), json!(false)));
    for body in [
        json!({}),
        json!({ "messaging_product": "whatsapp" }),
        json!({ "messaging_product": "sms", "pin": "123456" }),
        json!({ "messaging_product": "whatsapp", "pin": 123_456 }),
        json!({ "messaging_product": "whatsapp", "pin": "12345" }),
        json!({ "messaging_product": "whatsapp", "pin": "12345a" }),
    ] {
        assert_eq!(stage.post(&token, &format!("{phone}/register"), body.clone()).await.error().0, 100, "{body}");
    }
    assert_eq!(stage.register(&token, &phone, "111111").await.body, json!({ "success": true }));
    assert_eq!(look().await, (json!("CONNECTED"), json!("CLOUD_API"), json!(false)));
    assert_eq!(stage.register(&token, &phone, "222222").await.status, 200, "again, and the PIN stays");
    assert_eq!(stage.world().number(&phone).unwrap().pin.as_deref(), Some("111111"));
    let form = stage.request(Method::POST, &token, &format!("{phone}/register"));
    let form = form.form(&[("messaging_product", "whatsapp"), ("pin", "111111")]);
    assert_eq!(got(form).await.status, 200);
    assert_eq!(stage.post(&token, &format!("{phone}/deregister"), json!({})).await.status, 200);
    assert_eq!(stage.register(&token, &phone, "222222").await.error(), (133_005, 0));
    assert_eq!(stage.post(&token, &phone, json!({ "pin": "333333" })).await.status, 200);
    assert_eq!(stage.register(&token, &phone, "333333").await.status, 200);
    let sync = json!({ "messaging_product": "whatsapp", "sync_type": "history" });
    stage.post(&token, &format!("{waba}/subscribed_apps"), json!({})).await;
    assert_eq!(stage.post(&token, &format!("{phone}/smb_app_data"), sync).await.error().0, 100);
}

#[tokio::test]
async fn registering_is_limited_to_ten_in_seventy_two_hours() {
    let stage = Stage::new().await;
    let (token, _, phone) = stage.number(Outcome::Dedicated).await;
    for _ in 0..10 {
        assert_eq!(stage.register(&token, &phone, "111111").await.status, 200);
    }
    let refused = stage.register(&token, &phone, "111111").await;
    assert_eq!(refused.error(), (133_016, 0));
    assert!(refused.body["error"]["error_data"]["details"].is_string());
    stage.clock.advance(Duration::from_hours(72));
    assert_eq!(stage.register(&token, &phone, "111111").await.status, 200);
}

#[tokio::test]
async fn an_unverified_number_is_verified_first() {
    let stage = Stage::new().await;
    let login = Login::from(Outcome::Dedicated).trouble(Trouble::Register133006);
    let (token, _, phone) = stage.number(login).await;
    assert_eq!(stage.register(&token, &phone, "111111").await.error(), (133_006, 0));
    let ask = json!({ "code_method": "SMS", "language": "en_US" });
    assert_eq!(stage.post(&token, &format!("{phone}/request_code"), ask.clone()).await.status, 200);
    let sent = stage.world().number(&phone).unwrap().sms_code.unwrap();
    let verify = format!("{phone}/verify_code");
    assert_eq!(stage.post(&token, &verify, json!({ "code": "x" })).await.status, 400);
    assert_eq!(stage.post(&token, &verify, json!({ "code": sent })).await.status, 200);
    assert_eq!(stage.post(&token, &format!("{phone}/request_code"), ask).await.error(), (136_024, 0));
    assert_eq!(stage.register(&token, &phone, "111111").await.status, 200);
}

#[tokio::test]
async fn coexistence_is_synchronized_and_never_registered() {
    let stage = Stage::new().await;
    let (token, waba, phone) = stage.number(Outcome::Coexistence).await;
    let fields = stage.get(&token, &format!("{phone}?fields=is_on_biz_app,platform_type,status")).await.body;
    let expected = json!({ "is_on_biz_app": true, "platform_type": "CLOUD_API", "status": "CONNECTED", "id": phone });
    assert_eq!(fields, expected);
    assert_eq!(stage.register(&token, &phone, "111111").await.error().0, 100);
    assert_eq!(stage.post(&token, &format!("{phone}/deregister"), json!({})).await.error().0, 100);

    let path = format!("{phone}/smb_app_data");
    let sync = async |kind: &str| {
        stage.post(&token, &path, json!({ "messaging_product": "whatsapp", "sync_type": kind })).await
    };
    assert_eq!(sync("smb_app_state_sync").await.error().0, 100, "not subscribed yet");
    stage.post(&token, &format!("{waba}/subscribed_apps"), json!({})).await;
    assert_eq!(sync("everything").await.error().0, 100);
    assert!(sync("smb_app_state_sync").await.body["request_id"].is_string());
    assert_eq!(sync("smb_app_state_sync").await.error(), (2_593_107, 0));
    stage.clock.advance(Duration::from_hours(24));
    assert_eq!(sync("history").await.error(), (2_593_108, 0));
    stage.world().reconnect_app(&phone);
    assert_eq!(sync("history").await.status, 200);
    let names: Vec<String> = stage.world().calls().into_iter().map(|call| call.name).skip(4).collect();
    let expected =
        ["smb_contacts", "subscribe", "smb_app_data", "smb_contacts", "smb_contacts", "smb_history", "smb_history"];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn an_override_needs_a_plain_subscription() {
    let stage = Stage::new().await;
    let (token, waba, _) = stage.number(Outcome::Dedicated).await;
    let path = format!("{waba}/subscribed_apps");
    let over = json!({ "override_callback_uri": "https://example.com/hook", "verify_token": "x" });
    let refused = stage.post(&token, &path, over.clone()).await;
    assert_eq!(refused.error(), (100, 0));
    assert!(refused.body["error"]["message"].as_str().unwrap().starts_with("(#100) Before override"));
    assert!(!stage.world().subscribed(&waba));
    assert_eq!(got(stage.request(Method::POST, &token, &path)).await.body, json!({ "success": true }));
    assert_eq!(stage.post(&token, &path, over).await.status, 200);
    let listed = stage.get(&token, &path).await.body;
    assert_eq!(listed["data"][0]["override_callback_uri"], "https://example.com/hook");
    assert_eq!(got(stage.request(Method::DELETE, &token, &path)).await.status, 200);
    assert!(!stage.world().subscribed(&waba));
}

#[tokio::test]
async fn lists_honour_fields_limits_and_cursors() {
    let stage = Stage::new().await;
    let (token, waba, _) = stage.number(Outcome::Several).await;
    let list = format!("{waba}/phone_numbers");
    let all = stage.get(&token, &format!("{list}?fields=id,status")).await.body;
    assert_eq!(all["data"].as_array().unwrap().len(), 3);
    assert_eq!(all["data"][0].as_object().unwrap().len(), 2);
    assert!(all["paging"]["next"].is_null());
    let default = stage.get(&token, &list).await.body;
    assert_eq!(default["data"][0]["code_verification_status"], "VERIFIED");
    assert!(default["data"][0]["status"].is_null(), "not among the default fields");
    let first = stage.get(&token, &format!("{list}?limit=2&fields=status")).await.body;
    let next = first["paging"]["next"].as_str().unwrap();
    assert_eq!(got(stage.http.get(next)).await.error(), (100, 0), "next carries the token, not the proof");
    let second = got(stage.http.get(next).query(&[("appsecret_proof", proof(SECRET, &token))])).await.body;
    assert_eq!(second["data"][0]["id"], all["data"][2]["id"]);
    assert!(second["paging"]["next"].is_null());
    assert_eq!(stage.get(&token, &format!("{waba}?fields=id,nonsense")).await.error(), (100, 0));
    assert_eq!(stage.get(&token, &format!("{waba}/nonsense")).await.error(), (2500, 0));
    let empty = stage.token(Outcome::NoNumber).await;
    let calls = stage.get(&empty, "me?fields=client_business_id").await.body;
    let owned = format!("{}/owned_whatsapp_business_accounts", calls["client_business_id"].as_str().unwrap());
    let bare = stage.get(&empty, &owned).await.body["data"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(stage.get(&empty, &format!("{bare}/phone_numbers")).await.body, json!({ "data": [] }));
}

#[tokio::test]
async fn a_number_can_be_there_before_anybody_logs_in() {
    let stage = Stage::new().await;
    let spec = NumberSpec { registered: true, pin: Some("424242".to_owned()), ..NumberSpec::new("+44 20 7946 0000") };
    let id = stage.world().add_number(spec).unwrap();
    let token = stage.token(Login::from(Outcome::Dedicated).phone("+442079460000")).await;
    assert_eq!(stage.get(&token, &format!("{id}?fields=status")).await.body["status"], "CONNECTED");
    stage.world().revoke(&stage.world().number(&id).unwrap().waba_id);
    assert_eq!(stage.get(&token, &id).await.error(), (190, 458));
}
