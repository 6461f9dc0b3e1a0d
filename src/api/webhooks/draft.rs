//! Reading what a platform chooses for a webhook, over what it is.

use axum::http::HeaderName;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::shape::PayloadVersion;
use crate::{
    api::fields::{Fields, Given},
    app::App,
    event::Name,
    webhook::{Buffering, Kind},
};

/// Every field that may stand in the envelope.
pub(super) const KNOWN: &[&str] = &[
    "url",
    "kind",
    "events",
    "active",
    "secret_key",
    "headers",
    "payload_version",
    "phone_number_id",
    "buffer_enabled",
    "buffer_window_seconds",
    "max_buffer_size",
    "buffer_events",
    "inactivity_minutes",
];

/// How many headers of the receiver's own there may be, and how long a name and a value.
pub(super) const MOST_HEADERS: usize = 20;
const LONGEST_NAME: usize = 64;
pub(super) const LONGEST_HEADER: usize = 1024;

/// Headers that are ours to set, or the connection's.
const RESERVED: &[&str] = &[
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "expect",
    "te",
    "upgrade",
    "trailer",
];

/// What a request may say of a webhook, read over what it is.
pub(super) struct Draft {
    pub url: String,
    pub kind: Kind,
    pub events: Vec<Name>,
    pub active: bool,
    pub headers: Map<String, Value>,
    pub buffering: Buffering,
    pub secret: Option<String>,
}

impl Draft {
    pub fn read(&mut self, fields: &mut Fields, app: &App) {
        let url = fields.field("url", |value| {
            let text = value.as_str().ok_or("must be an absolute https URL")?;
            app.guard.check(text)?;
            Ok(text.to_owned())
        });
        match url {
            Given::Value(url) => self.url = url,
            Given::Null => fields.refuse("url", "must be an absolute https URL"),
            Given::Absent => {}
        }
        fields.one_of("kind", "kapso, meta", Kind::parse).put(&mut self.kind, Kind::Kapso);
        let events = fields.list("events", 50, |value| {
            let name = value.as_str().unwrap_or_default();
            Name::parse(name).ok_or_else(|| format!("names an event that there is not: {name:?}"))
        });
        events.put(&mut self.events, Vec::new());
        fields.boolean("active").put(&mut self.active, true);
        fields.field("headers", headers).put(&mut self.headers, Map::new());
        self.secret = fields.field("secret_key", secret).value();
        let _ = fields.one_of("payload_version", "v2", PayloadVersion::parse);
        self.read_buffering(fields);
    }

    fn read_buffering(&mut self, fields: &mut Fields) {
        let buffering = &mut self.buffering;
        let number = |value: &Value| {
            whole(value).filter(|number| *number > 0).ok_or_else(|| "must be a whole number above 0".to_owned())
        };
        fields.boolean("buffer_enabled").put(&mut buffering.enabled, false);
        fields.field("buffer_window_seconds", number).put_option(&mut buffering.window_seconds);
        fields.field("max_buffer_size", number).put_option(&mut buffering.max_size);
        fields.field("inactivity_minutes", number).put_option(&mut buffering.inactivity_minutes);
        let events = fields.list("buffer_events", 50, |value| {
            value.as_str().map(str::to_owned).ok_or_else(|| "must be a list of event names".to_owned())
        });
        events.put(&mut buffering.events, Vec::new());
    }
}

/// A whole number; some languages write theirs as `5.0`, which JSON holds for the same.
fn whole(value: &Value) -> Option<u32> {
    let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole and within")]
    (0.0..=f64::from(u32::MAX)).contains(&number).then_some(number as u32)
}

/// A secret of the platform's own, to the letter: blanks at its ends are part of it.
fn secret(value: &Value) -> Result<String, String> {
    let text = value.as_str().filter(|text| (8..=255).contains(&text.chars().count()));
    let plain = text.filter(|text| !text.contains(|c: char| c.is_control()));
    let plain = plain.ok_or("must be text of 8 to 255 characters")?;
    // A Standard Webhooks library decodes what stands behind the prefix.
    let is_whole = plain.strip_prefix("whsec_").is_none_or(|rest| STANDARD.decode(rest).is_ok());
    if is_whole { Ok(plain.to_owned()) } else { Err("must have base64 behind whsec_".to_owned()) }
}

/// A header's value that every receiver reads alike: visible ASCII, blanks and tabs.
fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST_HEADER && text.bytes().all(|b| matches!(b, b'\t' | 0x20..=0x7e))
}

/// The receiver's own headers: an object of strings that can be sent.
fn headers(value: &Value) -> Result<Map<String, Value>, String> {
    let object = value
        .as_object()
        .filter(|object| object.len() <= MOST_HEADERS)
        .ok_or("must be an object of at most 20 headers")?;
    for (name, value) in object {
        let is_short = name.len() <= LONGEST_NAME;
        let is_name = HeaderName::try_from(name.as_str()).is_ok_and(|name| !RESERVED.contains(&name.as_str()));
        let is_value = value.as_str().is_some_and(is_plain);
        if !is_short || !is_name || !is_value {
            return Err(format!("has a header that cannot be sent: {name:?}"));
        }
    }
    Ok(object.clone())
}
