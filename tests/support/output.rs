//! What the programs of a run write, kept for `./check`, and the secrets that it then looks for in there.
//!
//! `./check` names a folder in `SETUPLINKS_TEST_OUTPUT`; without it nothing is kept. Logs are kept as detailed as they can
//! be made: what no setting writes, no operator finds in a log. Besides them, what the house answers when it does not do
//! what was asked is kept.
//!
//! A secret is a whole word in none of that. A link's token and a person's phone number may stand on a page, which is theirs,
//! and in no log.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::Write,
    path::PathBuf,
    process::Command,
    sync::{
        LazyLock, Mutex, Once,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use setuplinks::sandbox::{World, twilio};
use tracing_subscriber::EnvFilter;
use url::Url;

use super::house::{APP_SECRET, SECRET_KEYS};

/// Every line of ours, and what the libraries below say when they are asked to explain themselves.
pub const EVERYTHING: &str = "debug,setuplinks=trace";
/// The tests' own tools, which read pages aloud.
const TOOLS: &str = "html5ever=off,selectors=off,chromiumoxide=off,tungstenite=off";

static FOLDER: LazyLock<Option<PathBuf>> =
    LazyLock::new(|| std::env::var_os("SETUPLINKS_TEST_OUTPUT").map(PathBuf::from).filter(|path| path.is_dir()));

/// A file of this process in there.
fn file(name: &str) -> Option<File> {
    let path = FOLDER.as_ref()?.join(format!("{}-{name}", std::process::id()));
    Some(OpenOptions::new().create(true).append(true).open(path).expect("the output can be kept"))
}

/// Adds a line to it at one go: others write there too, and nothing of theirs may come between.
fn keep(name: &str, line: &str) {
    if let Some(mut file) = file(name) {
        file.write_all(format!("{line}\n").as_bytes()).expect("kept");
    }
}

/// Keeps what houses inside this process write, and knows the secrets that every run has.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let Some(log) = file("house.log") else { return };
        let lines =
            tracing_subscriber::fmt().with_env_filter(EnvFilter::new(format!("{EVERYTHING},{TOOLS}"))).with_ansi(false);
        lines.with_writer(Mutex::new(log)).init();
        let (_, key) = SECRET_KEYS.split_once(':').expect("an id and a key");
        let (account, token) = (twilio::ACCOUNT_SID, twilio::AUTH_TOKEN);
        for text in [key, APP_SECRET, token, &STANDARD.encode(format!("{account}:{token}"))] {
            secret(text);
        }
    });
}

/// Keeps a program's log.
pub fn log_of(program: &mut Command) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("program-{}.log", NEXT.fetch_add(1, Ordering::Relaxed));
    if let Some(log) = file(&name) {
        program.env("RUST_LOG", EVERYTHING).stderr(log);
    }
}

/// Keeps what a test has read of a program's log, or what went where a log may be kept.
pub fn logged(text: &str) {
    keep("read.log", text);
}

/// Keeps an answer to what was not done.
pub fn answered(status: u16, body: &str) {
    if status >= 400 {
        keep("refused.answer", body);
    }
}

/// Nothing that is kept may hold this.
pub fn secret(text: &str) {
    known("never.secret", text);
}

/// No log may hold this.
pub fn private(text: &str) {
    known("not-logged.secret", text);
}

fn known(name: &'static str, text: &str) {
    static KNOWN: LazyLock<Mutex<HashSet<(&str, String)>>> = LazyLock::new(Mutex::default);
    // Shorter ones, and words that tests make up, could stand there for something else.
    let is_one = text.len() >= 6
        && text.bytes().any(|byte| byte.is_ascii_digit())
        // What no header may hold is no secret that could have been.
        && !text.chars().any(char::is_control);
    if FOLDER.is_some() && is_one && KNOWN.lock().expect("known").insert((name, text.to_owned())) {
        keep(name, text);
    }
}

/// The secrets in an address: a state, a code, a token.
pub fn secrets_of_address(address: &str) {
    let Ok(url) = Url::parse(address) else { return };
    for (name, value) in url.query_pairs() {
        if ["state", "code", "access_token", "signature"].contains(&&*name) {
            secret(&value);
        }
    }
}

/// The secrets in what a platform sends or gets.
pub fn secrets_of_body(body: &Value) {
    match body {
        Value::Array(all) => all.iter().for_each(secrets_of_body),
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("secret_key" | "access_token" | "auth_token" | "api_key_secret" | "pin", Value::String(text)) => {
                        secret(text);
                    }
                    ("token", Value::String(text)) => private(text),
                    ("headers", Value::Object(headers)) => headers.values().filter_map(Value::as_str).for_each(secret),
                    _ => secrets_of_body(value),
                }
            }
        }
        _ => {}
    }
}

/// What the stand-ins know that nobody else should: codes, tokens and their proofs, PINs; and everybody's number.
pub fn secrets_of_world(world: &World) {
    for call in world.calls() {
        call.token.as_deref().map(secret);
        let fields = call.body.as_object().into_iter().flatten();
        let fields = fields.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        let query = call.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in query.chain(fields) {
            if ["code", "pin", "client_secret", "input_token", "access_token", "appsecret_proof"].contains(&name) {
                secret(value);
            }
        }
    }
    for number in world.numbers() {
        let digits: String = number.display_phone_number.chars().filter(char::is_ascii_digit).collect();
        private(&number.display_phone_number);
        private(&digits);
    }
    for owned in world.twilio().owned() {
        private(owned.phone_number.trim_start_matches('+'));
    }
}
