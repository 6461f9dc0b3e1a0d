//! One customer's run through Meta, as a state machine: which step, what is known, what may come next.
//!
//! ```text
//! login → exchange → accounts → numbers → (choose) → check → subscribe → register ────────────→ store → connected
//!                                                                      → contacts → history ↗
//! ```
//! From every step that is not an end a signup can fail. A move takes the state and gives the next one, or says which
//! two states do not follow each other.

use serde::{Deserialize, Serialize};

use crate::{
    choice::choice,
    clock::Timestamp,
    id::{CustomerId, LinkId, ProjectId, SignupId},
    link::ConnectionType,
    seal::Place,
    words::Lang,
};

mod claim;
mod progress;
mod reason;
mod state;

pub use claim::{Claim, Screen, Way};
pub use progress::Progress;
pub use reason::{ErrorCode, Reason};
pub use state::{Illegal, State};

choice! {
    /// The name of a state.
    pub enum Step {
        /// The customer is at Facebook.
        Login = "login",
        /// The code is exchanged for a token.
        Exchange = "exchange",
        /// The accounts that the token reaches are found.
        Accounts = "accounts",
        /// Their numbers are found.
        Numbers = "numbers",
        /// The customer chooses one of several.
        Choose = "choose",
        /// What the number is, is asked and held against the link.
        Check = "check",
        /// The app is subscribed to the account.
        Subscribe = "subscribe",
        /// A dedicated number is registered.
        Register = "register",
        /// A coexistence number's contacts are asked for.
        Contacts = "contacts",
        /// A coexistence number's chat history is asked for.
        History = "history",
        /// The number is stored.
        Store = "store",
        /// It is done.
        Connected = "connected",
        /// It is over.
        Failed = "failed",
    }
}

/// A number that the login brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// The WABA it belongs to.
    pub business_account_id: String,
    /// As Meta writes it.
    pub display_phone_number: String,
    /// The name that WhatsApp shows.
    pub verified_name: Option<String>,
}

/// How far a registration has come; kept so that a process that died in the middle knows what it had tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    /// `register` calls begun: at most two by ourselves, of Meta's ten in 72 hours.
    pub registered: u8,
    /// Whether the last call's outcome is unknown: begun, and no answer seen.
    pub in_doubt: bool,
    /// What has to be done before the next call; gone once it is done.
    pub due: Option<Errand>,
    /// Tries of that, for each has a limit of Meta's.
    pub errands: u8,
}

/// What `register` may ask for before it is called again. Each can be done twice without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// A PIN that we do not know is replaced by ours (133005).
    ReplacePin,
    /// A half-done deregistration is finished (133000).
    Deregister,
}

impl Attempts {
    /// The most `register` calls one signup makes.
    pub const MOST: u8 = 2;
    /// The most tries of what has to be done between two of them.
    pub const MOST_ERRANDS: u8 = 4;
}

/// Where a sealed secret of a signup lives.
#[must_use]
pub fn place(signup: SignupId, column: &'static str) -> Place {
    Place { table: "signups", column, row: signup.0 }
}

/// A signup as it is stored.
#[derive(Clone, Debug)]
pub struct Signup {
    /// Its id.
    pub id: SignupId,
    /// The project.
    pub project_id: ProjectId,
    /// The customer.
    pub customer_id: CustomerId,
    /// The link it was started from.
    pub link_id: LinkId,
    /// The type the customer asked for; what the number is decides.
    pub connection_type: ConnectionType,
    /// The language the customer chose on the page.
    pub language: Option<Lang>,
    /// Where it stands.
    pub state: State,
    /// Since when; `None` where a version that did not write that moved it last.
    pub since: Option<Timestamp>,
    /// How the login's code came back.
    pub way: Way,
    /// What the browser says was chosen.
    pub claim: Option<Claim>,
    /// The login's code, sealed; gone once it was exchanged.
    pub code: Option<Vec<u8>>,
    /// The business token, sealed.
    pub token: Option<Vec<u8>>,
    /// When the token ends; `None` for never or not yet known.
    pub token_expires_at: Option<Timestamp>,
    /// The two-step PIN, sealed.
    pub pin: Option<Vec<u8>>,
    /// The customer's business portfolio.
    pub business_id: Option<String>,
    /// When the customer pressed the button.
    pub created_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Until when the present work may go on.
    pub deadline_at: Option<Timestamp>,
    /// Failed tries of the present step.
    pub tries: i32,
    /// When the next try is due.
    pub next_at: Timestamp,
    /// Until when whoever moves it may, as far as they know.
    pub lease_until: Option<Timestamp>,
    /// Who may write: raised with every claim, so that a process that slept through its lease writes nothing.
    pub fence: i64,
}
