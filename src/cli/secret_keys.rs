//! `setuplinks keys`: the keys that seal secrets, and how an old one becomes needless.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand};

use super::say;
use crate::{
    clock::{Clock, random},
    config::{DatabaseArgs, SealArgs},
    reseal::{Reseal, Standing},
    seal::{Sealer, hex},
};

/// How often `rotate` goes back to what somebody was at, and how long it waits in between.
const ROUNDS: (u32, Duration) = (10, Duration::from_secs(1));

#[derive(Debug, Subcommand)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub(super) enum KeysCommand {
    /// Make a key for SECRET_KEYS; prints it alone. Nothing is changed
    Generate,
    /// Show which keys sealed how much, and which processes serve with which keys
    Status(KeysArgs),
    /// Seal everything anew with the first of SECRET_KEYS, and say which of the others nothing needs any more
    ///
    /// A server does the same by itself, in the background. Ends with 1 when a key is still needed.
    Rotate(KeysArgs),
}

#[derive(Args, Debug)]
pub(super) struct KeysArgs {
    #[command(flatten)]
    seal: SealArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(super) async fn run(command: KeysCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        KeysCommand::Generate => {
            // By its day, so that people can tell keys apart; by chance, so that two of a day are two.
            let day = clock.now().rfc3339().chars().take(10).filter(char::is_ascii_digit).collect::<String>();
            say(&format!("k{day}-{}:{}", hex(random::<2>()), STANDARD.encode(random::<32>())))
        }
        KeysCommand::Status(args) => {
            let (sealer, reseal) = args.open(clock).await?;
            tell(&sealer, &reseal.standing().await?)
        }
        KeysCommand::Rotate(args) => rotate(&args, clock).await,
    }
}

impl KeysArgs {
    async fn open(&self, clock: &Clock) -> anyhow::Result<(Sealer, Reseal)> {
        let sealer = self.seal.sealer()?;
        let store = self.database.open().await?;
        Ok((sealer.clone(), Reseal::new(store, sealer, clock.clone())))
    }
}

async fn rotate(args: &KeysArgs, clock: &Clock) -> anyhow::Result<()> {
    let (sealer, reseal) = args.open(clock).await?;
    let ours = sealer.key_ids().next().unwrap_or_default();
    let others = reseal.others().await?;
    if let Some(other) = others.first() {
        let theirs = other.key_ids().next().unwrap_or_default();
        anyhow::bail!(
            "nothing was sealed anew: {} of the processes that serve (seen within 90 seconds) seal with another key than {ours}, one of them with {theirs}; give all of them the same SECRET_KEYS and restart them first",
            others.len()
        );
    }
    let (rounds, pause) = ROUNDS;
    for nth in 1..=rounds {
        let round = reseal.round(None).await?;
        if round.busy == 0 || nth == rounds {
            break;
        }
        tokio::time::sleep(pause).await;
    }
    let standing = reseal.standing().await?;
    tell(&sealer, &standing)?;
    let known: Vec<&str> = sealer.key_ids().collect();
    let missing: Vec<&String> = standing.counts.keys().filter(|id| !known.contains(&id.as_str())).collect();
    anyhow::ensure!(
        missing.is_empty(),
        "some values were sealed with keys that are not in SECRET_KEYS: {missing:?}; put these keys back behind the others, and run this again"
    );
    let needed = known.iter().skip(1).any(|id| !standing.is_idle(id));
    anyhow::ensure!(
        !needed,
        "an old key is still needed: signups that are under way hold what it sealed; run this again in a minute"
    );
    Ok(())
}

/// One line for each key: its id, what it does, how many values it sealed, and whether it may go. Then one for each process.
fn tell(sealer: &Sealer, standing: &Standing) -> anyhow::Result<()> {
    let known: Vec<&str> = sealer.key_ids().collect();
    for (at, id) in known.iter().enumerate() {
        let (role, verdict) = match at {
            0 => ("seals", "needed"),
            _ if standing.is_idle(id) => ("opens", "can be removed from SECRET_KEYS"),
            _ => ("opens", "needed"),
        };
        say(&format!("{id}\t{role}\t{}\t{verdict}", standing.count(id)))?;
    }
    for (id, count) in standing.counts.iter().filter(|(id, _)| !known.contains(&id.as_str())) {
        say(&format!("{id}\tmissing\t{count}\tnot in SECRET_KEYS"))?;
    }
    for holder in &standing.holders {
        let ids: Vec<&str> = holder.key_ids().collect();
        say(&format!("process {}\tserves\t{}\tseen {}", holder.process, ids.join(","), holder.seen_at.rfc3339()))?;
    }
    Ok(())
}
