//! Twilio's signatures before a judge that is not ours: what its own library signs is heard, and nothing else is.

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::json;
use setuplinks::{
    app::PublicUrl,
    clock::Clock,
    sandbox::twilio::{ACCOUNT_SID, AUTH_TOKEN},
    twilio::Twilio,
};
use url::form_urlencoded::Serializer;

use crate::support::{House, house::twilio_account, on_both};

const PUBLIC: &str = "https://connect.example.com";

type Form = Vec<(&'static str, &'static str)>;

/// A request, and what of it was signed.
struct Signed {
    token: &'static str,
    url: String,
    form: Form,
}

/// Twilio's library signs them.
fn sign(all: &[Signed]) -> Vec<String> {
    let judges = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    let mut command = Command::new("node");
    let command = command.arg("twilio.js").current_dir(judges).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|e| panic!("node: {e}: run ./check, which installs the judges"));
    let asked: Vec<_> = all.iter().map(|one| json!({"token": one.token, "url": one.url, "form": one.form})).collect();
    let text = json!(asked).to_string();
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "Twilio's library is missing: run ./check, which installs the judges");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

/// What Twilio says with every message, and something odd.
fn with(odd: &[(&'static str, &'static str)]) -> Form {
    [("AccountSid", ACCOUNT_SID), ("To", "+14155550100"), ("From", "+12025550143")]
        .into_iter()
        .chain(odd.iter().copied())
        .collect()
}

fn oddities() -> Vec<Form> {
    vec![
        with(&[("Body", "Your WhatsApp code is 123-456"), ("MessageSid", "SM00000000000000000000000000000001")]),
        with(&[("Body", ""), ("OptOutType", ""), ("NumMedia", "0")]),
        with(&[("Body", " a  b\t\n+%20&=;? "), ("Body2", "100%")]),
        with(&[("Body", "Código ñ — \u{200f}رمز واتساب ١٢٣-٤٥٦ कोड 😀")]),
        with(&[("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "a"), ("MediaUrl", "")]),
        // In the order of UTF-16 an emoji stands before a full-width letter, and in that of UTF-8 after it.
        with(&[("MediaUrl", "\u{ff21}"), ("MediaUrl", "\u{1f600}"), ("\u{ff21}", "1"), ("\u{1f600}", "2")]),
        with(&[
            ("body", "small"),
            ("Body", "large"),
            ("_", "1"),
            ("A", "2"),
            ("a", "3"),
            ("Z", "4"),
            ("10", "5"),
            ("9", "6"),
        ]),
        with(&[("ChannelMetadata", r#"{"type":"x","data":{"a":[1,2]}}"#)]),
    ]
}

async fn house(db: crate::support::Database) -> House {
    House::open_as(db, Clock::system(), |app| {
        let mut settings = app.twilio.settings().clone();
        settings.account = Some(twilio_account());
        app.twilio = Twilio::new(settings).expect("an HTTP client");
        app.public_url = PublicUrl::parse(PUBLIC).expect("an origin");
    })
    .await
}

async fn post(house: &House, path: &str, form: &Form, signature: &str) -> u16 {
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = http
        .post(format!("{}{path}", house.url))
        .header("x-twilio-signature", signature)
        .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
        .body(body);
    request.send().await.expect("an answer").status().as_u16()
}

on_both! {
    async fn what_twilio_s_library_signs_is_heard_and_nothing_else(db: Database) {
        let house = house(db).await;
        let paths = ["/twilio/sms", "/twilio/voice", "/twilio/voice/recorded", "/twilio/voice/heard", "/twilio/sms?n=1&m=a%20b"];
        let all: Vec<(&str, Signed)> = paths
            .iter()
            .flat_map(|path| oddities().into_iter().map(move |form| (*path, form)))
            // Twilio's back ends differ in whether the port is part of what they sign.
            .flat_map(|(path, form)| ["", ":443"].map(|port| (path, Signed { token: AUTH_TOKEN, url: format!("{PUBLIC}{port}{path}"), form: form.clone() })))
            .collect();
        let (asked, signed): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let signatures = tokio::task::block_in_place(|| sign(&signed));
        assert_eq!(signatures.len(), signed.len());
        for ((path, one), signature) in asked.iter().zip(&signed).zip(&signatures) {
            assert_eq!(post(&house, path, &one.form, signature).await, 200, "{} {:?}", one.url, one.form);
        }
        // The same signature over anything else.
        let (form, signature) = (&signed[0].form, &signatures[0]);
        let mut more = form.clone();
        more.push(("New", "1"));
        let fewer: Form = form[..form.len() - 1].to_vec();
        let changed: Form = form.iter().map(|(name, value)| (*name, if *name == "Body" { "Your WhatsApp code is 123-457" } else { value })).collect();
        for (path, form) in [("/twilio/sms", &more), ("/twilio/sms", &fewer), ("/twilio/sms", &changed), ("/twilio/voice", form), ("/twilio/sms?n=1", form)] {
            assert_eq!(post(&house, path, form, signature).await, 403, "{path} {form:?}");
        }
    }

    async fn a_signature_is_by_the_right_token_over_the_public_address(db: Database) {
        let house = house(db).await;
        let form = oddities().remove(0);
        let of = |token, url: String| Signed { token, url, form: form.clone() };
        let forged = [
            of("00000000000000000000000000000000", format!("{PUBLIC}/twilio/sms")),
            of(AUTH_TOKEN, format!("{}/twilio/sms", house.url)),
            of(AUTH_TOKEN, "http://connect.example.com/twilio/sms".to_owned()),
            of(AUTH_TOKEN, format!("{PUBLIC}:8443/twilio/sms")),
            of(AUTH_TOKEN, "https://CONNECT.example.com/twilio/sms".to_owned()),
        ];
        let signatures = tokio::task::block_in_place(|| sign(&forged));
        for (one, signature) in forged.iter().zip(&signatures) {
            assert_eq!(post(&house, "/twilio/sms", &form, signature).await, 403, "{}", one.url);
        }
        assert_eq!(post(&house, "/twilio/sms", &form, "").await, 403);
    }
}
