//! The dialog and its form.

use super::*;

#[tokio::test]
async fn a_person_finds_a_form_that_carries_the_request() {
    let stage = Stage::new().await;
    let mut fields = Stage::dialog_fields();
    fields[6].1 = COEXISTENCE;
    let answer = stage.http.get(stage.dialog_url(&fields)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'nonce-") && !policy.contains("form-action"));
    let html = answer.text().await.unwrap();
    assert!(html.contains(r#"data-testid="sandbox-locale">ar_AR<"#));
    assert!(html.contains(r#"data-testid="sandbox-outcome-coexistence" checked>"#));
    assert!(html.contains(r#"name="state" value="st &#38; te""#), "{html}");
    assert!(!html.contains("<script"));
}

#[tokio::test]
async fn the_form_answers_with_a_redirect_that_carries_code_and_state() {
    let stage = Stage::new().await;
    let send = async |more: &[(&str, &str)]| {
        let mut fields = Stage::dialog_fields();
        fields.extend_from_slice(more);
        let url = format!("{}/sandbox/dialog", stage.sandbox.url());
        let answer = stage.http.post(url).form(&fields).send().await.unwrap();
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        (answer.status().as_u16(), to)
    };
    let (status, to) = send(&[("outcome", "dedicated"), ("fault", "none"), ("action", "finish")]).await;
    assert_eq!(status, 302);
    assert!(to.starts_with(&format!("{BACK}?code=AQ")) && to.ends_with("&state=st+%26+te#_=_"), "{to}");

    let (_, to) = send(&[("action", "cancel")]).await;
    let plain = "error=access_denied&error_code=200&error_description=Permissions+error&error_reason=user_denied";
    assert_eq!(to, format!("{BACK}?{plain}&state=st+%26+te#_=_"));
    let (_, to) = send(&[("fault", "cancel-no-state")]).await;
    assert_eq!(to, format!("{BACK}?{plain}#_=_"));
    let (_, to) = send(&[("fault", "cancel-meta")]).await;
    let meta = "error_reason=user_denied&error=access_denied&error_description=Permissions+error.";
    assert_eq!(to, format!("{BACK}?{meta}#_=_"));
    let (_, to) = send(&[("fault", "waba-limit")]).await;
    assert!(to.starts_with(&format!("{BACK}?error_code=2388098&error_message=")) && to.contains("&state="));

    for odd in [("outcome", "x"), ("fault", "x"), ("action", "x"), ("phone_number", "12"), ("graph_version", "v2.0")] {
        assert_eq!(send(&[odd]).await.0, 400, "{odd:?}");
    }
}

#[tokio::test]
async fn what_facebook_refuses_stays_on_facebook() {
    let stage = Stage::new().await;
    let cases: &[(&str, Option<&str>, &str)] = &[
        ("client_id", Some("1"), "Invalid App ID"),
        ("client_id", None, "Invalid App ID"),
        ("redirect_uri", Some("http://localhost:8080/auth/facebook/callback/"), "URL blocked"),
        ("redirect_uri", None, "URL blocked"),
        ("state", None, "state"),
        ("state", Some(""), "state"),
        ("response_type", Some("token"), "response_type"),
        ("config_id", Some("1"), "config_id"),
        ("override_default_response_type", None, "override_default_response_type"),
        ("scope", Some("email"), "scope"),
        ("extras", Some("[]"), "extras"),
        ("extras", Some("{"), "extras"),
        ("extras", Some(r#"{"version":"v3"}"#), "15 October 2026"),
        ("extras", Some(r#"{"version":"v2-public-preview"}"#), "15 October 2026"),
        ("extras", Some(r#"{"version":4}"#), "version"),
        ("extras", Some(r#"{"featureType":"only_waba_sharing"}"#), "featureType"),
        ("extras", Some(r#"{"features":[{"name":"marketing_messages_lite"}]}"#), "features"),
    ];
    for (name, value, said) in cases {
        let mut fields = Stage::dialog_fields();
        fields.retain(|(known, _)| known != name);
        fields.extend(value.map(|value| (*name, value)));
        let answer = stage.http.get(stage.dialog_url(&fields)).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{name} {value:?}");
        assert!(answer.headers().get("location").is_none());
        assert!(answer.text().await.unwrap().contains(said), "{name} {value:?}");
        assert!(stage.world().login(&stage.dialog_url(&fields), Outcome::Dedicated).is_err());
    }
    let old = stage.dialog_url(&Stage::dialog_fields()).replace("v26.0", "v25.0");
    assert_eq!(stage.http.get(old).send().await.unwrap().status(), 400);
    for fine in ["{}", r#"{"featureType":""}"#, r#"{"version":"v4-public-preview"}"#, COEXISTENCE] {
        let mut fields = Stage::dialog_fields();
        fields[6].1 = fine;
        assert_eq!(stage.http.get(stage.dialog_url(&fields)).send().await.unwrap().status(), 200, "{fine}");
    }
}

#[tokio::test]
async fn a_redirect_uri_can_be_allowed_later() {
    let stage = Stage::new().await;
    let mut fields = Stage::dialog_fields();
    fields[1].1 = "http://[::1]:9/back?x=1";
    assert!(stage.world().login(&stage.dialog_url(&fields), Outcome::Dedicated).is_err());
    stage.world().allow_redirect(fields[1].1);
    let back = stage.world().login(&stage.dialog_url(&fields), Outcome::Dedicated).unwrap();
    assert!(back.starts_with("http://[::1]:9/back?x=1&code=AQ"));
}

#[tokio::test]
async fn the_same_number_comes_back_with_its_account() {
    let stage = Stage::new().await;
    let login = || Login::from(Outcome::Dedicated).phone("+49 151 2345-6789");
    stage.code(login());
    stage.code(Login::from(Outcome::Dedicated).phone("004915123456789"));
    assert_eq!(stage.world().numbers().len(), 1);
    let number = stage.world().find("+4915123456789").unwrap();
    assert_eq!(number.display_phone_number, "+49 151 2345-6789");
    assert!((15..=16).contains(&number.id.len()) && (15..=16).contains(&number.waba_id.len()));
    stage.code(Login::from(Outcome::Several).phone("+49 151 2345-6789"));
    assert_eq!(stage.world().numbers().iter().filter(|other| other.waba_id == number.waba_id).count(), 3);
    stage.code(Outcome::Dedicated);
    assert_eq!(stage.world().numbers().last().unwrap().display_phone_number, "+1 555-010-0003");
}

#[tokio::test]
async fn the_platform_shows_what_it_was_given() {
    let stage = Stage::new().await;
    let url = format!("{}/platform/failure?error_code=a%26b&x=%3Cb%3E", stage.sandbox.url());
    let html = stage.http.get(url).send().await.unwrap().text().await.unwrap();
    assert!(html.contains(r#"data-page="platform-failure""#));
    assert!(html.contains(r#"data-testid="param-error_code">a&#38;b<"#));
    assert!(!html.contains("<b>"));
}
