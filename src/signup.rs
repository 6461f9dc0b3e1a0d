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
    id::{CustomerId, LinkId, NumberId, ProjectId, SignupId},
    link::ConnectionType,
    number::{Facts, Kind},
    words::Lang,
};

mod reason;

pub use reason::{ErrorCode, Reason};

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

/// Where a signup stands, with all that is known there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum State {
    /// The customer is at Facebook.
    Login,
    /// A code has come back.
    Exchange,
    /// A token is held.
    Accounts,
    /// The accounts are known, newest first.
    Numbers {
        /// WABA ids.
        accounts: Vec<String>,
    },
    /// Several numbers, and only the customer knows which.
    Choose {
        /// Newest first.
        candidates: Vec<Candidate>,
    },
    /// One number is meant.
    Check {
        /// That number.
        chosen: Candidate,
    },
    /// The number may be connected.
    Subscribe {
        /// What Meta says of it.
        facts: Facts,
    },
    /// A dedicated number, subscribed.
    Register {
        /// What Meta says of it.
        facts: Facts,
        /// What was tried.
        attempts: Attempts,
    },
    /// A coexistence number, subscribed.
    Contacts {
        /// What Meta says of it.
        facts: Facts,
    },
    /// A coexistence number whose contacts were asked for.
    History {
        /// What Meta says of it.
        facts: Facts,
    },
    /// Nothing is left to do with Meta.
    Store {
        /// What Meta says of it.
        facts: Facts,
    },
    /// The number is stored.
    Connected {
        /// Our id of it.
        number: NumberId,
    },
    /// It is over; the link may be tried again.
    Failed {
        /// Why.
        reason: Reason,
        /// The step it stopped at.
        at: Step,
    },
}

/// A move that does not follow from the state.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signup at {from} cannot go to {to}")]
pub struct Illegal {
    /// Where it stands.
    pub from: Step,
    /// Where it was sent.
    pub to: Step,
}

type Moved = Result<State, Illegal>;

impl State {
    /// The name of the state.
    #[must_use]
    pub fn step(&self) -> Step {
        match self {
            Self::Login => Step::Login,
            Self::Exchange => Step::Exchange,
            Self::Accounts => Step::Accounts,
            Self::Numbers { .. } => Step::Numbers,
            Self::Choose { .. } => Step::Choose,
            Self::Check { .. } => Step::Check,
            Self::Subscribe { .. } => Step::Subscribe,
            Self::Register { .. } => Step::Register,
            Self::Contacts { .. } => Step::Contacts,
            Self::History { .. } => Step::History,
            Self::Store { .. } => Step::Store,
            Self::Connected { .. } => Step::Connected,
            Self::Failed { .. } => Step::Failed,
        }
    }

    /// What Meta said of the number, from the moment it was asked.
    #[must_use]
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Subscribe { facts }
            | Self::Register { facts, .. }
            | Self::Contacts { facts }
            | Self::History { facts }
            | Self::Store { facts } => Some(facts),
            _ => None,
        }
    }

    /// Whether nothing can follow.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Connected { .. } | Self::Failed { .. })
    }

    fn refuse(&self, to: Step) -> Moved {
        Err(Illegal { from: self.step(), to })
    }

    /// A code came back from Facebook.
    pub fn returned(self) -> Moved {
        match self {
            Self::Login => Ok(Self::Exchange),
            other => other.refuse(Step::Exchange),
        }
    }

    /// The code was exchanged.
    pub fn token_held(self) -> Moved {
        match self {
            Self::Exchange => Ok(Self::Accounts),
            other => other.refuse(Step::Accounts),
        }
    }

    /// The token's accounts are known.
    pub fn accounts_found(self, accounts: Vec<String>) -> Moved {
        match self {
            Self::Accounts => Ok(Self::Numbers { accounts }),
            other => other.refuse(Step::Numbers),
        }
    }

    /// The accounts' numbers are known: a single one is it, of several the customer chooses.
    pub fn numbers_found(self, first: Candidate, mut rest: Vec<Candidate>) -> Moved {
        match self {
            Self::Numbers { .. } if rest.is_empty() => Ok(Self::Check { chosen: first }),
            Self::Numbers { .. } => {
                rest.insert(0, first);
                Ok(Self::Choose { candidates: rest })
            }
            other => other.refuse(Step::Choose),
        }
    }

    /// The customer chose. `None` inside when the number is none of those on offer.
    pub fn chosen(self, phone_number_id: &str) -> Result<Option<Self>, Illegal> {
        match self {
            Self::Choose { candidates } => Ok(candidates
                .into_iter()
                .find(|candidate| candidate.phone_number_id == phone_number_id)
                .map(|chosen| Self::Check { chosen })),
            other => Err(Illegal { from: other.step(), to: Step::Check }),
        }
    }

    /// The number is what the link allows.
    pub fn accepted(self, facts: Facts) -> Moved {
        match self {
            Self::Check { .. } => Ok(Self::Subscribe { facts }),
            other => other.refuse(Step::Subscribe),
        }
    }

    /// The app is subscribed. A coexistence number is never registered: it is already (Meta's documentation).
    pub fn subscribed(self, connection_type: ConnectionType) -> Moved {
        match (self, connection_type) {
            (Self::Subscribe { facts }, ConnectionType::Dedicated) => {
                Ok(Self::Register { facts, attempts: Attempts::default() })
            }
            (Self::Subscribe { facts }, ConnectionType::Coexistence) => Ok(Self::Contacts { facts }),
            (other, _) => other.refuse(Step::Register),
        }
    }

    /// Something about the registration was tried, or is about to be.
    pub fn attempted(self, attempts: Attempts) -> Moved {
        match self {
            Self::Register { facts, .. } => Ok(Self::Register { facts, attempts }),
            other => other.refuse(Step::Register),
        }
    }

    /// The number is registered.
    pub fn registered(self) -> Moved {
        match self {
            Self::Register { facts, .. } => Ok(Self::Store { facts }),
            other => other.refuse(Step::Store),
        }
    }

    /// Contacts or history are on their way, or will never be.
    pub fn synced(self) -> Moved {
        match self {
            Self::Contacts { facts } => Ok(Self::History { facts }),
            Self::History { facts } => Ok(Self::Store { facts }),
            other => other.refuse(Step::History),
        }
    }

    /// The number is stored.
    pub fn connected(self, number: NumberId) -> Moved {
        match self {
            Self::Store { .. } => Ok(Self::Connected { number }),
            other => other.refuse(Step::Connected),
        }
    }

    /// It is over.
    pub fn failed(self, reason: Reason) -> Moved {
        match self {
            over @ (Self::Connected { .. } | Self::Failed { .. }) => over.refuse(Step::Failed),
            running => Ok(Self::Failed { reason, at: running.step() }),
        }
    }
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
    /// Until when the present work may go on.
    pub deadline_at: Option<Timestamp>,
    /// Failed tries of the present step.
    pub tries: i32,
    /// When the next try is due.
    pub next_at: Timestamp,
    /// Who may write: raised with every claim, so that a process that slept through its lease writes nothing.
    pub fence: i64,
}

/// A row of the progress page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Behind us.
    Done,
    /// Happening.
    Now,
    /// Ahead.
    Next,
}

impl Signup {
    /// The rows of the progress page, in order: the id of each one's words and how far it is.
    #[must_use]
    pub fn progress(&self) -> Vec<(&'static str, Progress)> {
        let step = self.state.step();
        let is_coexistence = match self.state.facts().map(Facts::kind) {
            Some(Kind::Connects(connection_type)) => connection_type == ConnectionType::Coexistence,
            _ => self.connection_type == ConnectionType::Coexistence,
        };
        let last = if is_coexistence { "step-history" } else { "step-registration" };
        let rows = ["step-login", "step-account", "step-number", last, "step-done"];
        let now = match step {
            Step::Login | Step::Exchange => 0,
            Step::Accounts => 1,
            Step::Numbers | Step::Choose | Step::Check => 2,
            Step::Subscribe | Step::Register | Step::Contacts | Step::History => 3,
            Step::Store => 4,
            Step::Connected | Step::Failed => 5,
        };
        rows.into_iter()
            .enumerate()
            .map(|(at, words)| {
                let progress = match at.cmp(&now) {
                    std::cmp::Ordering::Less => Progress::Done,
                    std::cmp::Ordering::Equal => Progress::Now,
                    std::cmp::Ordering::Greater => Progress::Next,
                };
                (words, progress)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: &str) -> Candidate {
        Candidate {
            phone_number_id: id.into(),
            business_account_id: "9".into(),
            display_phone_number: "+1 555".into(),
            verified_name: None,
        }
    }

    #[test]
    fn a_dedicated_number_walks_through_registration() {
        let state = State::Login.returned().and_then(State::token_held).unwrap();
        let state = state.accounts_found(vec!["9".into()]).unwrap().numbers_found(candidate("1"), vec![]).unwrap();
        let state = state.accepted(Facts::default()).unwrap().subscribed(ConnectionType::Dedicated).unwrap();
        let state = state.attempted(Attempts { registered: 1, ..Attempts::default() }).unwrap();
        assert_eq!(state.registered().unwrap().step(), Step::Store);
    }

    #[test]
    fn a_coexistence_number_walks_round_registration() {
        let state = State::Subscribe { facts: Facts::default() }.subscribed(ConnectionType::Coexistence).unwrap();
        assert_eq!(state.step(), Step::Contacts);
        let state = state.synced().unwrap();
        assert_eq!(state.step(), Step::History);
        assert!(state.clone().registered().is_err());
        assert_eq!(state.synced().unwrap().step(), Step::Store);
    }

    #[test]
    fn one_number_goes_on_and_several_are_chosen_from() {
        let numbers = || State::Numbers { accounts: vec!["9".into()] };
        assert_eq!(numbers().numbers_found(candidate("1"), vec![]).unwrap().step(), Step::Check);
        let choose = numbers().numbers_found(candidate("1"), vec![candidate("2")]).unwrap();
        assert_eq!(choose.clone().chosen("3").unwrap(), None);
        assert_eq!(choose.chosen("2").unwrap(), Some(State::Check { chosen: candidate("2") }));
    }

    #[test]
    fn an_end_is_an_end() {
        let over = State::Failed { reason: Reason::Cancelled, at: Step::Login };
        let refused = over.clone().failed(Reason::TooLate).unwrap_err();
        assert_eq!(refused.to_string(), "a signup at failed cannot go to failed");
        assert!(over.clone().returned().is_err());
        assert!(over.is_over());
    }

    #[test]
    fn a_state_is_stored_under_the_name_of_its_step() {
        let state = State::Register { facts: Facts::default(), attempts: Attempts::default() };
        let json = serde_json::to_value(&state).unwrap();
        assert_eq!(json["step"], state.step().as_str());
        assert_eq!(serde_json::from_value::<State>(json).unwrap(), state);
    }
}
