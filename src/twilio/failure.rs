//! What went wrong with a call, by what to do about it.
//!
//! Twilio advises against building on exact codes: the HTTP status decides first, and the code only tells apart what one
//! status lumps together. An unknown code is treated as its status says.

use std::time::Duration;

use serde_json::Value;

use crate::provisioned::Trouble;

/// An answer that is none, or a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No answer that can be read: the call may have been carried out.
    Unreachable(&'static str),
    /// Twilio refused, with its status and its code (0 where it gave none).
    Refused {
        /// The HTTP status.
        status: u16,
        /// Twilio's error code.
        code: i64,
        /// What `Retry-After` asked for.
        wait: Option<Duration>,
    },
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Try the same again, after a wait that was asked for or one of our own.
    Later(Option<Duration>),
    /// Whether the call was carried out is not known: ask before it is made again.
    Ask,
    /// This number is not to be had: take another.
    Another,
    /// There is no such thing.
    Missing,
    /// Nothing that we could do again will help.
    Stop(Trouble),
}

impl Failure {
    /// Reads an error's body: `{"code", "message", "more_info", "status"}`, or whatever a gateway sent.
    pub(super) fn read(status: u16, body: &[u8], wait: Option<Duration>) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let code = body.get("code").and_then(|code| code.as_i64().or_else(|| code.as_str()?.trim().parse().ok()));
        Self::Refused { status, code: code.unwrap_or(0), wait }
    }

    /// Whether it says that there is no such thing.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.remedy() == Remedy::Missing
    }

    /// Whether it is Twilio itself who says so: anybody's gateway that was set up wrongly answers with a bare 404, and a number
    /// is not gone by that.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { status: 404, code: 20_404, .. })
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        let Self::Refused { status, code, wait } = *self else { return Remedy::Ask };
        match status {
            // Never processed, so always safe to make again (Twilio's documentation of error 20429).
            429 => Remedy::Later(wait),
            401 => Remedy::Stop(Trouble::Credentials),
            403 => Remedy::Stop(match code {
                // A restricted key without the permission; a test credential on a real resource.
                20_003 | 20_008 | 70_051 => Trouble::Credentials,
                _ => Trouble::Account,
            }),
            404 => Remedy::Missing,
            // A gateway lost patience; whoever is behind it may have gone on.
            408 => Remedy::Ask,
            400..500 => of_code(code),
            // 5xx, and what no call should answer.
            _ => Remedy::Ask,
        }
    }
}

/// Twilio's dictionary of error codes, as far as a purchase can meet it.
fn of_code(code: i64) -> Remedy {
    match code {
        // Invalid, not available, bound to a number pool.
        21_421 | 21_422 | 80_601 => Remedy::Another,
        21_451 | 21_452 => Remedy::Stop(Trouble::AreaCode),
        21_613 | 21_615 | 21_631 => Remedy::Stop(Trouble::Address),
        21_649 => Remedy::Stop(Trouble::Bundle),
        21_650 | 21_651 => Remedy::Stop(Trouble::Identity),
        // A trial account's bounds, and an account that may buy no such numbers.
        10_002 | 21_404 | 22_300 | 20_403 | 20_005 | 20_006 | 20_010 => Remedy::Stop(Trouble::Account),
        20_003 | 20_008 | 70_051 => Remedy::Stop(Trouble::Credentials),
        20_404 => Remedy::Missing,
        20_429 => Remedy::Later(None),
        _ => Remedy::Stop(Trouble::Refused),
    }
}

/// As a log line has it: never the prose, which repeats numbers.
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "Twilio gave no answer: {why}"),
            Self::Refused { status, code, .. } => write!(f, "Twilio refused: HTTP {status}, code {code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(status: u16, code: i64) -> Remedy {
        Failure::Refused { status, code, wait: None }.remedy()
    }

    /// Every row of Twilio's table of errors that our calls can meet.
    #[test]
    fn every_code_has_its_answer() {
        for (status, code, answer) in [
            (401, 20_003, Remedy::Stop(Trouble::Credentials)),
            (403, 20_003, Remedy::Stop(Trouble::Credentials)),
            (403, 20_403, Remedy::Stop(Trouble::Account)),
            (403, 20_005, Remedy::Stop(Trouble::Account)),
            (403, 20_006, Remedy::Stop(Trouble::Account)),
            (403, 20_010, Remedy::Stop(Trouble::Account)),
            (403, 70_051, Remedy::Stop(Trouble::Credentials)),
            (401, 70_051, Remedy::Stop(Trouble::Credentials)),
            (403, 20_008, Remedy::Stop(Trouble::Credentials)),
            (404, 20_404, Remedy::Missing),
            (429, 20_429, Remedy::Later(None)),
            (500, 20_500, Remedy::Ask),
            (503, 20_503, Remedy::Ask),
            (400, 20_002, Remedy::Stop(Trouble::Refused)),
            (400, 21_402, Remedy::Stop(Trouble::Refused)),
            (400, 21_403, Remedy::Stop(Trouble::Refused)),
            (400, 21_405, Remedy::Stop(Trouble::Refused)),
            (400, 21_404, Remedy::Stop(Trouble::Account)),
            (400, 10_002, Remedy::Stop(Trouble::Account)),
            (403, 10_002, Remedy::Stop(Trouble::Account)),
            (400, 21_421, Remedy::Another),
            (400, 21_422, Remedy::Another),
            (400, 21_451, Remedy::Stop(Trouble::AreaCode)),
            (400, 21_452, Remedy::Stop(Trouble::AreaCode)),
            (400, 21_457, Remedy::Stop(Trouble::Refused)),
            (400, 21_458, Remedy::Stop(Trouble::Refused)),
            (400, 21_613, Remedy::Stop(Trouble::Address)),
            (400, 21_615, Remedy::Stop(Trouble::Address)),
            (400, 21_631, Remedy::Stop(Trouble::Address)),
            (400, 21_649, Remedy::Stop(Trouble::Bundle)),
            (400, 21_650, Remedy::Stop(Trouble::Identity)),
            (400, 21_651, Remedy::Stop(Trouble::Identity)),
            (403, 22_300, Remedy::Stop(Trouble::Account)),
            (400, 80_601, Remedy::Another),
            (408, 0, Remedy::Ask),
            (502, 0, Remedy::Ask),
            (302, 0, Remedy::Ask),
            (400, 0, Remedy::Stop(Trouble::Refused)),
        ] {
            assert_eq!(remedy(status, code), answer, "{status} {code}");
        }
        assert_eq!(Failure::Unreachable("timed out").remedy(), Remedy::Ask);
    }

    #[test]
    fn an_error_is_read_whatever_a_gateway_made_of_it() {
        let read = |body: &str| Failure::read(400, body.as_bytes(), None);
        let coded = |code| Failure::Refused { status: 400, code, wait: None };
        assert_eq!(read(r#"{"code":21422,"message":"+1…","status":400}"#), coded(21_422));
        assert_eq!(read(r#"{"code":"21422","status":"400"}"#), coded(21_422));
        assert_eq!(read(r#"{"code":null}"#), coded(0));
        assert_eq!(read("<html>Bad Gateway</html>"), coded(0));
        assert_eq!(read(r#"{"errors":[{"code":1}]}"#), coded(0));
        assert!(!coded(21_422).to_string().contains('+'));
    }
}
