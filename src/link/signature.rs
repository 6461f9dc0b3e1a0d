//! The signature of a redirect: what a platform holds the parameters of a landing against (`docs/redirects.md`).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::form_urlencoded;

use super::redirect::with_parameters;
use crate::{
    clock::{Timestamp, random},
    seal::hmac_sha256,
};

/// What a redirect secret begins with.
const PREFIX: &str = "rdsec_";

/// The names that version 1 of the signature covers, sorted. Verifiers have the same list, so it never changes.
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

/// A new redirect secret: `rdsec_` and base64 of 32 bytes.
#[must_use]
pub fn new_secret() -> String {
    format!("{PREFIX}{}", STANDARD.encode(random::<32>()))
}

/// `base` with `parameters`, the time and a signature under each of `secrets` in its query. The platform's own
/// parameters stay; one of a name that is covered is signed with ours.
#[must_use]
pub fn signed(base: &str, parameters: &[(&str, &str)], secrets: &[&str], at: Timestamp) -> String {
    let iat = at.0.div_euclid(1000).to_string();
    let timed: Vec<(&str, &str)> = parameters.iter().copied().chain([("iat", iat.as_str())]).collect();
    let url = with_parameters(base, &timed);
    let message = canonical(url.split_once('?').map_or("", |(_, query)| query));
    let sign = |secret: &&str| format!("v1,{}", STANDARD.encode(hmac_sha256(&key(secret), message.as_bytes())));
    let signatures: Vec<String> = secrets.iter().map(sign).collect();
    with_parameters(&url, &[("sig", &signatures.join(" "))])
}

/// The covered parameters of a query: sorted, everything but unreserved characters (RFC 3986) percent-encoded, so that
/// no value can look like another parameter.
fn canonical(query: &str) -> String {
    let mut pairs: Vec<String> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| COVERED.contains(&name.as_ref()))
        .map(|(name, value)| format!("{name}={}", percent_encoded(&value)))
        .collect();
    pairs.sort_unstable();
    pairs.join("&")
}

fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// The bytes that a secret's base64 stands for.
fn key(secret: &str) -> Vec<u8> {
    let decoded = secret.strip_prefix(PREFIX).and_then(|encoded| STANDARD.decode(encoded).ok());
    decoded.unwrap_or_else(|| secret.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_canonical_form_is_sorted_and_no_value_can_look_like_a_parameter() {
        assert_eq!(canonical("status=completed&x=1&iat=7&setup%5Flink_id=a"), "iat=7&setup_link_id=a&status=completed");
        assert_eq!(
            canonical("state=a%26status%3Dcompleted%0A+%2B~&iat=7"),
            "iat=7&state=a%26status%3Dcompleted%0A%20%2B~"
        );
        assert_eq!(canonical("state=%C3%BC!'()*"), "state=%C3%BC%21%27%28%29%2A");
        assert!(COVERED.is_sorted());
    }

    #[test]
    fn a_redirect_is_signed_as_the_published_vectors_say() {
        let vectors: Value = serde_json::from_str(include_str!("../../docs/verify/vectors.json")).unwrap();
        let made = vectors["made"].as_array().unwrap();
        assert!(!made.is_empty());
        for vector in made {
            let text = |name: &str| vector[name].as_str().unwrap();
            let pairs = vector["parameters"].as_array().unwrap();
            let parameters: Vec<_> = pairs.iter().map(|p| (p[0].as_str().unwrap(), p[1].as_str().unwrap())).collect();
            let secrets: Vec<_> = vector["secrets"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
            let at = Timestamp(vector["iat"].as_i64().unwrap() * 1000 + 999);
            let url = signed(text("base"), &parameters, &secrets, at);
            assert_eq!(url, text("url"), "{}", text("name"));
            assert_eq!(canonical(url.split_once('?').unwrap().1), text("canonical"), "{}", text("name"));
        }
    }

    #[test]
    fn secrets_differ_and_hold_256_bits() {
        let secret = new_secret();
        assert_ne!(secret, new_secret());
        assert_eq!(key(&secret).len(), 32);
    }
}
