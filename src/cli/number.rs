//! `setuplinks number`: numbers that were bought for customers, in the operator's hands.

use clap::{Args, Subcommand};

use super::say;
use crate::{
    app::PublicUrl,
    clock::Clock,
    config::{DEFAULT_PUBLIC_URL, DatabaseArgs, or_default},
    id::ProvisionedId,
    provision::{marks, settle},
};

#[derive(Debug, Subcommand)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub(super) enum NumberCommand {
    /// Say that this deployment was at another PUBLIC_URL before; prints how many numbers it takes over from there
    ///
    /// Numbers are given back by the deployment that bought them, which is one database at one PUBLIC_URL: a copy of the
    /// database that is served elsewhere must not release them. After a move they are this deployment's own only when the
    /// operator says so. Nothing may serve at the former address any more.
    Adopt(Adopt),
    /// Say that a number is not paid for, which nobody can be asked about any more; prints where it stands now
    ///
    /// Only for a number that is `picked`, while Twilio does not say whether it was bought, or `releasing`, on an account that
    /// is gone for good: look into its console first. If the account ever opens again with the number on it, it is given back.
    Settle(Settle),
}

/// The settings of `number adopt`.
#[derive(Args, Debug)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub(super) struct Adopt {
    /// The PUBLIC_URL of before
    #[arg(long, value_name = "URL")]
    from: String,
    /// The present address, as `serve` has it
    #[arg(long, env = "PUBLIC_URL", default_value = DEFAULT_PUBLIC_URL, value_name = "URL")]
    public_url: String,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// The settings of `number settle`.
#[derive(Args, Debug)]
pub(super) struct Settle {
    /// The number's id, as the API gives it
    id: String,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(super) async fn run(command: NumberCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        NumberCommand::Adopt(args) => adopt(args, clock).await,
        NumberCommand::Settle(args) => {
            let id = ProvisionedId::parse(&args.id)
                .ok_or_else(|| anyhow::anyhow!("a number's id is a UUID, as the API gives it"))?;
            let store = args.database.open().await?;
            say(settle::settle(&store, clock, id).await?.as_str())
        }
    }
}

async fn adopt(args: Adopt, clock: &Clock) -> anyhow::Result<()> {
    let address = |name: &str, text: &str| PublicUrl::parse(text).map_err(|why| anyhow::anyhow!("{name} {why}"));
    let here = address("PUBLIC_URL", or_default(&args.public_url, DEFAULT_PUBLIC_URL))?;
    let before = address("--from", &args.from)?;
    let store = args.database.open().await?;
    say(&marks::take_over(&store, clock, &here, &before).await?.to_string())
}
