//! `setuplinks project twilio`: a project's own Twilio account, set by the operator.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::{project_id, say};
use crate::{
    api::twilio::credentials,
    clock::Clock,
    config::{DatabaseArgs, SealArgs, TwilioApiArgs, or_file},
    provision::accounts::{self, Means},
    seal::Sealer,
    store::projects,
    twilio::Twilio,
};

/// The settings of `project twilio`.
#[derive(Args, Debug)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct ProjectTwilio {
    /// The project
    #[arg(long, value_name = "ID")]
    project: String,
    /// The account: AC and 32 digits
    #[arg(long, value_name = "SID")]
    account_sid: String,
    /// Its auth token; better in the environment than here
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    auth_token: Option<String>,
    /// A file that holds the auth token
    #[arg(long, env = "TWILIO_AUTH_TOKEN_FILE", value_name = "PATH")]
    auth_token_file: Option<PathBuf>,
    /// An API key to make calls with: SK and 32 digits
    #[arg(long, value_name = "SID")]
    api_key_sid: Option<String>,
    /// That key's secret; better in the environment than here
    #[arg(long, env = "TWILIO_API_KEY_SECRET", hide_env_values = true, value_name = "SECRET")]
    api_key_secret: Option<String>,
    /// A file that holds the key's secret
    #[arg(long, env = "TWILIO_API_KEY_SECRET_FILE", value_name = "PATH")]
    api_key_secret_file: Option<PathBuf>,
    /// What the account has for which country, such as [{"iso": "CL", "number_type": "local", "bundle_sid": "BU…"}]
    #[arg(long, default_value = "[]", value_name = "JSON")]
    countries: String,
    #[command(flatten)]
    api: TwilioApiArgs,
    #[command(flatten)]
    seal: SealArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Tries the credentials at Twilio, and seals them into the database.
pub(super) async fn run(args: ProjectTwilio, clock: &Clock) -> anyhow::Result<()> {
    let project = project_id(&args.project)?;
    let token = or_file("TWILIO_AUTH_TOKEN", args.auth_token.as_ref(), args.auth_token_file.as_ref())?;
    let secret = or_file("TWILIO_API_KEY_SECRET", args.api_key_secret.as_ref(), args.api_key_secret_file.as_ref())?;
    let countries: Value =
        serde_json::from_str(&args.countries).map_err(|_| anyhow::anyhow!("--countries must be a JSON list"))?;
    let body = json!({"twilio": {
        "account_sid": args.account_sid, "auth_token": token, "api_key_sid": args.api_key_sid,
        "api_key_secret": secret, "countries": countries,
    }});
    let given = credentials(&body.to_string().into())?;
    let sealer: Sealer = args.seal.sealer()?;
    let twilio = Twilio::new(args.api.settings()?)?;
    let store = args.database.open().await?;
    let known = projects::find(store.acquire().await?.db(), project).await?;
    anyhow::ensure!(known.is_some(), "there is no project {project}; `setuplinks project list` shows those there are");
    let means = Means { store: &store, clock, sealer: &sealer, twilio: &twilio };
    let set = accounts::set(&means, project, given).await?;
    say(&set.account_sid)
}
