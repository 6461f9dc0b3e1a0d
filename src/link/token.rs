//! The secret in a link's URL.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::clock::random;

/// 192 random bits as 32 characters that survive every chat and mail program.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token nobody can guess.
    #[must_use]
    pub fn new() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::<24>()))
    }

    /// Reads a token from a path. `None` for what cannot be one, so that no query is spent on it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == 32 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The secret itself: for the URL, and for nothing that is logged.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The path of the link's page.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/whatsapp/setup/{}", self.0)
    }
}

impl Default for Token {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_read_back_and_stay_out_of_debug_output() {
        let token = Token::new();
        assert_ne!(token, Token::new());
        assert_eq!(Token::parse(token.expose()), Some(token.clone()));
        assert!(!format!("{token:?}").contains(token.expose()));
        for text in
            ["", "short", &"a".repeat(33), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/", "äaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
        {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }
}
