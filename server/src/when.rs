//! Moments and spans as people and machines read them.
//!
//! Invariant: a moment for people is in the race's own time zone, one for machines carries its offset.

use bibtrail_core::race::RaceSetup;
use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

/// The race's time zone, and the day of its gun.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    day: Date,
}

impl Zone {
    /// That of a race; an unknown zone reads as UTC.
    #[must_use]
    pub fn of(setup: &RaceSetup) -> Self {
        let zone = TimeZone::get(&setup.time_zone).unwrap_or(TimeZone::UTC);
        Self { day: at(setup.start_ms, &zone).date(), zone }
    }

    /// `09:12:31`; on another day than that of the gun `7 April, 09:12:31`.
    #[must_use]
    pub fn time(&self, ms: i64) -> String {
        let at = at(ms, &self.zone);
        let format = if at.date() == self.day { "%H:%M:%S" } else { "%-d %B, %H:%M:%S" };
        at.strftime(format).to_string()
    }

    /// `09:12`, likewise.
    #[must_use]
    pub fn minute(&self, ms: i64) -> String {
        let mut text = self.time(ms);
        text.truncate(text.len().saturating_sub(3));
        text
    }

    /// The day of a moment.
    #[must_use]
    pub fn day_of(&self, ms: i64) -> Option<Date> {
        Some(at(ms, &self.zone).date())
    }

    /// `Sunday, 6 April 2025`.
    #[must_use]
    pub fn date(&self, ms: i64) -> String {
        at(ms, &self.zone).strftime("%A, %-d %B %Y").to_string()
    }

    /// `2025-04-06T09:12:31.250+09:00`.
    #[must_use]
    pub fn iso(&self, ms: i64) -> String {
        at(ms, &self.zone).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
    }
}

fn at(ms: i64, zone: &TimeZone) -> Zoned {
    let limit = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(ms).unwrap_or(limit).to_zoned(zone.clone())
}

/// `09:12:31 UTC`.
#[must_use]
pub fn utc(ms: i64) -> String {
    at(ms, &TimeZone::UTC).strftime("%H:%M:%S UTC").to_string()
}

/// A span in whole seconds, as pages that are exported have it: `3:42:10`, `47:09`. A second that is begun does not count.
#[must_use]
pub fn span(ms: i64) -> String {
    bibtrail_core::time::span(ms.div_euclid(1000).saturating_mul(1000))
}
