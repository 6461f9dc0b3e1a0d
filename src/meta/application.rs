//! The app itself, as `setuplinks doctor` and a number's health ask for it.

use reqwest::header::DATE;
use serde_json::Value;

use super::{Meta, failure::Failure, graph::unreachable_because};
use crate::clock::Timestamp;

/// The webhook fields that a platform's numbers need (Meta's documentation of webhooks, and of business app users).
pub const FIELDS: &[&str] = &["account_update", "history", "messages", "smb_app_state_sync", "smb_message_echoes"];

/// The first moment at which a version does not answer any more (Meta's changelog, November 2026).
const ENDS: &[(&str, &str)] = &[
    ("v20.0", "2026-09-24"),
    ("v21.0", "2027-01-21"),
    ("v22.0", "2027-05-20"),
    ("v23.0", "2027-10-08"),
    ("v24.0", "2028-02-18"),
    ("v25.0", "2028-07-29"),
];

/// What a call without a token shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Whether the configured version is one that Meta has.
    pub knows_version: bool,
    /// Meta's clock.
    pub date: Option<Timestamp>,
}

/// The app's webhook for WhatsApp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribed {
    /// Where Meta sends to.
    pub callback_url: String,
    /// Whether it does.
    pub is_active: bool,
    /// What it sends.
    pub fields: Vec<String>,
}

fn ends(version: &str) -> Option<Timestamp> {
    if let Some((_, end)) = ENDS.iter().find(|(known, _)| *known == version) {
        return Timestamp::parse(end);
    }
    let major = |version: &str| version.trim_start_matches('v').split('.').next()?.parse::<u32>().ok();
    let (oldest, end) = ENDS.first()?;
    // Older than the oldest of the table: ended before it.
    (major(version)? < major(oldest)?).then(|| Timestamp::parse(end)).flatten()
}

impl Meta {
    /// The configured version of the Graph API.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.settings.graph_version
    }

    /// When the configured version ends; `None` for one without an end that is known.
    #[must_use]
    pub fn version_ends(&self) -> Option<Timestamp> {
        ends(self.version())
    }

    /// The `extras` of the dialog: the setting's name, its value, and whether it is that of coexistence.
    #[must_use]
    pub fn extras(&self) -> [(&'static str, Value, bool); 2] {
        let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
        [
            ("META_EXTRAS_COEXISTENCE", read(&self.settings.extras_coexistence), true),
            ("META_EXTRAS_DEDICATED", read(&self.settings.extras_dedicated), false),
        ]
    }

    /// Calls without a token: an existing version asks for one, another is an unknown path (both code 2500).
    pub async fn probe(&self) -> Result<Probe, Failure> {
        let answer = self.http.get(self.address(&["me"])).send().await.map_err(|e| unreachable_because(&e))?;
        let date = answer.headers().get(DATE).and_then(|value| value.to_str().ok()).and_then(Timestamp::parse_http);
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.map_err(|_| Failure::Garbled { status, wait: None })?;
        let message = body.get("error").and_then(|error| error.get("message")).and_then(Value::as_str);
        let message = message.ok_or(Failure::Garbled { status, wait: None })?;
        Ok(Probe { knows_version: !message.contains("Unknown path components"), date })
    }

    /// The app's name, which only its own id and secret open.
    pub async fn application(&self) -> Result<String, Failure> {
        let body = self.get(&[&self.settings.app_id], &[("fields", "id,name")], &self.app_token()).await?;
        body.get("name").and_then(Value::as_str).map(str::to_owned).ok_or(Failure::incomplete())
    }

    /// The app's webhook for WhatsApp; `None` when it has none.
    pub async fn subscriptions(&self) -> Result<Option<Subscribed>, Failure> {
        let body = self.get(&[&self.settings.app_id, "subscriptions"], &[], &self.app_token()).await?;
        let all = body.get("data").and_then(Value::as_array).ok_or(Failure::incomplete())?;
        let of_whatsapp =
            |entry: &&Value| entry.get("object").and_then(Value::as_str) == Some("whatsapp_business_account");
        Ok(all.iter().find(of_whatsapp).map(|entry| Subscribed {
            callback_url: entry.get("callback_url").and_then(Value::as_str).unwrap_or_default().to_owned(),
            is_active: entry.get("active").and_then(Value::as_bool).unwrap_or(true),
            fields: entry
                .get("fields")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                // Names alone in old versions, objects with a version in new ones.
                .filter_map(|field| field.as_str().or_else(|| field.get("name")?.as_str()).map(str::to_owned))
                .collect(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_version_is_known_where_meta_named_one() {
        let ends = |version: &str| ends(version).map(|end| end.rfc3339()[..10].to_owned());
        assert_eq!(ends("v21.0").as_deref(), Some("2027-01-21"));
        assert_eq!(ends("v3.1").as_deref(), Some("2026-09-24"), "older than the oldest of the table");
        assert_eq!(ends("v26.0"), None);
        assert_eq!(ends("v30.0"), None);
    }
}
