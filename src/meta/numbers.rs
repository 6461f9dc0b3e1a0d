//! Phone numbers: finding, asking, registering, and handing over what the app knows.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Meta, failure::Failure, graph::id};
use crate::{clock::Timestamp, number::Facts};

/// What Meta's documentation of phone numbers lists.
const FIELDS: &str = "id,display_phone_number,verified_name,code_verification_status,quality_rating,name_status,status,\
    platform_type,is_on_biz_app,throughput,last_onboarded_time,whatsapp_business_manager_messaging_limit,\
    is_official_business_account,is_pin_enabled";
/// What it takes to connect one. Asked for when the rest is refused: one field that a newer version of the Graph API does
/// not know would fail the whole call.
const LEAST_FIELDS: &str = "id,display_phone_number,verified_name,is_on_biz_app";

/// "Invalid parameter", which is also what an unknown field is.
fn is_about_fields(failure: &Failure) -> bool {
    matches!(failure, Failure::Graph(error) if error.code == 100 && error.subcode.is_none())
}

/// What a coexistence number hands over once (`sync_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// The app's contacts.
    Contacts,
    /// The app's chats.
    History,
}

/// A number of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What Meta says of it.
    pub facts: Facts,
    /// When it was last onboarded, when Meta says.
    pub onboarded_at: Option<Timestamp>,
}

impl Meta {
    /// All numbers of an account.
    pub async fn numbers_of(&self, account: &str, token: &SecretString) -> Result<Vec<Listed>, Failure> {
        let edge = [account, "phone_numbers"];
        let numbers = match self.all_pages(&edge, &[("fields", FIELDS)], token).await {
            Err(failure) if is_about_fields(&failure) => {
                self.all_pages(&edge, &[("fields", LEAST_FIELDS)], token).await?
            }
            listed => listed?,
        };
        Ok(numbers.iter().filter_map(|number| Listed::read(number, account)).collect())
    }

    /// What Meta says of one number now.
    pub async fn number(&self, phone: &str, account: &str, token: &SecretString) -> Result<Facts, Failure> {
        let body = match self.get(&[phone], &[("fields", FIELDS)], token).await {
            Err(failure) if is_about_fields(&failure) => self.get(&[phone], &[("fields", LEAST_FIELDS)], token).await?,
            answer => answer?,
        };
        Listed::read(&body, account).map(|listed| listed.facts).ok_or(Failure::incomplete())
    }

    /// The same, with what it means for messages; `None` where Meta does not say.
    pub async fn number_and_health(
        &self,
        phone: &str,
        account: &str,
        token: &SecretString,
    ) -> Result<(Facts, Option<MessagingHealth>), Failure> {
        let fields = format!("{FIELDS},health_status");
        match self.get(&[phone], &[("fields", &fields)], token).await {
            Err(failure) if is_about_fields(&failure) => Ok((self.number(phone, account, token).await?, None)),
            answer => {
                let body = answer?;
                let listed = Listed::read(&body, account).ok_or(Failure::incomplete())?;
                Ok((listed.facts, body.get("health_status").and_then(MessagingHealth::read)))
            }
        }
    }

    /// Registers a dedicated number under a PIN of six digits: the one it has, or else its new one.
    pub async fn register(&self, phone: &str, pin: &SecretString, token: &SecretString) -> Result<(), Failure> {
        let body = json!({"messaging_product": "whatsapp", "pin": pin.expose_secret()});
        self.post(&[phone, "register"], Some(&body), token).await.map(|_| ())
    }

    /// Takes a number off the Cloud API, or finishes where Meta left that half done (133000).
    pub async fn deregister(&self, phone: &str, token: &SecretString) -> Result<(), Failure> {
        self.post(&[phone, "deregister"], None, token).await.map(|_| ())
    }

    /// Replaces the two-step PIN without knowing the old one.
    pub async fn set_pin(&self, phone: &str, pin: &SecretString, token: &SecretString) -> Result<(), Failure> {
        let body = json!({"pin": pin.expose_secret()});
        self.post(&[phone], Some(&body), token).await.map(|_| ())
    }

    /// Asks for what the app knows. Each kind can be asked for once, within 24 hours of onboarding.
    pub async fn sync(&self, phone: &str, what: Sync, token: &SecretString) -> Result<(), Failure> {
        let sync_type = match what {
            Sync::Contacts => "smb_app_state_sync",
            Sync::History => "history",
        };
        let body = json!({"messaging_product": "whatsapp", "sync_type": sync_type});
        let answer = self.post(&[phone, "smb_app_data"], Some(&body), token).await?;
        // What Meta's support asks for when the data never comes.
        tracing::info!(phone, sync_type, request_id = answer["request_id"].as_str(), "asked for what the app knows");
        Ok(())
    }
}

/// Whether messages can be sent, and what stands in their way (Meta's documentation of `health_status`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagingHealth {
    /// `AVAILABLE`, `LIMITED` or `BLOCKED`.
    pub can_send_message: String,
    /// The number, its account, the business and the app, each with its own verdict and its `errors`.
    pub entities: Vec<Value>,
}

impl MessagingHealth {
    /// Takes over the fields that are documented, and of those no more than a person would read.
    fn read(value: &Value) -> Option<Self> {
        let entities = value.get("entities").and_then(Value::as_array).into_iter().flatten().take(10);
        let errors = |entity: &Value| -> Vec<Value> {
            let errors = entity.get("errors").and_then(Value::as_array).into_iter().flatten().take(10);
            errors.map(|error| pick(error, &["error_code", "error_description", "possible_solution"])).collect()
        };
        let entity = |entity: &Value| {
            let mut shown = pick(entity, &["entity_type", "id", "can_send_message"]);
            let errors = errors(entity);
            if !errors.is_empty() {
                shown["errors"] = errors.into();
            }
            shown
        };
        Some(Self {
            can_send_message: value.get("can_send_message")?.as_str()?.chars().take(40).collect(),
            entities: entities.map(entity).collect(),
        })
    }
}

/// These fields of an object, where they are there, with texts cut to a readable length.
fn pick(object: &Value, names: &[&str]) -> Value {
    let short = |value: &Value| match value {
        Value::String(text) => Some(Value::from(text.chars().take(500).collect::<String>())),
        Value::Number(_) => Some(value.clone()),
        _ => None,
    };
    let fields = names.iter().filter_map(|name| Some(((*name).to_owned(), short(object.get(name)?)?)));
    Value::Object(fields.collect())
}

impl Listed {
    fn read(number: &Value, account: &str) -> Option<Self> {
        let text = |name: &str| number.get(name).and_then(Value::as_str).map(str::to_owned);
        let yes_or_no = |name: &str| number.get(name).and_then(Value::as_bool);
        Some(Self {
            facts: Facts {
                phone_number_id: number.get("id").and_then(id)?,
                business_account_id: account.to_owned(),
                display_phone_number: text("display_phone_number").unwrap_or_default(),
                verified_name: text("verified_name"),
                quality_rating: text("quality_rating"),
                code_verification_status: text("code_verification_status"),
                name_status: text("name_status"),
                status: text("status"),
                platform_type: text("platform_type"),
                is_on_biz_app: yes_or_no("is_on_biz_app"),
                throughput_tier: number.get("throughput").and_then(|t| t.get("level")?.as_str().map(str::to_owned)),
                messaging_limit: text("whatsapp_business_manager_messaging_limit"),
                is_official_business_account: yes_or_no("is_official_business_account"),
                is_pin_enabled: yes_or_no("is_pin_enabled"),
            },
            onboarded_at: number.get("last_onboarded_time").and_then(Value::as_str).and_then(moment),
        })
    }
}

/// Graph writes times as `2026-11-01T10:00:00+0000`, which RFC 3339 would not.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let graph = time::macros::format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second][offset_hour sign:mandatory][offset_minute]"
    );
    let at = OffsetDateTime::parse(text, graph).or_else(|_| OffsetDateTime::parse(text, &Rfc3339)).ok()?;
    Some(Timestamp(at.unix_timestamp().saturating_mul(1000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_leniently_and_its_time_in_both_notations() {
        let read = |value: &Value| Listed::read(value, "9");
        let full = read(&json!({
            "id": "106540352242922", "display_phone_number": "+1 555-123-4567", "is_on_biz_app": true,
            "platform_type": "CLOUD_API", "throughput": {"level": "STANDARD"},
            "last_onboarded_time": "2026-11-01T10:00:00+0000",
        }))
        .unwrap();
        assert_eq!(full.facts.throughput_tier.as_deref(), Some("STANDARD"));
        assert_eq!(full.onboarded_at, Timestamp::parse("2026-11-01T10:00:00Z"));
        assert_eq!(moment("2026-11-01T12:00:00+02:00"), full.onboarded_at);
        assert_eq!(read(&json!({"id": 106})).unwrap().facts.phone_number_id, "106");
        assert_eq!(read(&json!({"display_phone_number": "+1"})), None);
        assert_eq!(read(&json!({"id": "../me"})), None);
    }
}
