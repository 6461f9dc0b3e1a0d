//! One thing that somebody may do too often: how often each address did it, and who is kept out until when.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    ops::Add,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as Ticking, Reference},
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::keyed::HashMapStateStore,
};

use crate::{
    address::Prefix,
    clock::{Clock, Timestamp},
};

/// Addresses that are told apart. What comes when there are so many is one crowd with one bucket: an attacker with a whole
/// provider's addresses fills no memory with them.
const MOST: usize = 50_000;

/// The house's clock, as governor reads one.
struct Ticks(Clock);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Tick(Timestamp);

impl Ticking for Ticks {
    type Instant = Tick;

    fn now(&self) -> Tick {
        Tick(self.0.now())
    }
}

impl Add<Nanos> for Tick {
    type Output = Self;

    fn add(self, span: Nanos) -> Self {
        Self(self.0.plus(span.into()))
    }
}

impl Reference for Tick {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.since(earlier.0).into()
    }

    fn saturating_sub(&self, span: Nanos) -> Self {
        let millis = i64::try_from(span.as_u64() / 1_000_000).unwrap_or(i64::MAX);
        Self(Timestamp(self.0.0.saturating_sub(millis)))
    }
}

pub(super) struct Door {
    taken: RateLimiter<Prefix, HashMapStateStore<Prefix>, Ticks, NoOpMiddleware<Tick>>,
    /// Who is refused unseen, and until when.
    shut: Mutex<HashMap<Prefix, Timestamp>>,
}

impl Door {
    pub(super) fn new(a_minute: NonZeroU32, clock: Clock) -> Self {
        let taken = RateLimiter::hashmap_with_clock(Quota::per_minute(a_minute), Ticks(clock));
        Self { taken, shut: Mutex::default() }
    }

    /// Takes once, or says how long to wait.
    pub(super) fn take(&self, from: Prefix, now: Timestamp) -> Result<(), Duration> {
        // What cannot be told apart any more is one crowd.
        let from = if self.taken.len() < MOST { from } else { Prefix::CROWD };
        self.taken.check_key(&from).map_err(|until| until.wait_time_from(Tick(now)))
    }

    /// The same for a failure; who has none left is shut out.
    pub(super) fn fail(&self, from: Prefix, now: Timestamp) -> Result<(), Duration> {
        let taken = self.take(from, now);
        if let Err(wait) = taken {
            self.shut(from, now.plus(wait.max(Duration::from_millis(1))), now);
        }
        taken
    }

    /// Keeps an address out until then.
    pub(super) fn shut(&self, from: Prefix, until: Timestamp, now: Timestamp) {
        let mut shut = self.shut_out();
        if shut.len() >= MOST {
            shut.retain(|_, until| *until > now);
        }
        if shut.len() < MOST {
            shut.insert(from, until);
        }
    }

    /// How much longer it is kept out, if it is.
    pub(super) fn shut_for(&self, from: Prefix, now: Timestamp) -> Option<Duration> {
        self.shut_out().get(&from).filter(|until| **until > now).map(|until| until.since(now))
    }

    pub(super) fn tidy(&self, now: Timestamp) {
        self.taken.retain_recent();
        self.taken.shrink_to_fit();
        self.shut_out().retain(|_, until| *until > now);
    }

    fn shut_out(&self) -> MutexGuard<'_, HashMap<Prefix, Timestamp>> {
        self.shut.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn a_minute(times: u32) -> NonZeroU32 {
        NonZeroU32::new(times).unwrap()
    }

    fn from(number: u32) -> Prefix {
        Prefix::of(Ipv4Addr::from_bits(number).into())
    }

    #[test]
    fn a_bucket_holds_a_minute_s_worth_and_fills_steadily() {
        let clock = Clock::manual(Timestamp(1_000_000));
        let door = Door::new(a_minute(3), clock.clone());
        for _ in 0..3 {
            assert_eq!(door.fail(from(1), clock.now()), Ok(()));
        }
        assert_eq!(door.shut_for(from(1), clock.now()), None);
        assert_eq!(door.fail(from(1), clock.now()), Err(Duration::from_secs(20)));
        assert_eq!(door.fail(from(2), clock.now()), Ok(()), "another address has its own");
        assert_eq!(door.shut_for(from(1), clock.now()), Some(Duration::from_secs(20)));
        clock.advance(Duration::from_secs(20));
        assert_eq!(door.shut_for(from(1), clock.now()), None);
        assert_eq!(door.fail(from(1), clock.now()), Ok(()));
        clock.advance(Duration::from_secs(3600));
        door.tidy(clock.now());
        assert!(door.taken.is_empty() && door.shut_out().is_empty(), "who has not been here lately is forgotten");
    }

    #[test]
    fn more_addresses_than_can_be_told_apart_are_one_crowd() {
        let clock = Clock::manual(Timestamp(1_000_000));
        let door = Door::new(a_minute(2), clock.clone());
        for number in 0..u32::try_from(MOST).unwrap() {
            assert_eq!(door.fail(from(number), clock.now()), Ok(()));
        }
        let late: Vec<bool> = (0..4).map(|n| door.fail(from(1 << 20 | n), clock.now()).is_ok()).collect();
        assert_eq!(late, [true, true, false, false], "they share one bucket");
        assert!(door.taken.len() <= MOST + 1);
    }
}
