//! The token by which Meta is asked in the name of the business that owns the app.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use super::{Unusable, or_file};
use crate::error::Result;

/// A system user of the business that owns the Meta app.
#[derive(Args, Clone, Debug, Default)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct SystemArgs {
    /// The token of a system user of the business portfolio that owns the Meta app, an admin with business_management
    /// (Business settings, System users); META_PREVERIFIED needs it, and with it a signup goes on although its customer closed
    /// the window too early
    #[arg(long, env = "META_SYSTEM_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    meta_system_token: Option<String>,
    /// A file that holds META_SYSTEM_TOKEN
    #[arg(long, env = "META_SYSTEM_TOKEN_FILE", value_name = "PATH")]
    meta_system_token_file: Option<PathBuf>,
}

impl SystemArgs {
    /// The token, where there is one.
    ///
    /// # Errors
    /// When it is given twice, or its file cannot be read.
    pub fn token(&self) -> Result<Option<SecretString>, Unusable> {
        let token =
            or_file("META_SYSTEM_TOKEN", self.meta_system_token.as_ref(), self.meta_system_token_file.as_ref())?;
        Ok(token.map(SecretString::from))
    }
}
