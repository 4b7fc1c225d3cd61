//! Times of day and dates of a race, as paper and pictures show them.
//!
//! Invariant: in the race's own time zone; an unknown zone reads as UTC, and says so.

use bibtrail_core::race::RaceSetup;
use jiff::{Timestamp, Zoned, tz::TimeZone};

/// A race's calendar and clock.
pub(crate) struct Calendar {
    zone: TimeZone,
    name: String,
}

impl Calendar {
    pub(crate) fn new(setup: &RaceSetup) -> Self {
        match TimeZone::get(&setup.time_zone) {
            Ok(zone) => Self { zone, name: setup.time_zone.replace('_', " ") },
            Err(_) => Self { zone: TimeZone::UTC, name: "UTC".to_owned() },
        }
    }

    /// The zone as people read it: `Asia/Pyongyang`.
    pub(crate) fn zone(&self) -> &str {
        &self.name
    }

    pub(crate) fn at(&self, ms: i64) -> Zoned {
        Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(self.zone.clone())
    }

    /// `6 April 2025`.
    pub(crate) fn date(&self, ms: i64) -> String {
        self.at(ms).strftime("%-d %B %Y").to_string()
    }

    /// `09:15`.
    pub(crate) fn minute(&self, ms: i64) -> String {
        self.at(ms).strftime("%H:%M").to_string()
    }

    /// `09:15:07`; from the second day of the race on with the day before it: `Mon 09:15:07`.
    pub(crate) fn second(&self, ms: i64, start_ms: i64) -> String {
        let (at, start) = (self.at(ms), self.at(start_ms));
        let format = if at.date() == start.date() { "%H:%M:%S" } else { "%a %H:%M:%S" };
        at.strftime(format).to_string()
    }
}
