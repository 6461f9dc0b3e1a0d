//! Facebook's login dialog: the address the customer is sent to, and what they bring back.

use std::collections::HashMap;

use oauth2::{AuthUrl, ClientId, CsrfToken, EndpointNotSet, EndpointSet, RedirectUrl, TokenUrl, basic::BasicClient};
use secrecy::SecretString;
use url::Url;

use super::{Meta, failure::reason_of, message::Message};
use crate::{
    error::{Error, Result},
    link::ConnectionType,
    signup::{Claim, Reason, Screen, Way},
    words::Lang,
};

/// The `oauth2` crate's client with the two endpoints that Facebook has.
pub(super) type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// `extras` for coexistence: what Meta's own Integration Helper makes of version 4 (the pages of Meta's documentation
/// contradict each other, so it is a setting).
pub const EXTRAS_COEXISTENCE: &str =
    r#"{"setup":{},"featureType":"whatsapp_business_app_onboarding","sessionInfoVersion":"3","version":"v4"}"#;
/// `extras` for dedicated.
pub const EXTRAS_DEDICATED: &str = r#"{"setup":{},"sessionInfoVersion":"3","version":"v4"}"#;

/// What Facebook sent back: in the query of the callback, or to the page that opened its window.
#[derive(Debug)]
pub enum Answer {
    /// A code to exchange.
    Code {
        /// The code.
        code: SecretString,
        /// How it came.
        way: Way,
        /// What the browser says was chosen.
        claim: Option<Claim>,
    },
    /// No code: the customer left, or Facebook would not go on.
    Refused {
        /// Why.
        reason: Reason,
        /// Where, if the browser said.
        screen: Option<Screen>,
    },
}

impl Meta {
    /// The dialog's address (Meta's documentation of the manual login flow). No `scope`: it may not stand beside
    /// `config_id`.
    pub fn dialog_url(
        &self,
        connection_type: ConnectionType,
        preverified: Option<&str>,
        state: &str,
        lang: Lang,
    ) -> Result<Url> {
        let (url, _) = self
            .oauth()?
            .authorize_url(|| CsrfToken::new(state.to_owned()))
            .add_extra_param("config_id", &self.settings.config_id)
            .add_extra_param("override_default_response_type", "true")
            .add_extra_param("extras", self.extras_of(connection_type, preverified))
            .add_extra_param("display", "page")
            .add_extra_param("locale", lang.facebook_locale())
            .url();
        Ok(url)
    }

    /// The origins that a form may lead to when its answer redirects to the dialog. Facebook itself sends people on to
    /// its hosts for phones and businesses.
    #[must_use]
    pub fn dialog_origins(&self) -> Vec<String> {
        let url = &self.settings.dialog_url;
        let is_facebook = url.host_str().is_some_and(|host| host == "facebook.com" || host.ends_with(".facebook.com"));
        let everywhere = is_facebook.then(|| "https://*.facebook.com".to_owned());
        [url.origin().ascii_serialization()].into_iter().chain(everywhere).collect()
    }

    /// With our redirect URI: for the dialog, and for the codes that come back to it.
    pub(super) fn oauth(&self) -> Result<Client> {
        let redirect = RedirectUrl::new(self.settings.redirect_uri.clone());
        let redirect = redirect.map_err(|e| Error::Internal(format!("redirect URI: {e}")))?;
        Ok(self.oauth_bare().set_redirect_uri(redirect))
    }

    /// Without a redirect URI.
    pub(super) fn oauth_bare(&self) -> Client {
        let mut dialog = self.settings.dialog_url.clone();
        if let Ok(mut path) = dialog.path_segments_mut() {
            path.pop_if_empty().extend([&self.settings.graph_version, "dialog", "oauth"]);
        }
        BasicClient::new(ClientId::new(self.settings.app_id.clone()))
            .set_auth_uri(AuthUrl::from_url(dialog))
            .set_token_uri(TokenUrl::from_url(self.address(&["oauth", "access_token"])))
    }
}

impl Answer {
    /// Reads the callback's query. A cancel comes in several shapes and `error` alone decides; some errors come as
    /// `error_code` without it.
    #[must_use]
    pub fn read(query: &HashMap<String, String>) -> Option<Self> {
        let given = |name: &str| query.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let code = ["error_code", "error_subcode"].iter().find_map(|name| reason_of(given(name)?.parse().ok()?));
        if given("error").is_some() || (given("error_code").is_some() && given("code").is_none()) {
            // 200 is what a plain cancel carries; only here it does not mean that a right is missing.
            let is_cancel = given("error") == Some("access_denied") || code == Some(Reason::NoAccess);
            // A code that nobody knows, with no word of a refusal, is Facebook's trouble and not the customer's.
            let unsaid = if given("error").is_some() { Reason::Cancelled } else { Reason::FacebookDown };
            let reason = if is_cancel { Reason::Cancelled } else { code.unwrap_or(unsaid) };
            return Some(Self::Refused { reason, screen: None });
        }
        given("code").map(|code| Self::Code { code: code.into(), way: Way::Redirect, claim: None })
    }

    /// Takes together what the window gave the page: a code or none, and its last message, if there was one. A code counts
    /// whatever the message says.
    #[must_use]
    pub fn of_window(code: Option<&str>, message: Option<&str>) -> Self {
        match (code, message.and_then(Message::read)) {
            (Some(code), message) => {
                let claim = match message {
                    Some(Message::Finished(claim)) => Some(claim),
                    _ => None,
                };
                Self::Code { code: code.to_owned().into(), way: Way::Popup, claim }
            }
            (None, Some(Message::Left { reason, screen })) => {
                Self::Refused { reason: reason.unwrap_or(Reason::Cancelled), screen }
            }
            (None, _) => Self::Refused { reason: Reason::Cancelled, screen: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn read(query: &str) -> Option<Answer> {
        Answer::read(&url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    #[test]
    fn every_shape_of_a_cancel_is_one() {
        for query in [
            "error_reason=user_denied&error=access_denied&error_description=Permissions+error.",
            "error=access_denied&error_code=200&error_description=Permissions+error&error_reason=user_denied&state=x",
            "error=access_denied",
            "error=access_denied&code=still-here",
        ] {
            assert!(matches!(read(query), Some(Answer::Refused { reason: Reason::Cancelled, .. })), "{query}");
        }
        let down = read("error_code=1349003&error_message=No");
        assert!(matches!(down, Some(Answer::Refused { reason: Reason::FacebookDown, .. })), "not the customer's doing");
        let limit = read("error_code=2388098&error_message=Limit");
        assert!(matches!(limit, Some(Answer::Refused { reason: Reason::Limit, .. })));
        let back = read("code=abc&state=x");
        assert!(
            matches!(back, Some(Answer::Code { code, way: Way::Redirect, claim: None }) if code.expose_secret() == "abc")
        );
        assert!(read("state=x").is_none());
        assert!(read("code=").is_none());
    }

    #[test]
    fn a_code_from_the_window_counts_whatever_was_said_beside_it() {
        let finish = r#"{"type":"WA_EMBEDDED_SIGNUP","event":"FINISH","data":{"waba_id":"2","phone_number_id":"1"}}"#;
        let cancel = r#"{"type":"WA_EMBEDDED_SIGNUP","event":"CANCEL","data":{"current_step":"PERMISSIONS"}}"#;
        for (message, claimed) in [(Some(finish), true), (Some(cancel), false), (Some("cb=f1"), false), (None, false)] {
            let answer = Answer::of_window(Some("abc"), message);
            let Answer::Code { code, way, claim } = answer else { panic!("{answer:?}") };
            assert_eq!((code.expose_secret(), way, claim.is_some()), ("abc", Way::Popup, claimed));
        }
        for (message, at) in [(Some(cancel), Some(Screen::Permissions)), (Some(finish), None), (None, None)] {
            let answer = Answer::of_window(None, message);
            assert!(
                matches!(answer, Answer::Refused { reason: Reason::Cancelled, screen } if screen == at),
                "{answer:?}"
            );
        }
    }
}
