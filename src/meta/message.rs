//! The message by which Embedded Signup tells the page that opened it what was chosen, or where it was left.
//!
//! It is the browser's word and nobody's signature is on it: what is read here are claims and hints. Meta adds keys as it
//! likes, writes numbers as text and once called `error_code` `error_id`.

use serde_json::Value;

use super::failure::reason_of;
use crate::signup::{Claim, Reason, Screen};

/// The longest message that is read; Meta's are a few hundred bytes.
const LONGEST: usize = 8 * 1024;
/// The longest id that is believed to be one.
const LONGEST_ID: usize = 32;

/// What the pop-up said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// It was walked to its end.
    Finished(Claim),
    /// It was left, or would not go on.
    Left {
        /// Why, where Meta named a code that we know.
        reason: Option<Reason>,
        /// Where.
        screen: Option<Screen>,
    },
}

impl Message {
    /// Reads a message; `None` for anything that is none of Embedded Signup's.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let said: Value = serde_json::from_str(text.get(..text.len().min(LONGEST))?).ok()?;
        if said.get("type")? != "WA_EMBEDDED_SIGNUP" {
            return None;
        }
        let data = |key: &str| said.get("data").and_then(|data| data.get(key));
        match said.get("event")?.as_str()? {
            event if event == "FINISH" || event.starts_with("FINISH_") => Some(Self::Finished(Claim {
                phone_number_id: data("phone_number_id").and_then(id),
                business_account_id: data("waba_id").and_then(id),
            })),
            "CANCEL" | "ERROR" => {
                let code = ["error_code", "error_id"].into_iter().find_map(|key| id(data(key)?)?.parse().ok());
                let screen = data("current_step").and_then(Value::as_str).and_then(Screen::of_meta);
                Some(Self::Left { reason: code.and_then(reason_of), screen })
            }
            _ => None,
        }
    }
}

/// Digits, as text or as a number.
fn id(value: &Value) -> Option<String> {
    let text = value.as_str().map_or_else(|| value.as_u64().map(|id| id.to_string()), |text| Some(text.to_owned()))?;
    let is_id = (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_id.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(phone_number_id: Option<&str>, business_account_id: Option<&str>) -> Message {
        let owned = |id: Option<&str>| id.map(str::to_owned);
        Message::Finished(Claim {
            phone_number_id: owned(phone_number_id),
            business_account_id: owned(business_account_id),
        })
    }

    fn left(reason: Option<Reason>, screen: Option<Screen>) -> Message {
        Message::Left { reason, screen }
    }

    #[test]
    fn every_end_of_the_dialog_is_understood() {
        for (text, expected) in [
            (
                r#"{"data":{"phone_number_id":"106540352242922","waba_id":"524126980791429","business_id":"2729063490586005","ad_account_ids":[]},"type":"WA_EMBEDDED_SIGNUP","event":"FINISH"}"#,
                finished(Some("106540352242922"), Some("524126980791429")),
            ),
            (
                r#"{"data":{"waba_id":"524126980791429"},"type":"WA_EMBEDDED_SIGNUP","event":"FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING","version":3}"#,
                finished(None, Some("524126980791429")),
            ),
            (
                r#"{"data":{"waba_id":5241},"type":"WA_EMBEDDED_SIGNUP","event":"FINISH_ONLY_WABA"}"#,
                finished(None, Some("5241")),
            ),
            (
                r#"{"data":{"phone_number_id":"1","waba_id":"2","new":{"x":1}},"type":"WA_EMBEDDED_SIGNUP","event":"FINISH_GRANT_ONLY_API_ACCESS"}"#,
                finished(Some("1"), Some("2")),
            ),
            (r#"{"data":{},"type":"WA_EMBEDDED_SIGNUP","event":"FINISH_OBO_MIGRATION"}"#, finished(None, None)),
            (
                r#"{"data":{"current_step":"PHONE_NUMBER_SETUP"},"type":"WA_EMBEDDED_SIGNUP","event":"CANCEL","version":3}"#,
                left(None, Some(Screen::Number)),
            ),
            (
                r#"{"data":{"current_step":"SOMETHING_NEW"},"type":"WA_EMBEDDED_SIGNUP","event":"CANCEL"}"#,
                left(None, None),
            ),
            (r#"{"type":"WA_EMBEDDED_SIGNUP","event":"CANCEL"}"#, left(None, None)),
            (
                r#"{"data":{"error_message":"Limit","error_code":"2388098","session_id":"f3","timestamp":"1746041036"},"type":"WA_EMBEDDED_SIGNUP","event":"CANCEL"}"#,
                left(Some(Reason::Limit), None),
            ),
            (
                r#"{"data":{"error_message":"Limit","error_id":2388098},"type":"WA_EMBEDDED_SIGNUP","event":"ERROR"}"#,
                left(Some(Reason::Limit), None),
            ),
            (
                r#"{"data":{"error_message":"No","error_code":"1"},"type":"WA_EMBEDDED_SIGNUP","event":"ERROR"}"#,
                left(None, None),
            ),
        ] {
            assert_eq!(Message::read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_message_or_no_id_is_none() {
        for text in [
            "",
            "cb=f1&code=AQ",
            "null",
            "[]",
            "{}",
            r#"{"type":"WA_EMBEDDED_SIGNUP"}"#,
            r#"{"type":"OTHER","event":"FINISH"}"#,
            r#"{"type":"WA_EMBEDDED_SIGNUP","event":"RESIZE"}"#,
            r#"{"type":"WA_EMBEDDED_SIGNUP","event":"FINISHED"}"#,
        ] {
            assert_eq!(Message::read(text), None, "{text}");
        }
        let long = "1".repeat(33);
        for id in ["\"../me\"", "\"1 2\"", "\"\"", "-1", "1.5", "null", "[1]", &format!("\"{long}\"")] {
            let text = format!(r#"{{"type":"WA_EMBEDDED_SIGNUP","event":"FINISH","data":{{"waba_id":{id}}}}}"#);
            assert_eq!(Message::read(&text), Some(finished(None, None)), "{text}");
        }
        assert_eq!(Message::read(&format!("{{\"x\":\"{}\"}}", "ä".repeat(LONGEST))), None);
    }
}
