//! Keeps addresses out that do too often what nobody does often: open links that do not exist, call with keys that open
//! nothing, send forms without end.
//!
//! What is forbidden to nobody (a form, a login that comes back) is counted before it is done. What only a wrong guess is, is
//! counted after it has failed; who has failed too often is refused unseen, for as long as the bucket takes to hold one more
//! try. A link or key that opened in this process lately is let through all the same: behind one address there may be a
//! thousand customers, and one who guesses.
//!
//! Counting is in memory. Failures that could be spread over processes are counted in the database as well, behind the
//! answer's back: nobody waits for that, so an unknown token takes no longer than a known one.

use std::{num::NonZeroU32, sync::Arc};

use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::{
    address::Prefix,
    app::Rates,
    clock::{Clock, Timestamp},
    error::{Error, Result},
    meter,
    store::{Store, rates::Bucket, strangers},
};

mod door;
mod known;

use door::Door;
use known::Known;

/// Failures that are written to the database at once. What is beyond is counted in memory alone: a flood is no work for it.
const WRITES: usize = 4;
const MINUTE: i64 = 60_000_000;

/// What somebody may do too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Open a link.
    Link,
    /// Call the API with a key.
    Key,
    /// Send a form.
    Form,
    /// Come back from Facebook.
    Login,
    /// Tell something that wants a signature.
    Signature,
}

impl What {
    /// Its name in metrics, and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "unknown_links",
            Self::Key => "bad_keys",
            Self::Form => "forms",
            Self::Login => "logins",
            Self::Signature => "signatures",
        }
    }

    /// Whether an attacker gains by spreading it over processes.
    fn is_shared(self) -> bool {
        matches!(self, Self::Link | Self::Key)
    }
}

/// The gate of a process. Cheap to clone.
#[derive(Clone)]
pub struct Gate(Arc<Inside>);

struct Inside {
    doors: [Door; 5],
    rates: Rates,
    known: Known,
    writes: Arc<Semaphore>,
    store: Store,
    clock: Clock,
    tasks: TaskTracker,
}

impl Gate {
    /// A gate where nobody has been yet.
    #[must_use]
    pub fn new(store: Store, clock: Clock, tasks: TaskTracker, rates: Rates) -> Self {
        let doors = [rates.unknown_links, rates.bad_keys, rates.forms, rates.callbacks, rates.callbacks]
            .map(|rate| Door::new(rate, clock.clone()));
        let writes = Arc::new(Semaphore::new(WRITES));
        Self(Arc::new(Inside { doors, rates, known: Known::default(), writes, store, clock, tasks }))
    }

    fn door(&self, what: What) -> &Door {
        let [links, keys, forms, logins, signatures] = &self.0.doors;
        match what {
            What::Link => links,
            What::Key => keys,
            What::Form => forms,
            What::Login => logins,
            What::Signature => signatures,
        }
    }

    /// Counts something that everybody may do.
    ///
    /// # Errors
    /// [`Error::Crowded`] when the address has done it too often.
    pub fn pass(&self, what: What, from: Prefix) -> Result<()> {
        self.door(what).take(from, self.0.clock.now()).map_err(|wait| crowded(what, wait))
    }

    /// Lets a link, a key or a signature be looked at.
    ///
    /// # Errors
    /// [`Error::Crowded`] when the address has failed too often, and this is nothing that opened here lately.
    pub fn admit(&self, what: What, from: Prefix, secret: &str) -> Result<()> {
        match self.door(what).shut_for(from, self.0.clock.now()) {
            Some(wait) if !self.0.known.has(what, secret) => Err(crowded(what, wait)),
            _ => Ok(()),
        }
    }

    /// It opened.
    pub fn opened(&self, what: What, secret: &str) {
        self.0.known.note(what, secret);
    }

    /// It opened nothing.
    pub fn failed(&self, what: What, from: Prefix) {
        let now = self.0.clock.now();
        if self.door(what).fail(from, now).is_err() || !what.is_shared() {
            return;
        }
        let Ok(permit) = self.0.writes.clone().try_acquire_owned() else { return };
        let gate = self.clone();
        self.0.tasks.spawn(async move {
            if let Err(error) = gate.tell_others(what, from, now).await {
                tracing::warn!(%error, what = what.name(), "a failure could not be counted for the other processes");
            }
            drop(permit);
        });
    }

    /// Counts a failure for all processes, and hears what the others have counted.
    async fn tell_others(&self, what: What, from: Prefix, now: Timestamp) -> Result<()> {
        let bucket = bucket(if what == What::Key { self.0.rates.bad_keys } else { self.0.rates.unknown_links });
        let micros = microseconds(now);
        let mut lease = self.0.store.acquire().await?;
        if let Err(full_at) = strangers::take(lease.db(), what.name(), from, micros, bucket).await? {
            let wait = full_at + bucket.cost - (micros + bucket.size);
            self.door(what).shut(from, Timestamp(now.0 + wait.max(1000) / 1000), now);
        }
        Ok(())
    }

    /// Forgets who has not been here lately. To be called every few seconds, so that memory has an end.
    pub fn tidy(&self) {
        let now = self.0.clock.now();
        self.0.doors.iter().for_each(|door| door.tidy(now));
    }

    /// The same for the database.
    pub async fn sweep(&self) -> Result<u64> {
        strangers::forget(self.0.store.acquire().await?.db(), microseconds(self.0.clock.now())).await
    }
}

fn crowded(what: What, wait: std::time::Duration) -> Error {
    meter::refused(what.name());
    let seconds = i64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
    Error::Crowded { retry_after: seconds.max(1) }
}

fn microseconds(at: Timestamp) -> i64 {
    at.0.saturating_mul(1000)
}

fn bucket(a_minute: NonZeroU32) -> Bucket {
    let cost = MINUTE / i64::from(a_minute.get());
    Bucket { cost, size: cost * i64::from(a_minute.get()) }
}
