//! Verifies a signed redirect of Setuplinks. Needs the crates `url`, `base64` and `aws-lc-rs` (or `ring`, whose
//! `hmac` is the same).

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::form_urlencoded;

const COVERED: &[&str] = &[
    "business_account_id",
    "display_phone_number",
    "error_code",
    "iat",
    "phone_number_id",
    "provisioned_phone_number_id",
    "setup_link_id",
    "state",
    "status",
    "whatsapp_config_id",
];

/// Why a redirect is not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A signed parameter is there twice.
    Repeated,
    /// There is no signature, or no time.
    Unsigned,
    /// No signature is right.
    Forged,
    /// It is older than the tolerance, or from the future.
    Stale,
}

/// The signed parameters of the URL that a customer landed on (whole, or path and query).
///
/// `secret` is the project's `redirect_secret` (`rdsec_…`), `now` seconds since 1970, `tolerance` the age in seconds
/// that a redirect may have (300 is a good one).
///
/// # Errors
/// Why it is not to be trusted.
pub fn verify_redirect(url: &str, secret: &str, now: i64, tolerance: u64) -> Result<BTreeMap<String, String>, Refused> {
    let query = url.split('#').next().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
    let mut signed = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        let is_ours = name == "sig" || COVERED.contains(&name.as_str());
        if is_ours && signed.insert(name, value).is_some() {
            return Err(Refused::Repeated);
        }
    }
    let signatures = signed.remove("sig").unwrap_or_default();
    let iat: i64 = signed.get("iat").and_then(|iat| iat.parse().ok()).ok_or(Refused::Unsigned)?;
    if signatures.is_empty() {
        return Err(Refused::Unsigned);
    }

    // A BTreeMap is sorted already.
    let pairs: Vec<String> = signed.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let canonical = pairs.join("&");
    let key = STANDARD.decode(secret.trim_start_matches("rdsec_")).map_err(|_| Refused::Forged)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    // Two signatures stand there for a day after the secret was rotated. Compares in constant time.
    let is_right = |signature: &str| {
        let tag = signature.strip_prefix("v1,").and_then(|tag| STANDARD.decode(tag).ok());
        tag.is_some_and(|tag| hmac::verify(&key, canonical.as_bytes(), &tag).is_ok())
    };
    if !signatures.split(' ').any(is_right) {
        return Err(Refused::Forged);
    }
    if now.abs_diff(iat) > tolerance {
        return Err(Refused::Stale);
    }
    Ok(signed)
}

/// RFC 3986: everything but unreserved characters.
fn encode(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}
