//! `serve` with a setting that is missing or malformed: it does not start, and says which one and what is allowed there.

use std::{collections::BTreeMap, path::Path, process::Command};

use crate::{
    cli::complaint,
    support::house::{APP_ID, APP_SECRET, CONFIG_ID, SECRET_KEYS},
};

type Settings = BTreeMap<&'static str, String>;

/// Settings with which it would start.
fn good(folder: &Path) -> Settings {
    [
        ("LISTEN_ADDR", "127.0.0.1:0"),
        ("PUBLIC_URL", "https://connect.example"),
        ("DATABASE_URL", &format!("sqlite://{}", folder.join("test.db").display())),
        ("SECRET_KEYS", SECRET_KEYS),
        ("META_APP_ID", APP_ID),
        ("META_APP_SECRET", APP_SECRET),
        ("META_CONFIG_ID", CONFIG_ID),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

/// What `serve` says with these settings when it does not start.
fn refusal(settings: &Settings) -> String {
    // One that starts after all would serve until the end of days.
    let mut serve = Command::new("timeout");
    serve.args(["30", env!("CARGO_BIN_EXE_setuplinks"), "serve"]).env_clear().envs(settings);
    complaint(&serve.output().expect("coreutils has timeout"))
}

#[test]
fn a_required_setting_that_is_missing_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["SECRET_KEYS", "META_APP_ID", "META_APP_SECRET", "META_CONFIG_ID"] {
        let mut settings = good(folder.path());
        for nothing in [None, Some(""), Some("  ")] {
            match nothing {
                None => settings.remove(name),
                Some(blank) => settings.insert(name, blank.to_owned()),
            };
            let said = refusal(&settings);
            assert!(said.contains(&format!("{name} is required")), "{said}");
            assert_eq!(said.trim().lines().count(), 1, "one sentence: {said}");
        }
    }
    assert!(!folder.path().join("test.db").exists(), "nothing was begun");
}

#[test]
fn numbers_are_not_verified_beforehand_without_a_pool_and_its_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = good(folder.path());
    settings.insert("META_PREVERIFIED", "true".to_owned());
    assert!(refusal(&settings).contains("META_BUSINESS_ID is required: META_PREVERIFIED=true puts"));
    settings.insert("META_BUSINESS_ID", "1 2".to_owned());
    assert!(refusal(&settings).contains("META_BUSINESS_ID must be an id"));
    settings.insert("META_BUSINESS_ID", "506914307656634".to_owned());
    assert!(refusal(&settings).contains("META_SYSTEM_TOKEN is required: META_PREVERIFIED=true needs"));
    settings.insert("META_SYSTEM_TOKEN_FILE", "/no/such/file".to_owned());
    assert!(refusal(&settings).contains("META_SYSTEM_TOKEN cannot be read from the file /no/such/file"));
    settings.insert("META_SYSTEM_TOKEN", "hunter2".to_owned());
    let said = refusal(&settings);
    assert!(said.contains("META_SYSTEM_TOKEN and META_SYSTEM_TOKEN_FILE are both set") && !said.contains("hunter2"));
}

#[test]
fn a_malformed_setting_is_named_and_a_secret_is_not_repeated() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, values) in [
        ("LISTEN_ADDR", vec!["localhost", "127.0.0.1", "127.0.0.1:99999", "8080", ":8080"]),
        ("ADMIN_ADDR", vec!["9090", "localhost:9090"]),
        (
            "PUBLIC_URL",
            vec!["connect.example", "ftp://connect.example", "https://connect.example/path", "https://u:p@c.example"],
        ),
        (
            "DATABASE_URL",
            vec![
                "mysql://u:hunter2@db/x",
                "hunter2",
                "postgres://u:hunter2@[bad/x",
                "sqlite:",
                "sqlite://",
                "sqlite::memory:",
                "sqlite://x.db?mode=memory",
                "postgres://u:hunter2@127.0.0.1:1/x",
            ],
        ),
        ("SECRET_KEYS", vec!["hunter2", "k1:hunter2", "k1:aHVudGVyMg==", ":hunter2", ",", "k1:hunter2,k1:hunter2"]),
        ("META_APP_ID", vec!["1 2", "1&client_secret=x", "ä"]),
        ("META_CONFIG_ID", vec!["1 2", "1#x"]),
        ("META_GRAPH_VERSION", vec!["26", "v26", "26.0", "v26.x", "v26.0/../x"]),
        (
            "META_GRAPH_URL",
            vec![
                "graph.facebook.com",
                "ftp://graph.facebook.com",
                "https://graph.facebook.com?x=1",
                "https://g.example#x",
            ],
        ),
        ("META_DIALOG_URL", vec!["www.facebook.com", "javascript:alert(1)"]),
        ("META_EXTRAS_COEXISTENCE", vec!["{", "[]", "\"x\"", "7"]),
        ("META_EXTRAS_DEDICATED", vec!["{]", "null"]),
        ("META_PREVERIFIED", vec!["yes", "1", "TRUE"]),
        ("API_RATE_LIMIT", vec!["0", "-1", "many", "1.5", "1000001"]),
        ("EVENT_RETENTION_DAYS", vec!["0", "3651", "forever", "1.5"]),
        ("DELIVERY_RETENTION_DAYS", vec!["0", "-1"]),
        ("SIGNUP_RETENTION_DAYS", vec!["0", "3651"]),
        ("LOGIN_RETENTION_DAYS", vec!["0", "366"]),
        ("IDEMPOTENCY_RETENTION_DAYS", vec!["0", "31"]),
        ("RELEASED_NUMBER_RETENTION_DAYS", vec!["0", "3651"]),
        ("TRUSTED_PROXIES", vec!["proxy", "10.0.0.0/33", "10.0.0.1;10.0.0.2", "0.0.0.0/0", "10.0.0.0/8,::/0"]),
        ("MAX_CONNECTIONS", vec!["0", "-1", "many"]),
        ("MAX_STREAMS_PER_ADDRESS", vec!["0", "1e3"]),
        ("ADDRESS_RATE_UNKNOWN_LINKS", vec!["0", "off", "1000001"]),
        ("ADDRESS_RATE_FORMS", vec!["-1", "none"]),
        ("LOG_FORMAT", vec!["xml"]),
    ] {
        for value in values {
            let mut settings = good(folder.path());
            settings.insert(name, value.to_owned());
            let said = refusal(&settings);
            assert!(said.contains(name), "{name}={value}: {said}");
            assert_eq!(said.trim().lines().count(), 1, "one line: {said}");
            assert!(!said.contains("hunter2") && !said.contains("aHVudGVyMg"), "{said}");
            assert!(!said.contains("panicked") && said.len() < 500, "{said}");
        }
    }
}

#[test]
fn a_secret_s_file_that_cannot_be_read_or_stands_beside_a_value_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "\n").expect("writable");
    for (name, file) in [
        ("SECRET_KEYS", "SECRET_KEYS_FILE"),
        ("META_APP_SECRET", "META_APP_SECRET_FILE"),
        ("DATABASE_URL", "DATABASE_URL_FILE"),
    ] {
        let mut settings = good(folder.path());
        settings.insert(file, "/no/such/file".to_owned());
        let said = refusal(&settings);
        assert!(said.contains(&format!("{name} and {file} are both set")), "{said}");

        settings.remove(name);
        let said = refusal(&settings);
        assert!(said.contains(name) && said.contains("/no/such/file"), "{said}");

        settings.insert(file, empty.display().to_string());
        let said = refusal(&settings);
        assert!(said.contains(name) && said.contains("is empty"), "{said}");
    }
}

#[test]
fn operators_are_not_answered_where_everybody_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = good(folder.path());
    settings.insert("LISTEN_ADDR", "127.0.0.1:18080".to_owned());
    settings.insert("ADMIN_ADDR", "127.0.0.1:18080".to_owned());
    assert!(refusal(&settings).contains("ADMIN_ADDR must not be LISTEN_ADDR"));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut settings = good(folder.path());
    settings.insert("LISTEN_ADDR", taken.local_addr().expect("an address").to_string());
    assert!(refusal(&settings).contains("LISTEN_ADDR"));
}

#[test]
fn a_database_that_cannot_be_come_to_is_named_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text.db");
    std::fs::write(&text, "no database at all, but long enough to be looked at as if it were one, ".repeat(9))
        .expect("written");
    for (url, why) in [
        ("sqlite:///no/such/folder/x.db".to_owned(), "/no/such/folder/x.db cannot be made: No such file or directory"),
        (format!("sqlite://{}", text.display()), "text.db: file is not a database (code 26)"),
        // At once, by the server's word rather than the pool's, which waits and then says only that.
        ("postgres://u@127.0.0.1:1/x".to_owned(), "127.0.0.1:1: error communicating with database: Connection refused"),
    ] {
        let mut settings = good(folder.path());
        settings.insert("DATABASE_URL", url);
        let said = refusal(&settings);
        assert!(said.contains("DATABASE_URL cannot be used: ") && said.contains(why), "{said}");
    }
    let server = std::env::var("SETUPLINKS_TEST_POSTGRES").expect("./check starts a PostgreSQL for the tests");
    let mut nowhere: url::Url = server.parse().expect("a URL");
    nowhere.set_path("no_such_database");
    let mut settings = good(folder.path());
    settings.insert("DATABASE_URL", nowhere.to_string());
    let said = refusal(&settings);
    assert!(
        said.contains("database \"no_such_database\" does not exist (code 3D000)") && !said.contains("at line"),
        "{said}"
    );
}
