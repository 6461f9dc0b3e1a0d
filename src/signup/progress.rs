//! A signup as the progress page shows it.

use super::{Signup, State, Step};
use crate::{
    link::ConnectionType,
    number::{Facts, Kind},
};

/// A row of the progress page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Behind us.
    Done,
    /// Happening.
    Now,
    /// Ahead.
    Next,
    /// Where it ended before its end.
    Stopped,
}

impl Signup {
    /// The rows of the progress page, in order: the id of each one's words and how far it is.
    #[must_use]
    pub fn progress(&self) -> Vec<(&'static str, Progress)> {
        let (step, stopped) = match self.state {
            State::Failed { at, .. } => (at, true),
            _ => (self.state.step(), false),
        };
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
                    std::cmp::Ordering::Equal if stopped => Progress::Stopped,
                    std::cmp::Ordering::Equal => Progress::Now,
                    std::cmp::Ordering::Greater => Progress::Next,
                };
                (words, progress)
            })
            .collect()
    }
}
