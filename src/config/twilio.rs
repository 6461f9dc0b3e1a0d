//! The settings of number provisioning.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use secrecy::SecretString;

use super::{Unusable, base, or_default, or_file, unusable};
use crate::{
    error::Result,
    twilio::{self, Account, Settings, is_sid, market::parse_cents},
};

const DEFAULT_API_URL: &str = twilio::Twilio::API_URL;

/// Where Twilio is.
#[derive(Args, Clone, Debug, Default)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct TwilioApiArgs {
    /// Where Twilio's API is
    #[arg(long = "twilio-api-url", env = "TWILIO_API_URL", default_value = DEFAULT_API_URL, value_name = "URL")]
    api: String,
    /// Where its API of regulations is; numbers.twilio.com with Twilio's own API, else TWILIO_API_URL
    #[arg(long = "twilio-numbers-url", env = "TWILIO_NUMBERS_URL", default_value = "", value_name = "URL")]
    numbers: String,
    /// Where its API of prices is; pricing.twilio.com with Twilio's own API, else TWILIO_API_URL
    #[arg(long = "twilio-pricing-url", env = "TWILIO_PRICING_URL", default_value = "", value_name = "URL")]
    pricing: String,
}

impl TwilioApiArgs {
    /// No account, and the limits that hold unless they are set otherwise, at these addresses.
    ///
    /// # Errors
    /// The first that is malformed, in words.
    pub fn settings(&self) -> Result<Settings, Unusable> {
        let mut settings = Settings::at(base("TWILIO_API_URL", or_default(&self.api, DEFAULT_API_URL))?);
        for (name, text, place) in [
            ("TWILIO_NUMBERS_URL", &self.numbers, &mut settings.numbers_url),
            ("TWILIO_PRICING_URL", &self.pricing, &mut settings.pricing_url),
        ] {
            if !text.trim().is_empty() {
                *place = base(name, text)?;
            }
        }
        Ok(settings)
    }
}

/// Buying numbers for customers, through Twilio.
#[derive(Args, Clone, Debug, Default)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct TwilioArgs {
    /// The Twilio account that buys US numbers for every project without credentials of its own: AC and 32 digits
    #[arg(long, env = "TWILIO_ACCOUNT_SID", value_name = "SID")]
    twilio_account_sid: Option<String>,
    /// That account's auth token; what Twilio sends is signed with it, so it is needed beside an API key too
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    twilio_auth_token: Option<String>,
    /// A file that holds TWILIO_AUTH_TOKEN
    #[arg(long, env = "TWILIO_AUTH_TOKEN_FILE", value_name = "PATH")]
    twilio_auth_token_file: Option<PathBuf>,
    /// An API key of that account, to make calls with instead of the auth token: SK and 32 digits
    #[arg(long, env = "TWILIO_API_KEY_SID", value_name = "SID")]
    twilio_api_key_sid: Option<String>,
    /// That key's secret
    #[arg(long, env = "TWILIO_API_KEY_SECRET", hide_env_values = true, value_name = "SECRET")]
    twilio_api_key_secret: Option<String>,
    /// A file that holds TWILIO_API_KEY_SECRET
    #[arg(long, env = "TWILIO_API_KEY_SECRET_FILE", value_name = "PATH")]
    twilio_api_key_secret_file: Option<PathBuf>,
    #[command(flatten)]
    twilio_api: TwilioApiArgs,
    /// Hours that a bought number is kept when another one was connected instead
    #[arg(long, env = "NUMBER_GRACE_HOURS", default_value = "24", value_name = "HOURS")]
    number_grace_hours: String,
    /// Numbers bought for a project in 24 hours at most
    #[arg(long, env = "NUMBER_MAX_PER_DAY", default_value = "20", value_name = "COUNT")]
    number_max_per_day: String,
    /// Numbers a project has at a time at most, connected ones included
    #[arg(long, env = "NUMBER_MAX_HELD", default_value = "100", value_name = "COUNT")]
    number_max_held: String,
    /// What a number may cost a month in the account's currency, such as 5.00; Twilio's price is asked before each purchase
    #[arg(long, env = "NUMBER_MAX_PRICE", default_value = "", value_name = "AMOUNT")]
    number_max_price: String,
}

impl TwilioArgs {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first that is malformed, in words.
    pub fn settings(&self) -> Result<Settings, Unusable> {
        let hours: u64 = number("NUMBER_GRACE_HOURS", &self.number_grace_hours, "24", 24 * 365)?;
        let highest_price = match self.number_max_price.trim() {
            "" => None,
            text => {
                Some(parse_cents(text).ok_or_else(|| unusable("NUMBER_MAX_PRICE", "must be an amount such as 5.00"))?)
            }
        };
        Ok(Settings {
            account: self.account()?,
            most_a_day: number("NUMBER_MAX_PER_DAY", &self.number_max_per_day, "20", 1_000_000)?,
            most_held: number("NUMBER_MAX_HELD", &self.number_max_held, "100", 1_000_000)?,
            highest_price,
            grace: Duration::from_secs(hours * 60 * 60),
            ..self.twilio_api.settings()?
        })
    }

    fn account(&self) -> Result<Option<Account>, Unusable> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
        let token =
            or_file("TWILIO_AUTH_TOKEN", self.twilio_auth_token.as_ref(), self.twilio_auth_token_file.as_ref())?;
        let secret = or_file(
            "TWILIO_API_KEY_SECRET",
            self.twilio_api_key_secret.as_ref(),
            self.twilio_api_key_secret_file.as_ref(),
        )?;
        let (sid, key) = (given(&self.twilio_account_sid), given(&self.twilio_api_key_sid));
        let Some(sid) = sid else {
            if token.is_some() || key.is_some() || secret.is_some() {
                return Err(unusable("TWILIO_ACCOUNT_SID", "is required beside the other credentials"));
            }
            return Ok(None);
        };
        if !twilio::is_account_sid(&sid) {
            return Err(unusable("TWILIO_ACCOUNT_SID", "must be AC and 32 hexadecimal digits"));
        }
        let Some(token) = token else {
            return Err(unusable("TWILIO_AUTH_TOKEN", "is required: what Twilio sends is signed with it"));
        };
        let api_key = match (key, secret) {
            (None, None) => None,
            (Some(key), Some(_)) if !is_sid(&key, "SK") => {
                return Err(unusable("TWILIO_API_KEY_SID", "must be SK and 32 hexadecimal digits"));
            }
            (Some(key), Some(secret)) => Some((key, SecretString::from(secret))),
            (None, Some(_)) => return Err(unusable("TWILIO_API_KEY_SID", "is required beside TWILIO_API_KEY_SECRET")),
            (Some(_), None) => return Err(unusable("TWILIO_API_KEY_SECRET", "is required beside TWILIO_API_KEY_SID")),
        };
        Ok(Some(Account { sid, auth_token: SecretString::from(token), api_key }))
    }
}

fn number<T: TryFrom<u64>>(name: &'static str, text: &str, default: &str, most: u64) -> Result<T, Unusable> {
    let number = or_default(text, default).trim().parse().ok().filter(|number| *number <= most);
    let number = number.and_then(|number: u64| T::try_from(number).ok());
    number.ok_or_else(|| unusable(name, format!("must be a whole number from 0 to {most}")))
}
