//! What goes wrong when it is asked to.

use super::*;

#[tokio::test]
async fn a_planned_fault_meets_so_many_calls() {
    let stage = Stage::new().await;
    let (token, waba, phone) = stage.number(Outcome::Dedicated).await;
    let path = format!("{waba}/subscribed_apps");
    stage.world().fault("subscribe", 1, Fault::transient());
    stage.world().fault("subscribe", 1, Fault::Limited { status: 429, code: 4, minutes: 1 });
    stage.world().fault("subscribe", 1, Fault::Html { status: 502 });
    let first = stage.post(&token, &path, json!({})).await;
    assert_eq!((first.status, first.error()), (500, (2, 0)));
    assert_eq!(first.body["error"]["is_transient"], true);
    let limited = stage.request(Method::POST, &token, &path).send().await.unwrap();
    assert!(limited.headers().contains_key("x-app-usage"));
    assert_eq!(stage.post(&token, &path, json!({})).await.body, Value::Null);
    assert!(!stage.world().subscribed(&waba));
    assert_eq!(stage.post(&token, &path, json!({})).await.status, 200);

    stage.world().fault("register", 1, Fault::CutBefore);
    stage.world().fault("register", 1, Fault::CutAfter);
    let register = async || {
        let body = json!({ "messaging_product": "whatsapp", "pin": "111111" });
        stage.request(Method::POST, &token, &format!("{phone}/register")).json(&body).send().await
    };
    assert!(register().await.unwrap_err().is_request());
    assert!(!stage.world().number(&phone).unwrap().registered);
    assert!(register().await.unwrap_err().is_request());
    assert!(stage.world().number(&phone).unwrap().registered);
    let statuses: Vec<u16> = stage.world().calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [200, 500, 429, 502, 200, 0, 0]);
    assert_eq!(stage.world().count("register"), 2);
}

#[tokio::test]
async fn a_held_call_stands_before_or_after_its_effect() {
    let stage = Stage::new().await;
    let (token, _, phone) = stage.number(Outcome::Dedicated).await;
    let registered = || stage.world().number(&phone).unwrap().registered;

    // A caller that goes away while it is held before has done nothing.
    let hold = stage.world().hold("register", When::Before);
    tokio::select! {
        _ = stage.register(&token, &phone, "111111") => panic!("it was held"),
        () = hold.reached() => {}
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    hold.release();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!registered());

    let hold = stage.world().hold("register", When::After);
    let (answer, ()) = tokio::join!(stage.register(&token, &phone, "111111"), async {
        hold.reached().await;
        assert!(registered());
        assert_eq!(stage.world().calls().last().unwrap().status, 0);
        hold.release();
    });
    assert_eq!(answer.status, 200);
    drop(stage.world().hold("register", When::Before));
    assert_eq!(stage.register(&token, &phone, "111111").await.status, 200);
}

#[tokio::test]
async fn a_login_has_its_own_troubles() {
    let stage = Stage::new().await;
    for (trouble, error) in [
        (Trouble::ExchangeExpired, (100, 36_007)),
        (Trouble::ExchangeUsed, (100, 36_009)),
        (Trouble::ExchangeRedirect, (100, 36_008)),
        (Trouble::ExchangeSecret, (1, 0)),
        (Trouble::Exchange500, (2, 0)),
        (Trouble::ExchangeHtml, (0, 0)),
    ] {
        let answer = got(stage.exchange(&[], &stage.code(trouble))).await;
        assert_eq!((answer.status == 200, answer.error()), (false, error), "{trouble:?}");
    }
    let code = stage.code(Trouble::ExchangeCutAfter);
    assert!(stage.exchange(&[], &code).send().await.is_err());
    assert_eq!(got(stage.exchange(&[], &code)).await.error(), (100, 36_009));
    let code = stage.code(Trouble::ExchangeCut);
    assert!(stage.exchange(&[], &code).send().await.is_err());
    assert_eq!(got(stage.exchange(&[], &code)).await.status, 200);

    for (trouble, code, waits) in [
        (Trouble::Register133000, 133_000, None),
        (Trouble::Register133004, 133_004, Some(0)),
        (Trouble::Register133005, 133_005, None),
        (Trouble::Register133006, 133_006, None),
        (Trouble::Register133008, 133_008, Some(3600)),
        (Trouble::Register133009, 133_009, Some(30)),
        (Trouble::Register133010, 133_010, None),
        (Trouble::Register133015, 133_015, Some(300)),
        (Trouble::Register133016, 133_016, Some(72 * 3600)),
        (Trouble::Register131031, 131_031, None),
    ] {
        let (token, _, phone) = stage.number(trouble).await;
        assert_eq!(stage.register(&token, &phone, "111111").await.error().0, code, "{trouble:?}");
        stage.clock.advance(Duration::from_secs(waits.unwrap_or(0)));
        let again = stage.register(&token, &phone, "111111").await.status;
        assert_eq!(again == 200, waits.is_some(), "{trouble:?}");
    }
    let (token, _, phone) = stage.number(Trouble::Register133000).await;
    stage.post(&token, &format!("{phone}/deregister"), json!({})).await;
    assert_eq!(stage.register(&token, &phone, "111111").await.status, 200);
}

#[tokio::test]
async fn accounts_and_lists_have_troubles_too() {
    let stage = Stage::new().await;
    let app = format!("1234567890|{SECRET}");
    let about =
        async |token: &str| stage.get(&app, &format!("debug_token?input_token={token}")).await.body["data"].clone();
    let token = stage.token(Trouble::TokenInvalid).await;
    assert_eq!(about(&token).await["is_valid"], false);
    assert_eq!(stage.get(&token, "me").await.error(), (190, 458));
    let token = stage.token(Trouble::NoTargetIdsClient).await;
    assert!(about(&token).await["granular_scopes"][0]["target_ids"].is_null());
    let business = stage.get(&token, "me?fields=client_business_id").await.body["client_business_id"].clone();
    let shared = format!("{}/client_whatsapp_business_accounts", business.as_str().unwrap());
    assert_eq!(stage.get(&token, &shared).await.body["data"].as_array().unwrap().len(), 1);
    let token = stage.token(Trouble::OddScopes).await;
    assert_eq!(about(&token).await["scopes"][0], "whatsapp_business_manage_events");
    let token = stage.token(Trouble::PlainUser).await;
    assert_eq!(stage.get(&token, "me?fields=client_business_id").await.error(), (100, 0));
    let token = stage.token(Trouble::NoExpiry).await;
    assert_eq!(about(&token).await["expires_at"], 0);

    let (token, waba, _) = stage.number(Login::from(Outcome::Several).trouble(Trouble::Paged)).await;
    let page = stage.get(&token, &format!("{waba}/phone_numbers?limit=50")).await.body;
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert!(page["paging"]["next"].is_string());
    let (token, waba, _) = stage.number(Trouble::TooManyNumbers).await;
    let page = stage.get(&token, &format!("{waba}/phone_numbers")).await.body;
    assert_eq!(page["data"].as_array().unwrap().len(), 25);
    let (token, waba, _) = stage.number(Trouble::SubscribeRateLimit).await;
    let path = format!("{waba}/subscribed_apps");
    assert_eq!(stage.post(&token, &path, json!({})).await.error(), (80_007, 0));
    assert_eq!(stage.post(&token, &path, json!({})).await.error(), (80_007, 0));
    stage.clock.advance(Duration::from_mins(1));
    assert_eq!(stage.post(&token, &path, json!({})).await.status, 200);
}

#[test]
fn every_trouble_has_a_name_of_its_own() {
    for trouble in Trouble::ALL {
        assert_eq!(Trouble::parse(trouble.name()), Some(*trouble));
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::parse(outcome.name()), Some(*outcome));
    }
}
