//! A connected phone number: what a finished setup leaves behind.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    id::{CustomerId, NumberId, ProjectId},
    link::ConnectionType,
};

/// What Meta says of a number (the fields of its phone number node).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// The WABA that the number belongs to.
    pub business_account_id: String,
    /// The number as Meta writes it: `+1 555-123-4567`.
    pub display_phone_number: String,
    /// The name that WhatsApp shows.
    pub verified_name: Option<String>,
    /// `GREEN`, `YELLOW`, `RED` or `NA`.
    pub quality_rating: Option<String>,
    /// `VERIFIED`, `NOT_VERIFIED` or `EXPIRED`.
    pub code_verification_status: Option<String>,
    /// The review of the name: `APPROVED`, `PENDING_REVIEW` and so on.
    pub name_status: Option<String>,
    /// `CONNECTED` is what it takes to send.
    pub status: Option<String>,
    /// `CLOUD_API`, `ON_PREMISE` or `NOT_APPLICABLE`.
    pub platform_type: Option<String>,
    /// Whether the WhatsApp Business app runs on it.
    pub is_on_biz_app: Option<bool>,
    /// `throughput.level`.
    pub throughput_tier: Option<String>,
    /// The messaging limit of the business.
    pub messaging_limit: Option<String>,
}

/// What a number turned out to be, whatever was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It can be connected as this type.
    Connects(ConnectionType),
    /// It runs in the app and was not linked to the Cloud API: registering it would take it away from the app.
    AppOnly,
}

impl Facts {
    /// What the number is: on the app and on the Cloud API is coexistence (Meta's documentation of business app users).
    #[must_use]
    pub fn kind(&self) -> Kind {
        match (self.is_on_biz_app == Some(true), self.is_on_cloud_api()) {
            (true, true) => Kind::Connects(ConnectionType::Coexistence),
            (true, false) => Kind::AppOnly,
            (false, _) => Kind::Connects(ConnectionType::Dedicated),
        }
    }

    /// Whether the number is registered and can send: how a `register` whose answer was lost is told from one that
    /// never arrived.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.is_on_cloud_api() && self.status.as_deref() == Some("CONNECTED")
    }

    /// Meta's newer documents leave the field out: then nothing says that it is elsewhere.
    fn is_on_cloud_api(&self) -> bool {
        self.platform_type.as_deref().is_none_or(|platform| platform == "CLOUD_API")
    }
}

/// The digits of a phone number in any notation: `+1 555-123-4567` is `15551234567`.
#[must_use]
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The digits of a number that somebody wrote with its country code, in any notation: `+49 (0)30 123456`,
/// `0049 30 123456` and `49-30-123456` are all `4930123456`. `None` for what cannot be such a number.
#[must_use]
pub fn international(text: &str) -> Option<String> {
    let plain = text.trim().replace("(0)", "");
    let is_notation = |c: char| c.is_ascii_digit() || "+-./() \u{a0}\u{2011}".contains(c);
    let is_clean = plain.chars().all(is_notation) && !plain.chars().skip(1).any(|c| c == '+');
    let digits = digits(&plain);
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    let is_number = (7..=15).contains(&digits.len()) && !digits.starts_with('0');
    (is_clean && is_number).then(|| digits.to_owned())
}

/// Whether two numbers with their country codes ring the same phone. In three countries WhatsApp writes mobile numbers
/// without a digit that people dial, or with one that they do not (Meta's page on phone number formats).
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    fn short(digits: &str) -> String {
        let without = |code: &str, extra: &str, length: usize| {
            let rest = digits.strip_prefix(code)?.strip_prefix(extra)?;
            (rest.len() == length).then(|| format!("{code}{rest}"))
        };
        let brazilian = || {
            let (area, rest) = digits.strip_prefix("55")?.split_at_checked(2)?;
            rest.strip_prefix('9').filter(|rest| rest.len() == 8).map(|rest| format!("55{area}{rest}"))
        };
        without("52", "1", 10)
            .or_else(|| without("54", "9", 10))
            .or_else(brazilian)
            .unwrap_or_else(|| digits.to_owned())
    }
    short(&digits(one)) == short(&digits(other))
}

/// The number as E.164: `+15551234567`.
#[must_use]
pub fn e164(text: &str) -> String {
    format!("+{}", digits(text))
}

/// Whether a number is one that Meta hands out when "display name only" is chosen in its dialog: +1 555, an area code that
/// nobody else has. It is limited, and seldom what the customer wanted. The stand-in's own numbers (+1 555-01…) are not meant.
#[must_use]
pub fn is_meta_provided(number: &str) -> bool {
    let digits = digits(number);
    digits.len() == 11 && digits.starts_with("1555") && !digits.starts_with("155501")
}

/// A connected number as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PhoneNumber {
    /// Our id (`internal_id`).
    pub id: NumberId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// The customer who connected it.
    pub customer_id: CustomerId,
    /// The platform's name for it.
    pub name: String,
    /// Meta's id.
    pub phone_number_id: String,
    /// The WABA.
    pub business_account_id: String,
    /// The customer's business portfolio, when Meta said.
    pub business_id: Option<String>,
    /// Whether the app stays in use.
    pub is_coexistence: bool,
    /// The number as Meta writes it.
    pub display_phone_number: String,
    /// The name that WhatsApp shows.
    pub verified_name: Option<String>,
    /// Meta's rating.
    pub quality_rating: Option<String>,
    /// Whether the number was proven by code.
    pub code_verification_status: Option<String>,
    /// The review of the name.
    pub name_status: Option<String>,
    /// Meta's status of it.
    pub status: Option<String>,
    /// `throughput.level`.
    pub throughput_tier: Option<String>,
    /// The messaging limit of the business.
    pub messaging_limit: Option<String>,
    /// Whether it has the blue mark.
    pub is_official_business_account: bool,
    /// Whether two-step verification is on.
    pub is_pin_enabled: bool,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_what_meta_says_and_not_what_was_asked_for() {
        let kind = |app, platform: &str| {
            Facts { is_on_biz_app: app, platform_type: Some(platform.to_owned()), ..Facts::default() }.kind()
        };
        assert_eq!(kind(Some(true), "CLOUD_API"), Kind::Connects(ConnectionType::Coexistence));
        assert_eq!(kind(Some(true), "NOT_APPLICABLE"), Kind::AppOnly);
        assert_eq!(kind(Some(false), "CLOUD_API"), Kind::Connects(ConnectionType::Dedicated));
        assert_eq!(kind(None, "NOT_APPLICABLE"), Kind::Connects(ConnectionType::Dedicated));
        let unsaid = Facts { is_on_biz_app: Some(true), ..Facts::default() };
        assert_eq!(unsaid.kind(), Kind::Connects(ConnectionType::Coexistence), "never registered");
    }

    #[test]
    fn meta_s_own_numbers_are_told_from_those_of_people() {
        assert!(is_meta_provided("+1 555-078-3881"));
        for other in ["+1 555-010-0001", "+1 212-555-0783", "+55 51 5550-7838", "+1 555-078-388", ""] {
            assert!(!is_meta_provided(other), "{other}");
        }
    }

    #[test]
    fn a_number_is_normalised_from_any_notation() {
        assert_eq!(e164("+1 (555) 123-4567"), "+15551234567");
        assert_eq!(digits("٠١ 23"), "23", "only ASCII digits are dialled");
    }

    #[test]
    fn a_number_with_its_country_code_is_read_in_any_notation() {
        for text in ["+49 (0)30 123456", "0049 30 123456", "49-30-123456", " +49.30/123456 ", "4930123456"] {
            assert_eq!(international(text).as_deref(), Some("4930123456"), "{text}");
        }
        for text in
            ["", "+", "123456", "030 123456", "+1234567890123456", "+1 555 CALL-NOW", "1+5551234567", "٤٩٣٠١٢٣٤٥٦"]
        {
            assert_eq!(international(text), None, "{text}");
        }
    }

    #[test]
    fn the_same_phone_is_known_under_the_number_whatsapp_writes() {
        for (one, other) in [
            ("15551234567", "+1 555-123-4567"),
            ("525512345678", "+52 1 55 1234 5678"),
            ("5491112345678", "+54 11 1234-5678"),
            ("5511987654321", "+55 11 8765-4321"),
        ] {
            assert!(is_same(one, other) && is_same(other, one), "{one} {other}");
        }
        for (one, other) in
            [("15551234567", "15551234568"), ("5511987654321", "5521987654321"), ("521", "52"), ("", "1")]
        {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }
}
