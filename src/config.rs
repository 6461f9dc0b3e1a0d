//! Every setting once: its flag, its environment variable, its default, its line of help.
//!
//! A secret can also be read from a file, by `NAME_FILE`; the file's last line break is not part of it. An empty value
//! counts as none, since that is what an orchestrator's unset variable looks like.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf};

use clap::Args;
use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use crate::{
    app::{App, PublicUrl},
    clock::Clock,
    doctor::Patient,
    error::Result,
    guard::Guard,
    meta::{
        Meta, Settings,
        dialog::{EXTRAS_COEXISTENCE, EXTRAS_DEDICATED},
        listening::Listening,
        sdk::LoginMode,
    },
    store::Store,
    twilio::Twilio,
};

mod addresses;
mod bounds;
mod database;
mod listen;
mod preverified;
mod read;
mod retention;
mod seal;
mod system;
mod traces;
mod twilio;

pub use addresses::AddressArgs;
pub use bounds::BoundsArgs;
pub use database::DatabaseArgs;
pub use listen::ListenArgs;
pub use preverified::PreverifiedArgs;
pub(crate) use read::or_default;
pub use read::{Unusable, or_file};
use read::{base, extras, id, nets, rate, required, unusable};
pub use retention::RetentionArgs;
pub use seal::SealArgs;
pub use system::SystemArgs;
pub use traces::TracesArgs;
pub use twilio::{TwilioApiArgs, TwilioArgs};

/// Where the house is unless it is said.
pub(crate) const DEFAULT_PUBLIC_URL: &str = "http://localhost:8080";
const DEFAULT_GRAPH_VERSION: &str = "v26.0";
const DEFAULT_GRAPH_URL: &str = "https://graph.facebook.com";
const DEFAULT_LOGIN: &str = "redirect";
const DEFAULT_SDK_URL: &str = "https://connect.facebook.net";
const DEFAULT_DIALOG_URL: &str = "https://www.facebook.com";
const DEFAULT_API_RATE_LIMIT: &str = "1000";

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// Reads `text` or `json`.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn read(text: &str) -> Result<Self, Unusable> {
        match or_default(text, "text").trim() {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(unusable("LOG_FORMAT", "must be text or json")),
        }
    }
}

/// The settings of `serve`.
#[derive(Args, Clone, Debug)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct ServeArgs {
    #[command(flatten)]
    addresses: AddressArgs,
    /// The address customers and Facebook reach this server at: scheme and host, no path; every absolute URL is built from it
    #[arg(long, env = "PUBLIC_URL", default_value = DEFAULT_PUBLIC_URL, value_name = "URL")]
    public_url: String,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    seal: SealArgs,
    /// The Meta app's id (App Dashboard, App settings, Basic); required
    #[arg(long, env = "META_APP_ID", value_name = "ID")]
    meta_app_id: Option<String>,
    /// The Meta app's secret (App Dashboard, App settings, Basic); required
    #[arg(long, env = "META_APP_SECRET", hide_env_values = true, value_name = "SECRET")]
    meta_app_secret: Option<String>,
    /// A file that holds META_APP_SECRET
    #[arg(long, env = "META_APP_SECRET_FILE", value_name = "PATH")]
    meta_app_secret_file: Option<PathBuf>,
    /// The id of the Facebook Login for Business configuration with the WhatsApp Embedded Signup login variation; required
    #[arg(long, env = "META_CONFIG_ID", value_name = "ID")]
    meta_config_id: Option<String>,
    /// The version of the Graph API and of the login dialog
    #[arg(long, env = "META_GRAPH_VERSION", default_value = DEFAULT_GRAPH_VERSION, value_name = "VERSION")]
    meta_graph_version: String,
    /// Where the Graph API is; to be changed for tests only
    #[arg(long, env = "META_GRAPH_URL", default_value = DEFAULT_GRAPH_URL, value_name = "URL")]
    meta_graph_url: String,
    /// Where the login dialog is; to be changed for tests only
    #[arg(long, env = "META_DIALOG_URL", default_value = DEFAULT_DIALOG_URL, value_name = "URL")]
    meta_dialog_url: String,
    /// Calls of the API a minute that a key may make, over all processes, from 1 to 1000000
    #[arg(long, env = "API_RATE_LIMIT", default_value = DEFAULT_API_RATE_LIMIT, value_name = "CALLS")]
    api_rate_limit: String,
    /// Ranges of addresses that webhooks may reach although they are not public, comma separated, such as 10.1.0.0/16;
    /// plain http is allowed there
    #[arg(long, env = "WEBHOOK_ALLOWED_NETS", default_value = "", value_name = "NETS")]
    webhook_allowed_nets: String,
    /// The dialog's extras for coexistence, as a JSON object
    #[arg(
        long,
        env = "META_EXTRAS_COEXISTENCE",
        default_value = EXTRAS_COEXISTENCE,
        value_name = "JSON"
    )]
    meta_extras_coexistence: String,
    /// The dialog's extras for dedicated, as a JSON object
    #[arg(
        long,
        env = "META_EXTRAS_DEDICATED",
        default_value = EXTRAS_DEDICATED,
        value_name = "JSON"
    )]
    meta_extras_dedicated: String,
    /// How customers get to Facebook: redirect (the page goes there and comes back), popup (a window of its own by Meta's
    /// JavaScript SDK, wherever one can open), or auto (popup on computers, redirect elsewhere)
    #[arg(long, env = "META_LOGIN", default_value = DEFAULT_LOGIN, value_name = "redirect|popup|auto")]
    meta_login: String,
    /// Where Meta's JavaScript SDK is, for popup and auto; to be changed for tests only
    #[arg(long, env = "META_SDK_URL", default_value = DEFAULT_SDK_URL, value_name = "URL")]
    meta_sdk_url: String,
    #[command(flatten)]
    listen: ListenArgs,
    #[command(flatten)]
    preverified: PreverifiedArgs,
    #[command(flatten)]
    system: SystemArgs,
    #[command(flatten)]
    twilio: TwilioArgs,
    #[command(flatten)]
    retention: RetentionArgs,
    #[command(flatten)]
    bounds: BoundsArgs,
    /// Where traces go.
    #[command(flatten)]
    pub traces: TracesArgs,
}

impl ServeArgs {
    /// Where to listen: for everybody, and for operators, if they ask anywhere.
    ///
    /// # Errors
    /// When one is no address, or both are one.
    pub fn addresses(&self) -> Result<(SocketAddr, Option<SocketAddr>), Unusable> {
        self.addresses.read()
    }

    /// Checks every setting, opens the database, and furnishes the house.
    ///
    /// # Errors
    /// The first setting that is missing or malformed, in words; or the database.
    pub async fn app(&self, clock: Clock) -> anyhow::Result<App> {
        let (public_url, sealer) = (self.public_url()?, self.seal.sealer()?);
        let meta = Meta::new(self.meta(&public_url)?)?;
        let guard = Guard::new(self.webhook_nets()?)?;
        let api_rate_limit = self.api_rate_limit()?;
        let retention = self.retention.retention()?;
        let (twilio, listening) = (Twilio::new(self.twilio.settings()?)?, self.listening()?);
        let bounds = self.bounds.bounds()?;
        let store = self.database.open().await?;
        let app = App::new(store, clock, sealer, (meta, guard, twilio), public_url).bounded(bounds);
        Ok(App { listening, api_rate_limit, retention, ..app })
    }

    /// What a doctor can look at: every setting that cannot be used, and whatever can be made of the others. Nothing is
    /// made or migrated.
    pub async fn patient(&self, clock: Clock) -> (Vec<Unusable>, Patient) {
        let mut unusable: Vec<Unusable> = Vec::new();
        let public_url = self.public_url().map_err(|e| unusable.push(e)).ok();
        let sealer = self.seal.sealer().map_err(|e| unusable.push(e)).ok();
        unusable.extend(
            [self.addresses().err(), self.webhook_nets().err(), self.bounds.bounds().err()].into_iter().flatten(),
        );
        unusable.extend(self.unusable_of_meta());
        // The last of those needs the system user's token too: what is wrong with it is told once.
        let listening = self.listening().map_err(|e| unusable.push(e)).unwrap_or_default();
        unusable.dedup();
        let twilio = self.twilio.settings().map_err(|e| unusable.push(e)).ok();
        let twilio = twilio.and_then(|settings| Twilio::new(settings).ok());
        unusable.extend([self.api_rate_limit().err(), self.retention.retention().err()].into_iter().flatten());
        unusable.extend(self.traces.settings().err());
        let callback = public_url.as_ref().map_or_else(String::new, PublicUrl::callback);
        let meta = self.meta_at(callback).ok().and_then(|settings| Meta::new(settings).ok());
        let store = match self.database.url() {
            Ok(url) if Store::is_yet_to_be_made(&url) => Some(Ok(None)),
            Ok(url) => Some(Store::connect(&url, false).await.map(Some)),
            Err(e) => {
                unusable.push(e);
                None
            }
        };
        (unusable, Patient { clock, public_url, sealer, meta, twilio, listening, store })
    }

    fn api_rate_limit(&self) -> Result<NonZeroU32, Unusable> {
        rate("API_RATE_LIMIT", or_default(&self.api_rate_limit, DEFAULT_API_RATE_LIMIT))
    }

    fn listening(&self) -> Result<Listening, Unusable> {
        Ok(Listening { system_token: self.system.token()?, ..self.listen.settings()? })
    }

    fn public_url(&self) -> Result<PublicUrl, Unusable> {
        PublicUrl::parse(or_default(&self.public_url, DEFAULT_PUBLIC_URL))
            .map_err(|problem| unusable("PUBLIC_URL", problem))
    }

    fn webhook_nets(&self) -> Result<Vec<IpNet>, Unusable> {
        nets("WEBHOOK_ALLOWED_NETS", &self.webhook_allowed_nets)
    }

    fn meta(&self, public_url: &PublicUrl) -> Result<Settings, Unusable> {
        self.meta_at(public_url.callback())
    }

    fn meta_at(&self, redirect_uri: String) -> Result<Settings, Unusable> {
        Ok(Settings {
            app_id: self.app_id()?,
            app_secret: self.app_secret()?,
            config_id: self.config_id()?,
            graph_version: self.graph_version()?,
            graph_url: self.graph_url()?,
            dialog_url: self.dialog_url()?,
            redirect_uri,
            login: self.login()?,
            sdk_url: self.sdk_url()?,
            extras_coexistence: self.extras_coexistence()?,
            extras_dedicated: self.extras_dedicated()?,
            partner: self.preverified.partner(&self.system)?,
        })
    }

    fn unusable_of_meta(&self) -> impl Iterator<Item = Unusable> {
        let all = [
            self.app_id().err(),
            self.app_secret().err(),
            self.config_id().err(),
            self.graph_version().err(),
            self.graph_url().err(),
            self.dialog_url().err(),
            self.login().err(),
            self.sdk_url().err(),
            self.extras_coexistence().err(),
            self.extras_dedicated().err(),
            self.preverified.partner(&self.system).err(),
        ];
        all.into_iter().flatten()
    }

    fn app_id(&self) -> Result<String, Unusable> {
        id("META_APP_ID", self.meta_app_id.clone(), "App Dashboard, App settings, Basic")
    }

    fn app_secret(&self) -> Result<SecretString, Unusable> {
        let secret = or_file("META_APP_SECRET", self.meta_app_secret.as_ref(), self.meta_app_secret_file.as_ref())?;
        required("META_APP_SECRET", secret, "App Dashboard, App settings, Basic").map(SecretString::from)
    }

    fn config_id(&self) -> Result<String, Unusable> {
        id("META_CONFIG_ID", self.meta_config_id.clone(), "Facebook Login for Business, Configurations")
    }

    fn graph_version(&self) -> Result<String, Unusable> {
        let version = or_default(&self.meta_graph_version, DEFAULT_GRAPH_VERSION);
        let is_version =
            version.strip_prefix('v').and_then(|rest| rest.split_once('.')).is_some_and(|(major, minor)| {
                [major, minor].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
            });
        if is_version {
            Ok(version.to_owned())
        } else {
            Err(unusable("META_GRAPH_VERSION", "must be a version such as v26.0"))
        }
    }

    fn graph_url(&self) -> Result<Url, Unusable> {
        base("META_GRAPH_URL", or_default(&self.meta_graph_url, DEFAULT_GRAPH_URL))
    }

    fn dialog_url(&self) -> Result<Url, Unusable> {
        base("META_DIALOG_URL", or_default(&self.meta_dialog_url, DEFAULT_DIALOG_URL))
    }

    fn extras_coexistence(&self) -> Result<String, Unusable> {
        extras("META_EXTRAS_COEXISTENCE", or_default(&self.meta_extras_coexistence, EXTRAS_COEXISTENCE))
    }

    fn extras_dedicated(&self) -> Result<String, Unusable> {
        extras("META_EXTRAS_DEDICATED", or_default(&self.meta_extras_dedicated, EXTRAS_DEDICATED))
    }

    fn login(&self) -> Result<LoginMode, Unusable> {
        LoginMode::parse(or_default(&self.meta_login, DEFAULT_LOGIN).trim())
            .ok_or_else(|| unusable("META_LOGIN", "must be redirect, popup or auto"))
    }

    fn sdk_url(&self) -> Result<Url, Unusable> {
        base("META_SDK_URL", or_default(&self.meta_sdk_url, DEFAULT_SDK_URL))
    }
}
