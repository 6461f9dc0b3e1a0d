//! `setuplinks key`: the keys of every project, for the operator.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::{project_id, say};
use crate::{
    api::key::{self, Wish},
    clock::{Clock, Timestamp},
    config::DatabaseArgs,
    id::KeyId,
    scope::{Scope, Scopes},
    store::{keys, projects},
};

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key; prints it alone, once: only its digest is stored
    Create(KeyCreate),
    /// List keys: id, project, time, state, name, scopes, end, last use
    List {
        /// Only the keys of this project
        #[arg(long, value_name = "ID")]
        project: Option<String>,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Revoke a key: it opens nothing from now on
    Revoke {
        /// The key's id, as `key list` shows it
        id: String,
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

#[derive(Args, Debug)]
pub(super) struct KeyCreate {
    /// The project that the key opens
    #[arg(long, value_name = "ID")]
    project: String,
    /// What the key is for
    #[arg(long, default_value = "default")]
    name: String,
    /// What the key may do, several with commas between: links:read, links:write, numbers:read, numbers:write, webhooks:*
    /// or admin, which is everything
    #[arg(long = "scope", value_delimiter = ',', default_value = "admin", value_parser = scope, value_name = "SCOPE")]
    scopes: Vec<Scope>,
    /// How many days the key opens anything, from 1 to 3650; for ever when not given
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3650), value_name = "DAYS")]
    days: Option<u32>,
    #[command(flatten)]
    database: DatabaseArgs,
}

fn scope(text: &str) -> Result<Scope, String> {
    let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    Scope::parse(text).ok_or_else(|| format!("must be one of {}", names.join(", ")))
}

pub(super) async fn run(command: KeyCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        KeyCommand::Create(wanted) => create(wanted, clock.now()).await,
        KeyCommand::List { project, database } => {
            let project = project.as_deref().map(project_id).transpose()?;
            let now = clock.now();
            let time = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), Timestamp::rfc3339);
            for key in keys::all(database.open().await?.acquire().await?.db(), project).await? {
                let (created, status) = (key.created_at.rfc3339(), key.status(now));
                let rest = [key.scopes().to_string(), time(key.expires_at), time(key.last_used_at)].join("\t");
                say(&format!("{}\t{}\t{created}\t{status}\t{}\t{rest}", key.id, key.project_id, key.name))?;
            }
            Ok(())
        }
        KeyCommand::Revoke { id, database } => {
            let id = KeyId::parse(&id)
                .ok_or_else(|| anyhow::anyhow!("a key's id is a UUID, as `setuplinks key list` shows it"))?;
            let revoked = keys::revoke(database.open().await?.acquire().await?.db(), None, id, clock.now()).await?;
            anyhow::ensure!(revoked, "there is no active key {id}");
            Ok(())
        }
    }
}

async fn create(wanted: KeyCreate, now: Timestamp) -> anyhow::Result<()> {
    let id = project_id(&wanted.project)?;
    let store = wanted.database.open().await?;
    let known = projects::find(store.acquire().await?.db(), id).await?;
    anyhow::ensure!(known.is_some(), "there is no project {id}; `setuplinks project list` shows those there are");
    let days = |days: u32| now.plus(Duration::from_secs(u64::from(days) * 24 * 60 * 60));
    let wish = Wish { name: wanted.name, scopes: Scopes::of(wanted.scopes), expires_at: wanted.days.map(days) };
    let (key, _) = key::issue(store.acquire().await?.db(), id, wish, now).await?;
    say(&key)
}
