//! The SDK's window: who may open it, what its code is worth, what it says.

use super::*;

/// The dialog's address as the SDK writes it for a page at this origin, with some parameters changed.
fn window(stage: &Stage, origin: &str, changes: &[(&str, &str)]) -> String {
    let base = stage.sandbox.url();
    let channel = format!("{base}/x/connect/xd_arbiter/?version=46#cb=f1&domain=x&origin={}&relation=opener", {
        Serializer::new(String::new()).append_key_only(&format!("{origin}/f2")).finish()
    });
    let parameters = [
        ("app_id", "1234567890"),
        ("client_id", "1234567890"),
        ("display", "popup"),
        ("sdk", "joey"),
        ("redirect_uri", &channel),
        ("config_id", "555000"),
        ("response_type", "code"),
        ("override_default_response_type", "true"),
        ("extras", COEXISTENCE),
        ("locale", "en_US"),
    ];
    let mut query = Serializer::new(String::new());
    for (name, value) in parameters {
        let value = changes.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, value)| value);
        query.append_pair(name, value);
    }
    format!("{base}/v26.0/dialog/oauth?{}", query.finish())
}

#[tokio::test]
async fn a_window_opens_for_the_apps_own_pages_and_the_sdk_alone() {
    let stage = Stage::new().await;
    let open = async |origin: &str, changes: &[(&str, &str)]| {
        let answer = stage.http.get(window(&stage, origin, changes)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, page) = open("http://localhost:8080", &[]).await;
    assert!(status == 200 && page.contains("data-testid=\"sandbox-speech\""), "{page}");
    for (origin, changes, title) in [
        ("http://localhost:8081", &[][..], "JSSDK Unknown Host Domain"),
        ("https://localhost:8080", &[], "JSSDK Unknown Host Domain"),
        ("http://localhost:8080", &[("sdk", "")], "Invalid Parameter"),
        ("http://localhost:8080", &[("app_id", "1")], "Invalid Parameter"),
        ("http://localhost:8080", &[("display", "page")], "URL blocked"),
        (
            "http://localhost:8080",
            &[("redirect_uri", "http://evil.example/x/connect/xd_arbiter/?version=46#cb=f1")],
            "URL blocked",
        ),
        ("http://localhost:8080", &[("extras", "[]")], "Invalid Parameter"),
    ] {
        let (status, page) = open(origin, changes).await;
        assert!(status == 400 && page.contains(title), "{origin} {changes:?}: {page}");
    }
}

#[tokio::test]
async fn a_code_of_the_sdk_is_exchanged_without_a_redirect_uri() {
    let stage = Stage::new().await;
    let code = stage.world().login_in_window(Outcome::Dedicated).unwrap().code.unwrap();
    assert_eq!(got(stage.exchange(&[], &code)).await.error(), (100, 36_008));
    assert_eq!(got(stage.exchange(&[("redirect_uri", "")], &code)).await.status, 200);
    let code = stage.code(Outcome::Dedicated);
    assert_eq!(got(stage.exchange(&[("redirect_uri", "")], &code)).await.error(), (100, 36_008));
}

#[tokio::test]
async fn the_window_says_what_meta_would() {
    let stage = Stage::new().await;
    let said = |login: Login| {
        let said = stage.world().login_in_window(login).unwrap();
        (said.code.is_some(), serde_json::from_str::<Value>(&said.message).unwrap())
    };
    let (code, message) = said(Login::from(Outcome::Dedicated).phone("+1 555-040-0001"));
    let number = stage.world().find("+15550400001").unwrap();
    assert!(code);
    assert_eq!(message["event"], "FINISH");
    assert_eq!(message["data"]["phone_number_id"], number.id.as_str());
    assert_eq!(message["data"]["waba_id"], number.waba_id.as_str());
    let (_, message) = said(Outcome::Coexistence.into());
    assert_eq!(message["event"], "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING");
    assert_eq!(message["data"].as_object().unwrap().keys().collect::<Vec<_>>(), ["waba_id"]);
    assert_eq!(said(Outcome::NoNumber.into()).1["event"], "FINISH_ONLY_WABA");
    assert_eq!(
        said(Outcome::Cancel.into()),
        (
            false,
            json!({
                "data": {"current_step": "PHONE_NUMBER_SETUP"}, "type": "WA_EMBEDDED_SIGNUP", "event": "CANCEL", "version": 3,
            })
        )
    );
    let (code, message) = said(Login::from(Trouble::WabaLimit).speech(Speech::ErrorId));
    assert_eq!((code, &message["event"], &message["data"]["error_id"]), (false, &json!("CANCEL"), &json!("2388098")));
    assert_eq!(said(Login::from(Trouble::WabaLimit).speech(Speech::ErrorEvent)).1["event"], "ERROR");
    assert!(!said(Login::from(Outcome::Dedicated).speech(Speech::Lost)).0);
}

#[tokio::test]
async fn the_sdk_is_a_script_for_every_page_until_a_fault_meets_it() {
    let stage = Stage::new().await;
    let script = async || stage.http.get(format!("{}/pt_BR/sdk.js", stage.sandbox.url())).send().await;
    let answer = script().await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert!(answer.headers()["content-type"].to_str().unwrap().contains("javascript"));
    assert!(answer.text().await.unwrap().contains(&stage.sandbox.url()));
    stage.world().fault("sdk", 1, Fault::Html { status: 404 });
    assert_eq!(script().await.unwrap().status().as_u16(), 404);
    stage.world().fault("sdk", 1, Fault::CutBefore);
    assert!(script().await.is_err());
    assert_eq!(script().await.unwrap().status().as_u16(), 200);
}
