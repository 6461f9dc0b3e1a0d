//! What a setting's text must be: read it, or say what is allowed.

use std::{net::IpAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use ipnet::IpNet;
use serde_json::Value;
use url::Url;

/// A setting that is missing or malformed: its name, and what is allowed. Never its value.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{name} {problem}")]
pub struct Unusable {
    pub(super) name: &'static str,
    pub(super) problem: String,
}

pub(super) fn unusable(name: &'static str, problem: impl Into<String>) -> Unusable {
    Unusable { name, problem: problem.into() }
}

/// A value, or what the file beside it holds.
pub fn or_file(name: &'static str, value: Option<&String>, file: Option<&PathBuf>) -> Result<Option<String>, Unusable> {
    let value = value.filter(|value| !value.trim().is_empty());
    let file = file.filter(|path| !path.as_os_str().is_empty());
    match (value, file) {
        (Some(_), Some(_)) => Err(unusable(name, format!("and {name}_FILE are both set; set one of them"))),
        (Some(value), None) => Ok(Some(value.clone())),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path)
                .map_err(|e| unusable(name, format!("cannot be read from the file {}: {e}", path.display())))?;
            // Unlike an empty variable, nobody means "none" by a file: a default in its place would go unnoticed.
            if text.trim().is_empty() {
                return Err(unusable(name, format!("cannot be read from the file {}: it is empty", path.display())));
            }
            Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
        (None, None) => Ok(None),
    }
}

pub(crate) fn or_default<'a>(value: &'a str, default: &'a str) -> &'a str {
    if value.trim().is_empty() { default } else { value }
}

pub(super) fn required(name: &'static str, value: Option<String>, hint: &str) -> Result<String, Unusable> {
    value.filter(|value| !value.trim().is_empty()).ok_or_else(|| unusable(name, format!("is required: {hint}")))
}

pub(super) fn base(name: &'static str, text: &str) -> Result<Url, Unusable> {
    let allowed = || unusable(name, "must be an absolute http or https URL without a query");
    let url = Url::parse(text).map_err(|_| allowed())?;
    let is_base = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    if is_base { Ok(url) } else { Err(allowed()) }
}

pub(super) fn nets(name: &'static str, text: &str) -> Result<Vec<IpNet>, Unusable> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let net = |part: &str| part.parse().ok().or_else(|| part.parse::<IpAddr>().ok().map(IpNet::from));
    let nets: Option<Vec<IpNet>> = parts.map(net).collect();
    nets.ok_or_else(|| unusable(name, "must be addresses or ranges such as 10.1.0.0/16, comma separated"))
}

pub(super) fn rate(name: &'static str, text: &str) -> Result<NonZeroU32, Unusable> {
    let calls = text.trim().parse().ok().filter(|calls: &NonZeroU32| calls.get() <= 1_000_000);
    calls.ok_or_else(|| unusable(name, "must be a whole number from 1 to 1000000"))
}

pub(super) fn days(name: &'static str, text: &str, most: u64) -> Result<Duration, Unusable> {
    let days = text.trim().parse().ok().filter(|days| (1..=most).contains(days));
    let days: u64 = days.ok_or_else(|| unusable(name, format!("must be a whole number of days from 1 to {most}")))?;
    Ok(Duration::from_secs(days * 24 * 60 * 60))
}

pub(super) fn extras(name: &'static str, text: &str) -> Result<String, Unusable> {
    match serde_json::from_str::<Value>(text) {
        Ok(value @ Value::Object(_)) => Ok(value.to_string()),
        _ => Err(unusable(name, "must be a JSON object")),
    }
}

pub(super) fn id(name: &'static str, value: Option<String>, hint: &str) -> Result<String, Unusable> {
    let value = required(name, value, hint)?;
    let is_id = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if is_id { Ok(value) } else { Err(unusable(name, "must be an id: letters, digits, '-' and '_'")) }
}
