//! A number that is bought for a customer: from the wish for one to its use or its return.

use serde::{Deserialize, Serialize};

use crate::{
    choice::choice,
    clock::Timestamp,
    id::{CustomerId, LinkId, ProjectId, ProvisionedId},
};

pub mod code;
pub mod pool;

choice! {
    /// Where a number stands.
    pub enum Status as ProvisionedStatus {
        /// The customer has asked for one; none is picked.
        Wanted = "wanted",
        /// One is picked, and perhaps bought: only Twilio knows.
        Picked = "picked",
        /// It is ours, and waits for its customer.
        Bought = "bought",
        /// It is connected.
        Connected = "connected",
        /// It is being given back.
        Releasing = "releasing",
        /// It was given back.
        Released = "released",
        /// None was bought, and none will be.
        Failed = "failed",
    }
}

impl Status {
    /// Whether the customer's link has it, or will have it.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Wanted | Self::Picked | Self::Bought)
    }

    /// Whether it may cost money.
    #[must_use]
    pub fn is_held(self) -> bool {
        matches!(self, Self::Picked | Self::Bought | Self::Connected | Self::Releasing)
    }
}

choice! {
    /// Why no number was bought, why nobody knows yet whether one was, or why it was not given back.
    pub enum Trouble as ProvisionedTrouble {
        /// Twilio does not let us in.
        Credentials = "credentials",
        /// The account may not buy: a trial, out of funds, restricted.
        Account = "account",
        /// The country asks for an address.
        Address = "address",
        /// The country asks for approved documents.
        Bundle = "bundle",
        /// The country asks for a person's documents, or other ones.
        Identity = "identity",
        /// There is none with that area code.
        AreaCode = "area_code",
        /// There is none in that country.
        NoneLeft = "none_left",
        /// It would cost more than the operator allows.
        TooExpensive = "too_expensive",
        /// The project has had its numbers of the day.
        DayLimit = "day_limit",
        /// The project has all the numbers it may have.
        LiveLimit = "live_limit",
        /// Twilio did not answer for too long.
        NotAnswering = "not_answering",
        /// Twilio refused for a reason that is ours.
        Refused = "refused",
        /// The link was over, or the platform had it given back, before it was bought.
        CalledOff = "called_off",
        /// It was not given back: somebody gave it another name at Twilio, and so it is theirs.
        Renamed = "renamed",
        /// Twilio could not be asked about it any more, and the operator said that it is not paid for.
        WrittenOff = "written_off",
    }
}

impl Trouble {
    /// What the customer is told: most of these only the operator can mend, and one sentence says so.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AreaCode => "provision-area",
            Self::NoneLeft => "provision-none",
            Self::NotAnswering | Self::CalledOff | Self::WrittenOff => "provision-later",
            Self::DayLimit | Self::LiveLimit => "provision-limit",
            _ => "provision-closed",
        }
    }

    /// Whether the operator has to do something before another try can work.
    #[must_use]
    pub fn needs_operator(self) -> bool {
        matches!(
            self,
            Self::Credentials
                | Self::Account
                | Self::Address
                | Self::Bundle
                | Self::Identity
                | Self::TooExpensive
                | Self::DayLimit
                | Self::LiveLimit
                | Self::Refused
        )
    }
}

choice! {
    /// What kind of number it is.
    pub enum NumberType as TwilioNumberType {
        /// Of a place.
        Local = "local",
        /// Of a mobile network.
        Mobile = "mobile",
        /// Of the whole country.
        National = "national",
        /// Free to call.
        TollFree = "toll_free",
    }
}

impl NumberType {
    /// How the search's address spells it.
    #[must_use]
    pub fn segment(self) -> &'static str {
        match self {
            Self::Local => "Local",
            Self::Mobile => "Mobile",
            Self::National => "National",
            Self::TollFree => "TollFree",
        }
    }

    /// How the regulations spell it.
    #[must_use]
    pub fn regulated_as(self) -> &'static str {
        if self == Self::TollFree { "toll-free" } else { self.as_str() }
    }
}

/// What a project's account has for one country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountryRule {
    /// ISO 3166-1 alpha-2.
    pub iso: String,
    /// The type to buy; the first that Twilio sells there when it is not said.
    #[serde(default)]
    pub number_type: Option<NumberType>,
    /// Approved documents.
    #[serde(default)]
    pub bundle_sid: Option<String>,
    /// An address.
    #[serde(default)]
    pub address_sid: Option<String>,
}

/// A number as it is stored.
#[derive(Clone, Debug)]
pub struct Provisioned {
    /// Our id of it.
    pub id: ProvisionedId,
    /// The project it was bought for.
    pub project_id: ProjectId,
    /// The customer it was bought for.
    pub customer_id: CustomerId,
    /// The link it was bought for.
    pub link_id: LinkId,
    /// The Twilio account that pays.
    pub account_sid: String,
    /// The country it is of.
    pub country_iso: String,
    /// The area code it must have.
    pub area_code: Option<String>,
    /// Our mark, which it carries at Twilio.
    pub mark: String,
    /// Where it stands.
    pub status: Status,
    /// Why none was bought; of one that is picked, why nobody knows yet; of one that is released, why it was not given back.
    pub trouble: Option<Trouble>,
    /// In E.164, once it is picked.
    pub phone_number: Option<String>,
    /// Whether it takes SMS: many outside North America take calls alone.
    pub takes_sms: bool,
    /// Twilio's id of it, once it is bought.
    pub sid: Option<String>,
    /// Numbers that turned out not to be for sale.
    pub passed: Vec<String>,
    /// When the customer asked for it.
    pub created_at: Timestamp,
    /// When it was bought.
    pub bought_at: Option<Timestamp>,
    /// When it is to be given back; set by whoever decides that.
    pub release_at: Option<Timestamp>,
    /// What its customer is waiting for.
    pub listening: Listening,
    /// Its way through the solution partner's pool at Meta.
    pub pooled: pool::Pooled,
    /// Tries of the present step.
    pub tries: i32,
    /// When it is looked at again.
    pub next_at: Timestamp,
    /// Raised by every claim.
    pub fence: i64,
}

/// A number that listens for its verification code.
#[derive(Clone, Debug, Default)]
pub struct Listening {
    /// Since when.
    pub since: Option<Timestamp>,
    /// Until when: what comes later is not read.
    pub until: Option<Timestamp>,
    /// The code, sealed.
    pub code: Option<Vec<u8>>,
    /// When it came.
    pub code_at: Option<Timestamp>,
    /// The recording of a call that could not be read, or not yet.
    pub recording: Option<String>,
    /// When that came.
    pub recording_at: Option<Timestamp>,
}

/// How long a code is kept: as long as Meta takes it.
pub const CODE_LIFETIME: std::time::Duration = std::time::Duration::from_secs(10 * 60);

impl Listening {
    /// Whether a signup is waiting for a code at that moment.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// Whether there is a code that may still be shown.
    #[must_use]
    pub fn has_code(&self, now: Timestamp) -> bool {
        self.code.is_some() && self.code_at.is_some_and(|at| now.since(at) < CODE_LIFETIME)
    }

    /// The recording that may still be played.
    #[must_use]
    pub fn playable(&self, now: Timestamp) -> Option<&str> {
        let is_fresh = self.recording_at.is_some_and(|at| now.since(at) < CODE_LIFETIME);
        self.recording.as_deref().filter(|_| is_fresh)
    }

    /// Whether a call was recorded and no code has been read since: neither in it, nor after it.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.recording_at.is_some_and(|recorded| self.code_at.is_none_or(|read| read < recorded))
    }
}

impl Provisioned {
    /// The area code of a number of North America.
    #[must_use]
    pub fn own_area_code(&self) -> Option<&str> {
        let national = self.phone_number.as_deref()?.strip_prefix("+1")?;
        (national.len() == 10).then(|| &national[..3])
    }
}
