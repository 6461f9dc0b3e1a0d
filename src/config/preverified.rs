//! The settings of a solution partner, whose numbers are verified with Meta before their customers see them.

use clap::Args;

use super::{SystemArgs, Unusable, id, unusable};
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
}

impl PreverifiedArgs {
    /// The partner, where numbers are verified beforehand.
    ///
    /// # Errors
    /// What is missing or malformed, in words.
    pub fn partner(&self, system: &SystemArgs) -> Result<Option<Partner>, Unusable> {
        match self.meta_preverified.trim() {
            "" | "false" => return Ok(None),
            "true" => {}
            _ => return Err(unusable("META_PREVERIFIED", "must be true or false")),
        }
        let hint = "META_PREVERIFIED=true puts numbers into this business portfolio's pool";
        let business_id = id("META_BUSINESS_ID", self.meta_business_id.clone(), hint)?;
        let hint = "META_PREVERIFIED=true needs a system user's token, from Business settings, System users";
        let missing = || unusable("META_SYSTEM_TOKEN", format!("is required: {hint}"));
        let token = system.token()?.ok_or_else(missing)?;
        Ok(Some(Partner { business_id, token }))
    }
}
