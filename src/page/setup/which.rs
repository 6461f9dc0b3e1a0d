//! The short questions on the setup page: a form of its own that comes back to the same page, and changes nothing.

use crate::{
    link::{ConnectionType, advice::Answers, token::Token},
    page::{Frame, chosen_language, parameter},
    words::Lang,
};

/// The questions, and what follows from the answers.
pub(super) struct Which {
    pub(super) action: String,
    pub(super) questions: Vec<Question>,
    /// The visitor's choice of language, to be kept.
    pub(super) lang: Option<Lang>,
    /// Whether the questions were sent, answered or not.
    pub(super) is_asked: bool,
    pub(super) recommended: Option<ConnectionType>,
    pub(super) title: String,
    /// What to have at hand.
    pub(super) have: Vec<String>,
}

pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) answer: Option<bool>,
}

impl Question {
    pub(super) fn is_yes(&self) -> bool {
        self.answer == Some(true)
    }

    pub(super) fn is_no(&self) -> bool {
        self.answer == Some(false)
    }
}

impl Which {
    /// The answers as a query has them, after another parameter; empty when nothing was sent.
    pub(super) fn kept(query: Option<&str>) -> String {
        const NAMES: [&str; 5] = ["app", "stay", "facebook", "code", "which"];
        let given = |name| parameter(query, name).filter(|value| ["yes", "no", "1"].contains(&value.as_str()));
        NAMES.iter().filter_map(|&name| given(name).map(|value| format!("&{name}={value}"))).collect()
    }

    pub(super) fn of(frame: &Frame, token: &Token, query: Option<&str>) -> Self {
        let answer = |name: &str| match parameter(query, name).as_deref() {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        };
        let answers =
            Answers { app: answer("app"), stay: answer("stay"), facebook: answer("facebook"), code: answer("code") };
        let recommended = answers.recommended();
        let have = recommended.map(|kind| answers.at_hand(kind)).unwrap_or_default();
        let question = |name, id, answer| Question { name, text: frame.say(id), answer };
        Self {
            action: format!("{}#advice", token.path()),
            questions: vec![
                question("app", "which-app", answers.app),
                question("stay", "which-stay", answers.stay),
                question("facebook", "which-facebook", answers.facebook),
                question("code", "which-code", answers.code),
            ],
            lang: chosen_language(query),
            is_asked: parameter(query, "which").is_some(),
            recommended,
            title: frame.say(match recommended {
                Some(ConnectionType::Coexistence) => "which-coexistence",
                Some(ConnectionType::Dedicated) => "which-dedicated",
                None => "which-open",
            }),
            have: have.into_iter().map(|id| frame.say(id)).collect(),
        }
    }
}
