//! Where the database is.

use std::path::PathBuf;

use clap::Args;

use super::{Unusable, or_file, unusable};
use crate::{error::Result, store::Store};

const DEFAULT_DATABASE_URL: &str = "sqlite://setuplinks.db";

/// Where the database is: all that commands need which do not serve.
#[derive(Args, Clone, Debug)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct DatabaseArgs {
    /// The database: sqlite://PATH (made when it is not there) or postgres://USER:PASSWORD@HOST/NAME
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = DEFAULT_DATABASE_URL,
        hide_env_values = true,
        value_name = "URL"
    )]
    database_url: String,
    /// A file that holds DATABASE_URL
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "PATH")]
    database_url_file: Option<PathBuf>,
}

impl DatabaseArgs {
    /// The database of that path, and nothing else said.
    #[must_use]
    pub fn at(url: String) -> Self {
        Self { database_url: url, database_url_file: None }
    }

    /// Connects and migrates.
    ///
    /// # Errors
    /// When the setting cannot be used or the database cannot be reached.
    pub async fn open(&self) -> anyhow::Result<Store> {
        let url = self.url()?;
        Store::open(&url).await.map_err(|e| unusable("DATABASE_URL", format!("cannot be used: {e}")).into())
    }

    /// Connects to a database that is there, and changes nothing about it.
    ///
    /// # Errors
    /// When the setting cannot be used or the database cannot be reached.
    pub async fn connect(&self) -> anyhow::Result<Store> {
        let url = self.url()?;
        Store::connect(&url, false).await.map_err(|e| unusable("DATABASE_URL", format!("cannot be used: {e}")).into())
    }

    pub(super) fn url(&self) -> Result<String, Unusable> {
        let is_default = self.database_url == DEFAULT_DATABASE_URL;
        let value = Some(&self.database_url).filter(|_| !is_default);
        let url = or_file("DATABASE_URL", value, self.database_url_file.as_ref())?;
        let url = url.unwrap_or_else(|| DEFAULT_DATABASE_URL.to_owned());
        if ["postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme)) {
            return Ok(url);
        }
        let Some(path) = url.strip_prefix("sqlite:") else {
            return Err(unusable("DATABASE_URL", "must start with sqlite:// or postgres://"));
        };
        // What is in memory alone is lost at the end, with all that customers did.
        let (file, parameters) = path.split_once('?').unwrap_or((path, ""));
        if matches!(file.trim_start_matches('/'), "" | ":memory:") || parameters.contains("mode=memory") {
            return Err(unusable(
                "DATABASE_URL",
                "must name a file, such as sqlite:///var/lib/setuplinks/setuplinks.db",
            ));
        }
        Ok(url)
    }
}
