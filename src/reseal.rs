//! Seals anew what an older key sealed, until nothing needs that key.
//!
//! A process that serves says which keys it has ([`seals::holds`]). Only when all of them seal with the same key, which is
//! when nobody could meet what they cannot open, one of them goes through every sealed column in small steps, and goes on
//! where it or another left off: what is left to do is what is sealed otherwise. `setuplinks keys rotate` does the same by
//! hand.

use std::{collections::BTreeMap, time::Duration};

use secrecy::ExposeSecret as _;
use uuid::Uuid;

use crate::{
    app::App,
    clock::{Clock, Timestamp},
    error::Result,
    id::uuid_at,
    lasting::Lasting,
    seal::{Sealer, key_id},
    store::{
        Store, seals,
        seals::{COLUMNS, Column, Cursor, Holder, Value},
    },
};

/// How often a process says that it serves, and looks whether there is something to seal anew.
const BEAT: Duration = Duration::from_secs(20);
/// Who has not said so for as long serves no more.
const ALIVE: Duration = Duration::from_secs(90);
/// How long a claim on the work holds without being renewed: a step takes far less.
const LEASE: Duration = Duration::from_secs(60);
/// How long everything is trusted to be sealed with one key before somebody looks again.
const TRUST: Duration = Duration::from_secs(6 * 60 * 60);
/// Values that are read in one step.
const HANDFUL: i64 = 100;

/// What is needed to seal anew, and as whom.
pub struct Reseal {
    store: Store,
    sealer: Sealer,
    clock: Clock,
    process: Uuid,
}

/// What a way through all columns came to.
#[derive(Debug, Default)]
pub struct Round {
    /// Values that were sealed anew.
    pub sealed: u64,
    /// Values that somebody was at: they are for another round.
    pub busy: u64,
    /// Ids of keys that values were sealed with and that are not there.
    pub missing: Vec<String>,
    /// Whether it was broken off.
    pub is_cut_short: bool,
}

/// Which keys sealed how much, and who serves with which.
#[derive(Debug)]
pub struct Standing {
    /// Values by the id of their key.
    pub counts: BTreeMap<String, i64>,
    /// The processes that serve.
    pub holders: Vec<Holder>,
}

impl Standing {
    /// How many values a key sealed.
    #[must_use]
    pub fn count(&self, id: &str) -> i64 {
        self.counts.get(id).copied().unwrap_or(0)
    }

    /// Whether nothing was sealed with a key and nobody seals with it.
    #[must_use]
    pub fn is_idle(&self, id: &str) -> bool {
        self.count(id) == 0 && self.holders.iter().all(|holder| holder.key_ids().next() != Some(id))
    }
}

impl Reseal {
    /// For a process of its own.
    #[must_use]
    pub fn new(store: Store, sealer: Sealer, clock: Clock) -> Self {
        let process = uuid_at(clock.now());
        Self { store, sealer, clock, process }
    }

    /// Which keys sealed how much, and who serves with which.
    pub async fn standing(&self) -> Result<Standing> {
        let mut counts = BTreeMap::new();
        for column in COLUMNS {
            for (id, count) in column.count(self.store.acquire().await?.db()).await? {
                *counts.entry(id).or_default() += count;
            }
        }
        Ok(Standing { counts, holders: self.holders().await? })
    }

    async fn holders(&self) -> Result<Vec<Holder>> {
        let since = before(self.clock.now(), ALIVE);
        seals::holders(self.store.acquire().await?.db(), since).await
    }

    /// The processes that seal with another key than we do: what we seal anew might not open for them, and what they seal
    /// meanwhile would be old again.
    pub async fn others(&self) -> Result<Vec<Holder>> {
        let ours = self.sealer.key_ids().next();
        let mut holders = self.holders().await?;
        holders.retain(|holder| holder.key_ids().next() != ours);
        Ok(holders)
    }

    /// Goes through all columns once. In the background of a house, only for as long as it is open and the work is ours.
    ///
    /// # Errors
    /// When the database does not do what it is asked; what was sealed so far is.
    pub async fn round(&self, background_of: Option<&App>) -> Result<Round> {
        let mut round = Round::default();
        let prefix = self.sealer.prefix();
        for column in COLUMNS {
            let mut cursor = Cursor::new();
            loop {
                let values = column.others(self.store.acquire().await?.db(), &cursor, &prefix, HANDFUL).await?;
                let Some(last) = values.last() else { break };
                cursor = last.cursor();
                for value in values {
                    self.anew(column, &value, &mut round).await?;
                }
                if let Some(app) = background_of
                    && (app.stopping.is_cancelled() || !self.renew().await)
                {
                    round.is_cut_short = true;
                    return Ok(round);
                }
            }
        }
        Ok(round)
    }

    async fn anew(&self, column: &Column, value: &Value, round: &mut Round) -> Result<()> {
        let Ok(plain) = self.sealer.open(value.place, &value.sealed) else {
            let id = key_id(&value.sealed).unwrap_or("unknown").to_owned();
            if !round.missing.contains(&id) {
                round.missing.push(id);
            }
            return Ok(());
        };
        let sealed = self.sealer.seal(value.place, plain.expose_secret())?;
        if column.put(self.store.acquire().await?.db(), value, &sealed, self.clock.now()).await? {
            round.sealed += 1;
        } else {
            round.busy += 1;
        }
        Ok(())
    }

    /// Says that this process serves, and does what is to be done if nobody else does.
    async fn turn(&self, app: &App) -> Result<()> {
        let now = self.clock.now();
        let key_ids: Vec<&str> = self.sealer.key_ids().collect();
        seals::holds(self.store.acquire().await?.db(), self.process, &key_ids, now).await?;
        let Some(&ours) = key_ids.first() else { return Ok(()) };
        if !self.others().await?.is_empty() {
            return Ok(());
        }
        let when = (now, now.plus(LEASE), before(now, TRUST));
        if !seals::begin(self.store.acquire().await?.db(), (ours, self.process), when).await? {
            return Ok(());
        }
        let ended = self.round(Some(app)).await;
        let is_done = ended.as_ref().is_ok_and(|round| round.busy == 0 && !round.is_cut_short);
        let done = is_done.then(|| self.clock.now());
        seals::end(self.store.acquire().await?.db(), self.process, done).await?;
        let Round { sealed, missing, .. } = ended?;
        if sealed > 0 {
            tracing::info!(key = ours, sealed, "sealed anew what an older key had sealed");
        }
        if !missing.is_empty() {
            tracing::error!(
                keys = missing.join(", "),
                "what was sealed with keys that are not in SECRET_KEYS stays so"
            );
        }
        Ok(())
    }

    /// Whether the work is still ours, and everybody still seals with our key.
    async fn renew(&self) -> bool {
        let renewed = async {
            let lease = self.clock.now().plus(LEASE);
            Ok::<_, crate::error::Error>(
                seals::renew(self.store.acquire().await?.db(), self.process, lease).await?
                    && self.others().await?.is_empty(),
            )
        };
        renewed.await.unwrap_or_else(|e| {
            tracing::warn!(error = %e, "sealing anew was broken off; it will be gone on with");
            false
        })
    }
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
}

/// Says which keys this process has, and seals anew what is to be, until the house closes.
pub async fn run(app: App) {
    let reseal = Reseal::new(app.store.clone(), app.sealer.clone(), app.clock.clone());
    let turning =
        Lasting::new("it could not be seen to which keys sealed what", "it is seen to again which keys sealed what");
    while !app.stopping.is_cancelled() {
        turning.note(reseal.turn(&app).await);
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            () = app.stopping.cancelled() => {}
        }
    }
    let left = async { seals::leaves(app.store.acquire().await?.db(), reseal.process).await };
    if let Err(e) = left.await {
        tracing::warn!(error = %e, "it could not be written that this process serves no more; it will be noticed");
    }
}
