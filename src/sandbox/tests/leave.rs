//! Taking leave of a number, and asking how it is.

use super::*;

#[tokio::test]
async fn a_subscription_is_seen_and_ended_by_those_who_may_manage_the_account() {
    let stage = Stage::new().await;
    let (token, waba, _) = stage.number(Outcome::Dedicated).await;
    let (stranger, ..) = stage.number(Outcome::Dedicated).await;
    let edge = format!("{waba}/subscribed_apps");
    assert_eq!(stage.get(&token, &edge).await.body, json!({ "data": [] }));
    stage.post(&token, &edge, json!({})).await;
    assert_eq!(stage.get(&token, &edge).await.body["data"][0]["whatsapp_business_api_data"]["id"], json!(APP));
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(got(stage.request(method.clone(), &stranger, &edge)).await.error().0, 200, "{method}");
    }
    assert!(stage.world().subscribed(&waba));
    let ended = got(stage.request(Method::DELETE, &token, &edge)).await;
    assert_eq!((ended.status, ended.body), (200, json!({ "success": true })));
    assert_eq!(stage.get(&token, &edge).await.body, json!({ "data": [] }));
}

#[tokio::test]
async fn a_number_is_deregistered_ten_times_in_seventy_two_hours_and_never_in_the_app() {
    let stage = Stage::new().await;
    let (token, _, phone) = stage.number(Outcome::Dedicated).await;
    let edge = format!("{phone}/deregister");
    assert_eq!(stage.post(&token, &edge, json!({})).await.error().0, 133_010);
    for _ in 0..9 {
        stage.register(&token, &phone, "111111").await;
        assert_eq!(stage.post(&token, &edge, json!({})).await.status, 200);
    }
    assert_eq!(stage.post(&token, &edge, json!({})).await.error().0, 133_016, "refused ones count too");
    let (token, _, phone) = stage.number(Outcome::Coexistence).await;
    assert_eq!(stage.post(&token, &format!("{phone}/deregister"), json!({})).await.error().0, 100);
}

#[tokio::test]
async fn health_is_the_worst_of_what_takes_part() {
    let stage = Stage::new().await;
    let (token, waba, phone) = stage.number(Outcome::Dedicated).await;
    let word = async || {
        let health = stage.get(&token, &format!("{phone}?fields=health_status")).await.body["health_status"].clone();
        (health["can_send_message"].clone(), health["entities"][0]["errors"][0]["error_code"].clone())
    };
    assert_eq!(word().await, (json!("BLOCKED"), json!(141_000)), "not registered yet");
    stage.register(&token, &phone, "111111").await;
    assert_eq!(word().await, (json!("AVAILABLE"), Value::Null));
    stage.world().limit(&phone);
    assert_eq!(word().await, (json!("LIMITED"), json!(141_006)));
    let health = stage.get(&token, &format!("{waba}?fields=health_status")).await.body["health_status"].clone();
    assert_eq!(health["entities"][0]["entity_type"], "WABA");
}

#[tokio::test]
async fn a_token_of_the_dashboard_opens_its_account_alone() {
    let stage = Stage::new().await;
    let (_, waba, phone) = stage.number(Outcome::Dedicated).await;
    let (_, other, _) = stage.number(Outcome::Dedicated).await;
    let token = stage.world().token(&waba);
    assert_eq!(stage.get(&token, &phone).await.status, 200);
    assert_eq!(stage.get(&token, &format!("{other}/phone_numbers")).await.error(), (100, 33));
    stage.world().revoke(&waba);
    assert_eq!(stage.get(&token, &phone).await.error(), (190, 458));
}
