//! A connected phone number: what a finished setup leaves behind.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    id::{CustomerId, NumberId, ProjectId},
    link::ConnectionType,
    seal::Place,
};

mod standing;

pub use standing::{Change, Connection, Standing};

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
    /// Whether it has the blue mark.
    pub is_official_business_account: Option<bool>,
    /// Whether two-step verification is on.
    pub is_pin_enabled: Option<bool>,
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

/// Where a sealed secret of a number lives.
#[must_use]
pub fn place(number: NumberId, column: &'static str) -> Place {
    Place { table: "phone_numbers", column, row: number.0 }
}

/// The number as people of its country write it abroad: `+1 555-123-4567`. What is no number of any country stays as it is.
#[must_use]
pub fn spelled(text: &str) -> String {
    let number = phonenumber::parse(None, text);
    number.map_or_else(|_| text.to_owned(), |number| number.format().mode(phonenumber::Mode::International).to_string())
}

/// The dial code of a number in E.164: `1` of `+15551234567`.
#[must_use]
pub fn dial_code(text: &str) -> Option<u16> {
    phonenumber::parse(None, text).ok().map(|number| number.code().value())
}

/// A connected number as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[allow(clippy::struct_excessive_bools, reason = "what is told of a number is a list of yes and no")]
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
    /// Whether the platform wants what comes in; kept for it.
    pub inbound_processing_enabled: bool,
    /// Whether the platform takes calls; kept for it.
    pub calls_enabled: bool,
    /// When a health check last saw that Meta delivers to the app.
    pub webhook_verified_at: Option<Timestamp>,
    /// What Meta has told of it since.
    #[sqlx(json)]
    pub standing: Standing,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl PhoneNumber {
    /// A number that is connected now, named by what Meta calls it; `None` when it cannot be, because it is in the app alone.
    #[must_use]
    pub fn connected(
        id: NumberId,
        (project_id, customer_id): (ProjectId, CustomerId),
        facts: Facts,
        now: Timestamp,
    ) -> Option<Self> {
        let Kind::Connects(kind) = facts.kind() else { return None };
        let mut number = Self {
            id,
            project_id,
            customer_id,
            name: facts.verified_name.clone().unwrap_or_else(|| facts.display_phone_number.clone()),
            phone_number_id: facts.phone_number_id.clone(),
            business_account_id: facts.business_account_id.clone(),
            business_id: None,
            is_coexistence: kind == ConnectionType::Coexistence,
            display_phone_number: String::new(),
            verified_name: None,
            quality_rating: None,
            code_verification_status: None,
            name_status: None,
            status: None,
            throughput_tier: None,
            messaging_limit: None,
            is_official_business_account: false,
            is_pin_enabled: false,
            inbound_processing_enabled: true,
            calls_enabled: false,
            webhook_verified_at: None,
            standing: Standing::connected(now),
            created_at: now,
            updated_at: now,
        };
        number.learn(facts);
        Some(number)
    }

    /// Meta's status of it; once Meta has told that it was taken from us, that.
    #[must_use]
    pub fn status_now(&self) -> Option<&str> {
        match self.standing.connection() {
            Connection::Connected => self.status.as_deref(),
            Connection::Offboarded | Connection::Disconnected => Some("DISCONNECTED"),
        }
    }

    /// Takes over what Meta says of the number now. What Meta leaves out stays as it was.
    pub fn learn(&mut self, facts: Facts) {
        if !facts.display_phone_number.is_empty() {
            self.display_phone_number = facts.display_phone_number;
        }
        for (known, heard) in [
            (&mut self.verified_name, facts.verified_name),
            (&mut self.quality_rating, facts.quality_rating),
            (&mut self.code_verification_status, facts.code_verification_status),
            (&mut self.name_status, facts.name_status),
            (&mut self.status, facts.status),
            (&mut self.throughput_tier, facts.throughput_tier),
            (&mut self.messaging_limit, facts.messaging_limit),
        ] {
            if heard.is_some() {
                *known = heard;
            }
        }
        self.is_official_business_account =
            facts.is_official_business_account.unwrap_or(self.is_official_business_account);
        self.is_pin_enabled = facts.is_pin_enabled.unwrap_or(self.is_pin_enabled);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_meta_leaves_out_stays_as_it_was() {
        let now = Timestamp(0);
        let owner = (ProjectId::new(now), CustomerId::new(now));
        let facts = Facts {
            display_phone_number: "+1 555".to_owned(),
            status: Some("CONNECTED".to_owned()),
            is_pin_enabled: Some(true),
            ..Facts::default()
        };
        let mut number = PhoneNumber::connected(NumberId::new(now), owner, facts, now).unwrap();
        assert_eq!((number.name.as_str(), number.is_coexistence), ("+1 555", false));

        number.learn(Facts { quality_rating: Some("RED".to_owned()), ..Facts::default() });

        assert_eq!((number.status.as_deref(), number.quality_rating.as_deref()), (Some("CONNECTED"), Some("RED")));
        assert_eq!((number.display_phone_number.as_str(), number.is_pin_enabled), ("+1 555", true));
        let app_only =
            Facts { is_on_biz_app: Some(true), platform_type: Some("NOT_APPLICABLE".to_owned()), ..Facts::default() };
        assert_eq!(PhoneNumber::connected(NumberId::new(now), owner, app_only, now), None);
    }

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

    #[test]
    fn a_number_is_written_as_its_country_does() {
        assert_eq!(spelled("+14155550123"), "+1 415-555-0123");
        assert_eq!(spelled("+56221230000"), "+56 2 2123 0000");
        assert_eq!(spelled("nonsense"), "nonsense");
        assert_eq!((dial_code("+14155550123"), dial_code("+56221230000"), dial_code("x")), (Some(1), Some(56), None));
    }
}
