//! What reaches a number: whether it was Twilio who told us, and what we can still ask for when nobody did.

use std::collections::BTreeSet;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use url::Url;

use super::{Account, Failure, Twilio, is_sid};
use crate::clock::Timestamp;

/// Where a house is told of messages.
pub const SMS: &str = "/twilio/sms";
/// Where a house is told of calls.
pub const VOICE: &str = "/twilio/voice";

/// A message as the account's list of them has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Twilio's id of it.
    pub sid: String,
    /// Who sent it: a number, a short code or a name.
    pub from: String,
    /// What it says.
    pub body: String,
    /// When it came; Twilio tells whole seconds.
    pub at: Timestamp,
}

/// Whether `signature` is Twilio's over a form that was posted to `url` (Twilio's documentation of webhook security).
///
/// All parameters count, also those that we do not know. Twilio's back ends differ in whether the port is part of it.
#[must_use]
pub fn is_signed(token: &SecretString, url: &str, form: &[(String, String)], signature: &str) -> bool {
    let Ok(tag) = STANDARD.decode(signature) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.expose_secret().as_bytes());
    let form = canonical(form);
    // Compared in constant time, and every spelling is, whichever of them fits.
    spellings(url)
        .iter()
        .fold(false, |found, url| found | hmac::verify(&key, format!("{url}{form}").as_bytes(), &tag).is_ok())
}

/// Twilio's signature over a form that is posted to `url`.
#[must_use]
pub fn sign(token: &SecretString, url: &str, form: &[(String, String)]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.expose_secret().as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{url}{}", canonical(form)).as_bytes()))
}

/// Names in order, each with its values: without repeats, in order, nothing between and nothing trimmed. The order is that
/// of UTF-16, as Twilio's libraries have it: characters above U+FFFF come before those at the end of the others.
fn canonical(form: &[(String, String)]) -> String {
    let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    let sorted: BTreeSet<_> = form.iter().map(|(name, value)| ((units(name), units(value)), (name, value))).collect();
    sorted.iter().flat_map(|(_, (name, value))| [name.as_str(), value.as_str()]).collect()
}

/// The URL as it is, and with its port left out or spelled out.
fn spellings(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    if let Some((scheme, rest)) = text.split_once("://") {
        let (authority, path) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
        let port = if scheme == "https" { 443 } else { 80 };
        // The colons of an IPv6 address stand before its bracket.
        let spelled = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        all.push(match spelled {
            Some((host, _)) => format!("{scheme}://{host}{path}"),
            None => format!("{scheme}://{authority}:{port}{path}"),
        });
    }
    all
}

impl Twilio {
    /// What was sent to a number since a moment, newest first: for when no webhook came.
    pub async fn messages_to(
        &self,
        account: &Account,
        phone_number: &str,
        since: Timestamp,
    ) -> Result<Vec<Message>, Failure> {
        let mut url = self.of_account(account, &["Messages"]);
        url.query_pairs_mut()
            .append_pair("To", phone_number)
            // The description says a time and the documentation a day: the first moment of the day is both.
            .append_pair("DateSent>", &format!("{}T00:00:00Z", &since.rfc3339()[..10]))
            .append_pair("PageSize", "20");
        let body = self.get(account, url).await?;
        let list =
            body.get("messages").and_then(Value::as_array).ok_or(Failure::Unreachable("no list in the answer"))?;
        let whole_second = since.0 - since.0.rem_euclid(1000);
        Ok(list.iter().filter_map(message).filter(|message| message.at.0 >= whole_second).collect())
    }

    /// A call, as it was recorded.
    pub async fn recording(&self, account: &Account, sid: &str) -> Result<Vec<u8>, Failure> {
        let url = self.of_account(account, &["Recordings", sid]);
        let sound = url.as_str().replace(".json", ".mp3");
        self.fetch(account, Url::parse(&sound).map_err(|_| Failure::Unreachable("no address"))?).await
    }

    /// The recordings of a call.
    pub async fn recordings_of(&self, account: &Account, call: &str) -> Result<Vec<String>, Failure> {
        let mut url = self.of_account(account, &["Recordings"]);
        url.query_pairs_mut().append_pair("CallSid", call).append_pair("PageSize", "50");
        sids(&self.get(account, url).await?, "recordings", "RE")
    }

    /// The transcriptions of a recording; none of one that is gone.
    pub async fn transcriptions_of(&self, account: &Account, recording: &str) -> Result<Vec<String>, Failure> {
        match self.get(account, self.of_account(account, &["Recordings", recording, "Transcriptions"])).await {
            Ok(body) => sids(&body, "transcriptions", "TR"),
            Err(failure) if failure.is_missing() => Ok(Vec::new()),
            Err(failure) => Err(failure),
        }
    }

    /// Has a transcription forgotten.
    pub async fn forget_transcription(&self, account: &Account, recording: &str, sid: &str) -> Result<(), Failure> {
        unless_missing(
            self.delete(account, self.of_account(account, &["Recordings", recording, "Transcriptions", sid])).await,
        )
    }

    /// Has a recording forgotten.
    pub async fn forget_recording(&self, account: &Account, sid: &str) -> Result<(), Failure> {
        unless_missing(self.delete(account, self.of_account(account, &["Recordings", sid])).await)
    }
}

/// What is not there any more has been forgotten.
fn unless_missing(forgotten: Result<(), Failure>) -> Result<(), Failure> {
    match forgotten {
        Err(failure) if failure.is_missing() => Ok(()),
        forgotten => forgotten,
    }
}

/// Whether that is a recording's id.
#[must_use]
pub fn is_recording(sid: &str) -> bool {
    is_sid(sid, "RE")
}

/// Whether that is a call's id.
#[must_use]
pub fn is_call(sid: &str) -> bool {
    is_sid(sid, "CA")
}

fn sids(body: &Value, list: &str, kind: &str) -> Result<Vec<String>, Failure> {
    let list = body.get(list).and_then(Value::as_array).ok_or(Failure::Unreachable("no list in the answer"))?;
    let sid = |entry: &Value| entry.get("sid")?.as_str().filter(|sid| is_sid(sid, kind)).map(str::to_owned);
    Ok(list.iter().filter_map(sid).collect())
}

fn message(value: &Value) -> Option<Message> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let at = ["date_sent", "date_created"].into_iter().find_map(|name| moment(text(name)?))?;
    let is_inbound = text("direction").is_none_or(|direction| direction == "inbound");
    is_inbound.then(|| Message {
        sid: text("sid").unwrap_or_default().to_owned(),
        from: text("from").unwrap_or_default().to_owned(),
        body: text("body").unwrap_or_default().to_owned(),
        at,
    })
}

/// `Thu, 30 Jul 2015 23:19:04 +0000`, as this API writes times.
fn moment(text: &str) -> Option<Timestamp> {
    let at = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_signed_by_12345(url: &str, form: &[(&str, &str)], signature: &str) -> bool {
        let form: Vec<_> = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        is_signed(&"12345".into(), url, &form, signature)
    }

    type Form<'a> = &'a [(&'a str, &'a str)];

    /// Made by Twilio's own library for Node, version 6.2.0.
    #[test]
    fn what_twilio_s_own_library_signs_is_signed() {
        let call = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ];
        let text = [
            ("Body", "Your WhatsApp code is 123-456"),
            ("From", "+12025550143"),
            ("MessageSid", "SM00000000000000000000000000000001"),
            ("To", "+15005550006"),
        ];
        let vectors: [(&str, Form<'_>, &str); 7] = [
            ("https://example.com/myapp.php?foo=1&bar=2", &call, "9pyy2ZSJda9ihJ1NNXPXtY4oV2Y="),
            ("https://example.com/hooks/twilio/sms", &text, "CP/Z17CnskxTMJRotL1eAYz+Zcg="),
            (
                "https://example.com/hooks/twilio/sms?n=1",
                &[("A", "1"), ("Body", "a b")],
                "h3Kv9Bwy+yxcQ3B6m4KqeQj54KA=",
            ),
            (
                "https://example.com/h",
                &[("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "a")],
                "b5e/WI2CABzihLokgw/LP8Ou7Ew=",
            ),
            ("https://example.com/h", &[("A", "1")], "5RL3IhU5KCSu6KqxrC1hQYzlqhg="),
            // The same, signed with the port in it.
            ("https://example.com/h", &[("A", "1")], "9EAp/JTAGbnw3ya7mTTqMP4sMjs="),
            ("https://example.com/h", &[("Body", "Código 123-456 ñ")], "Oyt+LZz0yNkuf63ONavwaEdXng0="),
        ];
        for (url, form, signature) in vectors {
            assert!(is_signed_by_12345(url, form, signature), "{url} {signature}");
            let mut reversed = form.to_vec();
            reversed.reverse();
            assert!(is_signed_by_12345(url, &reversed, signature), "the order on the wire is nothing: {signature}");
            let mut more = form.to_vec();
            more.push(("New", ""));
            assert!(!is_signed_by_12345(url, &more, signature), "every parameter counts: {signature}");
        }
        assert!(is_signed_by_12345("https://example.com:443/h", &[("A", "1")], "5RL3IhU5KCSu6KqxrC1hQYzlqhg="));
    }

    #[test]
    fn what_is_not_signed_is_not() {
        let good = "5RL3IhU5KCSu6KqxrC1hQYzlqhg=";
        for (url, form, signature) in [
            ("https://example.com/h", [("A", "2")], good),
            ("https://example.com/H", [("A", "1")], good),
            ("http://example.com/h", [("A", "1")], good),
            ("https://example.com:8443/x", [("A", "1")], good),
            ("https://example.com/h", [("A", "1")], ""),
            ("https://example.com/h", [("A", "1")], "5RL3IhU5KCSu6KqxrC1hQYzlqhg"),
            ("https://example.com/h", [("A", " 1")], good),
        ] {
            assert!(!is_signed_by_12345(url, &form, signature), "{url} {signature}");
        }
    }

    #[test]
    fn times_are_read_as_this_api_writes_them() {
        assert_eq!(moment("Thu, 30 Jul 2015 23:19:04 +0000"), Timestamp::parse("2015-07-30T23:19:04Z"));
        assert_eq!(moment("2015-07-30"), None);
    }
}
