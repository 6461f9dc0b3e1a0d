//! The settings of listening to Meta.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;
use url::Url;

use super::{Unusable, or_file, unusable};
use crate::{error::Result, meta::listening::Listening};

/// What Meta sends unasked.
#[derive(Args, Clone, Debug, Default)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
#[allow(clippy::struct_field_names, reason = "the fields are the names of the settings")]
pub struct ListenArgs {
    /// The verify token that was entered in the App Dashboard beside the callback URL {PUBLIC_URL}/meta/webhooks
    #[arg(long, env = "META_VERIFY_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    meta_verify_token: Option<String>,
    /// A file that holds META_VERIFY_TOKEN
    #[arg(long, env = "META_VERIFY_TOKEN_FILE", value_name = "PATH")]
    meta_verify_token_file: Option<PathBuf>,
    /// An address of yours that everything Meta sends is handed on to, byte for byte and with its signature; it may lead
    /// inside your network
    #[arg(long, env = "META_FORWARD_URL", default_value = "", hide_env_values = true, value_name = "URL")]
    meta_forward_url: String,
}

impl ListenArgs {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first that is malformed, in words.
    pub fn settings(&self) -> Result<Listening, Unusable> {
        let token =
            or_file("META_VERIFY_TOKEN", self.meta_verify_token.as_ref(), self.meta_verify_token_file.as_ref())?;
        let forward_to = match self.meta_forward_url.trim() {
            "" => None,
            text => {
                let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
                Some(url.ok_or_else(|| unusable("META_FORWARD_URL", "must be an absolute http or https URL"))?)
            }
        };
        Ok(Listening { verify_token: token.map(SecretString::from), forward_to, system_token: None })
    }
}
