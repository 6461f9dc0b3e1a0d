//! Facebook's login dialog: the address the customer is sent to, and what they bring back.

use std::collections::HashMap;

use oauth2::{AuthUrl, ClientId, CsrfToken, EndpointNotSet, EndpointSet, RedirectUrl, TokenUrl, basic::BasicClient};
use secrecy::SecretString;
use url::Url;

use super::{Meta, failure::reason_of};
use crate::{
    error::{Error, Result},
    link::ConnectionType,
    signup::Reason,
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

/// What Facebook sent back in the query of the callback.
#[derive(Debug)]
pub enum Answer {
    /// A code to exchange.
    Code(SecretString),
    /// No code: the customer left, or Facebook would not go on.
    Refused(Reason),
}

impl Meta {
    /// The dialog's address (Meta's documentation of the manual login flow). No `scope`: it may not stand beside
    /// `config_id`.
    pub fn dialog_url(&self, connection_type: ConnectionType, state: &str, lang: Lang) -> Result<Url> {
        let extras = match connection_type {
            ConnectionType::Coexistence => &self.settings.extras_coexistence,
            ConnectionType::Dedicated => &self.settings.extras_dedicated,
        };
        let (url, _) = self
            .oauth()?
            .authorize_url(|| CsrfToken::new(state.to_owned()))
            .add_extra_param("config_id", &self.settings.config_id)
            .add_extra_param("override_default_response_type", "true")
            .add_extra_param("extras", extras)
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

    pub(super) fn oauth(&self) -> Result<Client> {
        let mut dialog = self.settings.dialog_url.clone();
        if let Ok(mut path) = dialog.path_segments_mut() {
            path.pop_if_empty().extend([&self.settings.graph_version, "dialog", "oauth"]);
        }
        let redirect = RedirectUrl::new(self.settings.redirect_uri.clone());
        Ok(BasicClient::new(ClientId::new(self.settings.app_id.clone()))
            .set_auth_uri(AuthUrl::from_url(dialog))
            .set_token_uri(TokenUrl::from_url(self.address(&["oauth", "access_token"])))
            .set_redirect_uri(redirect.map_err(|e| Error::Internal(format!("redirect URI: {e}")))?))
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
            return Some(Self::Refused(code.filter(|_| !is_cancel).unwrap_or(Reason::Cancelled)));
        }
        given("code").map(|code| Self::Code(code.into()))
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
            "error_code=1349003&error_message=No",
            "error=access_denied&code=still-here",
        ] {
            assert!(matches!(read(query), Some(Answer::Refused(Reason::Cancelled))), "{query}");
        }
        assert!(matches!(read("error_code=2388098&error_message=Limit"), Some(Answer::Refused(Reason::Limit))));
        assert!(matches!(read("code=abc&state=x"), Some(Answer::Code(code)) if code.expose_secret() == "abc"));
        assert!(read("state=x").is_none());
        assert!(read("code=").is_none());
    }
}
