//! What Meta tells of accounts without being asked (the webhook field `account_update`), read as leniently as its
//! documentation and its own examples differ: ids and times as text or number, the account in one of two places.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{choice::choice, clock::Timestamp, number::digits, seal::digest};

choice! {
    /// The notices that mean something here (`value.event` in Meta's documentation of `account_update`).
    pub enum Told as MetaNotice {
        /// A business has shared an account with us.
        PartnerAdded = "PARTNER_ADDED",
        /// It has no more.
        PartnerRemoved = "PARTNER_REMOVED",
        /// A business has given the app access to an account, and nothing else.
        AppInstalled = "PARTNER_APP_INSTALLED",
        /// It has taken that back.
        AppUninstalled = "PARTNER_APP_UNINSTALLED",
        /// The number's owner has moved it to another device.
        AccountOffboarded = "ACCOUNT_OFFBOARDED",
        /// It is connected again.
        AccountReconnected = "ACCOUNT_RECONNECTED",
        /// Meta bans the account, will, or does no more.
        DisabledUpdate = "DISABLED_UPDATE",
        /// The account is gone.
        AccountDeleted = "ACCOUNT_DELETED",
        /// Meta limits what the account may do.
        AccountRestriction = "ACCOUNT_RESTRICTION",
        /// Meta warns the account.
        AccountViolation = "ACCOUNT_VIOLATION",
    }
}

/// One notice. No message of anybody's is part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What is told.
    pub told: Told,
    /// The WABA it is about.
    pub account: String,
    /// The business portfolio that owns the account.
    #[serde(default)]
    pub owner: Option<String>,
    /// The digits of the one number it is about; of all the account's when there are none.
    #[serde(default)]
    pub digits: Option<String>,
    /// Meta's reason, where it gives one.
    #[serde(default)]
    pub reason: Option<String>,
    /// Meta's word for who did it: `USER` or `SYSTEM`.
    #[serde(default)]
    pub initiated_by: Option<String>,
    /// The app it is about, where it is about one.
    #[serde(default)]
    pub app: Option<String>,
    /// `waba_ban_state`.
    #[serde(default)]
    pub ban: Option<String>,
    /// Meta's time.
    pub at: Timestamp,
}

/// What one request of Meta's holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The webhook field of every change.
    pub fields: Vec<String>,
    /// Those changes that mean something here.
    pub notices: Vec<Notice>,
}

impl Contents {
    /// Reads a request; `None` when it is no JSON. What it does not understand it leaves out.
    #[must_use]
    pub fn read(body: &str, now: Timestamp) -> Option<Self> {
        let body: Value = serde_json::from_str(body).ok()?;
        let mut contents = Self::default();
        for entry in list(&body, "entry") {
            for change in list(entry, "changes") {
                // One of Meta's examples has the field beside the changes.
                let field = [change, entry, &body].into_iter().find_map(|place| place.get("field")?.as_str());
                let field = field.unwrap_or("none");
                contents.fields.push(field.to_owned());
                if field == "account_update" {
                    contents.notices.extend(Notice::read(entry, change.get("value").unwrap_or(&Value::Null), now));
                }
            }
        }
        Some(contents)
    }
}

impl Notice {
    /// A notice about a whole account, and nothing else said.
    #[must_use]
    pub fn new(told: Told, account: &str, at: Timestamp) -> Self {
        Self {
            told,
            account: account.to_owned(),
            owner: None,
            digits: None,
            reason: None,
            initiated_by: None,
            app: None,
            ban: None,
            at,
        }
    }

    fn read(entry: &Value, value: &Value, now: Timestamp) -> Option<Self> {
        let told = Told::parse(value.get("event")?.as_str()?)?;
        let waba = value.get("waba_info");
        let of_waba = |name: &str| waba.and_then(|waba| id(waba.get(name)?));
        // The entry is the partner's business where the account stands beside it, and the account itself elsewhere.
        let account = of_waba("waba_id").or_else(|| id(entry.get("id")?))?;
        let left = value.get("disconnection_info");
        let of_left = |name: &str| left.and_then(|left| word(left.get(name)?));
        let phone = value.get("phone_number").and_then(text).map(|number| digits(&number));
        Some(Self {
            owner: of_waba("owner_business_id"),
            digits: phone.filter(|digits| !digits.is_empty()),
            reason: of_left("reason"),
            initiated_by: of_left("initiated_by"),
            app: of_waba("partner_app_id"),
            ban: value.get("ban_info").and_then(|ban| word(ban.get("waba_ban_state")?)),
            ..Self::new(told, &account, moment(entry.get("time")).unwrap_or(now))
        })
    }

    /// By which the same notice is known again, in whatever bytes it comes.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        digest(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Whether it is about that app, or about none in particular.
    #[must_use]
    pub fn is_about(&self, app_id: &str) -> bool {
        self.app.as_deref().is_none_or(|app| app == app_id)
    }

    /// Whether it tells of something that Meta knows more about: how the account's numbers are is to be asked anew.
    #[must_use]
    pub fn asks_for_a_look(&self) -> bool {
        matches!(self.told, Told::AccountRestriction | Told::AccountViolation | Told::DisabledUpdate)
    }

    /// Whether a business has come to us with an account.
    #[must_use]
    pub fn is_arrival(&self) -> bool {
        matches!(self.told, Told::PartnerAdded | Told::AppInstalled)
    }
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Meta's ids are digits; anything else is no id.
fn id(value: &Value) -> Option<String> {
    text(value).filter(|id| (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit()))
}

/// One of Meta's words, such as `PRIMARY_INACTIVITY`; alone or in a list.
fn word(value: &Value) -> Option<String> {
    let one = value.as_array().map_or(Some(value), |list| list.first())?;
    let is_word =
        |word: &&str| (1..=64).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    one.as_str().filter(is_word).map(str::to_owned)
}

/// Seconds since 1970, as a number or as text; milliseconds where nothing else would make sense.
fn moment(value: Option<&Value>) -> Option<Timestamp> {
    const LATEST_SECOND: i64 = 100_000_000_000;
    let time: i64 = text(value?)?.parse().ok().filter(|time| *time > 0)?;
    Some(Timestamp(if time < LATEST_SECOND { time * 1000 } else { time }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn read(entry: &Value) -> Vec<Notice> {
        let body = json!({"object": "whatsapp_business_account", "entry": [entry]}).to_string();
        Contents::read(&body, NOW).unwrap().notices
    }

    fn change(value: &Value) -> Value {
        json!([{"field": "account_update", "value": value}])
    }

    #[test]
    fn the_examples_of_the_documentation_are_understood() {
        let info = json!({"waba_id": "980198427658004", "owner_business_id": "2329417887457253", "solution_id": "1"});
        let added = json!({"id": "35602282435505", "time": 1_739_212_624, "changes": change(&json!({"event": "PARTNER_ADDED", "waba_info": info}))});
        let expected = Notice {
            owner: Some("2329417887457253".to_owned()),
            ..Notice::new(Told::PartnerAdded, "980198427658004", Timestamp(1_739_212_624_000))
        };
        assert_eq!(read(&added), [expected]);

        let left = json!({"reason": "PRIMARY_INACTIVITY", "initiated_by": "SYSTEM"});
        let removed = json!({"id": 1, "time": "1739212624", "changes": change(&json!({"event": "PARTNER_REMOVED", "waba_info": info, "disconnection_info": left}))});
        let removed = read(&removed).remove(0);
        assert_eq!(
            (removed.account.as_str(), removed.at),
            ("980198427658004", Timestamp(1_739_212_624_000)),
            "time as text"
        );
        assert_eq!(
            (removed.reason.as_deref(), removed.initiated_by.as_deref()),
            (Some("PRIMARY_INACTIVITY"), Some("SYSTEM"))
        );

        let variant = json!({"id": "102290129340398", "time": 1_739_212_624, "changes": change(&json!({"event": "PARTNER_REMOVED", "phone_number": "15550783881"}))});
        let variant = read(&variant).remove(0);
        assert_eq!((variant.account.as_str(), variant.digits.as_deref()), ("102290129340398", Some("15550783881")));

        let offboarded = json!({"id": "102290129340398", "changes": change(&json!({"event": "ACCOUNT_OFFBOARDED"}))});
        assert_eq!(read(&offboarded), [Notice::new(Told::AccountOffboarded, "102290129340398", NOW)], "without a time");

        let misplaced = json!({"id": "1", "time": "1739212624", "field": "account_update", "changes": [{"value": {"event": "PARTNER_APP_INSTALLED", "waba_info": {"waba_id": 9, "owner_business_id": 8, "partner_app_id": 7}}}]});
        let misplaced = read(&misplaced).remove(0);
        assert!(misplaced.is_arrival() && misplaced.is_about("7") && !misplaced.is_about("70"));

        let banned = json!({"id": "9", "time": 5, "changes": change(&json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": ["DISABLE"], "waba_ban_date": "x"}}))});
        assert_eq!(read(&banned).remove(0).ban.as_deref(), Some("DISABLE"));
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        for value in [
            json!(null),
            json!({}),
            json!({"event": 5}),
            json!({"event": "MM_LITE_TERMS_SIGNED"}),
            json!({"event": "NEW_EVENT"}),
        ] {
            assert_eq!(read(&json!({"id": "9", "changes": change(&value)})), [], "{value}");
        }
        assert_eq!(read(&json!({"id": "../me", "changes": change(&json!({"event": "ACCOUNT_DELETED"}))})), []);
        for body in ["[]", "5", "{}", r#"{"entry":5}"#, r#"{"entry":[5,{"changes":"x"}]}"#] {
            assert_eq!(Contents::read(body, NOW), Some(Contents::default()), "{body}");
        }
        assert_eq!(Contents::read("{", NOW), None);
        let contents = Contents::read(
            r#"{"entry":[{"changes":[{"field":"messages","value":{"event":"ACCOUNT_DELETED"}},{}]}]}"#,
            NOW,
        )
        .unwrap();
        assert_eq!((contents.fields, contents.notices), (vec!["messages".to_owned(), "none".to_owned()], vec![]));
    }

    #[test]
    fn the_same_notice_is_known_in_other_bytes() {
        let of = |time: Value| {
            read(&json!({"time": time, "id": "9", "changes": change(&json!({"event": "ACCOUNT_OFFBOARDED"}))}))
                .remove(0)
        };
        assert_eq!(of(json!(1_739_212_624)).digest(), of(json!("1739212624")).digest());
        assert_ne!(of(json!(1_739_212_624)).digest(), of(json!(1_739_212_625)).digest());
    }
}
