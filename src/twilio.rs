//! Twilio: finding, buying, listening to and releasing phone numbers, one method per call that the house makes.
//!
//! The account that pays is handed in with every call: the deployment's own, or a project's. Credentials travel in the
//! `Authorization` header alone, and nothing that Twilio says in prose is kept: what is done about an answer is decided
//! by its status and its code ([`Failure`]).

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::{error::Result, outgoing};

mod call;
pub mod failure;
pub mod inbound;
pub mod market;
pub mod numbers;

pub use failure::{Failure, Remedy};

/// How long one call may take: longer than a purchase does, shorter than anybody watches a page.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

/// Who pays, and how we show that we may spend it.
#[derive(Clone, Debug)]
pub struct Account {
    /// `AC` and 32 hexadecimal digits.
    pub sid: String,
    /// Signs what Twilio sends us, always; and lets us in where there is no key.
    pub auth_token: SecretString,
    /// An API key's id (`SK…`) and secret, to be let in by instead.
    pub api_key: Option<(String, SecretString)>,
}

/// Whether that is an account's SID (Twilio's OpenAPI description).
#[must_use]
pub fn is_account_sid(text: &str) -> bool {
    is_sid(text, "AC")
}

/// Whether that is a SID of Twilio's of that kind: two letters and 32 hexadecimal digits.
#[must_use]
pub fn is_sid(text: &str, kind: &str) -> bool {
    text.strip_prefix(kind).is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// What the operator configured about Twilio.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the API is.
    pub api_url: Url,
    /// Where the API of regulations is.
    pub numbers_url: Url,
    /// Where the API of prices is.
    pub pricing_url: Url,
    /// The deployment's own account, which sells numbers of the United States.
    pub account: Option<Account>,
    /// How many numbers are bought for a project in 24 hours at most.
    pub most_a_day: u32,
    /// How many numbers a project has at a time at most.
    pub most_held: u32,
    /// What a number may cost a month, in cents of the account's currency.
    pub highest_price: Option<u64>,
    /// How long a number that was not used is kept.
    pub grace: Duration,
}

impl Settings {
    /// No account, and the limits and addresses that hold unless they are set otherwise.
    #[must_use]
    pub fn at(api_url: Url) -> Self {
        let grace = Duration::from_secs(24 * 60 * 60);
        let (numbers_url, pricing_url) = (sister(&api_url, "numbers"), sister(&api_url, "pricing"));
        Self {
            api_url,
            numbers_url,
            pricing_url,
            account: None,
            most_a_day: 20,
            most_held: 100,
            highest_price: None,
            grace,
        }
    }
}

/// Where a sister of the API is unless it is set: Twilio has it on a host of its own, `numbers.twilio.com` beside
/// `api.twilio.com`, with edge and region kept. Whatever else stands in for the API stands in for its sisters too: their
/// paths are not the API's.
fn sister(api_url: &Url, name: &str) -> Url {
    let mut url = api_url.clone();
    let host = api_url.host_str().unwrap_or_default();
    if let Some(rest) = host.strip_prefix("api.").filter(|rest| *rest == "twilio.com" || rest.ends_with(".twilio.com"))
    {
        let _ = url.set_host(Some(&format!("{name}.{rest}")));
    }
    url
}

/// The way to Twilio. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Twilio {
    settings: Settings,
    http: reqwest::Client,
}

impl Twilio {
    /// Where Twilio's API is, unless it is set otherwise.
    pub const API_URL: &'static str = "https://api.twilio.com";

    /// Prepares the way; nothing is called yet.
    ///
    /// # Errors
    /// When no HTTP client can be built on this machine.
    pub fn new(settings: Settings) -> Result<Self> {
        let http = outgoing::client(&settings.api_url, CALL_TIMEOUT)?;
        Ok(Self { settings, http })
    }

    /// What the operator configured.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The address of something of an account's.
    fn of_account(&self, account: &Account, path: &[&str]) -> Url {
        let mut url = self.settings.api_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["2010-04-01", "Accounts"]);
            // The file name's end stands after the last segment, whichever that is.
            let last = [&[account.sid.as_str()], path].concat();
            let (end, before) = last.split_last().unwrap_or((&"", &[]));
            segments.extend(before).push(&format!("{end}.json"));
        }
        url
    }
}

/// An address below a base.
fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sisters_are_beside_the_api_at_twilio_and_on_its_own_host_elsewhere() {
        let address = |base: &str| Settings::at(base.parse().unwrap()).pricing_url.to_string();
        assert_eq!(address("https://api.twilio.com"), "https://pricing.twilio.com/");
        assert_eq!(address("https://api.dublin.ie1.twilio.com/"), "https://pricing.dublin.ie1.twilio.com/");
        for elsewhere in ["http://127.0.0.1:4010/base", "https://api.example.com/", "https://api.nottwilio.com/"] {
            assert_eq!(address(elsewhere), elsewhere);
        }
        let base = "http://127.0.0.1:4010/base".parse().unwrap();
        assert_eq!(below(&base, &["v1", "PhoneNumbers"]).as_str(), "http://127.0.0.1:4010/base/v1/PhoneNumbers");
    }

    #[test]
    fn the_end_of_the_name_stands_after_the_last_segment() {
        let twilio = Twilio::new(Settings::at("https://api.twilio.com".parse().unwrap())).unwrap();
        let account = Account { sid: "AC1".to_owned(), auth_token: "x".into(), api_key: None };
        let address = |path: &[&str]| twilio.of_account(&account, path).path().to_owned();
        assert_eq!(address(&[]), "/2010-04-01/Accounts/AC1.json");
        assert_eq!(address(&["IncomingPhoneNumbers"]), "/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json");
        assert_eq!(address(&["Recordings", "../x"]), "/2010-04-01/Accounts/AC1/Recordings/..%2Fx.json");
    }

    #[test]
    fn a_sid_is_two_letters_and_32_hexadecimal_digits() {
        assert!(is_account_sid("AC0123456789abcdef0123456789ABCDEF"));
        for not in ["", "AC", "SK0123456789abcdef0123456789abcdef", "AC0123456789abcdef0123456789abcdeg"] {
            assert!(!is_account_sid(not), "{not}");
        }
    }
}
