//! What Meta sends us unasked: whether it is Meta's, and handing it on as it came.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::{Failure, Meta, graph::unreachable_because};
use crate::seal::digest;

/// The header that has Meta's signature.
pub const SIGNATURE: &str = "x-hub-signature-256";

/// What the operator configured about listening.
#[derive(Clone, Debug, Default)]
pub struct Listening {
    /// What Meta shows when somebody enters our address in the App Dashboard.
    pub verify_token: Option<SecretString>,
    /// Where everything that Meta sends is handed on to.
    pub forward_to: Option<Url>,
    /// The token of a system user of the business that owns the app, by which other businesses' tokens are fetched.
    pub system_token: Option<SecretString>,
}

impl Listening {
    /// Whether `token` is the one that was set, in a time that does not tell how much of it fits; `None` when none was.
    #[must_use]
    pub fn knows(&self, token: &str) -> Option<bool> {
        let set = self.verify_token.as_ref()?;
        Some(verify_slices_are_equal(&digest(set.expose_secret()), &digest(token)).is_ok())
    }
}

impl Meta {
    /// The app's id.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.settings.app_id
    }

    /// Whether `signature` (`sha256=` and hexadecimal digits) is Meta's over these very bytes.
    #[must_use]
    pub fn has_signed(&self, body: &[u8], signature: &str) -> bool {
        let Some(tag) = signature.strip_prefix("sha256=").and_then(unhex) else { return false };
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.settings.app_secret.expose_secret().as_bytes());
        hmac::verify(&key, body, &tag).is_ok()
    }

    /// The token that a business has granted to the app: fetched, and not made anew (Meta's documentation of hosted Embedded
    /// Signup).
    pub async fn business_token(&self, business: &str, system: &SecretString) -> Result<SecretString, Failure> {
        let body = json!({"fetch_only": true});
        let answer = self.post(&[business, "system_user_access_tokens"], Some(&body), system).await?;
        let token = answer.get("access_token").and_then(Value::as_str).ok_or(Failure::incomplete())?;
        Ok(token.to_owned().into())
    }

    /// Hands on what Meta sent, to an address that the operator chose: it may lead inside, and no token goes with it.
    pub async fn hand_on(&self, to: &Url, body: String, signature: &str) -> Result<(), Failure> {
        let request = self.http.post(to.clone()).header(CONTENT_TYPE, "application/json").header(SIGNATURE, signature);
        let answer = request.body(body).send().await.map_err(|e| unreachable_because(&e))?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(Failure::Garbled { status: status.as_u16(), wait: None }) }
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    if is_hex { (0..64).step_by(2).map(byte).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verify_token_is_the_whole_of_it() {
        let set = Listening { verify_token: Some("open sesame".into()), ..Listening::default() };
        assert_eq!(set.knows("open sesame"), Some(true));
        for wrong in ["", "open", "open sesame!", "OPEN SESAME"] {
            assert_eq!(set.knows(wrong), Some(false), "{wrong}");
        }
        assert_eq!(Listening::default().knows(""), None);
    }

    #[test]
    fn a_signature_is_sixty_four_digits() {
        assert_eq!(unhex(&"0f".repeat(32)), Some(vec![15; 32]));
        for wrong in ["", "0f", &"0g".repeat(32), &"é".repeat(32), &"+f".repeat(32)] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }
}
