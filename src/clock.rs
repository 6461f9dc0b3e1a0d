//! The time and the randomness of the house, handed in from outside.
//!
//! Nothing else asks the operating system for either (`clippy.toml` forbids it), so a test can own both.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A moment, as whole milliseconds since 1970-01-01T00:00:00Z. The same in both databases, and it sorts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, serde::Serialize, serde::Deserialize,
)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// What RFC 3339 can write in UTC: the years 0000 to 9999.
    const WRITABLE: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

    /// This moment moved later by `span`; stays at the end of time instead of wrapping.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This moment moved earlier by `span`; stays at the beginning of time instead of wrapping.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this moment is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The moment as RFC 3339 in UTC with milliseconds, as every time on the wire is written.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let wire =
            time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|at| at.format(wire).ok())
            .unwrap_or_default()
    }

    /// Reads an HTTP date such as `Thu, 26 Nov 2026 18:15:44 GMT` (RFC 9110, the form that is sent).
    #[must_use]
    pub fn parse_http(text: &str) -> Option<Self> {
        let form = time::macros::format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        );
        let at = time::PrimitiveDateTime::parse(text.trim(), form).ok()?.assume_utc();
        Some(Self(at.unix_timestamp().checked_mul(1000)?))
    }

    /// Reads an RFC 3339 time, or a date alone (its first moment in UTC). `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let day = time::macros::format_description!("[year]-[month]-[day]");
        let at = OffsetDateTime::parse(text, &Rfc3339)
            .ok()
            .or_else(|| time::Date::parse(text, day).ok().map(|date| date.midnight().assume_utc()))?;
        let millis = i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()?;
        // In UTC the year must have four digits too.
        Self::WRITABLE.contains(&millis).then_some(Self(millis))
    }
}

/// Where the time comes from: the operating system, or a test.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The operating system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at `start` until [`Clock::advance`] moves it.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.0))))
    }

    /// The present moment.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is the one place that asks the operating system")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp(
                i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX),
            ),
            Source::Manual(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock later by `span`; the system's clock is not ours to move, so that does nothing.
    pub fn advance(&self, span: Duration) {
        if let Source::Manual(at) = &self.0 {
            at.store(Timestamp(at.load(Ordering::SeqCst)).plus(span).0, Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now().rfc3339())
    }
}

/// `N` bytes that nobody can guess.
///
/// # Panics
/// When the operating system has no randomness to give: nothing safe can be done without it.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    assert!(filled.is_ok(), "the operating system has no randomness to give");
    bytes
}

/// A random whole number below `bound`, each as likely as the next; 0 when `bound` is 0.
#[must_use]
pub fn random_below(bound: u64) -> u64 {
    if bound == 0 {
        return 0;
    }
    // 128 random bits make the bias of the remainder smaller than 2^-64.
    let wide = u128::from_le_bytes(random()) % u128::from(bound);
    u64::try_from(wide).unwrap_or(0)
}

/// The pause after so many tries: it doubles from the first one to the longest, and half of it is chance, so that many who
/// failed together do not come back together.
#[must_use]
pub fn backoff((first, longest): (Duration, Duration), tries: i32) -> Duration {
    let doubled = first.saturating_mul(1 << u32::try_from(tries).unwrap_or(0).min(10)).min(longest);
    let half = doubled / 2;
    half + Duration::from_millis(random_below(u64::try_from(half.as_millis()).unwrap_or(0) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_dates_are_read() {
        assert_eq!(Timestamp::parse_http("Thu, 01 Jan 1970 00:00:01 GMT"), Some(Timestamp(1000)));
        assert_eq!(Timestamp::parse_http(" Thu, 26 Nov 2026 18:15:44 GMT"), Timestamp::parse("2026-11-26T18:15:44Z"),);
        for no in ["", "now", "Thu, 26 Nov 2026 18:15:44", "2026-11-26T18:15:44Z"] {
            assert_eq!(Timestamp::parse_http(no), None, "{no}");
        }
    }

    #[test]
    fn pauses_double_vary_and_end_at_the_longest() {
        let (first, longest) = (Duration::from_millis(500), Duration::from_secs(20));
        for tries in 0..40 {
            let pause = backoff((first, longest), tries);
            assert!(pause >= first / 2 && pause <= longest, "{tries}: {pause:?}");
        }
        assert!(backoff((first, longest), 30) >= longest / 2);
    }

    #[test]
    fn a_time_is_read_back_as_it_was_written() {
        let at = Timestamp(1_763_894_400_123);
        assert_eq!(at.rfc3339(), "2025-11-23T10:40:00.123Z");
        assert_eq!(Timestamp(1_763_894_400_000).rfc3339(), "2025-11-23T10:40:00.000Z");
        assert_eq!(Timestamp::parse(&at.rfc3339()), Some(at));
        assert_eq!(Timestamp::parse("2025-11-23T12:40:00.123+02:00"), Some(at));
        assert_eq!(Timestamp::parse("2025-11-23"), Some(Timestamp(1_763_856_000_000)));
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn a_manual_clock_stands_still_until_it_is_moved() {
        let clock = Clock::manual(Timestamp(1_000));
        assert_eq!(clock.now(), Timestamp(1_000));
        clock.advance(Duration::from_secs(2));
        assert_eq!(clock.now(), Timestamp(3_000));
        assert_eq!(clock.now().since(Timestamp(1_000)), Duration::from_secs(2));
    }
}
