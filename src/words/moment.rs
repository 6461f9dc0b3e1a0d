//! A moment as people of the language write it, in UTC.

use icu_datetime::{
    FixedCalendarDateTimeFormatter,
    fieldsets::YMDT,
    input::{Date, DateTime, Time},
    options::TimePrecision,
};
use icu_locale_core::Locale;
use time::OffsetDateTime;

use super::Lang;
use crate::clock::Timestamp;

impl Lang {
    /// That moment to the minute, by CLDR: `November 26, 2026 at 6:40 PM UTC`.
    #[must_use]
    pub fn moment(self, at: Timestamp) -> String {
        written(self, at).unwrap_or_else(|| at.rfc3339())
    }
}

fn written(lang: Lang, at: Timestamp) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000)).ok()?;
    let date = Date::try_new_gregorian(at.year(), at.month().into(), at.day()).ok()?;
    let time = Time::try_new(at.hour(), at.minute(), at.second(), 0).ok()?;
    let locale: Locale = lang.as_str().parse().ok()?;
    let fields = YMDT::long().with_time_precision(TimePrecision::Minute);
    let formatter = FixedCalendarDateTimeFormatter::try_new((&locale).into(), fields).ok()?;
    Some(format!("{} UTC", formatter.format(&DateTime { date, time })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_writes_a_moment_in_its_own_way() {
        let at = Timestamp::parse("2026-11-26T18:40:59.999Z").unwrap();
        let english = Lang::En.moment(at);
        assert!(english.starts_with("November 26, 2026") && english.ends_with("UTC"), "{english}");
        assert!(Lang::Es.moment(at).starts_with("26 de noviembre de 2026"), "{}", Lang::Es.moment(at));
        let all: Vec<String> = Lang::ALL.iter().map(|lang| lang.moment(at)).collect();
        assert!(all.iter().all(|moment| *moment != at.rfc3339()), "{all:?}");
        assert_eq!(Lang::En.moment(Timestamp(i64::MAX)), Timestamp(i64::MAX).rfc3339());
    }
}
