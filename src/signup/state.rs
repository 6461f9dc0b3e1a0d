//! The states of a signup and the moves between them.

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Attempts, Candidate, Reason, Screen, Step};
use crate::{id::NumberId, link::ConnectionType, number::Facts};

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
        /// Why; for a reason that a newer version alone knows, the one that says least.
        #[serde(deserialize_with = "reason")]
        reason: Reason,
        /// The step it stopped at.
        #[serde(deserialize_with = "step")]
        at: Step,
        /// The screen of Meta's dialog that it was left at, where the browser said.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "known")]
        screen: Option<Screen>,
    },
    /// What only a newer version can read, which runs beside this one or did: kept as it is, and left to that.
    #[serde(untagged)]
    Newer(Value),
}

/// What a name stands for here, if anything.
fn known<'de, D: Deserializer<'de>, T: DeserializeOwned>(stored: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(stored)?).ok())
}

fn reason<'de, D: Deserializer<'de>>(stored: D) -> Result<Reason, D::Error> {
    Ok(known(stored)?.unwrap_or(Reason::NumberFailed))
}

fn step<'de, D: Deserializer<'de>>(stored: D) -> Result<Step, D::Error> {
    Ok(known(stored)?.unwrap_or(Step::Check))
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
            // What is a newer version's is being carried through, and nobody is asked anything.
            Self::Check { .. } | Self::Newer(_) => Step::Check,
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

    /// Meta has told of the account, and the token is held: the customer need not come back from Facebook.
    pub fn arrived(self, account: String) -> Moved {
        match self {
            Self::Login => Ok(Self::Numbers { accounts: vec![account] }),
            other => other.refuse(Step::Numbers),
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
            other @ (Self::Connected { .. } | Self::Failed { .. } | Self::Newer(_)) => other.refuse(Step::Failed),
            running => Ok(Self::Failed { reason, at: running.step(), screen: None }),
        }
    }

    /// The dialog was left, at that screen where the browser said so.
    pub fn left(self, reason: Reason, screen: Option<Screen>) -> Moved {
        match self {
            Self::Login => Ok(Self::Failed { reason, at: Step::Login, screen }),
            other => other.refuse(Step::Failed),
        }
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
    fn an_account_that_meta_tells_of_stands_for_the_way_back() {
        let numbers = State::Numbers { accounts: vec!["9".into()] };
        assert_eq!(State::Login.arrived("9".into()), Ok(numbers.clone()));
        assert!(numbers.arrived("9".into()).is_err(), "it has come back already");
    }

    #[test]
    fn an_end_is_an_end() {
        let over = State::Login.left(Reason::Cancelled, Some(Screen::Number)).unwrap();
        let refused = over.clone().failed(Reason::TooLate).unwrap_err();
        assert_eq!(refused.to_string(), "a signup at failed cannot go to failed");
        assert!(over.clone().returned().is_err());
        assert!(State::Exchange.left(Reason::Cancelled, None).is_err(), "a code had come");
        let stored = r#"{"step":"failed","reason":"cancelled","at":"login"}"#;
        assert!(serde_json::from_str::<State>(stored).is_ok(), "as it was stored before there were screens");
        assert!(over.is_over());
    }

    #[test]
    fn what_a_newer_version_wrote_is_kept_as_it_is() {
        let read = |text: &str| serde_json::from_str::<State>(text).unwrap();
        for text in [
            r#"{"step":"holograms","depth":3}"#,
            r#"{"step":"register","facts":"elsewhere","attempts":{"due":"sing"}}"#,
        ] {
            let state = read(text);
            assert!(matches!(state, State::Newer(_)), "{state:?}");
            assert_eq!(serde_json::to_value(&state).unwrap(), serde_json::from_str::<Value>(text).unwrap());
            assert!(!state.is_over() && state.failed(Reason::Revoked).is_err());
        }
        let failed = read(r#"{"step":"failed","reason":"stage-fright","at":"holograms","screen":"curtain"}"#);
        assert_eq!(failed, State::Failed { reason: Reason::NumberFailed, at: Step::Check, screen: None });
    }

    #[test]
    fn a_state_is_stored_under_the_name_of_its_step() {
        let state = State::Register { facts: Facts::default(), attempts: Attempts::default() };
        let json = serde_json::to_value(&state).unwrap();
        assert_eq!(json["step"], state.step().as_str());
        assert_eq!(serde_json::from_value::<State>(json).unwrap(), state);
    }
}
