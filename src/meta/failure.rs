//! What can go wrong with a call to Meta, and what to do about it.
//!
//! The body decides and not the status (Meta's documentation of error handling): an error object is read wherever it
//! stands, and an answer that is no JSON is as good as none. Meta's prose is not kept, since it may echo a token or a
//! code; its numbers and the trace id are what its support asks for.

use std::time::Duration;

use serde_json::Value;

use crate::signup::Reason;

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No answer: not connected, cut, or too slow.
    #[error("no answer ({0})")]
    Unreachable(&'static str),
    /// An answer that is not the Graph API's.
    #[error("an answer that is not the Graph API's (status {status})")]
    Garbled {
        /// The HTTP status.
        status: u16,
        /// How long the headers ask to wait.
        wait: Option<Duration>,
    },
    /// The Graph API's error object.
    #[error("{0}")]
    Graph(GraphError),
}

/// The numbers of a Graph API error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphError {
    /// `code`.
    pub code: i64,
    /// `error_subcode`.
    pub subcode: Option<i64>,
    /// `is_transient`.
    pub is_transient: bool,
    /// How long Meta asks to wait.
    pub wait: Option<Duration>,
    /// Whether the message is that of a wrong app secret, which has no code of its own.
    pub is_about_secret: bool,
    /// `fbtrace_id`, for Meta's support.
    pub trace: String,
}

impl std::fmt::Display for GraphError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Graph error {}", self.code)?;
        if let Some(subcode) = self.subcode {
            write!(f, "/{subcode}")?;
        }
        write!(f, " (trace {})", self.trace)
    }
}

impl std::error::Error for GraphError {}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Try again, after that time if Meta named one.
    Retry(Option<Duration>),
    /// Nothing that we can do will help.
    GiveUp(Reason),
}

impl GraphError {
    /// Reads the error object of an answer; `None` when there is none.
    #[must_use]
    pub fn read(body: &Value, retry_after: Option<Duration>) -> Option<Self> {
        let error = body.get("error")?.as_object()?;
        let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
        let details = error.get("error_data").and_then(|data| data.get("details")).and_then(Value::as_str);
        Some(Self {
            code: error.get("code").and_then(number)?,
            subcode: error.get("error_subcode").and_then(number),
            is_transient: error.get("is_transient").and_then(Value::as_bool).unwrap_or(false),
            wait: details.and_then(wait_in).or(retry_after),
            is_about_secret: message.contains("client secret") || message.contains("client_secret"),
            trace: error.get("fbtrace_id").and_then(Value::as_str).unwrap_or("none").chars().take(40).collect(),
        })
    }

    /// Codes that Meta calls temporary, or that ask for patience.
    fn is_retryable(&self) -> bool {
        const PASSING: &[i64] =
            &[1, 2, 4, 17, 32, 341, 613, 80007, 80008, 130_429, 131_000, 131_016, 131_057, 133_004, 133_015];
        self.is_transient || PASSING.contains(&self.code)
    }
}

/// Meta writes most numbers as numbers, and some as text.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// The time named in a sentence such as "Try again in 5 minutes".
fn wait_in(details: &str) -> Option<Duration> {
    let words: Vec<&str> =
        details.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).find_map(|pair| {
        let [amount, unit] = pair else { return None };
        let seconds = match unit.to_ascii_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 60 * 60,
            _ => return None,
        };
        Some(Duration::from_secs(amount.parse::<u64>().ok()?.checked_mul(seconds)?))
    })
}

impl Failure {
    /// An answer of status 200 in which what was asked for is missing.
    #[must_use]
    pub fn incomplete() -> Self {
        Self::Garbled { status: 200, wait: None }
    }

    /// The code of the error object, 0 when there is none.
    #[must_use]
    pub fn code(&self) -> i64 {
        match self {
            Self::Graph(error) => error.code,
            Self::Unreachable(_) | Self::Garbled { .. } => 0,
        }
    }

    /// How long Meta asks to wait, if it does.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Graph(error) => error.wait,
            Self::Garbled { wait, .. } => *wait,
            Self::Unreachable(_) => None,
        }
    }

    /// Whether the call may have had its effect although it failed.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Garbled { .. } => true,
            Self::Graph(error) => error.is_transient || matches!(error.code, 1 | 2),
        }
    }

    /// No connection: whatever was to be said, nobody has heard it.
    pub const NOT_CONNECTED: Self = Self::Unreachable("not connected");

    /// Whether it is certain that Meta has not heard the call.
    #[must_use]
    pub fn was_never_sent(&self) -> bool {
        *self == Self::NOT_CONNECTED
    }

    /// What to do about it, where the call has no better answer of its own.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Unreachable(_) | Self::Garbled { .. } => Remedy::Retry(self.wait()),
            Self::Graph(error) if error.is_retryable() => Remedy::Retry(error.wait),
            // "Does not exist, or you may not see it": said of accounts and numbers that were not granted.
            Self::Graph(GraphError { code: 100, subcode: Some(33), .. }) => Remedy::GiveUp(Reason::NoAccess),
            Self::Graph(error) => Remedy::GiveUp(
                error.subcode.and_then(reason_of).or_else(|| reason_of(error.code)).unwrap_or(Reason::NumberFailed),
            ),
        }
    }
}

/// The reason that a code stands for, in an answer of the Graph API or in what the dialog sends back (Meta's documents
/// of error codes and of Embedded Signup's errors). `docs/failures.md` is this table in prose.
#[must_use]
pub fn reason_of(code: i64) -> Option<Reason> {
    Some(match code {
        // The token is dead: the customer logs in again.
        102 | 190 | 458 | 460 | 463 | 467 | 2500 => Reason::Exchange,
        // Facebook stops this person until they have done something there.
        459 | 464 | 2_136_001 | 2_655_091 | 2_859_009 | 2_859_043 | 4_612_001 => Reason::SecurityCheck,
        // Rights were not given, or the node is not ours to see.
        3 | 10 | 200..=299 | 803 | 131_005 => Reason::NoAccess,
        // The account itself cannot be shared.
        2_494_029 | 2_494_119 | 2_494_120 | 2_593_072 | 3_441_047 => Reason::WrongAccount,
        // Meta allows no further account, number or business.
        1_690_114 | 1_752_089 | 2_388_098 | 2_494_067 => Reason::Limit,
        133_005 | 2_388_092 => Reason::Pin,
        133_006 | 2_388_091 | 2_388_093 | 2_593_037 | 2_593_039 => Reason::Unverified,
        2_494_158 => Reason::TooManyCodes,
        133_016 => Reason::Wait,
        133_008 | 133_009 | 1_390_006 | 1_390_008 | 1_675_004 | 3_441_033 | 3_441_046 => Reason::Pause,
        368 | 131_031 | 1_404_163 | 1_784_028 | 2_388_107 | 2_655_089 | 2_859_015 | 3_441_040 => Reason::Blocked,
        131_042 => Reason::Payment,
        1_690_062 | 1_690_089..=1_690_091 | 2_388_009 | 2_388_010 | 2_593_010 | 3_771_014 => Reason::Name,
        2_494_030 | 2_494_143 => Reason::InReview,
        2_494_091 => Reason::Operator,
        2_655_011 | 3_441_041 => Reason::WrongBusiness,
        2_655_048 | 2_655_095 => Reason::NotInApp,
        3_441_045 => Reason::TooNew,
        4_563_015 => Reason::UpdateApp,
        3_441_042 => Reason::Region,
        2_494_028 | 2_655_049 | 2_655_093 | 2_655_094 | 3_441_030 | 3_441_049 => Reason::Elsewhere,
        2_655_082 => Reason::OtherPage,
        2_388_002 | 3_441_051 => Reason::InvalidNumber,
        // A number that was deleted.
        33 => Reason::NumberFailed,
        // Trouble of Facebook's own, in its dialog.
        1_349_246 | 1_357_053 | 1_675_012 | 1_675_030 | 1_690_061 | 1_752_206 | 1_752_224 | 2_593_030 | 2_593_035
        | 2_655_069 | 3_441_003 | 4_056_009 => Reason::FacebookDown,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn graph(body: &Value) -> Failure {
        Failure::Graph(GraphError::read(body, None).unwrap())
    }

    #[test]
    fn the_body_decides_what_to_do() {
        let remedy = |code: i64| graph(&json!({"error": {"code": code, "message": "x"}})).remedy();
        for passing in [1, 2, 4, 17, 80_007, 131_000, 131_016, 133_004] {
            assert_eq!(remedy(passing), Remedy::Retry(None), "{passing}");
        }
        assert_eq!(remedy(190), Remedy::GiveUp(Reason::Exchange));
        assert_eq!(remedy(200), Remedy::GiveUp(Reason::NoAccess));
        assert_eq!(remedy(100), Remedy::GiveUp(Reason::NumberFailed));
        assert_eq!(
            graph(&json!({"error": {"code": 100, "is_transient": true}})).remedy(),
            Remedy::Retry(None),
            "Meta says that it passes"
        );
        assert_eq!(
            graph(&json!({"error": {"code": 100, "error_subcode": 2_388_098}})).remedy(),
            Remedy::GiveUp(Reason::Limit)
        );
    }

    #[test]
    fn the_wait_is_read_from_the_details() {
        for (details, seconds) in [
            ("Please retry after 42 seconds.", Some(42)),
            ("Try again in 5 minutes", Some(300)),
            ("Wait 2 hours before guessing again", Some(7200)),
            ("Too many PIN guesses", None),
            ("99999999999999999999 hours", None),
        ] {
            assert_eq!(wait_in(details), seconds.map(Duration::from_secs), "{details}");
        }
    }

    #[test]
    fn nothing_that_meta_says_in_prose_is_kept() {
        let body = json!({"error": {"code": 100, "message": "token EAAsecret is bad", "fbtrace_id": "Abc"}});
        assert_eq!(graph(&body).to_string(), "Graph error 100 (trace Abc)");
        assert_eq!(GraphError::read(&json!({"error": "text"}), None), None);
        assert_eq!(GraphError::read(&json!({"data": []}), None), None);
    }

    /// Every code that Meta's documents name for Embedded Signup, for Graph calls and for `register`: none of them leaves
    /// the customer with "something about the number" alone.
    #[test]
    fn every_documented_code_has_a_reason_of_its_own() {
        let embedded_signup = "3441041 3441045 2655095 2655048 3441042 2655093 2655082 3441049 2655094 3441030 3441047 4563015 \
            2593037 2593039 2494158 2388091 2388093 2388098 1752089 2494067 1690114 3441033 3441046 1390006 1675004 1390008 \
            2593010 3771014 2388009 2388010 1690062 1690089 1690090 1690091 2655049 2494028 2494029 2593072 2494091 2494120 \
            2494119 2494030 2494143 3441051 2655011 2388002 1675030 1675012 2593030 1357053 1752224 1752206 3441003 2593035 \
            4056009 1690061 1349246 2655069 2655089 3441040 2388107 2859015 1784028 1404163 2859009 4612001 2859043 2136001 \
            2655091";
        let graph_api = "3 10 200 299 102 190 458 459 460 463 464 467 368 803 2500 131005 131031 131042";
        let register = "133005 133006 133008 133009 133016 2388092";
        for code in [embedded_signup, graph_api, register].into_iter().flat_map(str::split_whitespace) {
            let reason = reason_of(code.parse().unwrap());
            assert!(reason.is_some_and(|reason| reason != Reason::NumberFailed), "{code}: {reason:?}");
        }
    }

    /// The codes in the first cell of a row of `docs/failures.md`: `` `3`, `200`–`299` ``.
    fn codes(row: &str) -> Vec<i64> {
        let code = |text: &str| text.trim().trim_matches('`').parse::<i64>().unwrap();
        let cell = row.split('|').nth(1).unwrap();
        cell.split(',')
            .flat_map(|part| match part.split_once('–') {
                Some((first, last)) => code(first)..=code(last),
                None => code(part)..=code(part),
            })
            .collect()
    }

    /// The rows of the table under a heading of `docs/failures.md`.
    fn rows(heading: &str) -> Vec<&'static str> {
        let document = include_str!("../../docs/failures.md");
        let (_, section) = document.split_once(heading).unwrap();
        section
            .lines()
            .skip(1)
            .take_while(|line| !line.starts_with('#'))
            .filter(|line| line.starts_with("| `"))
            .collect()
    }

    #[test]
    fn the_document_says_of_every_code_what_becomes_of_it() {
        let mut reasons = std::collections::BTreeMap::new();
        for row in rows("\n## Meta's codes\n") {
            let reason = Reason::parse(row.split('|').nth(2).unwrap().trim().trim_matches('`')).unwrap();
            for code in codes(row) {
                assert_eq!(reasons.insert(code, reason), None, "{code} stands there twice");
            }
        }
        let retried: Vec<i64> = rows("\n### Tried again\n").into_iter().flat_map(codes).collect();
        for code in 0..5_000_000 {
            assert_eq!(reason_of(code), reasons.get(&code).copied(), "{code}");
            let error = GraphError { code, ..GraphError::default() };
            assert_eq!(error.is_retryable(), retried.contains(&code), "{code}");
        }
    }
}
