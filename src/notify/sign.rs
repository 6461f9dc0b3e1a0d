//! Signatures of deliveries: the published scheme and Standard Webhooks 1.0, side by side in every request.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    clock::{Timestamp, random},
    seal::{hmac_sha256, hmac_sha256_hex},
};

/// A new secret, as any Standard Webhooks library takes it: `whsec_` and base64 of 32 bytes.
#[must_use]
pub fn new_secret() -> String {
    format!("whsec_{}", STANDARD.encode(random::<32>()))
}

/// `X-Webhook-Signature`: lower-case hexadecimal HMAC-SHA256 of the raw body under the secret as it is written.
#[must_use]
pub fn published(secret: &str, body: &str) -> String {
    hmac_sha256_hex(secret, body)
}

/// `webhook-signature`: `v1,` and base64 of the HMAC-SHA256 of `id.timestamp.body`, once for every secret.
#[must_use]
pub fn standard(secrets: &[&str], id: &str, at: Timestamp, body: &str) -> String {
    let message = format!("{id}.{}.{body}", seconds(at));
    let sign = |secret: &&str| format!("v1,{}", STANDARD.encode(hmac_sha256(&key(secret), message.as_bytes())));
    secrets.iter().map(sign).collect::<Vec<_>>().join(" ")
}

/// `webhook-timestamp`: whole seconds since 1970.
#[must_use]
pub fn seconds(at: Timestamp) -> i64 {
    at.0 / 1000
}

/// The bytes a secret stands for: those in its base64, or the text of a secret of the platform's own.
fn key(secret: &str) -> Vec<u8> {
    let encoded = secret.strip_prefix("whsec_").and_then(|rest| STANDARD.decode(rest).ok());
    encoded.unwrap_or_else(|| secret.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_signature_is_that_of_the_specification() {
        // The example of the Standard Webhooks specification's reference libraries.
        let signed = standard(
            &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Timestamp(1_614_265_330_000),
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_secrets_give_two_signatures() {
        let signed = standard(&["whsec_AAAA", "plain text"], "id", Timestamp(0), "{}");
        assert_eq!(signed.split(' ').count(), 2);
        assert!(new_secret().starts_with("whsec_") && new_secret() != new_secret());
    }
}
