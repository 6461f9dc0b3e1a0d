//! A request to Twilio, taken apart.

use axum::http::{HeaderMap, Method, Uri, header};
use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::sandbox::ask::pairs;

/// A request.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) name: &'static str,
    pub(super) account: String,
    /// What stands last in the path: a country and a type, or a SID.
    pub(super) of: Vec<String>,
    pub(super) fields: Vec<(String, String)>,
    /// User and password.
    pub(super) credentials: Option<(String, String)>,
    /// Whether a POST said that its body is a form.
    pub(super) is_form: bool,
    pub(super) path: String,
}

impl Ask {
    pub(super) fn read(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Self {
        let segments: Vec<String> = uri.path().trim_start_matches('/').split('/').map(str::to_owned).collect();
        let (mut name, account, of) = known(method, &segments);
        let others = [Method::GET, Method::POST, Method::DELETE];
        if name == "unknown" && others.iter().any(|other| known(other, &segments).0 != "unknown") {
            name = "not allowed";
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = text(header::CONTENT_TYPE).starts_with("application/x-www-form-urlencoded");
        let fields =
            if method == Method::POST { pairs(body) } else { pairs(uri.query().unwrap_or_default().as_bytes()) };
        Self {
            name,
            account,
            of,
            fields,
            credentials: basic(text(header::AUTHORIZATION)),
            is_form,
            path: uri.path().to_owned(),
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn last(&self, at: usize) -> &str {
        self.of.get(at).map_or("", String::as_str)
    }
}

fn basic(header: &str) -> Option<(String, String)> {
    let decoded = BASE64_STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// What a path is, by the names that tests use; `unknown` for what Twilio does not have.
fn known(method: &Method, segments: &[String]) -> (&'static str, String, Vec<String>) {
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let bare = |text: &str| text.trim_end_matches(".json").to_owned();
    let (is_get, is_post) = (method == Method::GET, method == Method::POST);
    let is_delete = method == Method::DELETE;
    let unknown = ("unknown", String::new(), Vec::new());
    match segments.as_slice() {
        ["2010-04-01", "Accounts", rest @ ..] => {
            let Some((account, rest)) = rest.split_first() else { return unknown };
            let is_json = segments.last().is_some_and(|last| last.strip_suffix(".json").is_some());
            let named = |name, of: Vec<String>| (name, bare(account), of);
            match rest {
                [] if is_get && is_json => named("account", vec![]),
                ["AvailablePhoneNumbers", country] if is_get && is_json => named("types", vec![bare(country)]),
                ["AvailablePhoneNumbers", country, kind] if is_get && is_json => {
                    named("search", vec![(*country).to_owned(), bare(kind)])
                }
                ["IncomingPhoneNumbers.json"] if is_post => named("buy", vec![]),
                ["IncomingPhoneNumbers.json"] if is_get => named("numbers", vec![]),
                ["IncomingPhoneNumbers", sid] if is_get && is_json => named("number", vec![bare(sid)]),
                ["IncomingPhoneNumbers", sid] if is_post && is_json => named("update", vec![bare(sid)]),
                ["IncomingPhoneNumbers", sid] if is_delete && is_json => named("release", vec![bare(sid)]),
                ["Messages.json"] if is_get => named("messages", vec![]),
                ["Recordings.json"] if is_get => named("recordings", vec![]),
                ["Recordings", sid, "Transcriptions.json"] if is_get => {
                    named("transcriptions", vec![(*sid).to_owned()])
                }
                ["Recordings", recording, "Transcriptions", sid] if is_delete && is_json => {
                    named("transcription_delete", vec![(*recording).to_owned(), bare(sid)])
                }
                ["Recordings", sid] if is_get => named("recording", vec![(*sid).to_owned()]),
                ["Recordings", sid] if is_delete && is_json => named("recording_delete", vec![bare(sid)]),
                _ => unknown,
            }
        }
        ["v2", "RegulatoryCompliance", "Regulations"] if is_get => ("regulations", String::new(), Vec::new()),
        ["v2", "RegulatoryCompliance", "Bundles", sid] if is_get => ("bundle", String::new(), vec![(*sid).to_owned()]),
        ["v1", "PhoneNumbers", "Countries", country] if is_get => {
            ("prices", String::new(), vec![(*country).to_owned()])
        }
        _ => unknown,
    }
}
