//! The keys that seal secrets at rest.

use std::path::PathBuf;

use clap::Args;

use super::{Unusable, or_file, required, unusable};
use crate::{error::Result, seal::Sealer};

/// The keys of the seals: all that is needed beside a database to store a secret.
#[derive(Args, Clone, Debug)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct SealArgs {
    /// Keys that seal secrets at rest, required: one or more id:base64 of 32 bytes, comma separated; the first seals, all open.
    /// Make one with: echo "k1:$(openssl rand -base64 32)"
    #[arg(long, env = "SECRET_KEYS", hide_env_values = true, value_name = "KEYS")]
    secret_keys: Option<String>,
    /// A file that holds SECRET_KEYS
    #[arg(long, env = "SECRET_KEYS_FILE", value_name = "PATH")]
    secret_keys_file: Option<PathBuf>,
}

impl SealArgs {
    /// The sealer that they make.
    ///
    /// # Errors
    /// When there are none, or they are malformed; never the keys themselves.
    pub fn sealer(&self) -> Result<Sealer, Unusable> {
        let keys = or_file("SECRET_KEYS", self.secret_keys.as_ref(), self.secret_keys_file.as_ref())?;
        let keys = required("SECRET_KEYS", keys, "make one with: echo \"k1:$(openssl rand -base64 32)\"")?;
        Sealer::parse(&keys).map_err(|problem| unusable("SECRET_KEYS", format!("cannot be used: {problem}")))
    }
}
