//! "Which one am I?": what a customer's answers say for one of the two connection types, and what to have at hand then.

use super::ConnectionType;

/// Answers to the four questions; any of them may be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Whether the number is used in the WhatsApp Business app.
    pub app: Option<bool>,
    /// Whether the customer wants to go on in the app.
    pub stay: Option<bool>,
    /// Whether the customer manages the business on Facebook.
    pub facebook: Option<bool>,
    /// Whether the number can get a text message or a call now.
    pub code: Option<bool>,
}

impl Answers {
    /// The type that suits. Without the app there is nothing to keep; with it, what is not said to go stays, because
    /// that can be changed later and a deleted account cannot.
    #[must_use]
    pub fn recommended(&self) -> Option<ConnectionType> {
        match (self.app, self.stay) {
            (Some(false), _) | (_, Some(false)) => Some(ConnectionType::Dedicated),
            (Some(true), _) | (_, Some(true)) => Some(ConnectionType::Coexistence),
            (None, None) => None,
        }
    }

    /// What to have at hand for that type, as messages of the catalogues.
    #[must_use]
    pub fn at_hand(&self, kind: ConnectionType) -> Vec<&'static str> {
        let facebook = if self.facebook == Some(false) { "have-no-facebook" } else { "have-facebook" };
        let code = if self.code == Some(false) { "have-no-code" } else { "have-code" };
        // Whoever does not want to go on chatting may have been, whether they said so or not.
        let may_be_in_app = self.app.unwrap_or(self.stay == Some(false));
        match kind {
            ConnectionType::Coexistence => vec![facebook, "have-app"],
            ConnectionType::Dedicated if may_be_in_app => vec![facebook, "have-delete", code],
            ConnectionType::Dedicated => vec![facebook, code],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_is_kept_by_those_who_have_it_and_want_it() {
        use ConnectionType::{Coexistence, Dedicated};
        let (yes, no) = (Some(true), Some(false));
        for (app, stay, expected) in [
            (yes, yes, Some(Coexistence)),
            (yes, None, Some(Coexistence)),
            (None, yes, Some(Coexistence)),
            (yes, no, Some(Dedicated)),
            (None, no, Some(Dedicated)),
            (no, None, Some(Dedicated)),
            (no, yes, Some(Dedicated)),
            (no, no, Some(Dedicated)),
            (None, None, None),
        ] {
            let answers = Answers { app, stay, facebook: no, code: yes };
            assert_eq!(answers.recommended(), expected, "{app:?} {stay:?}");
        }
    }

    #[test]
    fn what_to_have_at_hand_follows_from_the_answers() {
        let (yes, no) = (Some(true), Some(false));
        let nothing = Answers::default();
        assert_eq!(nothing.at_hand(ConnectionType::Coexistence), ["have-facebook", "have-app"]);
        assert_eq!(nothing.at_hand(ConnectionType::Dedicated), ["have-facebook", "have-code"]);
        let leaving = Answers { app: yes, stay: no, facebook: no, code: no };
        assert_eq!(leaving.at_hand(ConnectionType::Dedicated), ["have-no-facebook", "have-delete", "have-no-code"]);
        let unsaid = Answers { stay: no, ..Answers::default() };
        assert_eq!(unsaid.at_hand(ConnectionType::Dedicated), ["have-facebook", "have-delete", "have-code"]);
    }
}
