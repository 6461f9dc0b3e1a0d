//! The solution partner's pool of numbers that are verified beforehand (Meta's documentation of pre-verified phone numbers).
//!
//! What stands in the pool is an object of its own. The customer who takes it in Facebook's dialog gets a phone number with
//! another id, which must still be registered.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{
    Meta,
    failure::{Failure, GraphError},
    graph::id,
    numbers::moment,
};
use crate::{clock::Timestamp, number::digits};

const FIELDS: &str = "id,phone_number,code_verification_status,verification_expiry_time";
/// What codes are asked for in: calls are read by a recogniser of English.
const LANGUAGE: &str = "en_US";

/// The solution partner whose pool it is.
#[derive(Clone, Debug)]
pub struct Partner {
    /// Its business portfolio.
    pub business_id: String,
    /// A system user's token with `business_management`.
    pub token: SecretString,
}

/// A number in the pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pooled {
    /// Meta's id of it.
    pub id: String,
    /// Whether a code proved it, and that still counts.
    pub is_verified: bool,
    /// Until when, where Meta says.
    pub expires_at: Option<Timestamp>,
}

/// The pool, and the right to it.
#[derive(Clone, Copy)]
pub struct Pool<'a> {
    meta: &'a Meta,
    partner: &'a Partner,
}

impl Meta {
    /// The pool; `None` when the operator does not verify numbers beforehand.
    #[must_use]
    pub fn pool(&self) -> Option<Pool<'_>> {
        self.settings.partner.as_ref().map(|partner| Pool { meta: self, partner })
    }
}

impl Pool<'_> {
    /// Whether that number is in it.
    pub async fn find(&self, phone_number: &str) -> Result<Option<Pooled>, Failure> {
        let wanted = digits(phone_number);
        let is_it =
            |entry: &&Value| entry.get("phone_number").and_then(Value::as_str).map(digits) == Some(wanted.clone());
        let query = [("fields", FIELDS), ("limit", "100")];
        let all = self
            .meta
            .all_pages(&[&self.partner.business_id, "preverified_numbers"], &query, &self.partner.token)
            .await?;
        all.iter().find(is_it).map(|entry| Pooled::read(entry).ok_or(Failure::incomplete())).transpose()
    }

    /// What Meta says of one number in it now; `None` when it is not there any more.
    pub async fn look(&self, pooled: &str) -> Result<Option<Pooled>, Failure> {
        match self.meta.get(&[pooled], &[("fields", FIELDS)], &self.partner.token).await {
            Err(failure) if is_gone(&failure) => Ok(None),
            answer => Pooled::read(&answer?).map(Some).ok_or(Failure::incomplete()),
        }
    }

    /// Puts a number in; gives its id there. Meta has no idempotency here: ask whether it is in before.
    pub async fn add(&self, phone_number: &str) -> Result<String, Failure> {
        let body = json!({"phone_number": phone_number});
        let answer =
            self.meta.post(&[&self.partner.business_id, "add_phone_numbers"], Some(&body), &self.partner.token).await?;
        answer.get("id").and_then(id).ok_or(Failure::incomplete())
    }

    /// Has a code sent to the number, by message or by call.
    pub async fn ask_for_code(&self, pooled: &str, by_call: bool) -> Result<(), Failure> {
        let body = json!({"code_method": if by_call { "VOICE" } else { "SMS" }, "language": LANGUAGE});
        self.meta.post(&[pooled, "request_code"], Some(&body), &self.partner.token).await.map(|_| ())
    }

    /// Proves the number with the code that reached it. A code works once.
    pub async fn prove(&self, pooled: &str, code: &SecretString) -> Result<(), Failure> {
        let body = json!({"code": code.expose_secret()});
        self.meta.post(&[pooled, "verify_code"], Some(&body), &self.partner.token).await.map(|_| ())
    }

    /// Takes a number out. One that is not there any more is out.
    pub async fn remove(&self, pooled: &str) -> Result<(), Failure> {
        match self.meta.delete(&[pooled], &self.partner.token).await {
            Err(failure) if !is_gone(&failure) => Err(failure),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Asks for one number and no more: whether the token opens the pool.
    pub async fn knock(&self) -> Result<(), Failure> {
        let edge = [self.partner.business_id.as_str(), "preverified_numbers"];
        let body = self.meta.get(&edge, &[("fields", FIELDS), ("limit", "1")], &self.partner.token).await?;
        body.get("data").and_then(Value::as_array).map(|_| ()).ok_or(Failure::incomplete())
    }
}

/// "Does not exist, or you may not see it": taken by its customer, or removed.
fn is_gone(failure: &Failure) -> bool {
    matches!(failure, Failure::Graph(GraphError { code: 100, subcode: Some(33), .. }))
}

impl Pooled {
    fn read(entry: &Value) -> Option<Self> {
        let status = entry.get("code_verification_status").and_then(Value::as_str);
        Some(Self {
            id: entry.get("id").and_then(id)?,
            is_verified: status == Some("VERIFIED"),
            expires_at: entry.get("verification_expiry_time").and_then(expiry),
        })
    }
}

/// Unix seconds in Meta's reference of the object; its older pages show them as text, or as a date.
fn expiry(value: &Value) -> Option<Timestamp> {
    let seconds = |seconds: i64| (seconds > 0).then(|| Timestamp(seconds.saturating_mul(1000)));
    match value {
        Value::Number(number) => seconds(number.as_i64()?),
        Value::String(text) => text.parse().ok().map_or_else(|| moment(text), seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pooled_number_is_read_in_every_notation_of_its_end() {
        let read = |end: Value| {
            Pooled::read(&json!({"id": 7, "code_verification_status": "VERIFIED", "verification_expiry_time": end}))
                .unwrap()
        };
        let end = Timestamp::parse("2026-12-01T10:00:00Z");
        let seconds = end.unwrap().0 / 1000;
        for written in [json!(seconds), json!(seconds.to_string()), json!("2026-12-01T10:00:00+0000")] {
            assert_eq!(read(written.clone()).expires_at, end, "{written}");
        }
        for nothing in [json!(0), json!("soon"), json!(null), json!([1])] {
            assert_eq!(read(nothing.clone()).expires_at, None, "{nothing}");
        }
        let fresh = Pooled::read(&json!({"id": "7", "code_verification_status": "NOT_VERIFIED"})).unwrap();
        assert_eq!(fresh, Pooled { id: "7".to_owned(), is_verified: false, expires_at: None });
        assert_eq!(Pooled::read(&json!({"id": "../7"})), None);
    }
}
