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
    }
}

impl Reason {
    /// The code that goes to the platform.
    #[must_use]
    pub fn error_code(self) -> ErrorCode {
        match self {
            Self::Cancelled | Self::NoAccess => ErrorCode::FacebookAuthFailed,
            Self::TooLate | Self::Exchange | Self::MetaDown => ErrorCode::TokenExchangeFailed,
            Self::Limit => ErrorCode::WabaLimitReached,
            Self::Revoked => ErrorCode::LinkExpired,
            Self::NoNumber
            | Self::Taken
            | Self::WrongTypeDedicated
            | Self::WrongTypeCoexistence
            | Self::WrongNumber
            | Self::Pin
            | Self::Unverified
            | Self::Wait
            | Self::Pause
            | Self::Blocked
            | Self::NumberFailed
            | Self::MetaDownLater => ErrorCode::PhoneVerificationFailed,
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

    /// Whether the customer can do something about it. What they cannot mend is for the platform or the operator.
    #[must_use]
    pub fn is_user_fixable(self) -> bool {
        !matches!(self, Self::Exchange | Self::MetaDown | Self::MetaDownLater | Self::Revoked)
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
}
