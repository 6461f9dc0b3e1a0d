//! Why a signup failed: what the platform is told, and what the customer reads.

use crate::choice::choice;

choice! {
    /// The published codes of the failure redirect.
    pub enum ErrorCode {
        /// The login was cancelled or refused.
        FacebookAuthFailed = "facebook_auth_failed",
        /// Something about the phone number.
        PhoneVerificationFailed = "phone_verification_failed",
        /// Meta allows the business no further account.
        WabaLimitReached = "waba_limit_reached",
        /// The code or the token is no good.
        TokenExchangeFailed = "token_exchange_failed",
        /// The link's time is over, or it was taken back.
        LinkExpired = "link_expired",
        /// The link was used.
        AlreadyUsed = "already_used",
    }
}

choice! {
    /// Why a signup failed. Each has its words (`{name}-title`, `{name}-text` in the catalogues).
    pub enum Reason {
        /// The customer left Facebook's dialog.
        Cancelled = "cancelled",
        /// The login did not give us the rights that are needed.
        NoAccess = "no-access",
        /// The login brought no number.
        NoNumber = "no-number",
        /// The number belongs to another customer of the same project.
        Taken = "taken",
        /// The link allows dedicated alone, and the number runs in the app.
        WrongTypeDedicated = "wrong-type-dedicated",
        /// The link allows coexistence alone, and the number is in no app.
        WrongTypeCoexistence = "wrong-type-coexistence",
        /// The link reconnects one number, and another came.
        WrongNumber = "wrong-number",
        /// The link reconnects one number, and it came in another account.
        OtherAccount = "other-account",
        /// The platform expects one number, and another came.
        UnexpectedNumber = "unexpected-number",
        /// The code died before it was exchanged, or the login took longer than an hour.
        TooLate = "too-late",
        /// The code was not exchanged: configuration, or Meta.
        Exchange = "exchange",
        /// Meta allows the business no further account or number.
        Limit = "limit",
        /// Two-step verification keeps us out.
        Pin = "pin",
        /// The number was not proven by code.
        Unverified = "unverified",
        /// Registered too often: Meta wants three days.
        Wait = "wait",
        /// Meta asks for a wait that is longer than a page stays open.
        Pause = "pause",
        /// Meta locked the account or the number.
        Blocked = "blocked",
        /// Meta did not accept the number.
        NumberFailed = "number-failed",
        /// Meta did not answer in time before the number was known.
        MetaDown = "meta-down",
        /// Meta did not answer in time once the number was known.
        MetaDownLater = "meta-down-later",
        /// The link was taken back while the signup ran.
        Revoked = "revoked",
        /// Facebook failed before the customer came back from it.
        FacebookDown = "facebook-down",
        /// Facebook wants to know the person better first: two-factor authentication, a new device, a captcha.
        SecurityCheck = "security-check",
        /// The account cannot be shared with the platform.
        WrongAccount = "wrong-account",
        /// The number is not in the portfolio that was chosen.
        WrongBusiness = "wrong-business",
        /// Coexistence was asked for, and the number is in no app.
        NotInApp = "not-in-app",
        /// The app has not been used enough with the number.
        TooNew = "too-new",
        /// The app is too old.
        UpdateApp = "update-app",
        /// Coexistence is not to be had in the number's country.
        Region = "region",
        /// Another service still holds the number.
        Elsewhere = "elsewhere",
        /// The number is linked to another Facebook Page.
        OtherPage = "other-page",
        /// It is no number that can be used.
        InvalidNumber = "invalid-number",
        /// Codes were asked for, or guessed, too often.
        TooManyCodes = "too-many-codes",
        /// The name or the website of the business was not accepted.
        Name = "name",
        /// Meta is still verifying the business.
        InReview = "in-review",
        /// Meta could not take a payment.
        Payment = "payment",
        /// Meta wants something of the operator first.
        Operator = "operator",
    }
}

impl Reason {
    /// The code that goes to the platform.
    #[must_use]
    pub fn error_code(self) -> ErrorCode {
        match self {
            Self::Cancelled
            | Self::NoAccess
            | Self::FacebookDown
            | Self::SecurityCheck
            | Self::WrongAccount
            | Self::InReview
            | Self::Operator => ErrorCode::FacebookAuthFailed,
            Self::TooLate | Self::Exchange | Self::MetaDown => ErrorCode::TokenExchangeFailed,
            Self::Limit => ErrorCode::WabaLimitReached,
            Self::Revoked => ErrorCode::LinkExpired,
            Self::NoNumber
            | Self::Taken
            | Self::WrongTypeDedicated
            | Self::WrongTypeCoexistence
            | Self::WrongNumber
            | Self::OtherAccount
            | Self::UnexpectedNumber
            | Self::Pin
            | Self::Unverified
            | Self::Wait
            | Self::Pause
            | Self::Blocked
            | Self::NumberFailed
            | Self::MetaDownLater
            | Self::WrongBusiness
            | Self::NotInApp
            | Self::TooNew
            | Self::UpdateApp
            | Self::Region
            | Self::Elsewhere
            | Self::OtherPage
            | Self::InvalidNumber
            | Self::TooManyCodes
            | Self::Name
            | Self::Payment => ErrorCode::PhoneVerificationFailed,
        }
    }

    /// The stem of its messages in the catalogues.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::MetaDownLater => Self::MetaDown.as_str(),
            other => other.as_str(),
        }
    }

    /// Whether the customer can mend it by what they do. They can start again after a wait, but it is time that mends it
    /// (`Wait`, `Pause`, `TooManyCodes`), or Meta (`Blocked`, `InReview`); the rest is the platform's or the operator's.
    #[must_use]
    pub fn is_user_fixable(self) -> bool {
        !matches!(
            self,
            Self::Wait
                | Self::Pause
                | Self::TooManyCodes
                | Self::Blocked
                | Self::InReview
                | Self::Exchange
                | Self::MetaDown
                | Self::MetaDownLater
                | Self::FacebookDown
                | Self::Operator
                | Self::Revoked
        )
    }

    /// Whether the same connection type would most likely fail again.
    #[must_use]
    pub fn speaks_against_type(self) -> bool {
        matches!(
            self,
            Self::NotInApp | Self::TooNew | Self::Region | Self::WrongTypeDedicated | Self::WrongTypeCoexistence
        )
    }

    /// Whether the customer's login itself is no good any more.
    #[must_use]
    pub fn is_dead_login(self) -> bool {
        matches!(self, Self::Exchange | Self::SecurityCheck)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn every_reason_has_its_words_in_every_language() {
        for &lang in Lang::ALL {
            for &reason in Reason::ALL {
                for part in ["title", "text"] {
                    let id = format!("{}-{part}", reason.words());
                    assert_ne!(lang.say(&id, &[("project", "Acme".into())]), id, "{lang}");
                }
            }
        }
    }

    #[test]
    fn the_document_says_of_every_reason_what_the_platform_and_the_customer_get() {
        let (_, section) = include_str!("../../docs/failures.md").split_once("\n## Reasons\n").unwrap();
        let rows: Vec<Vec<&str>> = section
            .lines()
            .skip(1)
            .take_while(|line| !line.starts_with('#'))
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.split('|').map(|cell| cell.trim().trim_matches('`')).collect())
            .collect();
        assert_eq!(rows.len(), Reason::ALL.len());
        for (row, &reason) in rows.iter().zip(Reason::ALL) {
            assert_eq!(row[1..4], [reason.as_str(), reason.error_code().as_str(), reason.words()]);
            assert_eq!(row[4] == "customer", reason.is_user_fixable(), "{reason}");
        }
    }
}
