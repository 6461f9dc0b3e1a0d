//! Meta: Facebook's login dialog and the Graph API, one method per call that the house makes.
//!
//! What Meta's documents leave open (versions, addresses, the dialog's `extras`) is configuration. Every call with a
//! token carries `appsecret_proof`; tokens travel in headers, and nothing that Meta says in prose is kept: it may echo secrets.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::{error::Result, outgoing};

pub mod accounts;
pub mod application;
pub mod dialog;
pub mod exchange;
pub mod failure;
mod graph;
pub mod listening;
pub mod message;
pub mod numbers;
pub mod pool;
pub mod sdk;

pub use failure::{Failure, Remedy};

/// How long one call may take. The code of a login lives 30 seconds, and two tries must fit in.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// What the operator configured about Meta.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The app's id.
    pub app_id: String,
    /// The app's secret.
    pub app_secret: SecretString,
    /// The Facebook Login for Business configuration.
    pub config_id: String,
    /// `v26.0` and so on.
    pub graph_version: String,
    /// Where the Graph API is.
    pub graph_url: Url,
    /// Where the login dialog is.
    pub dialog_url: Url,
    /// The one redirect URI that is registered with the app.
    pub redirect_uri: String,
    /// How customers get to the dialog.
    pub login: sdk::LoginMode,
    /// Where Meta's JavaScript SDK is.
    pub sdk_url: Url,
    /// `extras` of the dialog for coexistence, as JSON.
    pub extras_coexistence: String,
    /// `extras` of the dialog for dedicated, as JSON.
    pub extras_dedicated: String,
    /// Whose pool bought numbers are verified in beforehand; nobody's, for everybody but a solution partner.
    pub partner: Option<pool::Partner>,
}

/// The way to Meta. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Meta {
    settings: Settings,
    http: reqwest::Client,
}

impl Meta {
    /// Prepares the way; nothing is called yet.
    ///
    /// # Errors
    /// When no HTTP client can be built on this machine.
    pub fn new(settings: Settings) -> Result<Self> {
        let http = outgoing::client(&settings.graph_url, CALL_TIMEOUT)?;
        Ok(Self { settings, http })
    }

    /// The address of a Graph call: base, version, and the segments of the path.
    fn address(&self, segments: &[&str]) -> Url {
        let mut url = self.settings.graph_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&self.settings.graph_version).extend(segments);
        }
        url
    }

    /// The app's own token, by which it asks about others.
    fn app_token(&self) -> SecretString {
        format!("{}|{}", self.settings.app_id, self.settings.app_secret.expose_secret()).into()
    }
}
