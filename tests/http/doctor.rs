//! `setuplinks doctor` on the real binary: a house that is well, and every way we know of being ill.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use setuplinks::sandbox::AppWebhook;

use crate::{
    cli::setuplinks,
    support::{
        Database, House,
        house::{APP_ID, APP_SECRET, CONFIG_ID, SECRET_KEYS, loopback},
        on_both,
    },
};

mod database;
mod twilio;

const OTHER_KEY: &str = "other:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

const FIELDS: &[&str] = &["messages", "account_update", "history", "smb_app_state_sync", "smb_message_echoes"];

pub type Settings = BTreeMap<&'static str, String>;

/// Settings of a deployment that is well: the house, its database, its stand-in Facebook.
pub fn settings(house: &House) -> Settings {
    house.world().set_app_webhook(Some(webhook(FIELDS)));
    [
        ("PUBLIC_URL", house.url.as_str()),
        ("DATABASE_URL", &house.database.url),
        ("SECRET_KEYS", SECRET_KEYS),
        ("META_APP_ID", APP_ID),
        ("META_APP_SECRET", APP_SECRET),
        ("META_CONFIG_ID", CONFIG_ID),
        ("META_GRAPH_URL", &house.facebook.url()),
        ("META_DIALOG_URL", &house.facebook.url()),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

fn webhook(fields: &[&str]) -> AppWebhook {
    AppWebhook {
        callback_url: "https://hooks.example/meta".to_owned(),
        is_active: true,
        fields: fields.iter().map(|&field| field.to_owned()).collect(),
    }
}

/// What the doctor says, and whether it ends well.
pub async fn examine(settings: &Settings, arguments: &[&str]) -> (bool, String, String) {
    let mut command = setuplinks(&[&["doctor"], arguments].concat());
    command.envs(settings);
    let output = tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("an end");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

/// The findings of that verdict, as `check: what`.
async fn findings(settings: &Settings, verdict: &str) -> (bool, Vec<String>) {
    let (is_well, out, err) = examine(settings, &["--json"]).await;
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
    assert_eq!(report["ok"], is_well, "the exit status says the same");
    let of = report["findings"].as_array().expect("findings").iter().filter(|finding| finding["verdict"] == verdict);
    let said = of.map(|finding| {
        assert!(verdict != "broken" || finding["mend"].as_str().is_some_and(|mend| mend.len() > 10), "{finding}");
        format!("{}: {}", finding["check"].as_str().expect("check"), finding["what"].as_str().expect("what"))
    });
    (is_well, said.collect())
}

#[track_caller]
fn assert_said(said: &[String], parts: &[&str], case: &str) {
    assert!(
        said.iter().any(|line| parts.iter().all(|part| line.contains(part))),
        "{case}: {parts:?} is not in {said:#?}"
    );
}

on_both! {
    async fn a_house_that_is_well(db: Database) {
        let house = House::open(db).await;
        house.platform("Acme").await.link(json!({})).await;
        let settings = settings(&house);
        let (is_well, broken) = findings(&settings, "broken").await;
        assert!(is_well && broken.is_empty(), "{broken:?}");
        let (_, warnings) = findings(&settings, "warning").await;
        assert_eq!(warnings.len(), 1, "only that nobody else reaches localhost: {warnings:?}");
        let (is_well, out, err) = examine(&settings, &[]).await;
        assert!(is_well, "{out}{err}");
        for said in ["ok       database: is reached, takes a write", "answers with these keys", "app id and secret belong together", "Meta tells https://hooks.example/meta of every field", "what is sealed opens"] {
            assert!(out.contains(said), "{said} is not in:\n{out}");
        }
        assert!(out.contains(&format!("list exactly: {}/auth/facebook/callback", house.url)), "to copy: {out}");
        assert!(out.contains("App mode (top of the App Dashboard) is Live"), "what only a person sees: {out}");
        assert!(out.contains(&format!("Meta sends to https://hooks.example/meta and not to {}/meta/webhooks", house.url)), "{out}");
        for secret in [APP_SECRET, SECRET_KEYS.split(':').next_back().expect("a key")] {
            assert!(!out.contains(secret) && !err.contains(secret));
        }
    }

    async fn keys_that_do_not_open_what_is_there(db: Database) {
        let house = House::open(db).await;
        house.platform("Acme").await.link(json!({})).await;
        let mut settings = settings(&house);
        settings.insert("SECRET_KEYS", OTHER_KEY.to_owned());
        let (is_well, broken) = findings(&settings, "broken").await;
        assert!(!is_well);
        assert_said(&broken, &["secret_keys: rows were sealed with a key that is not in SECRET_KEYS: test"], "the key is named by its id");
        assert_said(&broken, &["public_url", "not as a setuplinks with these SECRET_KEYS"], "the running server has others");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_setting_that_would_stop_a_customer_is_found() {
    let house = House::open(Database::Sqlite).await;
    let other = House::open(Database::Sqlite).await;
    let nobody = { tokio::net::TcpListener::bind(loopback()).await.expect("a port").local_addr().expect("an address") };
    let nobody = format!("http://{nobody}");
    let skewed = skewed().await;
    let well = settings(&house);
    let v2 = r#"{"featureType":"whatsapp_business_app_onboarding","sessionInfoVersion":"3","version":"v2"}"#;
    let v3 = r#"{"version":"v3"}"#;
    for (name, value, parts) in [
        ("SECRET_KEYS", "", &["settings: SECRET_KEYS is required"] as &[&str]),
        ("SECRET_KEYS", "k1:hunter2", &["settings: SECRET_KEYS cannot be used"]),
        ("META_APP_ID", "", &["settings: META_APP_ID is required"]),
        ("META_APP_ID", "999999999999999", &["meta_app: META_APP_ID and META_APP_SECRET are not those of one app"]),
        ("META_APP_SECRET", "", &["settings: META_APP_SECRET is required"]),
        (
            "META_APP_SECRET",
            "ffffffffffffffffffffffffffffffff",
            &["meta_app: META_APP_ID and META_APP_SECRET are not those of one app"],
        ),
        ("META_APP_SECRET_FILE", "/nowhere", &["settings: META_APP_SECRET and META_APP_SECRET_FILE are both set"]),
        ("META_CONFIG_ID", "", &["settings: META_CONFIG_ID is required"]),
        ("META_GRAPH_VERSION", "26", &["settings: META_GRAPH_VERSION must be a version"]),
        ("META_GRAPH_VERSION", "v19.0", &["graph_version: Meta does not know v19.0"]),
        ("META_GRAPH_URL", nobody.as_str(), &["meta_reached: the Graph API is not reached from here"]),
        ("META_GRAPH_URL", house.url.as_str(), &["meta_reached", "an answer that is not the Graph API's"]),
        ("META_GRAPH_URL", skewed.as_str(), &["clock: this machine's clock and Meta's are", "seconds apart"]),
        ("PUBLIC_URL", "https://connect.example/path", &["settings: PUBLIC_URL must be"]),
        ("PUBLIC_URL", "http://connect.invalid", &["public_url: http://connect.invalid is not https"]),
        ("PUBLIC_URL", nobody.as_str(), &["public_url", "is not reached from here"]),
        ("PUBLIC_URL", "https://connect.invalid", &["public_url: https://connect.invalid is not reached from here"]),
        ("PUBLIC_URL", &house.facebook.url(), &["public_url", "where this server would say who it is"]),
        (
            "DATABASE_URL",
            "mysql://u:hunter2@db/x",
            &["settings: DATABASE_URL must start with sqlite:// or postgres://"],
        ),
        ("DATABASE_URL", "sqlite:///no/such/folder/x.db", &["database: cannot be used: /no/such/folder/x.db is not"]),
        // A folder that is there and takes no file, not even from root.
        ("DATABASE_URL", "sqlite:///proc/x.db", &["database: cannot be used", "no file can be made in /proc: "]),
        (
            "DATABASE_URL",
            "postgres://u:hunter2@127.0.0.1:1/x",
            &["database: cannot be used: 127.0.0.1:1: ", "Connection refused"],
        ),
        ("META_EXTRAS_COEXISTENCE", v2, &["extras: META_EXTRAS_COEXISTENCE asks for Embedded Signup v2"]),
        ("META_EXTRAS_DEDICATED", v3, &["extras: META_EXTRAS_DEDICATED asks for Embedded Signup v3"]),
        ("META_EXTRAS_DEDICATED", "v4", &["settings: META_EXTRAS_DEDICATED must be a JSON object"]),
        ("META_EXTRAS_DEDICATED", r#"{"featureType":"only_waba_sharing"}"#, &["extras", "leaves the phone number out"]),
        ("ADMIN_ADDR", "9090", &["settings: ADMIN_ADDR must be an address"]),
        ("META_FORWARD_URL", "hooks.example", &["settings: META_FORWARD_URL must be an absolute"]),
        ("META_VERIFY_TOKEN_FILE", "/nowhere", &["settings: META_VERIFY_TOKEN cannot be read from the file"]),
        ("WEBHOOK_ALLOWED_NETS", "10.0.0.0/99", &["settings: WEBHOOK_ALLOWED_NETS must be addresses or ranges"]),
    ] {
        let mut ill = well.clone();
        ill.insert(name, value.to_owned());
        let (is_well, broken) = findings(&ill, "broken").await;
        assert!(!is_well, "{name}={value}");
        assert_said(&broken, parts, &format!("{name}={value}"));
        assert!(!broken.iter().any(|line| line.contains("hunter2")), "no secret is repeated: {broken:?}");
    }
    // A name of one's own that leads to somebody else's server.
    let mut ill = well.clone();
    ill.insert("PUBLIC_URL", other.url.clone());
    assert!(findings(&ill, "broken").await.1.is_empty(), "two processes of one deployment have the same keys");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_mistakes_are_told_at_once() {
    let house = House::open(Database::Sqlite).await;
    let mut ill = settings(&house);
    for name in ["META_APP_ID", "META_CONFIG_ID", "SECRET_KEYS"] {
        ill.remove(name);
    }
    ill.insert("PUBLIC_URL", "connect.example".to_owned());
    let (_, broken) = findings(&ill, "broken").await;
    for name in ["META_APP_ID", "META_CONFIG_ID", "SECRET_KEYS", "PUBLIC_URL"] {
        assert_said(&broken, &["settings", name], name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistake_that_two_things_suffer_from_is_told_once() {
    let house = House::open(Database::Sqlite).await;
    let mut ill = settings(&house);
    ill.insert("META_PREVERIFIED", "true".to_owned());
    ill.insert("META_BUSINESS_ID", "506914307656634".to_owned());
    ill.insert("META_SYSTEM_TOKEN_FILE", "/nowhere".to_owned());
    let (_, broken) = findings(&ill, "broken").await;
    let told: Vec<_> = broken.iter().filter(|line| line.contains("META_SYSTEM_TOKEN")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    ill.insert("API_RATE_LIMIT", "none".to_owned());
    let (_, broken) = findings(&ill, "broken").await;
    assert_said(&broken, &["settings: API_RATE_LIMIT"], "beside the others");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_that_cannot_be_used_is_told_once_and_in_the_one_way() {
    let house = House::open(Database::Sqlite).await;
    let well = settings(&house);
    for (name, value) in [("DATABASE_URL", "/var/lib/x.db"), ("LISTEN_ADDR", ":8080"), ("ADMIN_ADDR", "9090")] {
        let mut ill = well.clone();
        ill.insert(name, value.to_owned());
        let (_, broken) = findings(&ill, "broken").await;
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].starts_with(&format!("settings: {name} must ")), "{broken:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_does_not_reach_the_server_is_told_from_a_server_that_is_another() {
    let house = House::open(Database::Sqlite).await;
    let mut ill = settings(&house);
    let proxy = axum::Router::new().fallback(|| async { axum::http::StatusCode::BAD_GATEWAY });
    let listener = tokio::net::TcpListener::bind(loopback()).await.expect("a port");
    ill.insert("PUBLIC_URL", format!("http://{}", listener.local_addr().expect("an address")));
    tokio::spawn(async move { axum::serve(listener, proxy).await });
    let (_, broken) = findings(&ill, "broken").await;
    assert_said(&broken, &["public_url: a proxy answers", "502: it does not reach the server"], "502");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stops_no_customer_is_a_warning() {
    let house = House::open(Database::Sqlite).await;
    let settings = settings(&house);
    for (set, parts) in [
        (None, &["meta_webhooks: the app has no webhook"] as &[&str]),
        (
            Some(webhook(&["messages", "history"])),
            &["meta_webhooks", "not subscribed to account_update, smb_app_state_sync, smb_message_echoes"],
        ),
        (
            Some(AppWebhook { is_active: false, ..webhook(&["messages"]) }),
            &["meta_webhooks: Meta switched the app's webhook off"],
        ),
    ] {
        house.world().set_app_webhook(set);
        let (is_well, warnings) = findings(&settings, "warning").await;
        assert!(is_well, "{warnings:?}");
        assert_said(&warnings, parts, "webhooks");
    }
    // The address is ours: then its token is needed, and nothing else.
    let ours = format!("{}/meta/webhooks", house.url);
    house.world().set_app_webhook(Some(AppWebhook { callback_url: ours.clone(), ..webhook(FIELDS) }));
    let (_, warnings) = findings(&settings, "warning").await;
    assert_said(&warnings, &["meta_webhooks", &ours, "META_VERIFY_TOKEN is not set"], "no token");
    let mut set = settings.clone();
    set.insert("META_VERIFY_TOKEN", "open sesame".to_owned());
    let (_, warnings) = findings(&set, "warning").await;
    assert!(!warnings.iter().any(|line| line.contains("meta_webhooks")), "{warnings:?}");
    set.insert("META_SYSTEM_TOKEN", "hunter2".to_owned());
    let (_, warnings) = findings(&set, "warning").await;
    assert_said(&warnings, &["system_token: META_SYSTEM_TOKEN is no token that works"], "made up");
    assert!(!warnings.iter().any(|line| line.contains("hunter2")), "{warnings:?}");
    house.world().set_system_token("hunter2");
    assert_said(&findings(&set, "ok").await.1, &["system_token: META_SYSTEM_TOKEN is valid"], "known to Meta");
    let (_, look) = findings(&set, "look").await;
    assert!(!look.iter().any(|line| line.contains("meta_webhooks")), "{look:?}");
    let mut odd = settings.clone();
    odd.insert("META_EXTRAS_COEXISTENCE", r#"{"version":"v4"}"#.to_owned());
    let (is_well, warnings) = findings(&odd, "warning").await;
    assert!(is_well, "{warnings:?}");
    assert_said(&warnings, &["META_EXTRAS_COEXISTENCE does not ask for coexistence"], "extras");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_is_not_trusted_is_a_warning() {
    let house = House::open(Database::Sqlite).await;
    let mut settings = settings(&house);
    let behind = house.url.clone();
    let proxy = axum::Router::new().fallback(move |request: axum::extract::Request| async move {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let request = client.get(format!("{behind}{}", request.uri())).header("x-forwarded-for", "203.0.113.7");
        request.send().await.expect("an answer").text().await.expect("text")
    });
    let listener = tokio::net::TcpListener::bind(loopback()).await.expect("a port");
    settings.insert("PUBLIC_URL", format!("http://{}", listener.local_addr().expect("an address")));
    tokio::spawn(async move { axum::serve(listener, proxy).await });
    let (_, warnings) = findings(&settings, "warning").await;
    assert_said(&warnings, &["clients: somebody between says whom", "TRUSTED_PROXIES"], "untrusted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pool_of_pre_verified_numbers_is_knocked_at() {
    let house = House::open(Database::Sqlite).await;
    let (business_id, token) = house.world().make_partner();
    let mut settings = settings(&house);
    settings.insert("META_PREVERIFIED", "true".to_owned());
    settings.insert("META_BUSINESS_ID", business_id.clone());
    settings.insert("META_SYSTEM_TOKEN", token.clone());
    let (is_well, fine) = findings(&settings, "ok").await;
    assert!(is_well);
    assert_said(&fine, &["meta_preverified: META_SYSTEM_TOKEN opens the pool"], "well");
    let (_, look) = findings(&settings, "look").await;
    assert_said(&look, &["approved Solution Partner"], "what only a person sees");

    // None of it stops a customer, who types the code then.
    for (name, value, parts) in [
        ("META_SYSTEM_TOKEN", "EAAdead", &["meta_preverified: META_SYSTEM_TOKEN is no token that works"]),
        ("META_BUSINESS_ID", "1", &["meta_preverified: META_SYSTEM_TOKEN does not open the pool of META_BUSINESS_ID"]),
    ] {
        let mut ill = settings.clone();
        ill.insert(name, value.to_owned());
        let (is_well, warnings) = findings(&ill, "warning").await;
        assert!(is_well, "{warnings:?}");
        assert_said(&warnings, parts, name);
        assert!(!warnings.iter().any(|line| line.contains(&token) || line.contains("EAAdead")), "{warnings:?}");
    }
    settings.remove("META_SYSTEM_TOKEN");
    let (is_well, broken) = findings(&settings, "broken").await;
    assert!(!is_well);
    assert_said(&broken, &["settings: META_SYSTEM_TOKEN is required"], "it would not start");
}

/// A Graph API whose clock is an hour behind.
async fn skewed() -> String {
    let answer = || async {
        let body = axum::Json(
            json!({"error": {"message": "An active access token must be used", "type": "OAuthException", "code": 2500, "fbtrace_id": "A"}}),
        );
        (axum::http::StatusCode::BAD_REQUEST, [("date", "Thu, 01 Jan 2026 00:00:00 GMT")], body)
    };
    let listener = tokio::net::TcpListener::bind(loopback()).await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    url
}
