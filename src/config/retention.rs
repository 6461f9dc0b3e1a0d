//! For how long what is over is kept.

use clap::Args;

use super::{Unusable, or_default, read::days};
use crate::{error::Result, retention::Retention};

/// Ten years.
const LONGEST: u64 = 3650;

/// How many days each kind of thing is kept once nothing needs it.
#[derive(Args, Clone, Debug)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
#[allow(clippy::struct_field_names, reason = "they are the names of the flags")]
pub struct RetentionArgs {
    /// How many days events are kept, from 1 to 3650; those of a link that is active stay
    #[arg(long, env = "EVENT_RETENTION_DAYS", default_value = "30", value_name = "DAYS")]
    event_retention_days: String,
    /// How many days webhook deliveries are kept, from 1 to 3650; as long as events unless set
    #[arg(long, env = "DELIVERY_RETENTION_DAYS", default_value = "", value_name = "DAYS")]
    delivery_retention_days: String,
    /// How many days a signup is kept after its end, from 1 to 3650
    #[arg(long, env = "SIGNUP_RETENTION_DAYS", default_value = "90", value_name = "DAYS")]
    signup_retention_days: String,
    /// How many days a login that never came back is kept, from 1 to 365: who comes back late is told so
    #[arg(long, env = "LOGIN_RETENTION_DAYS", default_value = "7", value_name = "DAYS")]
    login_retention_days: String,
    /// How many days the answer under an Idempotency-Key is kept, from 1 to 30
    #[arg(long, env = "IDEMPOTENCY_RETENTION_DAYS", default_value = "1", value_name = "DAYS")]
    idempotency_retention_days: String,
    /// How many days a bought number is listed after it was given back, from 1 to 3650
    #[arg(long, env = "RELEASED_NUMBER_RETENTION_DAYS", default_value = "365", value_name = "DAYS")]
    released_number_retention_days: String,
}

impl RetentionArgs {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first that is malformed, in words.
    pub fn retention(&self) -> Result<Retention, Unusable> {
        let events = or_default(&self.event_retention_days, "30");
        let deliveries = or_default(&self.delivery_retention_days, events);
        let of = |name, text, default, most| days(name, or_default(text, default), most);
        Ok(Retention {
            events: days("EVENT_RETENTION_DAYS", events, LONGEST)?,
            deliveries: days("DELIVERY_RETENTION_DAYS", deliveries, LONGEST)?,
            signups: of("SIGNUP_RETENTION_DAYS", &self.signup_retention_days, "90", LONGEST)?,
            logins: of("LOGIN_RETENTION_DAYS", &self.login_retention_days, "7", 365)?,
            answers: of("IDEMPOTENCY_RETENTION_DAYS", &self.idempotency_retention_days, "1", 30)?,
            released: of("RELEASED_NUMBER_RETENTION_DAYS", &self.released_number_retention_days, "365", LONGEST)?,
        })
    }
}
