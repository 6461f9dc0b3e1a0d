//! The settings of a solution partner, whose numbers are verified with Meta before their customers see them.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use super::{Unusable, id, or_file, required, unusable};
use crate::{error::Result, meta::pool::Partner};

/// Numbers that are verified with Meta beforehand.
#[derive(Args, Clone, Debug, Default)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
#[allow(clippy::struct_field_names, reason = "the names are those of the flags")]
pub struct PreverifiedArgs {
    /// Whether bought numbers are verified with Meta beforehand, so that customers see no code: true or false. Only for
    /// approved Solution Partners
    #[arg(long, env = "META_PREVERIFIED", default_value = "false", value_name = "true|false")]
    meta_preverified: String,
    /// The Solution Partner's business portfolio, whose pool the numbers go into (Business settings, Business info)
    #[arg(long, env = "META_BUSINESS_ID", value_name = "ID")]
    meta_business_id: Option<String>,
    /// The token of a system user of that portfolio, an admin with business_management (Business settings, System users)
    #[arg(long, env = "META_SYSTEM_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    meta_system_token: Option<String>,
    /// A file that holds META_SYSTEM_TOKEN
    #[arg(long, env = "META_SYSTEM_TOKEN_FILE", value_name = "PATH")]
    meta_system_token_file: Option<PathBuf>,
}

impl PreverifiedArgs {
    /// The partner, where numbers are verified beforehand.
    ///
    /// # Errors
    /// What is missing or malformed, in words.
    pub fn partner(&self) -> Result<Option<Partner>, Unusable> {
        match self.meta_preverified.trim() {
            "" | "false" => return Ok(None),
            "true" => {}
            _ => return Err(unusable("META_PREVERIFIED", "must be true or false")),
        }
        let hint = "META_PREVERIFIED=true puts numbers into this business portfolio's pool";
        let business_id = id("META_BUSINESS_ID", self.meta_business_id.clone(), hint)?;
        let token =
            or_file("META_SYSTEM_TOKEN", self.meta_system_token.as_ref(), self.meta_system_token_file.as_ref())?;
        let hint = "META_PREVERIFIED=true needs a system user's token, from Business settings, System users";
        let token = SecretString::from(required("META_SYSTEM_TOKEN", token, hint)?);
        Ok(Some(Partner { business_id, token }))
    }
}
